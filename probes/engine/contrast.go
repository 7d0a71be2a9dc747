package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/message"
)

// A sibling is a reply of a company's centre to one of its contacts, and what is
// kept of it to compare others with it.
type sibling struct {
	contact probes.Contact
	attempt int
	reply   probes.Reply
	prints  fingerprint.Prints
}

// disclosed reports whether a machine said in the reply what it is.
func (s sibling) disclosed() bool { return s.reply.Kind == reading.Bot && !s.reply.Doubtful }

// A centre's replies, earliest contact first.
type siblings []sibling

// printKey returns what the fingerprints of lines are keyed by.
func printKey(ed *edition.Edition) []byte {
	return []byte(plan.NewStream(markKey(ed), "fingerprints").Token(32))
}

// printsOf returns the fingerprints of a message.
func (e *Engine) printsOf(m message.Message) fingerprint.Prints {
	return fingerprint.Take(m, reading.Signer(m), printKey(e.Edition))
}

// keepPrints keeps fingerprints as evidence, so that an erasure reaches them, and
// returns their digest; empty if there are none.
func keepPrints(ctx context.Context, tx probes.Tx, p fingerprint.Prints) (string, error) {
	if p.None() {
		return "", nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode fingerprints: %w", err)
	}
	return tx.Keep(ctx, text)
}

// siblingsOf returns what a centre has written to a company's contacts, as far as
// its fingerprints are still kept. Reports on delivery are not the centre's.
func siblingsOf(ctx context.Context, tx probes.Tx, company, centre string) (all siblings, err error) {
	contacts, err := tx.Find(ctx, probes.Query{Company: company})
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		for _, a := range c.Attempts {
			for _, t := range a.Readings {
				if t.Prints == "" || t.Centre != centre || !written(t.Kind) {
					continue
				}
				s := sibling{contact: c, attempt: a.Number, reply: t}
				text, err := tx.Evidence(ctx, t.Prints)
				if errors.Is(err, probes.ErrNoEvidence) {
					continue
				}
				if err == nil {
					err = json.Unmarshal(text, &s.prints)
				}
				if err != nil {
					return nil, fmt.Errorf("fingerprints of %s: %w", t.Arrival, err)
				}
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// template returns what the centre has written to other contacts, which asked
// something else than c: of the lines given, how many of these had each.
func (all siblings) template(key []byte, c probes.Contact, lines []string) reading.Template {
	contacts := map[string]bool{}
	met := map[string]map[string]bool{}
	for _, s := range all {
		if s.contact.ID == c.ID || s.contact.Plan.Scenario == c.Plan.Scenario {
			continue
		}
		contacts[s.contact.ID] = true
		for _, line := range s.prints.Lines {
			if !slices.Contains(lines, line) {
				continue
			}
			if met[line] == nil {
				met[line] = map[string]bool{}
			}
			met[line][s.contact.ID] = true
		}
	}
	t := reading.Template{Key: key, Others: len(contacts), Lines: map[string]int{}}
	for line, in := range met {
		t.Lines[line] = len(in)
	}
	return t
}

// disclosed says in what a message is like one in which a machine of the centre
// said what it is, to any contact but c and whenever that came; empty: in nothing.
func (all siblings) disclosed(c probes.Contact, p fingerprint.Prints) string {
	for _, s := range all {
		if s.contact.ID == c.ID || !s.disclosed() {
			continue
		}
		switch {
		case p.Signer != "" && p.Signer == s.prints.Signer:
			return "the same signature"
		case fingerprint.Alike(p.Text, []string{s.prints.Text}) > 0:
			return "the same text"
		}
	}
	return ""
}

// compare returns what of an arrival to a contact the same centre has written to
// others too, and in what it is like a machine's that said so (see
// [reading.Asked]).
func (e *Engine) compare(ctx context.Context, tx probes.Tx, h probes.StoredArrival, c probes.Contact) (reading.Template, string, error) {
	p := e.printsOf(probes.MessageOf(h.Arrival))
	if p.None() || h.Arrival.Opener || h.Rule == probes.RuleCopy {
		return reading.Template{}, "", nil
	}
	all, err := siblingsOf(ctx, tx, h.Company, h.Centre)
	if err != nil {
		return reading.Template{}, "", err
	}
	return all.template(printKey(e.Edition), c, p.Lines), all.disclosed(c, p), nil
}

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
