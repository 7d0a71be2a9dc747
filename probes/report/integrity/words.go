package integrity

import (
	"context"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/message"
	"github.com/svartid/svartid/probes/report"
)

// words are what was asked and answered, as far as it is still kept.
type words struct {
	edition  *edition.Edition
	openings map[string][]channels.Opening // by channel
	asked    map[string][]string           // fingerprints of openers, by company
	answered map[string][]string           // and of answers
}

// told is a contact's story, and what became of it.
type told struct {
	company *Company
	state   fairness.State
	history []probes.Event
}

// take reads the words of one contact.
func (w *words) take(ctx context.Context, tx probes.Tx, c probes.Contact, t told) error {
	asked, err := w.opener(ctx, tx, c, t)
	if err != nil || t.state != fairness.Answered {
		return err
	}
	_, decisive, came := c.Decisive()
	i := slices.IndexFunc(t.history, func(e probes.Event) bool {
		return e.Kind == probes.Heard && probes.Payload[probes.Classification](e).Arrival == decisive.Arrival
	})
	if !came || i < 0 {
		return nil // known by a person's tap, or word, alone
	}
	media, err := report.Media(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	h, err := report.ArrivalOf(t.history[i], media).Read(ctx, tx)
	if err != nil || !h.Kept {
		return err
	}
	found := reading.Inspect(h.Message, asked)
	t.company.Read++
	if found.AsksOnly {
		t.company.AsksOnly++
	}
	if found.Rings {
		t.company.Rings++
	}
	w.answered = with(w.answered, c.Plan.Company, fingerprint.Of(h.Message))
	return nil
}

// with adds a fingerprint to a company's.
func with(all map[string][]string, company, print string) map[string][]string {
	if all == nil {
		all = map[string][]string{}
	}
	all[company] = append(all[company], print)
	return all
}

// opener reads our own words, of every attempt, and returns what was asked first.
func (w *words) opener(ctx context.Context, tx probes.Tx, c probes.Contact, t told) (asked reading.Asked, err error) {
	for _, e := range t.history {
		if e.Kind != probes.Intended {
			continue
		}
		o, kept, err := report.Opening(ctx, tx, probes.Payload[probes.Intent](e).Words)
		if err != nil {
			return asked, err
		}
		if !kept {
			continue
		}
		if asked.Text == "" {
			asked.Subject, asked.Text = o.Subject, o.Body
		}
		t.company.Openers++
		w.openings[c.Plan.Channel] = append(w.openings[c.Plan.Channel], o)
		w.asked = with(w.asked, c.Plan.Company, fingerprint.Of(message.Plain(o.Body)))
	}
	return asked, nil
}

// compare counts what says the same as something before it.
func (w *words) compare(i *Company) {
	i.NearEqual, i.Alike = repeated(w.answered[i.Company]), repeated(w.asked[i.Company])
}

// repeated counts the fingerprints that are like an earlier one.
func repeated(prints []string) (n int) {
	for i, p := range prints {
		if fingerprint.Alike(p, prints[:i]) > 0 {
			n++
		}
	}
	return n
}
