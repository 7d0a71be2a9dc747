package engine

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/parsed"
	"github.com/svartid/svartid/probes/engine/twice"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// weighSender returns the reading of what answers an attempt by its address
// alone. An address can be guessed, or told to others: where nothing else names
// the attempt, an answer counts without doubt only if it comes from the domain of
// the company or of one of its centres, and the mailbox's own server does not
// say that the sender is forged.
func (e *Engine) weighSender(got reading.Reading, h *parsed.Arrival, to attribution) reading.Reading {
	answers := got.Kind == reading.Answer || got.Kind == reading.Deflection || got.Kind == reading.Bot
	if to.rule != match.ByAddress || !answers || got.Doubtful || threads(to.matched(), h.Message) {
		return got
	}
	co, _ := e.Edition.Company(h.Company)
	if fromCompany(co, h) && h.Arrival.Unproven == "" {
		return got
	}
	got.Doubtful = true
	got.Because = append(got.Because, reading.Reason{
		Signal: "names the question by its address alone, and is not from the company's own domain", Saw: domainOf(h.Message.From()),
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
func fromCompany(co edition.Company, h *parsed.Arrival) bool {
	if h.Centre != "" && h.Centre != match.UnknownCentre {
		return true
	}
	from := domainOf(h.Message.From())
	for _, reach := range co.Reach {
		if at := placeOf(reach); at != "" && from != "" && related(at, from) {
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

// placeOf returns the domain of an address, or the host of a page, such as that of a
// contact form; empty if a reach is neither.
func placeOf(reach string) string {
	if page, err := url.Parse(reach); err == nil && page.Host != "" {
		return strings.ToLower(page.Hostname())
	}
	return domainOf(reach)
}

// An attribution is the attempt that an arrival belongs to, and by which rule. The
// zero attribution is none.
type attribution struct {
	contact probes.Contact
	attempt int
	rule    match.Rule
	also    []attribution // of other contacts that the arrival names too, one each
}

// matched returns the attempt.
func (m attribution) matched() probes.Attempt { return m.contact.Attempts[m.attempt-1] }

// match finds the attempt that the strongest of an arrival's clues names, and
// the attempts of other contacts that it names too: a desk that merges two cases
// answers both with one letter. A clue that is a guess matches none.
func (e *Engine) match(ctx context.Context, tx probes.Tx, h *parsed.Arrival) (attribution, error) {
	var clues []match.Clue
	for _, name := range h.Arrival.Names {
		clues = append(clues, match.Clue{Rule: probes.RulePlatform, Key: name})
	}
	clues = append(clues, match.Clues(h.Message)...)
	var names []string
	for _, clue := range clues {
		names = append(names, clue.Key, probes.Digested(clue.Key))
	}
	if len(names) == 0 {
		return attribution{}, nil
	}
	var named []probes.Contact
	for _, channel := range e.Edition.HeardOn(h.Channel) {
		some, err := tx.Find(ctx, probes.Query{Channel: channel, Names: names})
		if err != nil {
			return attribution{}, err
		}
		named = append(named, some...)
	}
	return strongest(clues, named), nil
}

// strongest returns the attempt that the first clue names which names any, and
// beside it the first that is named of each other contact.
func strongest(clues []match.Clue, named []probes.Contact) attribution {
	var all []attribution
	for _, clue := range clues {
		if clue.Rule == probes.RuleGuess {
			continue
		}
		for _, c := range named {
			if found := namedIn(c, clue); found.attempt > 0 && !slices.ContainsFunc(all, found.sameContact) {
				all = append(all, found)
			}
		}
	}
	if len(all) == 0 {
		return attribution{}
	}
	first := all[0]
	first.also = all[1:]
	return first
}

// sameContact reports whether two matches are of one contact.
func (m attribution) sameContact(other attribution) bool { return m.contact.ID == other.contact.ID }

// namedIn returns the first attempt of a contact that a clue names, if any.
func namedIn(c probes.Contact, clue match.Clue) attribution {
	for _, a := range c.Attempts {
		if names(a, clue) {
			return attribution{contact: c, attempt: a.Number, rule: clue.Rule}
		}
	}
	return attribution{}
}

// weighMerged returns the reading of an arrival that names the questions of more
// than one contact. It counts for each of them, and a person has to look which it
// answers.
func weighMerged(got reading.Reading, m attribution) reading.Reading {
	answers := got.Kind == reading.Answer || got.Kind == reading.Deflection || got.Kind == reading.Bot
	if len(m.also) == 0 || !answers {
		return got
	}
	got.Doubtful = true
	got.Because = append(got.Because, reading.Reason{Signal: "one letter that names more than one question"})
	return got
}

// names reports whether a clue points at the attempt.
func names(a probes.Attempt, clue match.Clue) bool {
	if clue.Rule == probes.RuleCopy {
		return message.Same(a.Intent.ID, clue.Key) && clue.Key != ""
	}
	return a.KnownAs(clue.Key)
}

// attribute returns which attempt an arrival belongs to, if any, also one that
// the ledger has lost, and dates the arrival by it; or that it is a trial's.
func (e *Engine) attribute(ctx context.Context, tx probes.Tx, h *parsed.Arrival) (found attribution, trial bool, err error) {
	trial, err = e.namesTrial(ctx, tx, h.StoredArrival)
	if err == nil && !trial {
		found, err = e.match(ctx, tx, h)
	}
	if err == nil && !trial && found.attempt == 0 {
		found, err = e.adopt(ctx, tx, h.StoredArrival, h.Message)
		trial = found.attempt == 0 && e.isTrial(h.StoredArrival, h.Message)
	}
	if err != nil {
		return found, false, err
	}
	h.Arrival.Times, err = e.dated(ctx, tx, h.StoredArrival, found)
	return found, trial, err
}

// hearCopy tells a contact that its own opener came back to us, whether it was handed
// over before, and whether it fails authentication.
func (e *Engine) hearCopy(ctx context.Context, tx probes.Tx, h *parsed.Arrival, to attribution) error {
	e.compareClocks(to.matched(), h.StoredArrival)
	copied := probes.Sending{ID: h.Arrival.Key, Response: probes.SeenIn(h.Source), Precision: h.Arrival.Times.Precision}
	copied.Dated = h.Arrival.Opener && !h.Arrival.Times.Claimed && copied.Precision > 0
	if to.rule == probes.RuleCopy && h.Arrival.Media == channels.Mail {
		copied.Handed = twice.Handed(h.Message)
	}
	_, story, err := tx.Story(ctx, h.Contact)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(story, func(before probes.Event) bool {
		return before.Kind == probes.Copied && before.Attempt == to.attempt &&
			twice.Differ(probes.Payload[probes.Sending](before).Handed, copied.Handed)
	}) {
		err = e.leftTwice(ctx, tx, to.contact, to.attempt)
	}
	if err == nil {
		err = e.record(ctx, tx, h.Contact, probes.NewEvent(probes.Copied, to.attempt, h.Arrival.Times.Arrived, copied))
	}
	check := h.Arrival.Unproven
	if err != nil || check == "" {
		return err
	}
	e.Log.Warn("our own opener fails authentication", "channel", h.Channel, "contact", h.Contact, "check", check)
	return e.record(ctx, tx, h.Contact, probes.NewEvent(probes.Corroborated, to.attempt, h.Arrival.Times.Arrived,
		probes.Corroboration{By: probes.ByCopy, Check: check}))
}

// leftTwice notes that an opener left twice, or left by another svartid than this one.
// One that runs on a copy of this ledger asks whom this one asks, and neither knows.
func (e *Engine) leftTwice(ctx context.Context, tx probes.Tx, c probes.Contact, attempt int) error {
	e.Log.Error("an opener left that this ledger does not have leave: does a second svartid run on a copy of it?",
		"channel", c.Plan.Channel, "contact", c.ID, "attempt", attempt, "company", c.Plan.Company)
	if e.twice.Note(c.Plan.Company, e.centresOf(c)) {
		e.Log.Error("no opener leaves any more until svartid is started again: openers to several companies left twice")
	}
	return tx.Advance(ctx, probes.Doubles, channels.Checkpoint{
		Source: attemptID(c.ID, attempt), Position: c.Plan.Channel, Until: e.now(),
	})
}

// rehear matches what came before the opener's names were known: on some
// platforms an answer is quicker than the receipt.
func (e *Engine) rehear(ctx context.Context, tx probes.Tx, contact string, result probes.Event) error {
	if result.Kind != probes.Sent && result.Kind != probes.Copied || len(probes.Payload[probes.Sending](result).Names) == 0 {
		return nil
	}
	c, _, err := tx.Story(ctx, contact)
	if err != nil {
		return err
	}
	waiting, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: e.Edition.Hearer(c.Plan.Channel), Unmatched: true})
	if err != nil {
		return err
	}
	for _, h := range waiting {
		if !slices.ContainsFunc(h.Arrival.Names, probes.Payload[probes.Sending](result).Gave) {
			continue
		}
		if err := e.matchAgain(ctx, tx, h); err != nil {
			return fmt.Errorf("match %s again: %w", h.Arrival.Key, err)
		}
	}
	return nil
}

// matchAgain gives an arrival that was heard and unmatched to its attempt.
func (e *Engine) matchAgain(ctx context.Context, tx probes.Tx, h probes.StoredArrival) (err error) {
	if err := recallWords(ctx, tx, &h); err != nil {
		return err
	}
	a := parsed.Of(h, printKey(e.Edition))
	to, err := e.match(ctx, tx, a)
	if err != nil || to.attempt == 0 {
		return err
	}
	got, err := e.judge(ctx, tx, a, to)
	if err != nil {
		return err
	}
	if err := tx.Judge(ctx, a.StoredArrival); err != nil {
		return err
	}
	return e.tell(ctx, tx, heard{a, got, to})
}
