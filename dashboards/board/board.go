package board

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/svartid/svartid/probes"
)

//go:embed page
var pages embed.FS

// A Board serves the pages. Fill the fields, then Mount it.
type Board struct {
	Ledger  probes.Ledger
	Edition *probes.Edition
	Clock   func() time.Time // nil = time.Now
	Every   time.Duration    // between looks for something to push. 0 = 1 second
}

// Mount adds the board's routes to a mux. Pages that stay open end with ctx.
func (b *Board) Mount(ctx context.Context, mux *http.ServeMux) {
	t := template.Must(template.New("").Funcs(template.FuncMap{
		"wait": wait, "clock": clock, "percent": percent,
	}).ParseFS(pages, "page/*.html"))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		view, err := b.overview(r.Context())
		b.reply(w, t.Lookup("overview.html"), view, err)
	})
	mux.HandleFunc("GET /contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		view, err := b.contact(r.Context(), r.PathValue("id"))
		b.reply(w, t.Lookup("contact.html"), view, err)
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pages, "page/style.css")
	})
	mux.HandleFunc("GET /live.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pages, "page/live.js")
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		b.events(ctx, w, r, t.Lookup("companies"))
	})
}

func (b *Board) now() time.Time {
	if b.Clock != nil {
		return b.Clock()
	}
	return time.Now()
}

// reply renders a page whole before anything is sent, so that an error is an
// error and not half a page.
func (b *Board) reply(w http.ResponseWriter, t *template.Template, view any, err error) {
	var page bytes.Buffer
	if err == nil {
		err = t.Execute(&page, view)
	}
	switch {
	case errors.Is(err, probes.ErrNoContact):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, "the ledger did not answer: "+err.Error(), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'")
		_, _ = page.WriteTo(w) // the reader has gone; nobody is left to tell
	}
}

// wait writes a wait as people say it.
func wait(d time.Duration) string {
	switch {
	case d < 0:
		return "–"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.1f d", d.Hours()/24)
}

func clock(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
