package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// A proof is what the verdicts of a channel rest on.
type proof struct {
	engine  *Engine
	general probes.Proof
	canary  time.Time // when the newest canary left that came back
	waits   bool      // the channel has no copies: its canary stands in for them
	letters []probes.Letter
	covered probes.Coverage // how far everything that arrived has been read
}

// proof gathers what the verdicts on contacts of a channel rest on.
func (e *Engine) proof(ctx context.Context, tx probes.Tx, channel string, on []probes.Contact) (proof, error) {
	hearer := e.Edition.Hearer(channel)
	p := proof{engine: e, general: probes.Proof{Now: e.now(), Patience: e.Timing.Lost, Closed: e.Edition.Closed(e.now())}}
	copier, copies := e.Channels[channel].(channels.Copier)
	p.general.Shows = copies && copier.Copies()
	if canary, ok := e.Channels[channel].(channels.Canary); ok && copies && !copier.Copies() && canary.HasCanary() {
		checkpoints, err := tx.Checkpoints(ctx, channel)
		if err != nil {
			return p, err
		}
		p.waits = true
		_, p.canary = roundsBegun(checkpoints, channels.CanarySource)
	}
	var err error
	p.letters, err = e.letters(ctx, tx, hearer, on)
	return p, err
}

// A contactProof is what the verdict on one contact rests on.
type contactProof struct {
	probes.Proof
	canaryMissing bool // no canary has come back since the contact's round began
	blind         bool // the company's place could not be read, and that may be our own fault
	covered       probes.Coverage
}

// of returns what the verdict on a contact rests on.
func (p proof) of(c probes.Contact) contactProof {
	one := contactProof{Proof: p.general, canaryMissing: p.waits && p.canary.Before(c.Plan.Round), covered: p.covered}
	co, _ := p.engine.Edition.Company(c.Plan.Company)
	if place, failed := p.engine.unread.at(c.Plan.Channel, co.Reach[c.Plan.Channel]); failed {
		one.blind, one.covered.Closed = place.Ours, !place.Ours
	}
	one.covered.Alone = p.engine.unread.isAlone(c.Plan.Channel, c.Current().Intent.ID)
	if len(p.letters) > 0 {
		one.Letters = probes.UnreadOf(p.letters, p.engine.question(c))
	}
	return one
}

// decide writes down that a contact's silence is proven, or what its verdict
// waits for, or that our listening to it failed.
func (e *Engine) decide(ctx context.Context, tx probes.Tx, c probes.Contact, p contactProof) error {
	a := c.Current()
	hold, lost := a.Silence(p.Proof)
	if hold == "" && !lost && p.canaryMissing && a.State == probes.AttemptSent && a.Blame() == "" {
		hold = probes.HoldCopy
	}
	if p.blind {
		hold, lost = probes.HoldBlind, false
	}
	switch {
	case lost:
		e.Log.Warn("our own opener never came home: it may be that we do not hear this address", "contact", c.ID, "address", a.Intent.Address)
		return e.record(ctx, tx, c.ID, probes.NewEvent(probes.Broken, a.Number, e.now(), probes.Failure{
			Reason: probes.Unheard, Fault: fault.Ours,
		}))
	case hold != "":
		h := probes.Suspension{For: hold}
		if hold == probes.HoldReview {
			h.Letters = probes.UnopenedOf(p.Letters)
		}
		if h.Same(probes.Suspension{For: c.Held, Letters: c.Letters}) {
			return nil
		}
		return e.record(ctx, tx, c.ID, probes.NewEvent(probes.Held, a.Number, e.now(), h))
	}
	by := p.covered
	by.Letters = probes.UnopenedOf(p.Letters)
	return e.record(ctx, tx, c.ID, probes.NewEvent(probes.Covered, a.Number, e.now(), by))
}

// question returns what a letter may answer of a contact.
func (e *Engine) question(c probes.Contact) probes.Question {
	a := c.Current()
	q := probes.Question{Contact: c.ID, Attempt: a.Number, Address: a.Intent.Address, Left: a.Start(), Until: a.Deadline}
	if !a.Intended.IsZero() && a.Intended.Before(q.Left) {
		q.Left = a.Intended
	}
	for _, p := range e.Edition.Personas {
		if p.Name == c.Plan.Persona && (p.Channel == c.Plan.Channel || p.Channel == e.Edition.Hearer(c.Plan.Channel)) {
			q.Persona, q.Catchall = p.Address, p.Tag == "catchall"
		}
	}
	if co, known := e.Edition.Company(c.Plan.Company); known {
		q.From = writesFrom(co)
	}
	return q
}

// writesFrom returns where a company and its centres write from, as patterns:
// the domains of the addresses that it takes mail at, and its centres' own.
func writesFrom(co edition.Company) (all []string) {
	for _, channel := range co.Channels() {
		if _, domain, mail := strings.Cut(message.Normal(co.Reach[channel]), "@"); mail && domain != "" {
			all = append(all, domain)
		}
	}
	for _, centre := range co.Centres {
		if centre.From != "" {
			all = append(all, centre.From)
		}
	}
	return all
}

// letters returns the arrivals on a channel that were not read yet, the
// unmatched ones and those that could not be read, and came while any of the contacts
// could be answered.
func (e *Engine) letters(ctx context.Context, tx probes.Tx, channel string, on []probes.Contact) ([]probes.Letter, error) {
	var from, until time.Time
	for i, c := range on {
		q := e.question(c)
		if i == 0 {
			from = q.Left
		}
		from, until = calendar.Earlier(from, q.Left), calendar.Later(until, q.Until)
	}
	var all []probes.Letter
	for _, q := range []probes.ArrivalQuery{{Unmatched: true}, {Doubtful: true, Unread: true}} {
		q.Channel, q.From, q.Until = channel, from, until
		found, err := tx.Arrivals(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			letter, ok, err := e.letter(ctx, tx, h)
			if err != nil {
				return nil, fmt.Errorf("letter %s: %w", h.Arrival.Key, err)
			}
			if ok {
				all = append(all, letter)
			}
		}
	}
	return all, nil
}

// letter returns for whom an arrival was, and who wrote it. What was erased
// cannot be read any more, and holds nothing.
func (e *Engine) letter(ctx context.Context, tx probes.Tx, h probes.StoredArrival) (l probes.Letter, kept bool, err error) {
	l = probes.Letter{Key: h.Arrival.Key, At: h.Arrival.Times.Arrived, From: h.From, Contact: h.Contact, Attempt: h.Attempt}
	if h.Contact != "" {
		return l, true, nil
	}
	key := h.Channel + " " + h.Arrival.Key
	e.mu.Lock()
	to, known := e.addressees[key]
	e.mu.Unlock()
	if !known {
		raw, err := tx.Evidence(ctx, h.Digest)
		switch {
		case errors.Is(err, probes.ErrNoEvidence):
			return l, false, nil
		case err != nil:
			return l, false, err
		}
		h.Arrival.Raw = raw
		to = match.Recipients(probes.MessageOf(h.Arrival))
		e.mu.Lock()
		if e.addressees == nil {
			e.addressees = map[string][]string{}
		}
		e.addressees[key] = to
		e.mu.Unlock()
	}
	l.To = to
	return l, true, nil
}

// breakOff notes on every contact that waited during a gap that it was not
// heard: what the company may have answered then is lost, and so its silence
// proves nothing.
func (e *Engine) breakOff(ctx context.Context, tx probes.Tx, channel string, gap channels.Gap) error {
	waiting, err := tx.Find(ctx, probes.Query{
		Edition: e.Edition.Name, Channel: channel, Outcomes: []probes.Outcome{probes.Pending},
		States: []probes.State{probes.AttemptSent, probes.AttemptUnsure},
	})
	if err != nil {
		return err
	}
	for _, c := range waiting {
		a := c.Current()
		co, _ := e.Edition.Company(c.Plan.Company)
		elsewhere := gap.Reach != "" && gap.Reach != co.Reach[channel]
		if elsewhere || a.Gap || a.Intended.After(gap.To) || !a.Deadline.IsZero() && a.Deadline.Before(gap.From) {
			continue
		}
		lost := probes.Failure{Reason: gap.Reason, Fault: fault.Ours, Until: gap.To}
		if err := e.record(ctx, tx, c.ID, probes.NewEvent(probes.Broken, a.Number, gap.From, lost)); err != nil {
			return err
		}
	}
	return nil
}
