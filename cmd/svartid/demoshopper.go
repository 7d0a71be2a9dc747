package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/meta"
	"github.com/svartid/svartid/probes"
)

const (
	// demoLook is how often the shopper looks into the queue.
	demoLook = 500 * time.Millisecond
	// demoLeft is for how long the calls to some companies are left in the
	// queue, for whoever watches the demo to make.
	demoLeft = 30 * time.Second
)

// A shopper is the person whom prompts ask to write on Messenger and to call.
type shopper struct {
	edition  *probes.Edition
	ledger   probes.Ledger
	engine   *probes.Engine // told of taps; it is not run
	platform *meta.Platform
	calls    map[string]simulated.Manner // how the telephone is answered, by number
	log      *slog.Logger

	seen map[probes.Job]bool // what is being seen to
	busy sync.WaitGroup
}

// newShopper returns the shopper of a program in a town.
func newShopper(p *program, t *town) *shopper {
	all := &shopper{
		edition: p.edition, ledger: p.ledger, platform: t.meta, log: p.log,
		engine: &probes.Engine{Edition: p.edition, Ledger: p.ledger, Log: p.log, Timing: p.pace},
		calls:  map[string]simulated.Manner{}, seen: map[probes.Job]bool{},
	}
	for _, r := range t.on("phone") {
		all.calls[r.reach] = r.manner
	}
	return all
}

// run sees to prompts until ctx ends.
func (s *shopper) run(ctx context.Context) error {
	defer s.busy.Wait()
	for {
		waiting, err := s.waiting(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the shopper cannot see the queue", "err", err)
		}
		for due, c := range waiting {
			if !s.seen[due] {
				s.seen[due] = true
				s.busy.Go(func() { s.see(ctx, c) })
			}
		}
		if !sleep(ctx, demoLook) {
			return nil
		}
	}
}

// waiting returns what is in the queue.
func (s *shopper) waiting(ctx context.Context) (map[probes.Job]probes.Contact, error) {
	all := map[probes.Job]probes.Contact{}
	err := s.ledger.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{
			Edition: s.edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptPrompt},
		})
		for _, c := range found {
			all[probes.Job{Contact: c.ID, Attempt: c.Current().Number}] = c
		}
		return err
	})
	return all, err
}

// see sees to one prompt.
func (s *shopper) see(ctx context.Context, c probes.Contact) {
	o, err := s.opening(ctx, c)
	switch {
	case err != nil:
	case c.Plan.Channel == "messenger":
		s.platform.Say(o.Reach, o.Persona.Name, o.Body)
	default:
		err = s.call(ctx, c, o)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("the shopper gives up", "contact", c.ID, "err", err)
	}
}

// opening returns what the prompt of a contact says.
func (s *shopper) opening(ctx context.Context, c probes.Contact) (o channels.Opening, err error) {
	err = s.ledger.View(ctx, func(tx probes.Tx) error {
		words, err := tx.Evidence(ctx, c.Current().Intent.Words)
		if err != nil {
			return err
		}
		return json.Unmarshal(words, &o)
	})
	if err != nil {
		return o, fmt.Errorf("read prompt: %w", err)
	}
	return o, nil
}

// call rings a company and taps what happens. Where nobody is there to answer,
// the call is first left to whoever watches.
func (s *shopper) call(ctx context.Context, c probes.Contact, o channels.Opening) error {
	manner := s.calls[o.Reach]
	if manner == simulated.Offline && !s.leftAlone(ctx, c) {
		return nil
	}
	tap := func(what channels.ReportKind) error {
		return s.engine.Report(ctx, probes.ManualReport{Contact: c.ID, Attempt: c.Current().Number, Report: what, By: o.Persona.Name})
	}
	if err := tap(channels.Ringing); err != nil {
		return err
	}
	rang := time.Now()
	for _, line := range manner.Lines(o.Token, "nb", demoDeadline) {
		if !sleep(ctx, time.Until(rang.Add(line.After))) {
			return nil
		}
		for _, what := range tapsOf(manner, line) {
			if err := tap(what); err != nil {
				return err
			}
		}
		if line.Who == channels.Human && manner != simulated.Referring {
			return nil
		}
	}
	if !sleep(ctx, time.Until(rang.Add(demoDeadline+demoLook))) {
		return nil
	}
	return tap(channels.GaveUp)
}

// tapsOf are the buttons for what is heard on the telephone.
func tapsOf(manner simulated.Manner, line simulated.Line) []channels.ReportKind {
	switch {
	case line.Who != channels.Human:
		return []channels.ReportKind{channels.Menu, channels.InLine}
	case manner == simulated.Referring:
		return []channels.ReportKind{channels.Elsewhere}
	}
	return []channels.ReportKind{channels.Person}
}

// leftAlone waits as long as a call is left to whoever watches, and reports
// whether nobody has made it.
func (s *shopper) leftAlone(ctx context.Context, c probes.Contact) bool {
	if !sleep(ctx, demoLeft) {
		return false
	}
	waiting, err := s.waiting(ctx)
	_, still := waiting[probes.Job{Contact: c.ID, Attempt: c.Current().Number}]
	return err == nil && still
}

// sleep waits for d, and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
