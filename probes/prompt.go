package probes

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/reading"
)

// tapPrecision is how far a person's tap may be off: the reading of a screen,
// the way to the button, and the way here.
const tapPrecision = 5 * time.Second

// Report notes a person's tap at the time at which it came. Tapped twice, as
// impatient fingers and retried requests do, it is noted once. The error wraps
// ErrTap if the attempt is no prompt or does not have that button, and
// ErrNoContact.
func (e *Engine) Report(ctx context.Context, t ManualReport) error {
	return e.Ledger.Update(ctx, func(tx Tx) error {
		c, story, err := tx.Story(ctx, t.Contact)
		if err != nil {
			return err
		}
		if t.Attempt < 1 || t.Attempt > len(c.Attempts) || c.Attempts[t.Attempt-1].Prompt.How == "" {
			return fmt.Errorf("%w: attempt %d of %s waits for no person", ErrReport, t.Attempt, t.Contact)
		}
		if tapped(story, t.Attempt, t.Report) {
			return nil
		}
		what, err := reportEvent(c.Attempts[t.Attempt-1], t, e.now())
		if err != nil {
			return err
		}
		return e.record(ctx, tx, c.ID, what)
	})
}

// tapped reports whether a tap is already noted.
func tapped(story []Event, attempt int, tap channels.ReportKind) bool {
	return slices.ContainsFunc(story, func(e Event) bool {
		if e.Attempt != attempt {
			return false
		}
		var by *Reported
		switch e.Kind {
		case Sent:
			by = Payload[Sending](e).Reported
		case Heard:
			by = Payload[Classification](e).Reported
		case Noted:
			by = Payload[*Reported](e)
		case Covered:
			by = Payload[Coverage](e).Reported
		case Refused, Broken:
			by = Payload[Failure](e).Reported
		}
		return by != nil && by.Report == tap
	})
}

// reportEvent returns what a tap says happened to the attempt.
func reportEvent(a Attempt, t ManualReport, now time.Time) (Event, error) {
	by := &Reported{Report: t.Report, By: t.By}
	unsent := a.State == AttemptPrompt
	began := t.Report == channels.TapSent || t.Report == channels.Ringing || t.Report == channels.CouldNot
	if unsent != began {
		return Event{}, fmt.Errorf("%w: %q of an opener that is %s", ErrReport, t.Report, a.State)
	}
	if kind, heard := tappedKinds()[t.Report]; heard {
		return reportedArrival(a, kind, by, now), nil
	}
	switch t.Report {
	case channels.TapSent, channels.Ringing:
		return NewEvent(Sent, a.Number, now, Sending{Precision: tapPrecision, Reported: by}), nil
	case channels.CouldNot:
		return NewEvent(Refused, a.Number, now, Failure{Reason: "the shopper could not send it", Fault: Ours, Reported: by}), nil
	case channels.InLine, channels.CallBack:
		return NewEvent(Noted, a.Number, now, by), nil
	case channels.GaveUp:
		return reportedEnd(a, by, now), nil
	}
	return Event{}, fmt.Errorf("%w: there is no button %q", ErrReport, t.Report)
}

// tappedKinds are the taps that say that something has come, and what.
func tappedKinds() map[channels.ReportKind]reading.Kind {
	return map[channels.ReportKind]reading.Kind{
		channels.FirstReply: reading.Acknowledgement,
		channels.Menu:       reading.Bot,
		channels.Person:     reading.Answer,
		channels.Elsewhere:  reading.Deflection,
	}
}

// reportedEnd is what a person says who waits no longer: after the deadline it
// proves silence, before it nothing.
func reportedEnd(a Attempt, by *Reported, now time.Time) Event {
	if now.Before(a.Deadline) {
		return NewEvent(Broken, a.Number, now, Failure{
			Reason: "the shopper gave up before the deadline", Fault: Ours, Until: a.Deadline, Reported: by,
		})
	}
	return NewEvent(Covered, a.Number, now, Coverage{Until: now, Reported: by})
}

// reportedArrival is what a person says has come.
func reportedArrival(a Attempt, kind reading.Kind, by *Reported, now time.Time) Event {
	return NewEvent(Heard, a.Number, now, Classification{
		Rule: RuleReport, Kind: kind, Reported: by, Centre: reading.UnknownCentre,
		Times: channels.Times{Arrived: now, Precision: tapPrecision},
	})
}

// promptOf returns what a person needs to send an opener, if a person has to.
func promptOf(opener channels.Opener, o channels.Opening) (channels.Prompt, bool) {
	prompter, ok := opener.(channels.Prompter)
	if !ok {
		return channels.Prompt{}, false
	}
	return prompter.Prompt(o)
}

// notify tells whoever is to know that a prompt is due. It waits in the queue
// all the same.
func (e *Engine) notify(ctx context.Context, p channels.Prompt, due Job) {
	if e.Notify == nil || len(p.Notify) == 0 {
		return
	}
	if err := e.Notify(ctx, p); err != nil {
		e.Log.Warn("the shopper was not told of a prompt", "contact", due.Contact, "err", err)
	}
}

// lapse ends prompts that nobody saw to: an opener that was not sent in its
// slot is void, one whose opener was never seen is too, and where nobody said
// how it ended the contact is broken off.
func (e *Engine) lapse(ctx context.Context) error {
	var open []Contact
	err := e.Ledger.View(ctx, func(tx Tx) (err error) {
		open, err = tx.Find(ctx, Query{
			Edition: e.Edition.Name, Outcomes: []Outcome{Pending}, States: []State{AttemptPrompt, AttemptSent},
		})
		return err
	})
	if err != nil {
		return err
	}
	now := e.now()
	for _, c := range open {
		what, ok := e.lapsed(c.Current(), now)
		if !ok {
			continue
		}
		if err := e.write(ctx, c.ID, what); err != nil {
			return fmt.Errorf("end prompt of %s: %w", c.ID, err)
		}
	}
	return nil
}

func (e *Engine) lapsed(a Attempt, now time.Time) (Event, bool) {
	switch {
	case a.Prompt.How == "":
		return Event{}, false
	case a.State == AttemptPrompt && now.After(a.Due.Add(e.Timing.Prompt)):
		return NewEvent(Dropped, a.Number, now, Failure{Reason: "nobody sent it in its slot", Fault: Ours}), true
	case a.State == AttemptSent && a.Prompt.Seen && a.Receipt.Reported != nil && now.After(a.Sent.Add(e.Timing.Seen)):
		return NewEvent(Unsent, a.Number, now, Failure{Reason: "the channel never saw the opener that was tapped as sent", Fault: Ours}), true
	case a.State == AttemptSent && a.ManualOnly() && now.After(a.Deadline.Add(e.Timing.Prompt)):
		return NewEvent(Broken, a.Number, now, Failure{Reason: "nobody said how it ended", Fault: Ours}), true
	}
	return Event{}, false
}
