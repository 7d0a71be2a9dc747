package engine

import (
	"context"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// overLimit returns which limit on bothering the company is reached, or "".
// Openers that never left do not count; an unsure one does, and so do those of
// another edition in the same ledger: the company is the same.
func (e *Engine) overLimit(ctx context.Context, tx probes.Tx, c probes.Contact, now time.Time) (string, error) {
	limits := e.Edition.Limits
	if limits.PerCompanyPerDay == 0 && limits.PerCompanyPerEdition == 0 {
		return "", nil
	}
	all, err := tx.Find(ctx, probes.Query{Company: c.Plan.Company})
	if err != nil {
		return "", err
	}
	today, contacts := bothered(e.Edition, all, c.ID, e.Edition.Day(now))
	switch {
	case limits.PerCompanyPerDay > 0 && today >= limits.PerCompanyPerDay:
		return "the company's limit for the day is reached", nil
	case limits.PerCompanyPerEdition > 0 && contacts >= limits.PerCompanyPerEdition:
		return "the company's limit for the edition is reached", nil
	}
	return "", nil
}

// bothered counts the openers that a company has, or may have, had today, and
// its contacts that have had any between the edition's first and last day, the
// one with the id apart. Of an edition without these days only its own contacts
// are counted.
func bothered(ed *edition.Edition, all []probes.Contact, id string, today calendar.Date) (openers, contacts int) {
	for _, c := range all {
		counts := c.Plan.Edition == ed.Name
		begun := false
		for _, a := range c.Attempts {
			if !a.Bothers() {
				continue
			}
			begun = true
			day := ed.Day(a.Intended)
			if day == today {
				openers++
			}
			counts = counts || within(ed, day)
		}
		if begun && counts && c.ID != id {
			contacts++
		}
	}
	return openers, contacts
}

// within reports whether a day is between an edition's first and last.
func within(ed *edition.Edition, day calendar.Date) bool {
	return !ed.From.IsZero() && !ed.To.IsZero() && !day.Before(ed.From) && !day.After(ed.To)
}
