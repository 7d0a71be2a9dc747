package board

import (
	"context"
	"fmt"
	"strings"
	"unicode"

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
	at := strings.LastIndexByte(from, '@') // a name that is shown may be an address too
	if h.redactor == nil || at < 0 {
		return h.hide(from)
	}
	outside := func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '.' && c != '-' }
	domain := from[at+1:]
	if end := strings.IndexFunc(domain, outside); end >= 0 {
		domain = domain[:end]
	}
	return "…@" + domain
}

// seen records that a visit sees the names in letters, before they are shown.
func (b *Board) seen(v *visit) error {
	if v.unveil(b); !v.named {
		return nil
	}
	return b.record(v)
}

// unveil lets a visit see the names in letters if it asks for them. Who may not judge sees
// none, and nobody does where it cannot be recorded.
func (v *visit) unveil(b *Board) {
	if !v.who.Judges || b.Accessed == nil {
		return
	}
	v.named = v.r.URL.Query().Get("names") == "shown"
	v.veiled = !v.named
}

// record keeps that a visit sees the names on a page.
func (b *Board) record(v *visit) error {
	reader := v.by
	if reader == "" {
		reader = "someone at the board"
	}
	page := strings.TrimSuffix(v.r.URL.Path, "/events")
	if err := b.Accessed(v.ctx, probes.Access{Reader: reader, What: "names on " + page}); err != nil {
		return fmt.Errorf("record who sees names: %w", err)
	}
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
	// Twice what is shown is looked through, so that no half of a name is left at the end.
	return cut(words{
		Subject: hide.hide(first(heard.Message.Subject(), 2*subjectRoom)),
		Text:    hide.hide(first(heard.Text(), 2*textRoom)), Erased: !heard.Kept,
	}), nil
}

// What a page has room for, in letters.
const textRoom, subjectRoom = 4000, 300

// first returns the beginning of a text, of so many letters at most.
func first(text string, most int) string {
	for i := range text {
		if most == 0 {
			return text[:i]
		}
		most--
	}
	return text
}

// cut keeps of the words what a page has room for.
func cut(w words) *words {
	w.Text = strings.TrimSpace(strings.ToValidUTF8(w.Text, ""))
	text, subject := first(w.Text, textRoom), first(w.Subject, subjectRoom)
	w.Cut = len(text)+len(subject) < len(w.Text)+len(w.Subject)
	w.Text, w.Subject = text, subject
	return &w
}
