package shopper

import (
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

// call rings a company and reports what happens. Where no person answers, a
// caller that watches the shopper may report the call first.
func (s *Shopper) call(ctx context.Context, p Prompt, o channels.Opening) error {
	behaviour := s.Calls[o.Reach]
	if behaviour == simulated.Offline && !s.leftAlone(ctx, p) {
		return nil
	}
	report := func(what channels.ReportKind) error { return s.Queue.Report(ctx, p, what, o.Persona.Name) }
	if err := report(channels.Ringing); err != nil {
		return err
	}
	rang := time.Now()
	for _, line := range behaviour.Lines(o.Token, "nb", s.Deadline) {
		if !sleep(ctx, time.Until(rang.Add(line.After))) {
			return nil
		}
		for _, what := range heard(behaviour, line) {
			if err := report(what); err != nil {
				return err
			}
		}
		if line.Who == channels.Human && behaviour != simulated.Referring {
			return nil
		}
	}
	if !sleep(ctx, time.Until(rang.Add(s.Deadline+look))) {
		return nil
	}
	return report(channels.GaveUp)
}

// heard returns what is reported of a line on the telephone.
func heard(behaviour simulated.Behaviour, line simulated.Line) []channels.ReportKind {
	switch {
	case line.Who != channels.Human:
		return []channels.ReportKind{channels.Menu, channels.InLine}
	case behaviour == simulated.Referring:
		return []channels.ReportKind{channels.Elsewhere}
	}
	return []channels.ReportKind{channels.Person}
}

// leftAlone waits as long as a call is left to others, and reports whether it
// still waits.
func (s *Shopper) leftAlone(ctx context.Context, p Prompt) bool {
	if !sleep(ctx, s.Left) {
		return false
	}
	waiting, err := s.Queue.Waiting(ctx)
	return err == nil && slices.Contains(waiting, p)
}
