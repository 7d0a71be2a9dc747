package fairness

import "time"

// A State is what became of a contact, where only a person's answer in time is
// an answer.
type State string

// The states. Void and Contested contacts score nothing and are counted apart;
// Pending and BrokenOff ones are censored as far as they were watched.
const (
	Answered   State = "answered"
	Deflected  State = "deflected" // only sent elsewhere
	Bot        State = "bot"       // only answered by a machine
	Unanswered State = "unanswered"
	Late       State = "late"
	Pending    State = "pending"
	BrokenOff  State = "broken_off"
	Void       State = "void"
	Contested  State = "contested"
)

// Valid reports whether a contact was put to the company and is decided.
func (s State) Valid() bool {
	switch s {
	case Answered, Deflected, Bot, Unanswered, Late:
		return true
	}
	return false
}

// A Clock is what waits are measured by.
type Clock string

// The clocks.
const (
	OwnClock     Clock = "" // each contact's own, where a clock is asked for; of a contact, calendar time
	CalendarTime Clock = "calendar"
	OpeningTime  Clock = "opening"
)

// A Span is one length of time by both clocks.
type Span struct{ Calendar, Opening time.Duration }

func (s Span) plus(t Span) Span { return Span{s.Calendar + t.Calendar, s.Opening + t.Opening} }

// A Contact is one question to one company.
type Contact struct {
	ID          string
	Company     string
	Channel     string
	State       State    // zero = Pending
	Clock       Clock    // on which its deadline was promised: opening time if in working days
	Tries       []Try    // the openers that left, in order; none: nothing is known of it yet
	Otherwise   *Contact // how it would count if what is doubtful of it were otherwise; nil: nothing is
	Cell        string   // of the plan: the weekday and the hour in which it was asked, the same for its class
	Unamended   *Contact // how it would count without what a person has said of it; nil: nobody has
	Alone       *Contact // how it would count without what one person alone has said of it; nil: none has
	Unread      *Contact // as Alone, and without one person's looks at doubtful letters; nil: there are none
	Replacement bool     // stands in for one that was void or broken off, and was not planned besides
	Bounced     bool     // a report said that it came back, after the company's server had taken it; it excuses nothing
}

// A Try is one opener, and how long the customer stood waiting for what became
// of it. A try before the last has waited its whole deadline.
type Try struct {
	Deadline Span // how long an answer may take
	// Wait is how long it took, in the last try of an answered contact; the
	// whole deadline if nobody knows, so that the answer counts and its speed does
	// not. In the last try of a pending or broken off one it is how far silence is
	// proven: until where listening has covered it. Else it is not asked for.
	Wait Span
	// Deflected and Bot are the waits until the customer was first sent
	// elsewhere, or answered by a machine, in time; nil if that never happened.
	// They are given whatever came later.
	Deflected, Bot *Span
}

// on returns the span by one clock.
func (c Contact) on(clock Clock) func(Span) time.Duration {
	if c.clock(clock) == OpeningTime {
		return func(s Span) time.Duration { return s.Opening }
	}
	return func(s Span) time.Duration { return s.Calendar }
}

// clock returns which clock it is, where one is asked for. A deadline during
// which nobody is open has no opening time; it is then measured by the
// calendar.
func (c Contact) clock(asked Clock) Clock {
	if asked == OwnClock {
		asked = c.Clock
	}
	sum := Span{}
	for _, t := range c.Tries {
		sum = sum.plus(t.Deadline)
	}
	if asked == OpeningTime && sum.Opening > 0 {
		return OpeningTime
	}
	return CalendarTime
}
