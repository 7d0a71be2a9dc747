package probes

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// An Outcome is what became of a contact.
type Outcome string

// The outcomes. A contact is Pending until it is answered in time, or until
// listening has covered its deadline.
const (
	Answered   Outcome = "answered"
	Deflected  Outcome = "deflected"
	Unanswered Outcome = "unanswered"
	Late       Outcome = "late"
	Pending    Outcome = "pending"
	BrokenOff  Outcome = "broken_off"
	Void       Outcome = "void"
	Contested  Outcome = "contested"
)

// Outcomes returns every outcome, in the order of design and dashboards.
func Outcomes() []Outcome {
	return []Outcome{Answered, Deflected, Unanswered, Late, Pending, BrokenOff, Void, Contested}
}

// Valid reports whether a contact with the outcome counts in reach: it was
// put to the company, and is decided.
func (o Outcome) Valid() bool {
	return o == Answered || o == Deflected || o == Unanswered || o == Late
}

// A Contact is one question to one company, folded from its events.
type Contact struct {
	ID       string    `json:"id"`
	Plan     Plan      `json:"plan"`
	Attempts []Attempt `json:"attempts"`

	Outcome      Outcome       `json:"outcome"`
	Ruled        Outcome       `json:"ruled,omitempty"` // the outcome last written as fallen
	Reason       string        `json:"reason,omitempty"`
	Amended      bool          `json:"amended,omitempty"`
	Deadline     time.Time     `json:"deadline,omitzero"`    // of the current attempt; zero until sent
	Answer       time.Time     `json:"answer,omitzero"`      // when the answer arrived
	LastAnswer   time.Time     `json:"last_answer,omitzero"` // when the last of several did
	Wait         time.Duration `json:"wait,omitempty"`       // of an answer, late ones too, in calendar time; the attempts' waits added
	OpenWait     time.Duration `json:"open_wait,omitempty"`
	Promise      time.Duration `json:"promise,omitempty"` // the time that the company has to answer, all attempts together
	OpenPromise  time.Duration `json:"open_promise,omitempty"`
	Ack          time.Time     `json:"ack,omitzero"` // the first acknowledgement
	AckWait      time.Duration `json:"ack_wait,omitempty"`
	Centre       string        `json:"centre,omitempty"`        // who answered
	Precision    time.Duration `json:"precision,omitempty"`     // how far Wait may be off; 0 = not known to be
	ClockOffset  time.Duration `json:"clock_offset,omitempty"`  // how far the clock that dated the answer was ahead of ours; taken out
	SelfReported bool          `json:"self_reported,omitempty"` // the company itself says that it answered
	Closed       bool          `json:"closed,omitempty"`        // we have said goodbye
	Covered      time.Time     `json:"covered,omitzero"`        // listening has covered the deadline until here
	Held         Hold          `json:"held,omitempty"`          // what the verdict waits for; empty: for nothing, or for the deadline
	Letters      []Unopened    `json:"letters,omitempty"`       // unread ones that may be the answer
	Fault        fault.Fault   `json:"fault,omitempty"`         // that the outcome rests on
	Provisional  bool          `json:"provisional,omitempty"`   // the outcome rests on what a person has to look at
	Again        bool          `json:"again,omitempty"`         // there is no answer, and the plan has another attempt
	Events       int           `json:"events"`                  // how many it is folded from

	End   fairness.End `json:"end,omitzero"`    // as scores count it; zero: they do not, or it is apart
	Apart bool         `json:"apart,omitempty"` // scores have to look at it: it is not decided, or one person alone has corrected it
}

// Current returns the attempt that is under way or was last.
func (c Contact) Current() Attempt {
	if len(c.Attempts) == 0 {
		return Attempt{}
	}
	return c.Attempts[len(c.Attempts)-1]
}

// Ruling returns the contact's outcome as it is to be written down.
func (c Contact) Ruling() Ruling {
	return Ruling{
		Outcome: c.Outcome, Answer: c.Answer, Centre: c.Centre,
		Wait: c.Wait.Seconds(), OpenWait: c.OpenWait.Seconds(),
	}
}

// Live reports whether the contact still waits for something.
func (c Contact) Live() bool { return c.Outcome == Pending }

// Heard reports whether an arrival belongs to the contact.
func (c Contact) Heard(arrival string) bool {
	return slices.ContainsFunc(c.Attempts, func(a Attempt) bool {
		return slices.ContainsFunc(a.Readings, func(t Reply) bool { return t.Arrival == arrival })
	})
}

// left counts the attempts whose opener has left.
func (c Contact) left() int {
	n := 0
	for _, a := range c.Attempts {
		if !a.Sent.IsZero() {
			n++
		}
	}
	return n
}

// Asked reports whether the company has, or may have, heard of the contact.
func (c Contact) Asked() bool { return slices.ContainsFunc(c.Attempts, Attempt.Bothers) }

// Person returns when a person of the company first wrote, and how long after the opener that was asked for
// one; false: none has.
func (c Contact) Person() (at time.Time, wait time.Duration, ok bool) {
	for _, a := range c.Attempts {
		if at, ok = a.Person(); ok {
			return at, max(at.Sub(a.Start()), 0), true
		}
	}
	return time.Time{}, 0, false
}

// Machine returns whether a machine wrote, and whether one has said what it is.
func (c Contact) Machine() (wrote, discloses bool) {
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			wrote, discloses = wrote || t.Kind == reading.Bot, discloses || t.Discloses
		}
	}
	return wrote, discloses
}

// waitsSince returns when the customer began to wait for the current attempt;
// zero if it has not left.
func (c Contact) waitsSince() time.Time {
	a := c.Current()
	switch {
	case !a.Bothers():
		return time.Time{}
	case a.Sent.IsZero():
		return a.Intended
	}
	return a.Sent
}

// promised returns the time that a company had, in whole seconds: all the time
// there is, if it would not even take the question.
func (c Contact) promised() int64 {
	if c.Promise == 0 {
		return math.MaxInt64
	}
	return wholeSeconds(c.Promise)
}

// serving returns the index of the attempt that was under way at an instant:
// the last that had left by then, else the first.
func (c Contact) serving(at time.Time) int {
	for i := len(c.Attempts) - 1; i > 0; i-- {
		if sent := c.Attempts[i].Sent; !sent.IsZero() && !sent.After(at) {
			return i
		}
	}
	return 0
}

// waits returns when the customer waited for what came at an instant, attempt
// by attempt: the whole time that the earlier ones had and, of the last, until
// it came (the award's rule adds the attempts up). The time from one attempt's
// deadline to the next opener is no wait.
func (c Contact) waits(at time.Time) []calendar.Span {
	last := c.serving(at)
	spans := make([]calendar.Span, 0, 2)
	for i, a := range c.Attempts[:last+1] {
		from, until := a.Began(), a.Deadline
		switch {
		case i == last:
			until = calendar.Later(at, from)
		case a.excused(c.Plan):
			until = from
		}
		spans = append(spans, calendar.Span{From: from, To: until})
	}
	return spans
}

// acknowledged notes the first automatic confirmation.
func (c *Contact) acknowledged() {
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			if !a.Sent.IsZero() && t.Kind == reading.Acknowledgement && (c.Ack.IsZero() || t.At.Before(c.Ack)) {
				c.Ack, c.AckWait = t.At, max(t.At.Sub(a.Sent), 0)
			}
		}
	}
}

// ByRecency orders contacts by slot, newest first, then by id.
func ByRecency(a, b Contact) int {
	return cmp.Or(b.Plan.Slot.Compare(a.Plan.Slot), cmp.Compare(a.ID, b.ID))
}

func wholeSeconds(d time.Duration) int64 { return int64(max(d, 0).Round(time.Second) / time.Second) }

// A Hold says what a verdict of silence waits for.
type Hold string

// The holds. A verdict that waits for nothing has none.
const (
	HoldBlind  Hold = "blind"  // not everything that arrived before the deadline has been read
	HoldCopy   Hold = "copy"   // our own opener is not yet seen where the answer would be
	HoldReview Hold = "review" // a letter that may be the answer waits for a person
)

// Holds returns every hold, in the order in which they are looked at.
func Holds() []Hold { return []Hold{HoldBlind, HoldCopy, HoldReview} }
