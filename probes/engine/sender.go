package engine

import (
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// weighSender returns the reading of what answers an attempt by its address
// alone. An address can be guessed, or told to others: where nothing else names
// the attempt, an answer counts without doubt only if it comes from the domain of
// the company or of one of its centres, and the mailbox's own server does not
// say that the sender is forged.
func (e *Engine) weighSender(got reading.Reading, h probes.StoredArrival, to attribution, m message.Message) reading.Reading {
	answers := got.Kind == reading.Answer || got.Kind == reading.Deflection || got.Kind == reading.Bot
	if to.rule != match.ByAddress || !answers || got.Doubtful || threads(to.matched(), m) {
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
func threads(a probes.Attempt, m message.Message) bool {
	for _, clue := range match.Clues(m) {
		if clue.Rule != match.ByAddress && clue.Rule != probes.RuleGuess && names(a, clue) {
			return true
		}
	}
	return false
}

// fromCompany reports whether a sender is of the company's domain, of one below
// it or above it, or of a centre that its configuration tells by its senders.
func fromCompany(co edition.Company, h probes.StoredArrival, m message.Message) bool {
	if h.Centre != "" && h.Centre != match.UnknownCentre {
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
