package channeltest

import (
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
)

// errTemporary is what a company that fails for now answers.
var errTemporary = errors.New("451 4.3.0 try again later")

// A Company is what the fake reaches. The zero value takes every opener and
// never answers.
type Company struct {
	Replies Behaviour
	Fate    Fate
	// Failures is how many first openers fail for now: nothing leaves, and
	// a later try may do.
	Failures int
	// No is the answer to an opener that fails for now; nil = 451 4.3.0. Of an
	// opener whose fate is unsure it is what the door said; nil = nothing.
	No *channels.Refusal
	// Connects is how long it takes until leave is asked, and Takes how long
	// its server takes from then to take an opener.
	Connects, Takes time.Duration
	// Late puts a fate that is Refused or Failing after leave, as an answer to
	// the whole message; otherwise it comes before.
	Late bool
	// Refusal is the answer to an opener whose Fate is Refused; nil = 550
	// 5.1.1, no such user.
	Refusal *channels.Refusal
	// Picture is on the screen whatever becomes of an opener; nil = none is taken.
	Picture []byte
}

// A Fate is what becomes of an opener on its way to a company.
type Fate int

// The fates of an opener.
const (
	Taken      Fate = iota // it left, and Open says so
	Refused                // it did not leave and never will
	UnsureLeft             // it left, and Open does not know
	UnsureLost             // it did not leave, and Open does not know
	Failing                // it did not leave, and a later try may do
)

// early reports whether an opener's fate keeps it from asking leave.
func (c Company) early() bool { return !c.Late && (c.Fate == Refused || c.Fate == Failing) }

// temporary is the answer to an opener that fails for now.
func (c Company) temporary() error {
	if c.No != nil {
		return &channels.Deferral{No: *c.No, Err: errTemporary}
	}
	return errTemporary
}

// verdict says whether an opener leaves, and what Open is told.
func (c Company) verdict() (left bool, err error) {
	switch c.Fate {
	case Refused:
		if c.Refusal != nil {
			return false, c.Refusal
		}
		return false, &channels.Refusal{Step: channels.StepRcpt, Code: 550, Status: "5.1.1", Text: "no such user"}
	case UnsureLeft, UnsureLost:
		err := fmt.Errorf("%w: connection reset after DATA", channels.ErrUnsure)
		if c.No != nil {
			err = &channels.Deferral{No: *c.No, Err: err}
		}
		return c.Fate == UnsureLeft, err
	case Failing:
		return false, c.temporary()
	default:
		return true, nil
	}
}

// A Reply is one letter that a company sends back.
type Reply struct {
	After  time.Duration // from when the opener left
	Raw    Letter
	Folder string // where it comes to; "" = Inbox
}

// A Behaviour says what a company sends back on an opener.
type Behaviour func(o channels.Opening) []Reply

// Unresponsive is the behaviour of a company that never answers.
func Unresponsive(channels.Opening) []Reply { return nil }

// Answering returns the behaviour of a company where a person answers.
func Answering(after time.Duration) Behaviour {
	return func(o channels.Opening) []Reply {
		return []Reply{{After: after, Raw: Answer(o, "")}}
	}
}

// Acknowledging returns the behaviour of a company whose machine confirms
// after the given time, and which then does as then says. A nil then is
// Unresponsive.
func Acknowledging(after time.Duration, then Behaviour) Behaviour {
	return func(o channels.Opening) []Reply {
		replies := []Reply{{After: after, Raw: Acknowledgement(o)}}
		if then != nil {
			replies = append(replies, then(o)...)
		}
		return replies
	}
}

// Sending returns the behaviour of a company that sends one letter of the
// given kind, such as Bounce or OutOfOffice.
func Sending(after time.Duration, write func(channels.Opening) Letter) Behaviour {
	return func(o channels.Opening) []Reply {
		return []Reply{{After: after, Raw: write(o)}}
	}
}
