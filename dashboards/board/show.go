package board

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
)

// A theme is the templates in one language.
type theme struct {
	*report.Printer
	pages func() *template.Template
}

// A visit is one request for a page.
type visit struct {
	*theme
	themes []*theme // all of them
	ctx    context.Context
	r      *http.Request
	who    Visitor
	by     string // what the visitor is called, if we have been told
	named  bool   // sees the names in letters, which is recorded
	veiled bool   // does not, and may

	redactor *report.Redactor // of this visit; nil: not made yet

	now     time.Time
	edition string
}

// A pageFunc returns what the template of its page is filled with: a struct
// that has a frame.
type pageFunc func(*visit) (any, error)

// A frame is what every page has.
type frame struct {
	Page    string // the name of its template
	Title   string
	Lang    string
	Links   []link // to the same page in each language
	Edition string
	Zone    string
	Now     time.Time
	Waiting int // how much waits for a person
	Version int64
	Follow  string // the address of what is pushed of a page that moves
	By      string
	Visitor Visitor
	Veiled  bool // names in letters are hidden, and may be asked for
	Named   bool // they are shown
}

// A link is to the same page in a language.
type link struct {
	Lang, Name, To string
	Current        bool
}

// inFrame is a page.
type inFrame interface{ name() string }

func (f frame) name() string { return f.Page }

// newThemes makes the pages' languages. The templates of each are parsed once, when it is first read:
// most boards are read in one, and a start has no time for them.
func (b *Board) newThemes() []*theme {
	printers, err := report.Printers(b.zone())
	if err != nil {
		panic(err) // the languages are built in, and tested
	}
	var all []*theme
	for _, p := range printers {
		t := &theme{Printer: p}
		t.pages = sync.OnceValue(func() *template.Template {
			return template.Must(template.New("").Funcs(b.words(t)).ParseFS(pages, "page/*.html"))
		})
		all = append(all, t)
	}
	return all
}

// words are the functions of templates in one language.
func (b *Board) words(t *theme) template.FuncMap {
	return template.FuncMap{
		"T": t.T, "wait": t.Wait, "rough": t.Rough, "percent": t.Percent, "score": t.Score,
		"date": t.Date, "fulldate": t.FullDate, "moment": t.Moment, "clock": t.Clock, "machine": machine,
		"outcome": t.Outcome, "kind": t.Kind, "tap": t.Tap, "how": t.How, "policy": t.Policy, "hint": t.hint,
		"centre": t.Centre, "name": b.nameOf, "asset": b.address,
		"class":   func(name string) string { return b.Edition.Titles.Class(name, t.Tag().String()) },
		"channel": func(name string) string { return b.Edition.Titles.Channel(name, t.Tag().String()) },
		"channels": func(names []string) string {
			var all []string
			for _, name := range names {
				all = append(all, b.Edition.Titles.Channel(name, t.Tag().String()))
			}
			return strings.Join(all, ", ")
		},
		"why":       t.why,
		"later":     t.later,
		"unranked":  t.Unranked,
		"moved":     t.Moved,
		"fell":      func(outcome string) probes.Outcome { return probes.Outcome(outcome) },
		"monthname": func(at time.Time) string { return fmt.Sprint(t.Month(at.Month()), " ", at.Year()) },
		"because":   t.because, "decided": t.decided,
		"short": short, "across": across, "link": target, "query": encoded, "plainlink": plainly, "anchor": anchor,
		"weekdays": t.Weekdays, "rankAt": rankAt,
		"float": func(n survival.Number) float64 { return float64(n) },
		"names": func(ids []string) string {
			var all []string
			for _, id := range ids {
				all = append(all, b.nameOf(id))
			}
			return strings.Join(all, ", ")
		},
		"join": strings.Join,
		"pair": func(a, b any) couple { return couple{a, b} },
		"add":  func(a, b int) int { return a + b },
	}
}

// show answers with a page.
func (b *Board) show(page pageFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := b.visit(w, r)
		if err := b.seen(v); err != nil {
			b.fail(w, v, err)
			return
		}
		view, err := page(v)
		if err != nil {
			b.fail(w, v, err)
			return
		}
		v.reply(w, http.StatusOK, view.(inFrame))
	}
}

// visit finds out which language a visitor reads, and remembers it if it was
// chosen on this page.
func (b *Board) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := b.visiting(r)
	if r.URL.Query().Has("lang") {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: v.Tag().String(), Path: "/", MaxAge: 365 * 24 * 3600,
			SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: r.TLS != nil,
		})
	}
	return v
}

// visiting returns a visit, of which nothing is remembered.
func (b *Board) visiting(r *http.Request) *visit {
	v := &visit{
		theme: b.spoken(r), themes: b.themes, ctx: r.Context(), r: r, now: b.now(), edition: b.Edition.Name, who: visitorOf(r.Context()),
	}
	if cookie, err := r.Cookie(nameCookie); err == nil {
		v.by, _ = url.QueryUnescape(cookie.Value)
	}
	if v.who.Name != "" {
		v.by = v.who.Name
	}
	return v
}

// frame returns what every page has.
func (v *visit) frame(page, title string, s snapshot) frame {
	f := frame{
		Page: page, Title: title, Lang: v.Tag().String(), Waiting: s.waitingFor(v.who), Version: s.version, By: v.by, Visitor: v.who,
		Veiled: v.veiled, Named: v.named,
		Zone: v.ZoneName(v.now), Now: v.now, Edition: v.edition,
	}
	follow := v.r.URL.Query()
	follow.Set("lang", f.Lang)
	follow.Set("version", fmt.Sprint(s.version))
	f.Follow = v.r.URL.EscapedPath() + "/events?" + follow.Encode()
	for _, t := range v.themes {
		q, tag := v.r.URL.Query(), t.Tag().String()
		q.Set("lang", tag)
		f.Links = append(f.Links, link{tag, t.Name(), "?" + q.Encode(), t == v.theme})
	}
	return f
}

// fail answers with a page that says what is wrong.
func (b *Board) fail(w http.ResponseWriter, v *visit, err error) {
	page := v.trouble(err)
	page.frame = v.frame("trouble", page.Head, snapshot{})
	v.reply(w, page.Status, page)
}

// trouble says what is wrong in the words of the reader. What went wrong in particular is
// said in English, unless it is that something is not there.
func (v *visit) trouble(err error) troublePage {
	switch {
	case errors.Is(err, probes.ErrNoContact), errors.Is(err, errNoSuch):
		return troublePage{Status: http.StatusNotFound, Head: v.T("Nothing here"), Say: v.T("There is no such page.")}
	case errors.Is(err, errForm):
		return troublePage{
			Status: http.StatusBadRequest, Head: v.T("Something is missing"),
			Say: v.T("The form lacks something that is needed."), What: err.Error(),
		}
	}
	for _, conflict := range []struct {
		of  error
		say string
	}{
		{probes.ErrReport, v.T("This cannot be noted: it is over, or something else has been noted since.")},
		{probes.ErrRetraction, v.T("This cannot be taken back any more.")},
		{probes.ErrAmendment, v.T("This cannot be said of it.")},
		{probes.ErrNoArrival, v.T("There is no such message any more.")},
		{participation.ErrAct, v.T("This cannot be decided.")},
	} {
		if errors.Is(err, conflict.of) {
			return troublePage{Status: http.StatusConflict, Head: v.T("That does not fit"), Say: conflict.say, What: err.Error()}
		}
	}
	return troublePage{
		Status: http.StatusInternalServerError, Head: v.T("The ledger did not answer"),
		Say: v.T("Try again in a moment."), What: err.Error(),
	}
}

// errNoSuch says that there is no page of that name.
var errNoSuch = errors.New("there is no such page")

// troublePage is the page of what went wrong.
type troublePage struct {
	frame
	Status int
	Head   string
	Say    string
	What   string // in English, for those who look after svartid; empty: there is no more to say
}

// reply renders a page whole before anything is sent, so that an error is an
// error and not half a page.
func (v *visit) reply(w http.ResponseWriter, status int, view inFrame) {
	var page bytes.Buffer
	if err := v.pages().ExecuteTemplate(&page, view.name(), view); err != nil {
		http.Error(w, "draw the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Tag().String())
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Accept-Encoding, Cookie")
	guarded(h)
	body := packed(h, v.r, page.Bytes())
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone, so that there is no one to report to
}

// guarded forbids a page all but what is ours: no script or style inside it,
// nothing from elsewhere, and no other page around it.
func guarded(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// packed compresses what is worth it, if the reader can take it.
func packed(h http.Header, r *http.Request, page []byte) []byte {
	const worth = 2000
	if len(page) < worth || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return page
	}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestSpeed)
	if err != nil {
		return page
	}
	if _, err := z.Write(page); err != nil || z.Close() != nil {
		return page
	}
	h.Set("Content-Encoding", "gzip")
	return small.Bytes()
}

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

// encoded lets a page have a query that is encoded already, which would be escaped once more
// as a text.
func encoded(query string) template.URL { return template.URL(query) }

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
