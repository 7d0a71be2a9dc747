package board

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/svartid/svartid/probes/report"
)

// axe is where `make peers` puts axe-core (https://github.com/dequelabs/axe-core,
// MPL-2.0), which looks for barriers.
const axe = "../../.bin/axe-4.14.1.min.js"

// A barrier is what axe found wrong.
type barrier struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// A look is how a page is seen.
type look struct {
	width        int
	scheme, lang string
}

// looks are all of them: on a laptop and a telephone, in light and dark, in each
// language.
func looks(t *testing.T) (all []look) {
	t.Helper()
	languages, err := report.Languages()
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{1440, 390} {
		for _, scheme := range []string{"light", "dark"} {
			for _, l := range languages {
				all = append(all, look{width, scheme, l.Tag.String()})
			}
		}
	}
	return all
}

// TestBarriers: axe finds nothing that WCAG 2.2 AA forbids, on no page, in
// light or dark, on a laptop or a telephone, in any language.
func TestBarriers(t *testing.T) {
	s := newSeason(t, 24, 8)
	s.busy()
	s.board.Standings = standing
	b := browse(t, s.site)
	script, err := os.ReadFile(filepath.FromSlash(axe))
	if err != nil {
		absent(t, "axe-core is not there: run `make peers`")
	}
	for _, path := range []string{
		"/", "/?list=1&sort=reach&only=hints", "/classes/bank", "/companies/company-0005", "/contacts/q-doubt", "/queue", "/eyes", "/plan", "/contacts/none",
	} {
		for _, look := range looks(t) {
			at, err := url.Parse(path)
			if err != nil {
				t.Fatal(err)
			}
			q := at.Query()
			q.Set("lang", look.lang)
			at.RawQuery = q.Encode()
			b.look(look.width, look.scheme, at.String())
			b.do("axe", chromedp.Evaluate[chromedp.Void](string(script)+";0"))
			for _, found := range b.barriers() {
				t.Errorf("%s at %d in %s, %s: %s (%s): %s, such as %s\n%s", path, look.width, look.scheme, look.lang,
					found.ID, found.Impact, found.Help, found.Nodes[0].HTML, found.Nodes[0].Summary)
			}
		}
	}
}

// barriers returns what axe finds on the page that is open.
func (b *browser) barriers() []barrier {
	b.Helper()
	text := ask[string](b, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) => JSON.stringify(r.violations))`)
	var found []barrier
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		b.Fatal(err)
	}
	return found
}
