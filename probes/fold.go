package probes

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/reading"
)

// Rules are what outcomes and waits follow from. They are applied anew
// whenever they change: the ledger keeps what happened, not what it meant.
type Rules struct {
	Calendar   calendar.Calendar
	Own        map[string]calendar.Calendar // of companies that keep other days than the rest
	Opening    calendar.Hours               // the clock of waits in opening time, the same for all
	Within     map[string]calendar.Within   // the promise, by probe; else as the plan had it
	LateEnds   map[string]bool              // probes of which a late answer ends the contact, so that none is asked again who has answered
	Deflection Outcome                      // Answered if being sent elsewhere counts; zero = no
	Bot        Outcome                      // Answered if a machine's answer counts; zero = no
	Retry      time.Duration                // before a deferred opener's second try; doubles. 0 = 1 minute
}

// Fold makes a contact of its events. It leans on the order of our own acts,
// which one writer numbers, but not on that of arrivals: those are taken in
// after the acts, by the time at which they came.
func (r Rules) Fold(id string, story []Event) Contact {
	c := Contact{ID: id, Events: len(story)}
	var arrivals []Event
	for _, e := range story {
		if e.Kind == Heard || e.Kind == Copied {
			arrivals = append(arrivals, e)
			continue
		}
		r.apply(&c, e)
	}
	slices.SortStableFunc(arrivals, byArrival)
	for _, e := range arrivals {
		r.apply(&c, e)
	}
	words := judgements(story)
	for i := range c.Attempts {
		r.settle(&c.Attempts[i], c.Plan, words)
	}
	r.judge(&c)
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
		plan := payload[Plan](e)
		if e.Attempt <= 1 {
			c.Plan = plan
		}
		c.Attempts = append(c.Attempts, Attempt{Number: e.Attempt, State: AttemptPlanned, Due: plan.Slot})
	case Covered:
		if until := payload[Coverage](e).Until; until.After(c.Covered) {
			c.Covered = until
		}
	case Ruled:
		c.Ruled = payload[Ruling](e).Outcome
	case Closed:
		c.Closed = true
	case Amended:
		if a := payload[Amendment](e); slices.Contains(Outcomes(), a.Outcome) {
			c.Amended, c.Outcome, c.Reason = true, a.Outcome, a.Reason
		}
	default:
		if i := e.Attempt - 1; i >= 0 && i < len(c.Attempts) {
			r.applyTo(&c.Attempts[i], e)
		}
	}
}

// applyTo takes one event into the attempt it happened to. An opener that is
// known to have left stays sent, whatever else was believed.
func (r Rules) applyTo(a *Attempt, e Event) {
	switch e.Kind {
	case Intended:
		a.State, a.Intended, a.Intent = AttemptSending, e.At, payload[Intent](e)
		a.Tries++
	case Prompted:
		a.State, a.Prompt = AttemptPrompt, payload[Prompting](e)
	case Sent:
		a.State, a.Sent, a.Receipt = AttemptSent, e.At, payload[Sending](e)
	case Copied:
		a.copied(e)
	case Heard:
		a.hear(e)
	case Broken:
		a.Failed, a.Failure = e.At, payload[Failure](e)
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
	a.Failure = payload[Failure](e)
	if a.State == AttemptPlanned && (e.Kind == Deferred || e.Kind == Refused) {
		a.Tries++ // it failed before it was intended
	}
	if e.Kind == Unsent && a.Receipt.Tapped != nil {
		a.Sent = time.Time{} // nobody saw what a person says was sent
	}
	if a.Sent.IsZero() {
		a.State = next
	}
	if e.Kind == Deferred {
		a.Due = e.At.Add(r.backOff(a.Tries))
	}
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

// hear takes an arrival into the attempt. It may prove that the opener left, at
// the latest when it was intended.
func (a *Attempt) hear(e Event) {
	j := payload[Judged](e)
	a.Readings = append(a.Readings, Turn{
		At: j.Times.Arrived, Kind: j.Kind, Final: j.Final,
		Doubtful: j.Doubtful, Status: j.Status, Centre: j.Centre, Arrival: j.Arrival, Language: j.Language,
		Tapped: j.Tapped != nil, Self: j.SelfReported, Precision: j.Times.Precision,
	})
	if a.Sent.IsZero() && !a.Intended.IsZero() && !a.untraced() {
		a.leave(a.Intended)
	}
}

// untraced reports whether only a trace of our own (a copy, a transcript, a
// receipt) can say that the opener left. An answer must not, although it could:
// an opener that is unsure and has no trace is void and asked anew, and if an
// answer kept it from that, only those who are silent would be asked again.
func (a *Attempt) untraced() bool {
	unsure := a.State == AttemptSending || a.State == AttemptUnsure || a.State == AttemptUnsent
	return unsure && a.Prompt.How == ""
}

// copied takes in our own opener as the channel shows it. It proves an opener
// that nobody was sure of, and knows better when one left than a person's tap.
// If it came before it was sent, the channel's clock is not ours: then it is
// the time to count from, because answers come by that clock.
func (a *Attempt) copied(e Event) {
	const tolerance = 2 * time.Second
	switch {
	case a.Sent.IsZero() || a.Receipt.Tapped != nil:
		a.leave(later(e.At, a.Intended))
		a.Receipt = payload[Sending](e)
	case e.At.Before(a.Sent.Add(-tolerance)):
		a.leave(e.At)
	}
}

// leave takes it that the opener left at an instant, as an arrival proves.
func (a *Attempt) leave(at time.Time) {
	a.Sent = at
	if a.State != AttemptBroken {
		a.State = AttemptSent
	}
}

// judgements returns what a person has said that arrivals are, by their keys.
func judgements(story []Event) map[string]reading.Kind {
	var words map[string]reading.Kind
	for _, e := range story {
		if e.Kind != Amended {
			continue
		}
		if a := payload[Amendment](e); a.Arrival != "" && a.Kind != "" {
			if words == nil {
				words = map[string]reading.Kind{}
			}
			words[a.Arrival] = a.Kind
		}
	}
	return words
}

// settle orders what was heard, as a person has said that it is, and draws the
// attempt's deadline. What a person tapped gives way to what the platform
// itself has told of the same.
func (r Rules) settle(a *Attempt, plan Plan, words map[string]reading.Kind) {
	for i, t := range a.Readings {
		if kind, said := words[t.Arrival]; said && t.Arrival != "" {
			a.Readings[i].Kind, a.Readings[i].Doubtful = kind, false
		}
	}
	if slices.ContainsFunc(a.Readings, func(t Turn) bool { return !t.Tapped && r.answers(t.Kind) }) {
		a.Readings = slices.DeleteFunc(a.Readings, func(t Turn) bool { return t.Tapped })
	}
	slices.SortStableFunc(a.Readings, func(x, y Turn) int { return x.At.Compare(y.At) })
	if !a.Sent.IsZero() {
		a.Deadline = r.deadline(a.Sent, plan)
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

// within returns the promise a contact is held to.
func (r Rules) within(plan Plan) calendar.Within {
	if w, ok := r.Within[plan.Probe]; ok {
		return w
	}
	w, err := calendar.ParseWithin(plan.Within)
	if err != nil {
		return calendar.Within{}
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
		kind == reading.Deflection && r.Deflection == Answered ||
		kind == reading.Bot && r.Bot == Answered
}

func payload[T any](e Event) T {
	var v T
	if err := json.Unmarshal(e.Data, &v); err != nil {
		var zero T // an event of a later version: what cannot be read says nothing
		return zero
	}
	return v
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
