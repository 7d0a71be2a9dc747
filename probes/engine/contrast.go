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
