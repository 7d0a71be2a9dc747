package board

import (
	"html/template"
	"math"
	"net/url"
	"strings"
	"time"
)

// hint says in a few words why a company is worth a look.
func (t *theme) hint(h hint) string {
	switch h {
	case overdue:
		return t.T("several wait longer than usual")
	case stopped:
		return t.T("the last three went unanswered")
	case never:
		return t.T("has never answered")
	}
	return ""
}

// short is the beginning of a digest, which is enough to compare by eye.
func short(digest string) string { return digest[:min(len(digest), 12)] }

// across is where a share of 1 stands on a picture that is so wide; 0 if
// nothing is known.
func across(share float64, width int) int {
	if math.IsNaN(share) {
		return 0
	}
	return int(math.Round(share * float64(width)))
}

// target lets a page point where a prompt is to be answered: at a telephone
// number, or at a page. Anything else is no link.
func target(to string) template.URL {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "tel" && u.Scheme != "https" && u.Scheme != "http" {
		return "#"
	}
	return template.URL(u.String())
}

// plainly writes a link as a person reads it.
func plainly(to string) string {
	to = strings.TrimPrefix(strings.TrimPrefix(to, "https://"), "http://")
	return strings.TrimSuffix(strings.TrimPrefix(to, "tel:"), "/")
}

// anchor makes an id of a name, which may hold spaces.
func anchor(kind, name string) string { return kind + "-" + strings.Join(strings.Fields(name), "_") }

// machine writes an instant for programs, as the datetime of a time element.
func machine(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// rankAt is where a rank of so many stands on a picture 80 wide.
func rankAt(rank, of int) int {
	const margin, width = 4, 72
	return margin + width*(rank-1)/max(of-1, 1)
}

// A couple is what a template is given together with its page.
type couple struct{ A, B any }
