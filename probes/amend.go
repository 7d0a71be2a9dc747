package probes

import (
	"context"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/reading"
)

// Amend corrects a contact: appends the amendment and, if the outcome is now
// another, its ruling. A correction without a reason and an author is none. The
// error wraps ErrAmendment or ErrNoContact.
func Amend(ctx context.Context, tx Tx, of Correction, now time.Time) (Contact, error) {
	contact, a := of.Contact, of.Amendment
	if err := a.Check(); err != nil {
		return Contact{}, err
	}
	before, _, err := tx.Story(ctx, contact)
	if err != nil {
		return Contact{}, err
	}
	if a.Arrival != "" && !before.Heard(a.Arrival) {
		return Contact{}, fmt.Errorf("%w: %s has not heard %s", ErrAmendment, contact, a.Arrival)
	}
	c, err := tx.Append(ctx, contact, NewEvent(Amended, 0, now, a))
	if err == nil && a.Arrival != "" {
		err = noteOn(ctx, tx, of, now)
	}
	if err != nil {
		return Contact{}, err
	}
	return ruled(ctx, tx, c, now)
}

// noteOn notes an amendment on the arrival that it is about.
func noteOn(ctx context.Context, tx Tx, of Correction, now time.Time) error {
	a := of.Amendment
	found, err := tx.Arrivals(ctx, ArrivalQuery{Contact: of.Contact, Key: a.Arrival})
	if err != nil {
		return err
	}
	for _, h := range found {
		h.Verdict = &Verdict{Kind: a.Kind, Reason: a.Reason, By: a.By, At: now}
		if err := tx.Judge(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// ruled writes down a contact's outcome if it has not fallen so.
func ruled(ctx context.Context, tx Tx, c Contact, now time.Time) (Contact, error) {
	if c.Outcome == Pending || c.Outcome == c.Ruled || c.Again {
		return c, nil
	}
	return tx.Append(ctx, c.ID, NewEvent(Ruled, c.Current().Number, now, c.Ruling()))
}

// Judge takes a person's word on an arrival: what it is and, if it was
// unmatched, whose. On a contact both are amendments. The error wraps
// ErrAmendment, ErrNoArrival or ErrNoContact.
func Judge(ctx context.Context, tx Tx, j Judgement, now time.Time) error {
	if err := (Amendment{Arrival: j.Arrival, Kind: j.Kind, Reason: j.Reason, By: j.By}).Check(); err != nil {
		return err
	}
	found, err := tx.Arrivals(ctx, ArrivalQuery{Channel: j.Channel, Key: j.Arrival})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("%w: %s on %s", ErrNoArrival, j.Arrival, j.Channel)
	}
	h := found[0]
	h.Verdict = &Verdict{Kind: j.Kind, Reason: j.Reason, By: j.By, At: now}
	switch {
	case h.Contact == "" && j.Contact != "":
		if err := link(ctx, tx, j, &h); err != nil {
			return err
		}
	case j.Contact != "" && j.Contact != h.Contact:
		return fmt.Errorf("%w: it belongs to contact %s, matched by %s", ErrAmendment, h.Contact, h.Rule)
	case h.Contact != "":
		amended := Amendment{Arrival: j.Arrival, Kind: j.Kind, Reason: j.Reason, By: j.By}
		_, err := Amend(ctx, tx, Correction{h.Contact, amended}, now)
		return err
	}
	return tx.Judge(ctx, h)
}

// link makes an arrival that nobody could match one of a contact's, as a person
// says: heard when it came, and read as the person reads it.
func link(ctx context.Context, tx Tx, j Judgement, h *StoredArrival) error {
	now := h.Verdict.At
	if h.Copy {
		return fmt.Errorf("%w: %s is our own opener", ErrAmendment, h.Arrival.Key)
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
		return fmt.Errorf("%w: attempt %d of %s has not left", ErrAmendment, number, c.ID)
	}
	h.Contact, h.Attempt, h.Rule, h.Company, h.Doubtful = c.ID, number, RulePerson, c.Plan.Company, false
	heard := NewEvent(Heard, number, h.Arrival.Times.Arrived, Classification{
		Arrival: h.Arrival.Key, Evidence: h.Digest, Words: h.Words, Rule: RulePerson,
		Times: h.Arrival.Times, Flagged: h.Arrival.Flagged, Kind: j.Kind, Centre: reading.UnknownCentre,
		Responder: h.Arrival.Responder, SelfReported: h.Arrival.SelfReported,
		Submission: h.Arrival.Submission,
	})
	linked := NewEvent(Amended, number, now, Amendment{
		Arrival: h.Arrival.Key, Kind: j.Kind, Linked: true, Reason: j.Reason, By: j.By,
	})
	if c, err = tx.Append(ctx, c.ID, linked, heard); err != nil {
		return err
	}
	_, err = ruled(ctx, tx, c, now)
	return err
}
