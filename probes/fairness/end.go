package fairness

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// An End is how a contact ended as a channel's score sees it.
type End struct {
	State       State   `json:"state"`
	Share       float64 `json:"share,omitempty"` // of its deadline that the customer waited, 0 to 1
	Replacement bool    `json:"replacement,omitempty"`
}

// End returns how a contact ended by the rules; false if nothing is known of it
// yet, so that no score sees it.
func (r Rules) End(c Contact) (End, bool) {
	e := c.end(r)
	o, _ := observe(e)
	return End{e.state, o.Time, c.Replacement}, e.state.Valid() || len(c.Tries) > 0
}

// Contact returns a contact that ended so, for rules that see no more of it than
// that.
func (e End) Contact() Contact {
	const whole = 1 << 53 // so that the share is what it was, but for the last digit of a small one
	all, waited := Span{whole, whole}, Span{}
	waited.Calendar = time.Duration(e.Share * whole)
	waited.Opening = waited.Calendar
	try := Try{Deadline: all, Wait: waited}
	switch e.State {
	case Deflected:
		try.Deflected = &waited
	case Bot:
		try.Bot = &waited
	}
	return Contact{State: e.State, Tries: []Try{try}, Replacement: e.Replacement}
}

// Ends count how contacts of one company on one channel ended, the shortest wait
// first.
type Ends []Ended

// Ended counts contacts that ended alike.
type Ended struct {
	End
	Contacts int
}

// known returns how many contacts those that ended alike are worth, as [knownOf] does.
func (e Ended) known() float64 {
	switch {
	case e.State.Valid():
		return float64(e.Contacts)
	case e.State == Void, e.State == Contested:
		return 0
	}
	return e.Share * float64(e.Contacts)
}

// compare orders ends by wait, then by how they ended.
func (e End) compare(other End) int {
	planned := func(e End) int { return map[bool]int{true: 1}[e.Replacement] }
	return cmp.Or(cmp.Compare(e.Share, other.Share), cmp.Compare(e.State, other.State), cmp.Compare(planned(e), planned(other)))
}

// Add counts so many more contacts that ended alike; fewer, if it is below 0.
func (e *Ends) Add(end End, by int) {
	i, known := slices.BinarySearchFunc(*e, end, func(have Ended, want End) int { return have.compare(want) })
	if !known {
		*e = slices.Insert(*e, i, Ended{End: end})
	}
	if (*e)[i].Contacts += by; (*e)[i].Contacts == 0 {
		*e = slices.Delete(*e, i, i+1)
	}
}

// endStates are the states in the order of their codes. New ones come last.
func endStates() []State {
	return []State{Answered, Deflected, Bot, Unanswered, Late, Pending, BrokenOff, Void, Contested}
}

// The size of ends that are counted together: the share, the state and whether
// they stand in for others, and the number.
const endSize = 8 + 1 + 4

// MarshalText packs the ends in few bytes, in base64. The error says that a state is
// not known.
func (e Ends) MarshalText() ([]byte, error) {
	to := make([]byte, 0, len(e)*endSize)
	for _, ended := range e {
		code := slices.Index(endStates(), ended.State) * 2
		if code < 0 {
			return nil, fmt.Errorf("a contact has ended %q, which is no state", ended.State)
		}
		if ended.Replacement {
			code++
		}
		to = binary.BigEndian.AppendUint64(to, math.Float64bits(ended.Share))
		to = binary.BigEndian.AppendUint32(append(to, byte(code)), uint32(ended.Contacts))
	}
	return packing().AppendEncode(nil, to), nil
}

// packing is how packed ends are written as text.
func packing() *base64.Encoding { return base64.RawStdEncoding.Strict() }

// ParseEnds reads what [Ends.MarshalText] writes. The error says where it is not
// that.
func ParseEnds(text []byte) (Ends, error) {
	states := endStates()
	from, err := packing().AppendDecode(nil, text)
	if err != nil {
		return nil, fmt.Errorf("ends: %w", err)
	}
	if len(from)%endSize != 0 {
		return nil, fmt.Errorf("ends of %d bytes: want a multiple of %d", len(from), endSize)
	}
	if len(from) == 0 {
		return nil, nil
	}
	all := make(Ends, len(from)/endSize)
	for i := range all {
		one := from[i*endSize:]
		code := int(one[8])
		if code/2 >= len(states) {
			return nil, fmt.Errorf("end %d is of state %d, and there are %d", i, code/2, len(states))
		}
		all[i] = Ended{
			End:      End{states[code/2], math.Float64frombits(binary.BigEndian.Uint64(one)), code%2 == 1},
			Contacts: int(binary.BigEndian.Uint32(one[9:])),
		}
	}
	return all, nil
}

// ties returns what is observed of the contacts, by share. Shares that differ by
// less than the tolerance are one, as in package survival.
func (e Ends) ties() []survival.Ties {
	all := make([]survival.Ties, 0, len(e))
	last := -1.0
	for _, ended := range e {
		if ended.State == Void || ended.State == Contested {
			continue
		}
		if ended.Share-last > survival.Tolerance {
			all = append(all, survival.Ties{Time: ended.Share})
		}
		last = ended.Share
		tie := &all[len(all)-1]
		switch ended.State {
		case Answered:
			tie.Ends += ended.Contacts
		case Deflected, Bot:
			tie.Others += ended.Contacts
		default:
			tie.Censored += ended.Contacts
		}
	}
	return all
}

// An end is how a contact went as the rules see it.
type end struct {
	state    State
	wait     time.Duration
	deadline time.Duration // of all tries
}

// share returns how much of the deadline the customer waited.
func (e end) share() float64 { return portion(e.wait, e.deadline) }

// end follows the contact through its tries. Waits add up, and so do deadlines:
// a second try is not a free one. The first answer that counts ends it; tries
// after that never were. A contact that ended without one ended when the
// customer was first sent elsewhere or answered by a machine, if that is its
// state, and at its deadline else.
func (c Contact) end(r Rules) end {
	length := c.on(r.Clock)
	var waited, promised Span
	var aside *Span
	for i, t := range c.Tries {
		promised = promised.plus(t.Deadline)
		for _, reply := range c.replies(i, r) {
			wait := waited.plus(reply.wait)
			if reply.counts && c.State != Void && c.State != Contested {
				return end{Answered, length(wait), length(promised)}
			}
			if aside == nil {
				aside = &wait
			}
		}
		waited = waited.plus(c.waited(i))
	}
	state := cmp.Or(c.State, Pending)
	if (state == Deflected || state == Bot) && aside != nil {
		waited = *aside
	}
	return end{state, length(waited), length(promised)}
}

// waited returns how long the customer waited in a try that brought no answer:
// to its end, unless it is the last one and nobody knows yet.
func (c Contact) waited(try int) Span {
	t := c.Tries[try]
	if open := c.State == "" || c.State == Pending || c.State == BrokenOff; open && try == len(c.Tries)-1 {
		return t.Wait
	}
	return t.Deadline
}

// A reply is something the customer heard in time.
type reply struct {
	wait   Span
	counts bool // as an answer
}

// replies returns what the customer heard in a try, in order of time; of two at
// once, the answer first.
func (c Contact) replies(try int, r Rules) (all []reply) {
	t := c.Tries[try]
	if c.State == Answered && try == len(c.Tries)-1 {
		all = append(all, reply{t.Wait, true})
	}
	if t.Deflected != nil {
		all = append(all, reply{*t.Deflected, r.DeflectionAnswers})
	}
	if t.Bot != nil {
		all = append(all, reply{*t.Bot, r.BotAnswers})
	}
	slices.SortStableFunc(all, func(a, b reply) int { return cmp.Compare(a.wait.Calendar, b.wait.Calendar) })
	return all
}

// portion returns wait ÷ deadline, between 0 and 1. Where there is no deadline
// to speak of, only what took no time was in time.
func portion(wait, deadline time.Duration) float64 {
	switch {
	case wait <= 0:
		return 0
	case wait >= deadline:
		return 1
	}
	return float64(wait) / float64(deadline)
}
