package board

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// events pushes the companies anew whenever something has happened or somebody
// waits, until the reader or ctx ends.
func (b *Board) events(ctx context.Context, w http.ResponseWriter, r *http.Request, t *template.Template) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	every := b.Every
	if every == 0 {
		every = time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for last := int64(-1); ; {
		view, err := b.overview(r.Context())
		if err != nil {
			return // the page asks again by itself
		}
		if view.Version != last || view.waiting() {
			if push(w, t, view) != nil {
				return
			}
			last = view.Version
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

// waiting reports whether a wait is growing before our eyes.
func (o overview) waiting() bool {
	for _, class := range o.Classes {
		for _, co := range class.Companies {
			if co.Pending > 0 {
				return true
			}
		}
	}
	return false
}

// push writes one event, as the WHATWG's HTML standard has it in section 9.2:
// each line of its data is a field, and a carriage return ends a line too.
func push(w http.ResponseWriter, t *template.Template, view overview) error {
	var page bytes.Buffer
	if err := t.Execute(&page, view); err != nil {
		return err
	}
	data := strings.NewReplacer("\r", " ", "\n", "\ndata: ").Replace(page.String())
	if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
