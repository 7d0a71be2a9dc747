package board

import (
	"context"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// words are what a person wrote, as plain text.
type words struct {
	Subject, Text string
	Ours          bool
	Cut           bool // there is more
	Erased        bool
}

// openingWords returns what we wrote; nil if no digest of it is kept.
func openingWords(ctx context.Context, tx probes.Tx, digest string) (*words, error) {
	if digest == "" {
		return nil, nil
	}
	o, kept, err := report.Opening(ctx, tx, digest)
	return cut(words{Subject: o.Subject, Text: o.Body, Ours: true, Erased: !kept}), err
}

// arrivalWords returns what the company wrote; nil if no digest of it is kept.
func arrivalWords(ctx context.Context, tx probes.Tx, a report.Arrival) (*words, error) {
	if a.Evidence == "" && a.Words == "" {
		return nil, nil
	}
	heard, err := a.Read(ctx, tx)
	if err != nil {
		return nil, err
	}
	return cut(words{Subject: heard.Message.Subject(), Text: heard.Text(), Erased: !heard.Kept}), nil
}

// cut keeps of the words what a page has room for.
func cut(w words) *words {
	const room = 4000
	w.Text = strings.TrimSpace(strings.ToValidUTF8(w.Text, ""))
	if all := []rune(w.Text); len(all) > room {
		w.Text, w.Cut = string(all[:room]), true
	}
	return &w
}
