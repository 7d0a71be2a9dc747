package board

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/report"
)

// spokenPhrases returns what the templates and the code ask to be said, and
// what is said of the words that the rest of svartid has.
func spokenPhrases(t *testing.T) map[string]bool {
	t.Helper()
	said := map[string]bool{}
	for _, name := range append(sources(t, "page/*.html"), sources(t, "../../probes/report/participant/page/*.html")...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b[HT] ("(?:[^"\\]|\\.)*")`).FindAllSubmatch(text, -1) {
			phrase, err := strconv.Unquote(string(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			said[phrase] = true
		}
	}
	for _, name := range slices.Concat(sources(t, "*.go"), sources(t, "../../probes/report/*.go"), sources(t, "../../probes/report/participant/*.go")) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if phrase := spokenIn(n); phrase != "" {
				said[phrase] = true
			}
			return true
		})
	}
	for _, o := range probes.Outcomes() {
		said[strings.ReplaceAll(string(o), "_", " ")] = true
	}
	for _, k := range reading.Kinds() {
		said[string(k)] = true
	}
	for _, k := range probes.Failures() {
		said["failed: "+string(k)] = true
	}
	for _, how := range []string{"phone", "form", "messenger"} {
		said["how: "+how] = true
	}
	for _, tap := range []channels.ReportKind{
		channels.TapSent, channels.FirstReply, channels.Person, channels.Elsewhere, channels.Ringing,
		channels.Menu, channels.InLine, channels.CallBack, channels.GaveUp, channels.CouldNot,
		channels.Busy, channels.Shut,
	} {
		said["tap: "+string(tap)] = true
	}
	for _, rule := range []match.Rule{
		"platform", "person", match.ByCopy, match.ByAddress, match.ByThread, match.ByReport, match.ByReference,
	} {
		said["rule: "+string(rule)] = true
	}
	for _, why := range []string{
		"no room in its own cell", "closed by its own hours or days", "closed for the whole round", "closed in this round",
		"its persona had an open contact", "no consent",
	} {
		said["moved: "+why] = true // of contacts, see package plan
	}
	for _, name := range holidayNames() {
		said["holiday: "+name] = true
	}
	for _, p := range fairness.Policies() {
		said[string(p)] = true
	}
	for _, v := range (fairness.Rules{}).Sensitivity(nil).Variants {
		said[v.What], said[v.How] = true, true
	}
	for _, v := range []string{"left", "not counted", "pauses", "days off", "as at the start"} {
		said[v] = true // of variants that a season may have, see package field
	}
	delete(said, "%d") // a number alone
	return said
}

// holidayNames returns what the public holidays of all countries are called there.
func holidayNames() (all []string) {
	for _, country := range calendar.Countries() {
		for on := date(2023, 1, 1); on.Year < 2025; on = on.AddDays(1) {
			if name, ok := (calendar.Calendar{Country: country}).Holiday(on); ok {
				all = append(all, name)
			}
		}
	}
	return all
}

// sources returns the names of files.
func sources(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d files like %s: %v", len(names), pattern, err)
	}
	return names
}

// spokenIn returns the phrase that a call of T says; empty if it is none.
func spokenIn(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	at, ok := call.Fun.(*ast.SelectorExpr)
	text, is := call.Args[0].(*ast.BasicLit)
	if !ok || !is || at.Sel.Name != "T" {
		return ""
	}
	phrase, err := strconv.Unquote(text.Value)
	if err != nil {
		return text.Value
	}
	return phrase
}

// TestPhrases: all that the pages and the report say can be said in every
// language, nothing else is kept, and all say the same things of the same
// arguments.
func TestPhrases(t *testing.T) {
	said := spokenPhrases(t)
	if len(said) < 150 {
		t.Fatalf("got %d phrases; are they found?", len(said))
	}
	languages, err := report.Languages()
	if err != nil || len(languages) < 2 {
		t.Fatalf("got %d languages: %v", len(languages), err)
	}
	for _, l := range languages {
		for _, fault := range faultsIn(l, said) {
			t.Errorf("%s: %s", l.Tag, fault)
		}
	}
}

// faultsIn returns what a language lacks of all that is said, has besides, or says
// otherwise.
func faultsIn(l report.Language, said map[string]bool) (faults []string) {
	for phrase := range said {
		kind, _, _ := strings.Cut(phrase, ": ")
		named := slices.Contains([]string{"how", "tap", "failed", "rule", "moved", "holiday"}, kind)
		if _, ok := l.Phrases[phrase]; !ok && (named || l.Tag != language.English) {
			faults = append(faults, fmt.Sprintf("nothing for %q", phrase))
		}
	}
	for phrase, kept := range l.Phrases {
		if signal := strings.HasPrefix(phrase, "signal: "); !said[phrase] && !signal { // the reader's: see TestEverySignal
			faults = append(faults, fmt.Sprintf("%q is never said", phrase))
		}
		for _, text := range []string{kept.One, kept.Other} {
			if text != "" && !slices.Equal(verbs(text), verbs(phrase)) {
				faults = append(faults, fmt.Sprintf("%q says other things than %q", text, phrase))
			}
		}
	}
	return faults
}

// TestPhrasesOfAFurtherLanguage: of a file that is added, what is missing, too much or
// wrong in it is found.
func TestPhrasesOfAFurtherLanguage(t *testing.T) {
	said := spokenPhrases(t)
	languages, err := report.Languages()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, phrase, want string
		change             func(map[string]report.Phrase)
	}{
		{"missing", "Undo", `nothing for "Undo"`, func(p map[string]report.Phrase) { delete(p, "Undo") }},
		{"too much", "Undo it", `"Undo it" is never said`, func(p map[string]report.Phrase) { p["Undo it"] = report.Phrase{Other: "Fortryd det"} }},
		{"without its number", "%d wait", `"venter" says other things than "%d wait"`, func(p map[string]report.Phrase) { p["%d wait"] = report.Phrase{Other: "venter"} }},
	} {
		further := languages[1]
		further.Tag, further.Phrases = language.Finnish, maps.Clone(further.Phrases)
		tt.change(further.Phrases)
		if got := faultsIn(further, said); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// verbs returns the places of a phrase where something is put in.
func verbs(phrase string) []string {
	return regexp.MustCompile(`%(\[\d\])?[a-z]|%%`).FindAllString(phrase, -1)
}

// speaking returns what writes in a language.
func speaking(t *testing.T, tag string, all []*report.Printer) *report.Printer {
	t.Helper()
	at := slices.IndexFunc(all, func(p *report.Printer) bool { return p.Tag().String() == tag })
	if at < 0 {
		t.Fatalf("no language is %s", tag)
	}
	return all[at]
}

func TestPlural(t *testing.T) {
	printers, err := report.Printers(oslo(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		n           int
		english, nb string
	}{
		{0, "0 companies", "0 selskaper"},
		{1, "1 company", "1 selskap"},
		{2, "2 companies", "2 selskaper"},
		{2000, "2,000 companies", "2\u00a0000 selskaper"},
	} {
		for tag, want := range map[string]string{"en": tt.english, "nb": tt.nb} {
			if got := speaking(t, tag, printers).T("%d companies", tt.n); got != want {
				t.Errorf("%d: got %q, want %q", tt.n, got, want)
			}
		}
	}
}

// TestLanguage: the address decides, then the cookie, then the browser.
func TestLanguage(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	for _, tt := range []struct{ name, query, cookie, browser, want string }{
		{"nothing is asked for", "", "", "", "en"},
		{"a Norwegian browser", "", "", "nb-NO,nb;q=0.9,en;q=0.8", "nb"},
		{"a browser that says no", "", "", "no", "nb"},
		{"nynorsk is closer to bokmål than to English", "", "", "nn", "nb"},
		{"an English browser", "", "", "en-GB,en;q=0.9", "en"},
		{"a Danish browser", "", "", "da-DK,da;q=0.9", "da"},
		{"neither", "", "", "zh", "en"},
		{"what makes no sense", "", "", ";;;q=x", "en"},
		{"the cookie before the browser", "", "nb", "en", "nb"},
		{"the address before the cookie", "?lang=en", "nb", "nb", "en"},
		{"the address", "?lang=nb", "", "en", "nb"},
		{"an address that makes no sense", "?lang=%00", "nb", "", "nb"},
	} {
		headers := []string{"Accept-Language", tt.browser}
		if tt.cookie != "" {
			headers = append(headers, "Cookie", languageCookie+"="+tt.cookie)
		}
		answer := s.get(http.MethodGet, "/"+tt.query, headers...)
		if got := answer.Header().Get("Content-Language"); got != tt.want || !strings.Contains(answer.Body.String(), `<html lang="`+tt.want+`">`) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if cookie := answer.Header().Get("Set-Cookie"); (tt.query != "") != strings.HasPrefix(cookie, languageCookie+"="+tt.want) {
			t.Errorf("%s: got cookie %q", tt.name, cookie)
		}
	}
}

// TestOtherLanguage: each page leads to itself in the other language, with the
// same filter.
func TestOtherLanguage(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	holds(t, s.page("/?sort=reach&lang=nb"), `href="?lang=en&amp;sort=reach" lang="en"`, `href="?lang=nb&amp;sort=reach" lang="nb" hreflang="nb" aria-current="true"`)
	holds(t, plain(s.page("/?lang=nb")), "Hvem svarer, og etter hvor lang tid", "besvart", "1 selskap ", "Klokkeslett i Europe/Oslo. Vist man. 2. mars kl. 13.00.00.")
}

// TestAssets: what pages refer to is there, and kept for as long as it does
// not change.
func TestAssets(t *testing.T) {
	s := newSite(t)
	for _, m := range regexp.MustCompile(`(?:href|src)="(/[\w.]+\.(?:css|js|svg)\?v=\w+)"`).FindAllStringSubmatch(s.page("/"), -1) {
		answer := s.get(http.MethodGet, m[1])
		if answer.Code != http.StatusOK || !strings.Contains(answer.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d %v", m[1], answer.Code, answer.Header())
		}
		tag := answer.Header().Get("ETag")
		if again := s.get(http.MethodGet, m[1], "If-None-Match", tag); again.Code != http.StatusNotModified {
			t.Errorf("%s: got %d for what has not changed", m[1], again.Code)
		}
		older := s.get(http.MethodGet, path.Join("/", strings.Split(m[1], "?")[0])+"?v=older")
		if got := older.Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s of another version: got %q", m[1], got)
		}
	}
}

// TestTitles: classes and channels are called on the pages as the reader's language has
// it, and by their names in addresses and where they have no title.
func TestTitles(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "bank", "Fjord"))
	s.board.Edition.Titles = edition.Titles{
		Classes:  map[string]map[string]string{"power": {"nb": "Strøm", "en": "Electricity"}},
		Channels: map[string]map[string]string{"mail": {"nb": "E-post"}},
	}
	s.ask("a", "nordlys", "power", left(), heard(30*time.Minute, reading.Answer))
	for path, wants := range map[string][]string{
		"/?lang=nb":                  {`href="/classes/power">Strøm</a>`, `<option value="power">Strøm</option>`, `<option value="mail">E-post</option>`, ">bank</a>"},
		"/?lang=en":                  {`href="/classes/power">Electricity</a>`, `<option value="mail">mail</option>`},
		"/classes/power?lang=nb":     {"<h1>Strøm ", "<figcaption>E-post<"},
		"/companies/nordlys?lang=nb": {`">Strøm</a>`, `<th scope="row">E-post`, "E-post: besvart", "<li>E-post: post@nordlys.example"},
		"/contacts/a?lang=nb":        {`">Strøm</a>`, "<small>E-post ·"},
	} {
		holds(t, s.page(path), wants...)
	}
}
