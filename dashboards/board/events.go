package board

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// events pushes the companies anew whenever they look different, because
// something has happened or somebody waits, until the reader or ctx ends.
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
	for live := (&live{board: b, template: t}); ; {
		if page, err := live.next(r.Context()); err != nil || page != "" && push(w, page) != nil {
			return // the page asks again by itself
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
	board    *Board
	template *template.Template
	held     held
	page     string
}

// next returns the companies if they look different by now, else nothing.
func (l *live) next(ctx context.Context) (string, error) {
	version := l.held.totals.Version
	if err := l.board.refresh(ctx, &l.held); err != nil {
		return "", err
	}
	view := l.board.arrange(l.held, l.board.now())
	if l.page != "" && l.held.totals.Version == version && !view.waiting() {
		return "", nil
	}
	var page strings.Builder
	if err := l.template.Execute(&page, view); err != nil || page.String() == l.page {
		return "", err
	}
	l.page = page.String()
	return l.page, nil
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
func push(w http.ResponseWriter, page string) error {
	data := strings.NewReplacer("\r", " ", "\n", "\ndata: ").Replace(page)
	if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
