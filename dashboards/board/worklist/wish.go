package worklist

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// PerPage is how many groups a page shows.
const PerPage = 50

// A Wish is which of the letters a visitor wants to see. The zero Wish is the first
// page of those that no person has judged, those first on which most hangs.
type Wish struct {
	Find, Channel, Class string
	Why                  Reason // empty: whatever it is
	Second               bool   // those that one other person has judged
	Apart                bool   // letters that say the same are shown one by one
	Newest               bool   // the newest first
	Page                 int    // the first is 1
}

// Parse reads a wish from an address.
func Parse(q url.Values) Wish {
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	w := Wish{
		Find: strings.TrimSpace(q.Get("find")), Channel: q.Get("channel"), Class: q.Get("class"), Why: Reason(q.Get("why")),
		Second: q.Get("opinion") == "second", Apart: q.Get("together") == "no", Newest: q.Get("order") == "newest", Page: page,
	}
	if !slices.Contains(Reasons(), w.Why) {
		w.Why = ""
	}
	return w
}

// Query is the wish as an address has it, on another page of it.
func (w Wish) Query(page int) string {
	q := url.Values{}
	for key, value := range map[string]string{
		"find": w.Find, "channel": w.Channel, "class": w.Class, "why": string(w.Why),
	} {
		if value != "" {
			q.Set(key, value)
		}
	}
	for _, choice := range []struct {
		made       bool
		key, value string
	}{{w.Second, "opinion", "second"}, {w.Apart, "together", "no"}, {w.Newest, "order", "newest"}} {
		if choice.made {
			q.Set(choice.key, choice.value)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return q.Encode()
}

// Opinion is the wish for first opinions, or for second ones, with the same filters.
func (w Wish) Opinion(second string) string {
	w.Second = second != ""
	return w.Query(1)
}

// Narrow reports whether not all are looked for.
func (w Wish) Narrow() bool { return w.Find != "" || w.Channel != "" || w.Class != "" || w.Why != "" }

// wants reports whether a letter is looked for.
func (w Wish) wants(l Letter) bool {
	switch {
	case w.Channel != "" && w.Channel != l.Channel, w.Class != "" && w.Class != l.Class, w.Why != "" && w.Why != l.Why:
		return false
	case w.Second != (l.Judged > 0):
		return false
	}
	for _, word := range strings.Fields(strings.ToLower(w.Find)) {
		if !strings.Contains(l.Search, word) {
			return false
		}
	}
	return true
}

// A Part is what of the letters a page shows.
type Part struct {
	Wish
	Pages   int
	Groups  int // that the wish finds
	Letters int // in them
	Seconds int // that wait for a second opinion, whatever else is wished
}

// Pick returns the page that is wished for. A page beyond the last is the last: what
// was there has been judged meanwhile.
func (w Wish) Pick(letters []Letter) (page []Group, part Part) {
	part.Wish = w
	var found []Letter
	for _, l := range letters {
		if l.Judged > 0 {
			part.Seconds++
		}
		if w.wants(l) {
			found = append(found, l)
		}
	}
	if w.Newest {
		slices.SortStableFunc(found, func(a, b Letter) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Key, b.Key)) })
	}
	gather := Gather
	if w.Apart {
		gather = Alone
	}
	all := gather(found)
	part.Groups, part.Letters = len(all), len(found)
	part.Pages = max((len(all)+PerPage-1)/PerPage, 1)
	part.Page = min(max(w.Page, 1), part.Pages)
	from := (part.Page - 1) * PerPage
	return all[from:min(from+PerPage, len(all))], part
}
