package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// rereadAll reads again what a centre wrote before, in the light of what has just
// been heard of it: lines that it has in common with that are template now, and a
// machine that has said what it is makes doubtful all that is signed like it.
func (e *Engine) rereadAll(ctx context.Context, tx probes.Tx, heard probes.StoredArrival) error {
	all, err := siblingsOf(ctx, tx, heard.Company, heard.Centre)
	if err != nil {
		return err
	}
	var before siblings
	for _, s := range all {
		if s.reply.Arrival != heard.Arrival.Key {
			before = append(before, s)
		}
	}
	if len(before) == len(all) || e.Edition.Closed(e.now()) {
		return nil
	}
	key := printKey(e.Edition)
	for _, s := range before {
		now, was := all.template(key, s.contact, s.prints.Lines), before.template(key, s.contact, s.prints.Lines)
		if !now.Differs(was, s.prints.Lines) && all.disclosed(s.contact, s.prints) == before.disclosed(s.contact, s.prints) {
			continue
		}
		if err := e.reread(ctx, tx, s); err != nil {
			return fmt.Errorf("read %s again: %w", s.reply.Arrival, err)
		}
	}
	return nil
}

// reread reads one arrival again, and records what it is if that is another thing
// than it was. What a person has judged stays, and so does what was erased.
func (e *Engine) reread(ctx context.Context, tx probes.Tx, s sibling) error {
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Contact: s.contact.ID, Key: s.reply.Arrival})
	if err != nil || len(found) != 1 || found[0].Verdict != nil || found[0].Copy {
		return err
	}
	h := found[0]
	switch err := recallWords(ctx, tx, &h); {
	case errors.Is(err, probes.ErrNoEvidence):
		return nil
	case err != nil:
		return err
	}
	counted := h.Kind
	got, err := e.judge(ctx, tx, &h, attribution{contact: s.contact, attempt: s.attempt, rule: h.Rule})
	if err != nil || got.Kind == s.reply.Kind && got.Doubtful == s.reply.Doubtful {
		return err
	}
	h.Kind = counted // it was counted so
	if err := tx.Judge(ctx, h); err != nil {
		return err
	}
	j := classification(got, h)
	j.Arrival, j.Evidence, j.Words, j.Prints = h.Arrival.Key, h.Digest, h.Words, s.reply.Prints
	j.Rule, j.Times, j.Flagged = h.Rule, h.Arrival.Times, h.Arrival.Flagged
	j.Responder, j.SelfReported = h.Arrival.Responder, h.Arrival.SelfReported
	c, err := tx.Append(ctx, s.contact.ID, probes.NewEvent(probes.Reread, s.attempt, e.now(), j))
	if err != nil {
		return err
	}
	_, err = ruled(ctx, tx, c, e.now())
	return err
}

// recallWords puts back what came of an arrival. The error wraps ErrNoEvidence if
// it was erased.
func recallWords(ctx context.Context, tx probes.Tx, h *probes.StoredArrival) (err error) {
	if h.Digest != "" {
		if h.Arrival.Raw, err = tx.Evidence(ctx, h.Digest); err != nil {
			return err
		}
	}
	if h.Words == "" {
		return nil
	}
	words, err := tx.Evidence(ctx, h.Words)
	h.Arrival.Text = string(words)
	return err
}

// written reports whether a reading is of what a centre writes to its customers,
// as reports on delivery are not.
func written(kind reading.Kind) bool { return kind != reading.Bounce && kind != reading.Delay }
