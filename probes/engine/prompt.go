package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// tapPrecision is how far a person's tap may be off: the reading of a screen,
// the way to the button, and the way here.
const tapPrecision = 5 * time.Second

// longestKept is how long ago a tap may have been made that comes only now: a
// telephone without a connection keeps it as long. A prompt is given up before that.
const longestKept = 12 * time.Hour

// undoable is how long a tap can be taken back.
const undoable = time.Minute

// Report notes a person's tap at the time at which it was made. The same tap twice,
// from a person or a retried request, is noted once. The error wraps
// ErrReport if the attempt is no prompt or does not have that button, or if it cannot
// have been tapped when it is said to have been, and ErrNoContact.
func (e *Engine) Report(ctx context.Context, t probes.ManualReport) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		c, story, err := tx.Story(ctx, t.Contact)
		if err != nil {
			return err
		}
		if t.Attempt < 1 || t.Attempt > len(c.Attempts) || c.Attempts[t.Attempt-1].Prompt.How == "" {
			return fmt.Errorf("%w: attempt %d of %s waits for no person", probes.ErrReport, t.Attempt, t.Contact)
		}
		if known(story, t) || tapped(probes.InForce(story), t.Attempt, t.Report) {
			return nil
		}
		at, err := tapTime(story, t, e.now())
		if err != nil {
			return err
		}
		what, err := reportEvent(c.Attempts[t.Attempt-1], t, at)
		if err != nil {
			return err
		}
		return e.record(ctx, tx, c.ID, what)
	})
}

// Unreport takes back a person's tap within a minute, as if it had not been made; what
// it has the engine do meanwhile, which is at most to plan another attempt, is taken
// back too. The error wraps ErrRetraction if there is no such tap of that person, if
// the minute is over, or if something has followed from the tap, and ErrNoContact.
func (e *Engine) Unreport(ctx context.Context, t probes.ManualReport) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		c, story, err := tx.Story(ctx, t.Contact)
		if err != nil {
			return err
		}
		now := e.now()
		if t.Ago < 0 || t.Ago > longestKept {
			return fmt.Errorf("%w: it cannot have been taken back %s ago", probes.ErrRetraction, t.Ago.Round(time.Second))
		}
		taken, err := retraction(story, t, now.Add(-t.Ago))
		if err != nil || taken.Event == 0 {
			return err
		}
		event := story[taken.Event-1]
		told, err := probes.Reveal(ctx, tx, []probes.Event{event})
		if err != nil {
			return err
		}
		if by := told[0].Tap(); by.By != t.By && by.By != probes.Erased {
			return fmt.Errorf("%w: another person has tapped it", probes.ErrRetraction)
		}
		c, err = tx.Append(ctx, c.ID, probes.NewEvent(probes.Retracted, t.Attempt, now, taken))
		if err != nil {
			return err
		}
		_, err = ruled(ctx, tx, c, now)
		return err
	})
}

// retraction returns what takes a tap back at an instant; the zero Retraction if it
// was taken back already.
func retraction(story []probes.Event, t probes.ManualReport, at time.Time) (r probes.Retraction, err error) {
	standing := probes.InForce(story)
	is := func(e probes.Event) bool {
		return e.Attempt == t.Attempt && e.Tap() != nil && e.Tap().Report == t.Report
	}
	i := slices.IndexFunc(standing, is)
	switch {
	case i < 0 && slices.ContainsFunc(story, is):
		return r, nil
	case i < 0:
		return r, fmt.Errorf("%w: %q was not tapped", probes.ErrRetraction, t.Report)
	case at.Sub(standing[i].Recorded) > undoable:
		return r, fmt.Errorf("%w: %q was tapped more than a minute ago", probes.ErrRetraction, t.Report)
	}
	planned, only := followed(standing[i+1:])
	if !only {
		return r, fmt.Errorf("%w: something has followed from %q since", probes.ErrRetraction, t.Report)
	}
	return probes.Retraction{Event: standing[i].Seq, Planned: planned, By: t.By}, nil
}

// followed returns the number of the event by which another attempt was planned, of those
// that came after a tap; 0: none was. Only is false where more has followed from the tap
// than that and what a person would not miss.
func followed(after []probes.Event) (planned int, only bool) {
	for _, e := range after {
		switch {
		case e.Kind == probes.Planned && planned == 0:
			planned = e.Seq
		case e.Kind != probes.Ruled && e.Kind != probes.Retracted && e.Kind != probes.Held:
			return planned, false
		}
	}
	return planned, true
}

// known reports whether a tap is noted by its key, even if it was taken back.
func known(story []probes.Event, t probes.ManualReport) bool {
	return t.Key != "" && slices.ContainsFunc(story, func(e probes.Event) bool {
		by := e.Tap()
		return e.Attempt == t.Attempt && by != nil && by.Key == t.Key
	})
}

// tapTime returns when a tap was made. It is refused where it cannot have been: before
// the prompt, or what was tapped before it, by more than a tap's precision.
func tapTime(story []probes.Event, t probes.ManualReport, now time.Time) (time.Time, error) {
	if t.Ago < 0 || t.Ago > longestKept {
		return now, fmt.Errorf("%w: %q cannot have been tapped %s ago", probes.ErrReport, t.Report, t.Ago.Round(time.Second))
	}
	at := now.Add(-t.Ago)
	for _, e := range probes.InForce(story) {
		if e.Attempt != t.Attempt || e.Kind != probes.Prompted && e.Tap() == nil || !at.Before(e.At) {
			continue
		}
		if at.Before(e.At.Add(-tapPrecision)) {
			return now, fmt.Errorf("%w: %q cannot have been tapped at %s, before it was %s at %s", probes.ErrReport,
				t.Report, at.Format(time.RFC3339), e.Kind, e.At.Format(time.RFC3339))
		}
		at = e.At
	}
	return at, nil
}

// tapped reports whether a tap is already noted.
func tapped(story []probes.Event, attempt int, tap channels.ReportKind) bool {
	return slices.ContainsFunc(story, func(e probes.Event) bool {
		by := e.Tap()
		return e.Attempt == attempt && by != nil && by.Report == tap
	})
}

// reportEvent returns what a tap says happened to the attempt.
func reportEvent(a probes.Attempt, t probes.ManualReport, now time.Time) (probes.Event, error) {
	by := &probes.Reported{Report: t.Report, By: t.By, Key: t.Key}
	if t.Ago > tapPrecision {
		by.Received = now.Add(t.Ago)
	}
	unsent := a.State == probes.AttemptPrompt
	if unsent && !t.Report.Begins() || !unsent && !t.Report.Follows() {
		return probes.Event{}, fmt.Errorf("%w: %q of an opener that is %s", probes.ErrReport, t.Report, a.State)
	}
	if kind, heard := tappedKinds()[t.Report]; heard {
		return reportedArrival(a, kind, by, now), nil
	}
	switch t.Report {
	case channels.TapSent, channels.Ringing:
		return probes.NewEvent(probes.Sent, a.Number, now, probes.Sending{Precision: tapPrecision, Reported: by}), nil
	case channels.CouldNot:
		return probes.NewEvent(probes.Refused, a.Number, now, probes.Failure{
			Reason: "the shopper could not send it", Fault: fault.Ours, Reported: by,
		}), nil
	case channels.Busy, channels.Shut:
		return reportedClosed(a, by, now), nil
	case channels.InLine, channels.CallBack:
		return probes.NewEvent(probes.Noted, a.Number, now, by), nil
	case channels.GaveUp:
		return reportedEnd(a, by, now), nil
	}
	return probes.Event{}, fmt.Errorf("%w: there is no button %q", probes.ErrReport, t.Report)
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

// reportedClosed is what a person says who found the line busy or closed. That
// is the company's. Of a line that rang first it proves the silence until the
// deadline.
func reportedClosed(a probes.Attempt, by *probes.Reported, now time.Time) probes.Event {
	if a.State != probes.AttemptPrompt {
		return probes.NewEvent(probes.Covered, a.Number, now, probes.Coverage{Until: calendar.Later(now, a.Deadline), Reported: by})
	}
	reason := "the line was busy"
	if by.Report == channels.Shut {
		reason = "the line was closed"
	}
	return probes.NewEvent(probes.Refused, a.Number, now, probes.Failure{
		Reason: reason, Step: channels.StepDoor, Fault: fault.Theirs, Reported: by,
	})
}

// reportedEnd is what a person says who waits no longer: after the deadline it
// proves silence, before it nothing.
func reportedEnd(a probes.Attempt, by *probes.Reported, now time.Time) probes.Event {
	if now.Before(a.Deadline) {
		return probes.NewEvent(probes.Broken, a.Number, now, probes.Failure{
			Reason: "the shopper gave up before the deadline", Fault: fault.Ours, Until: a.Deadline, Reported: by,
		})
	}
	return probes.NewEvent(probes.Covered, a.Number, now, probes.Coverage{Until: now, Reported: by})
}

// reportedArrival is what a person says has come.
func reportedArrival(a probes.Attempt, kind reading.Kind, by *probes.Reported, now time.Time) probes.Event {
	return probes.NewEvent(probes.Heard, a.Number, now, probes.Classification{
		Rule: probes.RuleReport, Kind: kind, Reported: by, Centre: match.UnknownCentre,
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

// notify tells the shopper that a prompt is due. The prompt waits in the queue
// in any case.
func (e *Engine) notify(ctx context.Context, p channels.Prompt, due probes.Job) {
	if e.Notify == nil || len(p.Notify) == 0 {
		return
	}
	if err := e.Notify(ctx, p); err != nil {
		e.Log.Warn("the shopper was not told of a prompt", "contact", due.Contact, "err", err)
	}
}

// lapse ends prompts that were not dealt with: an opener that was not sent in its
// slot is void, one that was never seen is too, and where it was not reported how
// it ended the contact is broken off.
func (e *Engine) lapse(ctx context.Context) error {
	const look = "prompts to end"
	changes, now := e.changes(ctx), e.now()
	if e.looks.Idle(look, changes, now) {
		return nil
	}
	open, err := e.prompted(ctx, now)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(open, func(c probes.Contact) bool { return c.Current().Prompt.How != "" }) {
		e.looks.Found(look, changes, now, time.Time{})
		return nil
	}
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

// prompted returns the open contacts that may wait for a person: on channels that
// prompt and, now and then, on any, as after one was taken out of the configuration.
func (e *Engine) prompted(ctx context.Context, now time.Time) (open []probes.Contact, err error) {
	const look = "prompts on any channel"
	pending := probes.Query{Edition: e.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}}
	waiting, left := pending, pending
	waiting.States, left.States = []probes.State{probes.AttemptPrompt}, []probes.State{probes.AttemptSent}
	asked := []probes.Query{waiting, left}
	some := e.looks.Idle(look, 0, now)
	if some {
		asked = asked[:1]
		for name, channel := range e.Channels {
			if _, prompts := channel.(channels.Prompter); prompts {
				left.Channel = name
				asked = append(asked, left)
			}
		}
	}
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		open = nil
		for _, q := range asked {
			found, err := tx.Find(ctx, q)
			if err != nil {
				return err
			}
			open = append(open, found...)
		}
		return nil
	})
	if err == nil && !some {
		e.looks.Found(look, 0, now, time.Time{})
	}
	return open, err
}

// ourFailure is a failure that is not the company's.
func ourFailure(reason string) probes.Failure {
	return probes.Failure{Reason: reason, Fault: fault.Ours}
}

func (e *Engine) lapsed(a probes.Attempt, now time.Time) (probes.Event, bool) {
	switch {
	case a.Prompt.How == "":
		return probes.Event{}, false
	case a.State == probes.AttemptPrompt && now.After(a.Due.Add(e.Timing.Prompt)):
		return probes.NewEvent(probes.Dropped, a.Number, now, ourFailure("nobody sent it in its slot")), true
	case a.State == probes.AttemptSent && a.Prompt.Seen && a.Receipt.Reported != nil && now.After(a.Sent.Add(e.Timing.Seen)):
		return probes.NewEvent(probes.Unsent, a.Number, now, ourFailure("the channel never saw the opener that was tapped as sent")), true
	case a.State == probes.AttemptSent && a.ManualOnly() && now.After(a.Deadline.Add(e.Timing.Prompt)):
		return probes.NewEvent(probes.Broken, a.Number, now, ourFailure("nobody said how it ended")), true
	}
	return probes.Event{}, false
}
