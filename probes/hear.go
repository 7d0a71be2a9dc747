package probes

import (
	"context"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/reading"
)

// hear takes a hearing into the ledger: every arrival matched, read and kept,
// and the mark advanced, in one transaction. Then it rules what the mark has
// covered.
func (e *Engine) hear(ctx context.Context, channel, source string, h channels.Hearing) error {
	err := e.Ledger.Update(ctx, func(tx Tx) error {
		for _, a := range h.Arrivals {
			if err := e.hearOne(ctx, tx, Hearsay{Channel: channel, Source: source, Arrival: a}); err != nil {
				return fmt.Errorf("hear %s: %w", a.Key, err)
			}
		}
		if h.Mark.Source == "" {
			return nil
		}
		return tx.Advance(ctx, channel, h.Mark)
	})
	if err != nil || h.Mark.Until.IsZero() {
		return err
	}
	return e.rule(ctx, channel)
}

// hearOne keeps one arrival, and tells the contact it belongs to, if any.
func (e *Engine) hearOne(ctx context.Context, tx Tx, h Hearsay) error {
	m := read(h.Arrival)
	c, match, err := e.match(ctx, tx, h, m)
	if err != nil {
		return err
	}
	asked := reading.Asked{}
	if match.attempt > 0 {
		a := c.Attempts[match.attempt-1]
		asked = reading.Asked{At: a.Sent}
		if o, err := openingOf(ctx, tx, a); err == nil {
			asked.Subject, asked.Text = o.Subject, o.Body
		}
		h.Contact, h.Attempt, h.Rule = c.ID, match.attempt, match.rule
	}
	got := reading.Read(m, asked, h.Arrival.Times.Arrived)
	h.Kind, h.From, h.Subject = got.Kind, m.From(), m.Subject()
	if match.rule == ruleCopy {
		h.Copy, h.Kind = true, reading.Other
	}
	fresh, err := tx.Hear(ctx, h)
	if err != nil || !fresh || match.attempt == 0 {
		return err
	}
	if h.Copy {
		err = e.record(ctx, tx, c.ID, event(Copied, match.attempt, h.Arrival.Times.Arrived,
			Sending{ID: h.Arrival.Key, Response: "blind copy in " + h.Source}))
		return err
	}
	co, _ := e.Edition.Company(c.Plan.Company)
	return e.tell(ctx, tx, h, judged(got, reading.Centre(m, co.Centres)))
}

// tell appends a reading to its contact, with the arrival that was read.
func (e *Engine) tell(ctx context.Context, tx Tx, h Hearsay, j Judged) error {
	digest, err := tx.Keep(ctx, h.Arrival.Raw)
	if err != nil {
		return err
	}
	j.Arrival, j.Evidence, j.Rule = h.Arrival.Key, digest, h.Rule
	j.Times, j.Flagged = h.Arrival.Times, h.Arrival.Flagged
	err = e.record(ctx, tx, h.Contact, event(Heard, h.Attempt, h.Arrival.Times.Arrived, j))
	return err
}

// judged is what an event keeps of a reading.
func judged(got reading.Reading, centre string) Judged {
	return Judged{
		Kind: got.Kind, Doubtful: got.Doubtful, Final: got.Permanent, Status: got.Status,
		Language: got.Language, Centre: centre, Because: got.Because,
	}
}

// read makes a message of what arrived.
func read(a channels.Arrival) reading.Message {
	if a.Media == channels.Mail {
		return reading.Parse(a.Raw)
	}
	return reading.Plain(string(a.Raw))
}
