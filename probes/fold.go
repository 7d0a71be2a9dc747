package probes

import (
	"cmp"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// FoldVersion says which fold made a contact or a tally. Raise it whenever
// [Rules.Fold], [Tally] or what they make changes, so that a ledger that was
// folded before is folded anew as it is opened.
const FoldVersion = 17

// Rules are the edition's, as events are folded by them.
type Rules edition.Rules

// Fold makes a contact of its events. It leans on the order of our own acts,
// which one writer numbers, but not on that of arrivals: those are taken in
// after the acts, by the time at which they came.
func (r Rules) Fold(id string, story []Event) Contact {
	c := Contact{ID: id, Events: len(story)}
	story = InForce(story)
	var arrivals, again []Event
	for _, e := range story {
		if e.Kind == Heard || e.Kind == Copied {
			arrivals = append(arrivals, e)
			continue
		}
		if e.Kind == Reread {
			again = append(again, e)
			continue
		}
		r.apply(&c, e)
	}
	slices.SortStableFunc(arrivals, byArrival)
	for _, e := range append(arrivals, again...) {
		r.apply(&c, e)
	}
	words := judgements(story)
	for i := range c.Attempts {
		r.settle(&c.Attempts[i], c.Plan, words)
	}
	r.judge(&c, answeredAt(story))
	r.count(&c, story)
	return c
}

// byArrival orders arrivals: copies first, because they know best when the
// opener left, then by time. What came at the same instant is ordered by what
// it is, so that it does not matter which was heard first.
func byArrival(a, b Event) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.At.Compare(b.At), cmp.Compare(string(a.Data), string(b.Data)))
}

// apply takes one event into the contact.
func (r Rules) apply(c *Contact, e Event) {
	switch e.Kind {
	case Planned:
		plan := Payload[Plan](e)
		if e.Attempt <= 1 {
			c.Plan = plan
		}
		c.Held, c.Letters = "", nil
		c.Attempts = append(c.Attempts, Attempt{Number: e.Attempt, State: AttemptPlanned, Due: plan.Slot})
	case Covered:
		c.cover(Payload[Coverage](e))
	case Held:
		h := Payload[Suspension](e)
		c.Held, c.Letters = h.For, h.Letters
	case Ruled:
		c.Ruled = Payload[Ruling](e).Outcome
	case Closed:
		c.Closed = true
	case Amended:
		if a := Payload[Amendment](e); slices.Contains(Outcomes(), a.Outcome) {
			c.Amended, c.Outcome, c.Reason = true, a.Outcome, a.Reason
		}
	default:
		r.applyToAttempt(c, e)
	}
}

// applyToAttempt takes an event into the attempt that it names, if the contact has it.
func (r Rules) applyToAttempt(c *Contact, e Event) {
	i := e.Attempt - 1
	if i < 0 || i >= len(c.Attempts) {
		return
	}
	r.applyTo(&c.Attempts[i], e)
	if e.Kind == Deferred {
		c.Attempts[i].Due = e.At.Add(r.rest(c.Attempts[i], c.Plan))
	}
}

// cover takes in how far listening has come, which is what a verdict waited for.
func (c *Contact) cover(by Coverage) {
	c.Held, c.Letters = "", by.Letters
	if by.Corrects || by.Until.After(c.Covered) {
		c.Covered = by.Until
	}
}

// applyTo takes one event into the attempt it happened to. An opener that is
// known to have left stays sent, whatever else was believed.
func (r Rules) applyTo(a *Attempt, e Event) {
	switch e.Kind {
	case Intended:
		a.State, a.Intended, a.Intent = AttemptSending, e.At, Payload[Intent](e)
		a.Tries++
	case Prompted:
		a.State, a.Prompt = AttemptPrompt, Payload[Prompting](e)
	case Sent:
		a.State, a.Sent, a.Receipt = AttemptSent, e.At, Payload[Sending](e)
	case Copied:
		a.copied(e)
	case Corroborated:
		a.corroborated(Payload[Corroboration](e))
	case Heard:
		a.hear(e)
	case Reread:
		a.reread(e)
	case Broken:
		a.Failed, a.Failure = e.At, Payload[Failure](e)
		if a.Gap = a.Gap || !a.Failure.Until.IsZero(); a.Failure.Until.IsZero() {
			a.State = AttemptBroken
		}
	default:
		r.fail(a, e)
	}
}

// fail takes in that an opener did not leave, or may not have.
func (r Rules) fail(a *Attempt, e Event) {
	next, ok := failed(e.Kind)
	if !ok {
		return
	}
	before := a.Failure.Fault
	a.Failure = Payload[Failure](e)
	if a.State == AttemptPlanned && (e.Kind == Deferred || e.Kind == Refused) {
		a.Tries++ // it failed before it was intended
	}
	if e.Kind != Dropped {
		a.slowed(e.At)
	}
	switch {
	case e.Kind == Dropped && before.Turns():
		a.Failure.Fault = before // no try came after the last no
	case a.Failure.Fault.Turns():
		a.turned(e.At)
	}
	if e.Kind == Unsent && a.Receipt.Reported != nil {
		a.Sent = time.Time{} // the channel never saw what a person reported as sent
	}
	if a.Sent.IsZero() {
		a.State = next
	}
}

// rest returns how long a failed attempt rests before it is tried again. Who is
// turned away at a door that may open again looks often enough to find out while
// it still counts: twelve times in the time that the company has to answer.
func (r Rules) rest(a Attempt, plan Plan) time.Duration {
	pause := r.backOff(a.Tries)
	if began := a.Began(); a.Failure.Fault == fault.Theirs && !began.IsZero() {
		return min(pause, max(r.backOff(1), r.deadline(began, plan).Sub(began)/12))
	}
	return pause
}

// failed returns the state that a failure of an opener leaves it in.
func failed(kind EventKind) (State, bool) {
	switch kind {
	case Deferred:
		return AttemptPlanned, true
	case Refused:
		return AttemptRefused, true
	case Dropped, Unsent:
		return AttemptUnsent, true
	case Unsure:
		return AttemptUnsure, true
	}
	return "", false
}

// judgements returns what a person has said that arrivals are, by their keys.
func judgements(story []Event) map[string]reading.Kind {
	var words map[string]reading.Kind
	for _, e := range story {
		if e.Kind != Amended {
			continue
		}
		if a := Payload[Amendment](e); a.Arrival != "" && a.Kind != "" {
			if words == nil {
				words = map[string]reading.Kind{}
			}
			words[a.Arrival] = a.Kind
		}
	}
	return words
}

// answeredAt returns when an answer came that no channel has heard, as the
// latest amendment of the outcome says; zero if it does not.
func answeredAt(story []Event) (at time.Time) {
	for _, e := range story {
		if e.Kind != Amended {
			continue
		}
		if a := Payload[Amendment](e); slices.Contains(Outcomes(), a.Outcome) {
			at = a.Answered
		}
	}
	return at
}

// settle orders what was heard, as a person has said that it is, and draws the
// attempt's deadline. What a person tapped gives way to what the platform
// itself has told of the same.
func (r Rules) settle(a *Attempt, plan Plan, words map[string]reading.Kind) {
	for i, t := range a.Readings {
		if kind, said := words[t.Arrival]; said && t.Arrival != "" {
			a.Readings[i].Kind, a.Readings[i].Doubtful, a.Readings[i].Probability = kind, false, 0
		}
	}
	if slices.ContainsFunc(a.Readings, func(t Reply) bool { return !t.Manual && r.answers(t.Kind) }) {
		a.Readings = slices.DeleteFunc(a.Readings, func(t Reply) bool { return t.Manual })
	}
	slices.SortStableFunc(a.Readings, func(x, y Reply) int { return x.At.Compare(y.At) })
	if began := a.Began(); !began.IsZero() {
		a.Deadline = r.deadline(began, plan)
	}
}

// deadline returns until when an opener that is sent at an instant can be
// answered in time.
func (r Rules) deadline(sent time.Time, plan Plan) time.Time {
	return r.calendar(plan).Deadline(sent, r.within(plan))
}

// calendar returns the days that a contact's company keeps.
func (r Rules) calendar(plan Plan) calendar.Calendar {
	if own, ok := r.Own[plan.Company]; ok {
		return own
	}
	return r.Calendar
}

// within returns the promise a contact is held to: the one that it was planned
// with, whatever the probe promises by now.
func (r Rules) within(plan Plan) calendar.Within {
	w, err := calendar.ParseWithin(plan.Within)
	if err != nil {
		return r.Within[plan.Probe]
	}
	if ends, err := calendar.ParseClock(plan.DayEnds); err == nil {
		w.DayEnds = ends
	}
	return w
}

// backOff returns how long a deferred opener waits after so many tries.
func (r Rules) backOff(tries int) time.Duration {
	base := r.Retry
	if base == 0 {
		base = time.Minute
	}
	return base << min(max(tries-1, 0), 5)
}

// answers reports whether a reading of this kind is an answer by the policy.
func (r Rules) answers(kind reading.Kind) bool {
	return kind == reading.Answer ||
		kind == reading.Deflection && r.DeflectionAnswers ||
		kind == reading.Bot && r.BotAnswers
}
