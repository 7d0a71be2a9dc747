package board

import (
	"context"
	"fmt"
	"hash/maphash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// beat is how often a stream sends a comment, so that no proxy between us and
// the reader closes it as idle.
const beat = 20 * time.Second

// longestPush is how long a reader may take for what it is sent.
const longestPush = 30 * time.Second

// A pusher knows what a reader has been shown of a page.
type pusher interface {
	// next returns the pieces that look different by now, and the version of the ledger that
	// they show.
	next(ctx context.Context) ([]piece, int64, error)
}

// events pushes what changes of the first page.
func (b *Board) events(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	b.stream(ctx, w, r, &live{
		board: b, theme: b.spoken(r), wish: parseFilter(r.URL.Query()), version: shownTo(r), seed: maphash.MakeSeed(),
		who: visitorOf(r.Context()),
	})
}

// shownTo returns the version of the ledger that a reader has seen; 0 if that is not known.
func shownTo(r *http.Request) int64 {
	shown, _ := strconv.ParseInt(r.URL.Query().Get("version"), 10, 64)
	if again, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		shown = max(shown, again)
	}
	return shown
}

// stream pushes the pieces of a page that look different by now, until the reader or ctx
// ends.
func (b *Board) stream(ctx context.Context, w http.ResponseWriter, r *http.Request, from pusher) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodHead {
		return
	}
	control := http.NewResponseController(w)
	ticker := time.NewTicker(b.every())
	defer ticker.Stop()
	var last time.Time
	for {
		pieces, version, err := from.next(r.Context())
		if err != nil {
			return // the page asks again by itself
		}
		if len(pieces) > 0 || time.Since(last) > beat {
			_ = control.SetWriteDeadline(time.Now().Add(longestPush)) // a writer that knows none, as in tests, waits
			if push(w, version, pieces) != nil {
				return
			}
			last = time.Now()
		}
		select {
		case <-ctx.Done():
			return
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
	}
}

// A live is what one reader has been shown.
type live struct {
	board   *Board
	who     Visitor // a shopper is told how much waits for that shopper, and nothing else
	theme   *theme
	wish    filter
	version int64             // of the ledger, that the reader has seen
	drawn   map[string]uint64 // what each piece is made of, as it was last drawn
	seed    maphash.Seed
	pending bool // a contact was waiting when we last looked, so that time alone changes the page
}

// A piece is an element of the page that has an id.
type piece struct{ html string }

// A part is what a piece is drawn from.
type part struct {
	id, name string // of the piece, and of its template
	data     any
	look     string // differs where the piece looks different
	changed  int64  // the version at which the ledger last changed it
}

// next returns the pieces that look different by now. At first these are those
// that the ledger has changed since the page was drawn.
func (l *live) next(ctx context.Context) ([]piece, int64, error) {
	s, err := l.board.look(ctx)
	if err != nil {
		return nil, 0, err
	}
	first, news := l.drawn == nil, s.version != l.version
	if !first && !news && !l.pending {
		return nil, l.version, nil
	}
	v := l.board.newView(s, l.wish)
	parts := l.rows(v)
	if first || news {
		parts = append(parts, above(v, l.who)...)
	}
	if l.who.Shopper {
		parts = slices.DeleteFunc(parts, func(p part) bool { return p.name != "waiting" })
	}
	seen := l.version
	l.version = s.version
	pieces, err := l.redraw(parts, seen)
	return pieces, l.version, err
}

// redraw draws the parts that look different from when they were last drawn;
// those that never were, if the ledger has changed them since a version.
func (l *live) redraw(parts []part, since int64) (fresh []piece, err error) {
	if l.drawn == nil {
		l.drawn = map[string]uint64{}
	}
	for _, p := range parts {
		look := maphash.String(l.seed, p.look)
		old, known := l.drawn[p.id]
		l.drawn[p.id] = look
		if known && old == look || !known && p.changed <= since {
			continue
		}
		html, err := l.theme.draw(p.name, p.data)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, piece{html})
	}
	return fresh, nil
}

// rows returns the companies that time or the ledger has changed.
func (l *live) rows(v view) (parts []part) {
	a := v.axis()
	l.pending = false
	for _, f := range v.all {
		l.pending = l.pending || f.Pending > 0
		if f.changed <= l.version && f.Pending == 0 || v.wish.Class != "" && f.Company.Class != v.wish.Class {
			continue
		}
		r := v.row(f, a)
		parts = append(parts, part{"co-" + f.Company.ID, "row", r, r.look(l.theme), f.changed})
	}
	return parts
}

// look tells what of a row time and the ledger may change.
func (r row) look(t *theme) string {
	look := fmt.Sprint(r.changed, r.Hint, r.Strip.Pending, t.Rough(r.Waited()))
	for _, c := range r.Channels {
		look += t.Rough(c.Median)
	}
	return look
}

// above returns what stands above the companies.
func above(v view, who Visitor) []part {
	version := v.snapshot.version
	var parts []part
	for _, t := range v.tiles() {
		parts = append(parts, part{"tile-" + t.Class, "tile", t, fmt.Sprint(t), version})
	}
	counts, latest, waiting := v.counts(), v.latest(), v.snapshot.waitingFor(who)
	return append(parts,
		part{"counts", "counts", counts, fmt.Sprint(counts), version},
		part{"latest", "latest", latest, fmt.Sprint(latest), version},
		part{"waiting", "waiting", waiting, fmt.Sprint(waiting), version})
}

func (t *theme) draw(name string, data any) (string, error) {
	var html strings.Builder
	if err := t.pages().ExecuteTemplate(&html, name, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", name, err)
	}
	return html.String(), nil
}

// A moving page is drawn anew where it changes, while a reader has it open.
type moving struct {
	page   pageFunc
	pieces []string      // the templates of its pieces, each of which draws one element that has an id
	calm   time.Duration // for which it looks the same unless the ledger changes it
}

// unhurried is how long a page may look the same though time alone changes it: what waits
// is written there by the minute.
const unhurried = time.Minute

// movingPages are those that are followed, by the routes of their streams.
func (b *Board) movingPages() map[string]moving {
	return map[string]moving{
		"GET /companies/{id}/events": {b.company, []string{"company-flags", "company-figures", "company-curves", "company-contacts", "company-centres", "company-participation"}, unhurried},
		"GET /contacts/{id}/events":  {b.contact, []string{"contact-state", "contact-tries", "contact-story"}, unhurried},
		"GET /eyes/events":           {b.health, []string{"health-counts", "health-listeners", "health-traffic", "health-openers"}, 0},
	}
}

// follow pushes what changes of a page.
func (b *Board) follow(ctx context.Context, m moving) http.HandlerFunc {
	m.pieces = append(m.pieces, "waits")
	return func(w http.ResponseWriter, r *http.Request) {
		b.stream(ctx, w, r, &followed{moving: m, board: b, visit: b.visiting(r), version: shownTo(r), seed: maphash.MakeSeed()})
	}
}

// A followed is what one reader has been shown of a moving page.
type followed struct {
	moving
	board   *Board
	visit   *visit
	version int64   // of the ledger, that the reader has seen
	last    inFrame // as it was last drawn; nil: it was not yet
	at      time.Time
	drawn   map[string]uint64 // how each piece looked
	seed    maphash.Seed
}

// next draws the page, if it may look different by now, and returns the pieces that do. At
// first these are all, if the ledger has changed since the reader saw the page.
func (f *followed) next(ctx context.Context) ([]piece, int64, error) {
	s, err := f.board.look(ctx)
	if err != nil {
		return nil, 0, err
	}
	seen := f.version
	f.version = s.version
	if f.last != nil && changed(f.last, s) <= seen && time.Since(f.at) < f.calm {
		return nil, s.version, nil
	}
	v := *f.visit // what a visit makes for itself is of one page
	v.ctx, v.now = ctx, f.board.now()
	v.unveil(f.board)
	page, err := f.page(&v)
	if err != nil {
		return nil, 0, err
	}
	known := f.last == nil && seen == s.version
	f.last, f.at = page.(inFrame), time.Now()
	fresh, err := f.redraw()
	if known {
		fresh = nil
	}
	if err == nil && len(fresh) > 0 && v.named {
		err = f.board.record(&v)
	}
	return fresh, s.version, err
}

// changed returns the version of the ledger that last changed a page: the newest, unless
// the page knows better.
func changed(page inFrame, s snapshot) int64 {
	if p, ok := page.(interface{ changed(s snapshot) int64 }); ok {
		return p.changed(s)
	}
	return s.version
}

// redraw draws the pieces of the page, and returns those that look different from when they
// were last drawn, or that never were.
func (f *followed) redraw() (fresh []piece, err error) {
	drawn := map[string]uint64{}
	for _, name := range f.pieces {
		html, err := f.visit.draw(name, f.last)
		if err != nil {
			return nil, err
		}
		drawn[name] = maphash.String(f.seed, html)
		if old, was := f.drawn[name]; !was || old != drawn[name] {
			fresh = append(fresh, piece{html})
		}
	}
	f.drawn = drawn
	return fresh, nil
}

// push writes each piece as one event, as the WHATWG's HTML standard has it in
// section 9.2: each line of its data is a field, and a carriage return ends a
// line too. Without pieces it writes a comment, which only says that we live.
func push(w http.ResponseWriter, version int64, pieces []piece) error {
	lines := strings.NewReplacer("\r", " ", "\n", "\ndata: ")
	var text strings.Builder
	if len(pieces) == 0 {
		text.WriteString(": still here\n\n")
	}
	for _, p := range pieces {
		fmt.Fprintf(&text, "id: %d\ndata: %s\n\n", version, lines.Replace(strings.TrimSpace(p.html)))
	}
	if _, err := w.Write([]byte(text.String())); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
