package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/reading/match"
)

// Amend corrects a contact: appends the amendment and, if the outcome is now
// another, its ruling. A correction without a reason and an author is none. The
// error wraps ErrAmendment or ErrNoContact.
func Amend(ctx context.Context, tx probes.Tx, of probes.Correction, now time.Time) (probes.Contact, error) {
	contact, a := of.Contact, of.Amendment
	if err := a.Check(); err != nil {
		return probes.Contact{}, err
	}
	before, story, err := tx.Story(ctx, contact)
	if err != nil {
		return probes.Contact{}, err
	}
	if story, err = probes.Reveal(ctx, tx, story); err != nil {
		return probes.Contact{}, err
	}
	if a.Arrival != "" && !before.Heard(a.Arrival) {
		return probes.Contact{}, fmt.Errorf("%w: %s has not heard %s", probes.ErrAmendment, contact, a.Arrival)
	}
	if a.Arrival == "" {
		if err := a.CheckOn(before, now); err != nil {
			return probes.Contact{}, err
		}
	}
	c, err := tx.Append(ctx, contact, probes.NewEvent(probes.Amended, 0, now, a.Confirmed(story)))
	if err == nil && a.Arrival != "" {
		err = noteOn(ctx, tx, of, now)
	}
	if err != nil {
		return probes.Contact{}, err
	}
	return ruled(ctx, tx, c, now)
}

// noteOn notes an amendment on the arrival that it is about.
func noteOn(ctx context.Context, tx probes.Tx, of probes.Correction, now time.Time) error {
	a := of.Amendment
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Contact: of.Contact, Key: a.Arrival})
	if err != nil {
		return err
	}
	for _, h := range found {
		h.Verdict = &probes.Verdict{Kind: a.Kind, Reason: a.Reason, By: a.By, At: now}
		if err := tx.Judge(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// ruled writes down a contact's outcome if it has not fallen so.
func ruled(ctx context.Context, tx probes.Tx, c probes.Contact, now time.Time) (probes.Contact, error) {
	if c.Outcome == probes.Pending || c.Outcome == c.Ruled || c.Again {
		return c, nil
	}
	return tx.Append(ctx, c.ID, probes.NewEvent(probes.Ruled, c.Current().Number, now, c.Ruling()))
}

// Judge takes a person's word on arrivals, as the function Judge does, at the
// engine's own clock: on all of them, or on none. What the same person has said of
// one already, as a request that is sent again does, is not said twice.
func (e *Engine) Judge(ctx context.Context, all ...probes.Judgement) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		now := e.now()
		for _, j := range all {
			found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: j.Channel, Key: j.Arrival})
			if err != nil {
				return err
			}
			if len(found) == 1 && saidBefore(found[0], j) {
				continue
			}
			if err := Judge(ctx, tx, j, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unjudge takes back what a person has last said of arrivals, by their channels and
// keys, and only if it was the same person who said so: each waits again, as it did
// before, or is what another person has said of it. The error wraps ErrRetraction or
// ErrNoArrival.
func (e *Engine) Unjudge(ctx context.Context, all ...probes.Judgement) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		for _, j := range all {
			if err := unjudge(ctx, tx, j, e.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// unjudge takes back one word on one arrival. What was said already is not taken back
// twice: an arrival without a verdict stays as it is.
func unjudge(ctx context.Context, tx probes.Tx, j probes.Judgement, now time.Time) error {
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: j.Channel, Key: j.Arrival})
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return fmt.Errorf("%w: %s on %s", probes.ErrNoArrival, j.Arrival, j.Channel)
	case found[0].Verdict == nil:
		return nil
	case found[0].Verdict.By != j.By:
		return fmt.Errorf("%w: another person has judged %s since", probes.ErrRetraction, j.Arrival)
	}
	h := found[0]
	if h.Contact == "" {
		h.Verdict = nil
		return tx.Judge(ctx, h)
	}
	return retractWord(ctx, tx, h, now)
}

// retractWord takes back the latest word on an arrival of a contact, and the link if
// that was one.
func retractWord(ctx context.Context, tx probes.Tx, h probes.StoredArrival, now time.Time) error {
	_, story, err := tx.Story(ctx, h.Contact)
	if err != nil {
		return err
	}
	var events []probes.Event
	for _, e := range retractable(story, h.Arrival.Key) {
		events = append(events, probes.NewEvent(probes.Retracted, e.Attempt, now, probes.Retraction{Event: e.Seq, By: h.Verdict.By}))
	}
	if len(events) == 0 {
		return fmt.Errorf("%w: no event of %s says what %s is", probes.ErrRetraction, h.Contact, h.Arrival.Key)
	}
	c, err := tx.Append(ctx, h.Contact, events...)
	if err != nil {
		return err
	}
	if _, err := ruled(ctx, tx, c, now); err != nil {
		return err
	}
	if len(events) > 1 {
		h.Contact, h.Attempt, h.Rule, h.Company, h.Verdict = "", 0, "", "", nil
		return tx.Judge(ctx, h)
	}
	if h.Verdict, err = lastVerdict(ctx, tx, h); err != nil {
		return err
	}
	return tx.Judge(ctx, h)
}

// retractable returns the latest word of a story on an arrival, and the event by which
// it was heard if that word has linked it.
func retractable(story []probes.Event, arrival string) (all []probes.Event) {
	story = probes.InForce(story)
	for _, e := range slices.Backward(story) {
		if a := probes.Payload[probes.Amendment](e); e.Kind != probes.Amended || a.Arrival != arrival || a.Kind == "" {
			continue
		} else if !a.Linked {
			return []probes.Event{e}
		}
		all = []probes.Event{e}
		break
	}
	for _, e := range story {
		j := probes.Payload[probes.Classification](e)
		if len(all) > 0 && e.Kind == probes.Heard && j.Arrival == arrival && j.Rule == probes.RulePerson {
			return append(all, e)
		}
	}
	return all
}

// lastVerdict returns what the events of an arrival's contact that count say of it;
// nil if nothing.
func lastVerdict(ctx context.Context, tx probes.Tx, h probes.StoredArrival) (*probes.Verdict, error) {
	_, story, err := tx.Story(ctx, h.Contact)
	if err != nil {
		return nil, err
	}
	told, err := probes.Reveal(ctx, tx, probes.InForce(story))
	if err != nil {
		return nil, err
	}
	return probes.LastVerdict(told, h.Arrival.Key), nil
}

// Decide has a person decide who is asked, at the engine's own clock: it binds every
// opener from then on. The error wraps participation.ErrAct.
func (e *Engine) Decide(ctx context.Context, act participation.Act) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		act.At = e.now()
		return participation.Record(ctx, tx, e.Edition, act)
	})
}

// saidBefore reports whether the same person has said the same of an arrival.
func saidBefore(h probes.StoredArrival, j probes.Judgement) bool {
	return h.Verdict != nil && h.Verdict.Kind == j.Kind && h.Verdict.By == j.By && h.Verdict.Reason == j.Reason
}

// Judge takes a person's word on an arrival: what it is and, if it was
// unmatched, whose. On a contact both are amendments. The error wraps
// ErrAmendment, ErrNoArrival or ErrNoContact.
func Judge(ctx context.Context, tx probes.Tx, j probes.Judgement, now time.Time) error {
	if err := (probes.Amendment{Arrival: j.Arrival, Kind: j.Kind, Reason: j.Reason, By: j.By}).Check(); err != nil {
		return err
	}
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: j.Channel, Key: j.Arrival})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("%w: %s on %s", probes.ErrNoArrival, j.Arrival, j.Channel)
	}
	h := found[0]
	h.Verdict = &probes.Verdict{Kind: j.Kind, Reason: j.Reason, By: j.By, At: now}
	switch {
	case h.Contact == "" && j.Contact != "":
		if err := link(ctx, tx, j, &h); err != nil {
			return err
		}
	case h.Contact != "":
		return amendHeard(ctx, tx, j, h)
	}
	return tx.Judge(ctx, h)
}

// amendHeard amends the contact that an arrival belongs to, or another that the
// arrival names too.
func amendHeard(ctx context.Context, tx probes.Tx, j probes.Judgement, h probes.StoredArrival) error {
	of := probes.Correction{Contact: h.Contact, Amendment: probes.Amendment{Arrival: j.Arrival, Kind: j.Kind, Reason: j.Reason, By: j.By}}
	if j.Contact != "" && j.Contact != h.Contact {
		c, _, err := tx.Story(ctx, j.Contact)
		if err != nil || !c.Heard(j.Arrival) {
			return fmt.Errorf("%w: it belongs to contact %s, matched by %s", probes.ErrAmendment, h.Contact, h.Rule)
		}
		of.Contact = j.Contact
	}
	_, err := Amend(ctx, tx, of, h.Verdict.At)
	return err
}

// link makes an unmatched arrival one of a contact's, as a person says: heard when
// it came, and read as the person reads it.
func link(ctx context.Context, tx probes.Tx, j probes.Judgement, h *probes.StoredArrival) error {
	now := h.Verdict.At
	if h.Copy {
		return fmt.Errorf("%w: %s is our own opener", probes.ErrAmendment, h.Arrival.Key)
	}
	c, _, err := tx.Story(ctx, j.Contact)
	if err != nil {
		return err
	}
	number := j.Attempt
	if number == 0 {
		number = c.Current().Number
	}
	if number < 1 || number > len(c.Attempts) || c.Attempts[number-1].Intended.IsZero() {
		return fmt.Errorf("%w: attempt %d of %s has not left", probes.ErrAmendment, number, c.ID)
	}
	h.Contact, h.Attempt, h.Rule, h.Company, h.Doubtful = c.ID, number, probes.RulePerson, c.Plan.Company, false
	heard := probes.NewEvent(probes.Heard, number, h.Arrival.Times.Arrived, probes.Classification{
		Arrival: h.Arrival.Key, Evidence: h.Digest, Words: h.Words, Rule: probes.RulePerson,
		Times: h.Arrival.Times, Flagged: h.Arrival.Flagged, Kind: j.Kind, Centre: match.UnknownCentre,
		Responder: h.Arrival.Responder, SelfReported: h.Arrival.SelfReported,
		Submission: h.Arrival.Submission,
	})
	linked := probes.NewEvent(probes.Amended, number, now, probes.Amendment{
		Arrival: h.Arrival.Key, Kind: j.Kind, Linked: true, Reason: j.Reason, By: j.By,
	})
	if c, err = tx.Append(ctx, c.ID, linked, heard); err != nil {
		return err
	}
	_, err = ruled(ctx, tx, c, now)
	return err
}
