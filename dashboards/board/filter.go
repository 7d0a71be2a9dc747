package board

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"strings"
)

// A filter is what of the first page a reader wants to see, and in which order.
type filter struct {
	Find    string // words in the name, the class or the id; empty: all
	Class   string
	Channel string
	Only    string // "hints", "pending" or "paused"; empty: all
	Sort    string // "reach", "silent" or "waiting"; empty: by name
	List    bool   // in one list instead of by class
	Axis    string // of the page that is open; empty: one that fits
}

// parseFilter reads a filter from a URL's query. Unknown keys are ignored.
func parseFilter(q url.Values) filter {
	return filter{
		Find: strings.TrimSpace(q.Get("find")), Class: q.Get("class"), Channel: q.Get("channel"),
		Only: q.Get("only"), Sort: q.Get("sort"), List: q.Get("list") != "", Axis: q.Get("axis"),
	}
}

// wants reports whether a company passes the filter.
func (w filter) wants(f figures) bool {
	switch {
	case w.Class != "" && f.Company.Class != w.Class,
		w.Only == "hints" && f.Hint == noHint,
		w.Only == "pending" && f.Pending == 0,
		w.Only == "paused" && !f.Paused:
		return false
	}
	within := searchable(f)
	for _, word := range strings.Fields(strings.ToLower(w.Find)) {
		if !strings.Contains(within, word) {
			return false
		}
	}
	return true
}

// searchable is where the words of a search are looked for.
func searchable(f figures) string {
	return strings.ToLower(f.Company.Name + " " + f.Company.Class + " " + f.Company.ID)
}

// Searchable is as the page's script finds the row again.
func (r row) Searchable() string { return searchable(r.figures) }

// order sorts rows that are in order of their names.
func (w filter) order(a, b row) int {
	switch w.Sort {
	case "reach":
		return cmp.Compare(known(a.Share()), known(b.Share()))
	case "silent":
		return cmp.Compare(b.Unanswered, a.Unanswered)
	case "waiting":
		return cmp.Compare(longest(b), longest(a))
	}
	return 0
}

// known puts companies without a share last.
func known(share float64) float64 {
	if math.IsNaN(share) {
		return 2
	}
	return share
}

// longest is how long a company's oldest open contact has waited; -1 if none is.
func longest(r row) float64 {
	if r.Pending == 0 || r.Oldest.ID == "" {
		return -1
	}
	return r.Waited().Seconds()
}

// stream is the address at which what changes on the page is pushed: the same
// filter, the axis that was drawn and the version that was shown.
func (v view) stream(asked url.Values) string {
	q := url.Values{}
	for key, values := range asked {
		if key != "lang" {
			q[key] = values
		}
	}
	q.Set("axis", v.axis().String())
	q.Set("version", fmt.Sprint(v.snapshot.version))
	return "/events?" + q.Encode()
}
