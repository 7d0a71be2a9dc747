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

// events pushes the pieces of the first page that look different by now, until
// the reader or ctx ends.
func (b *Board) events(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodHead {
		return
	}
	shown, _ := strconv.ParseInt(r.URL.Query().Get("version"), 10, 64)
	if again, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		shown = max(shown, again)
	}
	l := &live{
		board: b, theme: b.spoken(r), wish: parseFilter(r.URL.Query()), version: shown, seed: maphash.MakeSeed(),
		who: visitorOf(r.Context()),
	}
	control := http.NewResponseController(w)
	ticker := time.NewTicker(b.every())
	defer ticker.Stop()
	var last time.Time
	for {
		pieces, err := l.next(r.Context())
		if err != nil {
			return // the page asks again by itself
		}
		if len(pieces) > 0 || time.Since(last) > beat {
			_ = control.SetWriteDeadline(time.Now().Add(longestPush)) // a writer that knows none, as in tests, waits
			if push(w, l.version, pieces) != nil {
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
type piece struct{ id, html string }

// A part is what a piece is drawn from.
type part struct {
	id, name string // of the piece, and of its template
	data     any
	look     string // differs where the piece looks different
	changed  int64  // the version at which the ledger last changed it
}

// next returns the pieces that look different by now. At first these are those
// that the ledger has changed since the page was drawn.
func (l *live) next(ctx context.Context) ([]piece, error) {
	s, err := l.board.look(ctx)
	if err != nil {
		return nil, err
	}
	first, news := l.drawn == nil, s.version != l.version
	if !first && !news && !l.pending {
		return nil, nil
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
	return l.redraw(parts, seen)
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
		html, err := l.draw(p.name, p.data)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, piece{p.id, html})
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

func (l *live) draw(name string, data any) (string, error) {
	var html strings.Builder
	if err := l.theme.pages().ExecuteTemplate(&html, name, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", name, err)
	}
	return html.String(), nil
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
