package board

import (
	"context"
	"fmt"
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

// A veil takes the names, addresses and numbers of people out of what a page shows of
// one company. Without a redactor nothing is taken out.
type veil struct {
	redactor *report.Redactor
	who      report.Names
}

// veil returns what hides the people in letters of a company from a visit, unless it has
// asked to see them.
func (v *visit) veil(b *Board, company string) veil {
	co, _ := b.Edition.Company(company)
	hide := veil{who: report.NamesAt(co)}
	if !v.named {
		if v.redactor == nil { // its patterns take longer to make than a letter to read
			v.redactor = report.NewRedactor()
		}
		hide.redactor = v.redactor
	}
	return hide
}

// hide takes people out of a text.
func (h veil) hide(text string) string { return h.redactor.Hide(text, h.who) }

// hideAll takes people out of texts.
func (h veil) hideAll(texts []string) []string {
	hidden := make([]string, len(texts))
	for i, text := range texts {
		hidden[i] = h.hide(text)
	}
	return hidden
}

// sender returns who has sent an arrival: of an address that is hidden, at which
// domain it is.
func (h veil) sender(from string) string {
	_, domain, mail := strings.Cut(from, "@")
	if h.redactor == nil || !mail {
		return h.hide(from)
	}
	return "…@" + strings.Trim(domain, "> ")
}

// seen records that a visit sees the names in letters, before they are shown. Who may
// not judge sees none, and nobody does where it cannot be recorded.
func (b *Board) seen(v *visit) error {
	if !v.who.Judges || b.Accessed == nil {
		return nil
	}
	if v.r.URL.Query().Get("names") != "shown" {
		v.veiled = true
		return nil
	}
	reader := v.by
	if reader == "" {
		reader = "someone at the board"
	}
	if err := b.Accessed(v.ctx, probes.Access{Reader: reader, What: "names on " + v.r.URL.Path}); err != nil {
		return fmt.Errorf("record who sees names: %w", err)
	}
	v.named = true
	return nil
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
func arrivalWords(ctx context.Context, tx probes.Tx, a report.Arrival, hide veil) (*words, error) {
	if a.Evidence == "" && a.Words == "" {
		return nil, nil
	}
	heard, err := a.Read(ctx, tx)
	if err != nil {
		return nil, err
	}
	hide.redactor.Meet(heard, hide.who)
	return cut(words{Subject: hide.hide(heard.Message.Subject()), Text: hide.hide(heard.Text()), Erased: !heard.Kept}), nil
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
