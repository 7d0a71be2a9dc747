package engine

import (
	"context"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// weighSender returns the reading of what answers an attempt by its address
// alone. An address can be guessed, or told to others: where nothing else names
// the attempt, an answer counts without doubt only if it comes from the domain of
// the company or of one of its centres, and the mailbox's own server does not
// say that the sender is forged.
func (e *Engine) weighSender(got reading.Reading, h probes.StoredArrival, match match, m reading.Message) reading.Reading {
	answers := got.Kind == reading.Answer || got.Kind == reading.Deflection || got.Kind == reading.Bot
	if match.rule != reading.ByAddress || !answers || got.Doubtful || threads(match.matched(), m) {
		return got
	}
	co, _ := e.Edition.Company(h.Company)
	if fromCompany(co, h, m) && h.Arrival.Unproven == "" {
		return got
	}
	got.Doubtful = true
	got.Because = append(got.Because, reading.Reason{
		Signal: "names the question by its address alone, and is not from the company's own domain", Saw: domainOf(m.From()),
	})
	return got
}

// threads reports whether a message names an attempt by more than an address
// that it came to: by what it answers, or by what it quotes.
func threads(a probes.Attempt, m reading.Message) bool {
	for _, clue := range m.Clues() {
		if clue.Rule != reading.ByAddress && clue.Rule != probes.RuleGuess && names(a, clue) {
			return true
		}
	}
	return false
}

// fromCompany reports whether a sender is of the company's domain, of one below
// it or above it, or of a centre that its configuration tells by its senders.
func fromCompany(co edition.Company, h probes.StoredArrival, m reading.Message) bool {
	if h.Centre != "" && h.Centre != reading.UnknownCentre {
		return true
	}
	from := domainOf(m.From())
	for _, reach := range co.Reach {
		if at := domainOf(reach); at != "" && from != "" && related(at, from) {
			return true
		}
	}
	return false
}

// related reports whether one domain is the other, or lies below it. A name
// without a dot is no company's domain.
func related(a, b string) bool {
	if !strings.Contains(a, ".") || !strings.Contains(b, ".") {
		return false
	}
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// domainOf returns what follows the @ of an address, in lower case; empty if it
// is none.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return strings.ToLower(domain)
}

// A match is the attempt that an arrival belongs to, and by which rule. The
// zero match is none.
type match struct {
	contact probes.Contact
	attempt int
	rule    reading.Rule
}

// matched returns the attempt.
func (m match) matched() probes.Attempt { return m.contact.Attempts[m.attempt-1] }

// match finds the attempt that the strongest of an arrival's clues names. One
// arrival belongs to one attempt; a clue that is a guess matches none.
func (e *Engine) match(ctx context.Context, tx probes.Tx, h probes.StoredArrival, m reading.Message) (match, error) {
	var clues []reading.Clue
	for _, name := range h.Arrival.Names {
		clues = append(clues, reading.Clue{Rule: probes.RulePlatform, Key: name})
	}
	clues = append(clues, m.Clues()...)
	var names []string
	for _, clue := range clues {
		names = append(names, clue.Key, probes.Digested(clue.Key))
	}
	if len(names) == 0 {
		return match{}, nil
	}
	var named []probes.Contact
	for _, channel := range e.Edition.HeardOn(h.Channel) {
		some, err := tx.Find(ctx, probes.Query{Channel: channel, Names: names})
		if err != nil {
			return match{}, err
		}
		named = append(named, some...)
	}
	return strongest(clues, named), nil
}

// strongest returns the attempt that the first clue names which names any.
func strongest(clues []reading.Clue, named []probes.Contact) match {
	for _, clue := range clues {
		if clue.Rule == probes.RuleGuess {
			continue
		}
		for _, c := range named {
			for _, a := range c.Attempts {
				if names(a, clue) {
					return match{contact: c, attempt: a.Number, rule: clue.Rule}
				}
			}
		}
	}
	return match{}
}

// names reports whether a clue points at the attempt.
func names(a probes.Attempt, clue reading.Clue) bool {
	if clue.Rule == probes.RuleCopy {
		return reading.Same(a.Intent.ID, clue.Key) && clue.Key != ""
	}
	return a.KnownAs(clue.Key)
}
