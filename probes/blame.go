package probes

import (
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// Blame returns whose fault it is that the attempt was not put to the company;
// empty if it was, or may still be.
//
// An opener that did not leave in its hours is ours, unless the company's side
// turned it away until the time to answer was over. An opener that left and
// came back is the fault that our own submission server reports, as long as nothing of
// the company's has answered it: once its server took the letter, no report
// excuses. Where unrelated companies were not found or reached at once, that is ours.
func (a Attempt) Blame() fault.Fault {
	if a.Cut && a.unreached() {
		return fault.Ours
	}
	return a.blame()
}

// blame is whose fault it is by what was said of the attempt alone.
func (a Attempt) blame() fault.Fault {
	switch a.State {
	case AttemptRefused, AttemptUnsent:
		return a.unsentBy()
	case AttemptPlanned:
		if a.Shut() {
			return a.Failure.Fault
		}
	case AttemptSent:
		return a.returnedBy()
	}
	return ""
}

// Unreached reports whether a mail server has said of the attempt that the company's
// domain or server was not found or not reached (RFC 3463: X.4 and X.1.2), whoever's
// fault that was.
func (a Attempt) Unreached() bool { return a.Cut || a.unreached() }

func (a Attempt) unreached() bool {
	whose := a.blame()
	if whose != fault.Address && whose != fault.Theirs {
		return false
	}
	status := a.Failure.Status
	if a.State == AttemptSent {
		for _, t := range a.Readings {
			if t.Kind == reading.Bounce && t.Submission {
				status = t.Status
			}
		}
	} else if a.Failure.Step == channels.StepDoor {
		return false
	}
	_, detail, _ := strings.Cut(status, ".")
	return strings.HasPrefix(detail, "4.") || detail == "1.2"
}

// unsentBy is whose fault it is that an opener never left.
func (a Attempt) unsentBy() fault.Fault {
	switch {
	case a.Shut() && !a.Failure.Fault.Turns():
		return fault.Theirs
	case a.Failure.Fault != "":
		return a.Failure.Fault
	case a.State == AttemptRefused:
		return fault.Theirs
	}
	return fault.Ours
}

// Shut reports whether the company's side turned the opener away until the time
// to answer it was over.
func (a Attempt) Shut() bool { return !a.Barred.IsZero() && !a.Barred.Before(a.Deadline) }

// returnedBy is whose fault it is that an opener came back, by the last report
// that counts. What our own server has reported to be taken says the same as an answer:
// no later report excuses.
func (a Attempt) returnedBy() (whose fault.Fault) {
	for _, t := range a.Readings {
		switch t.Kind {
		case reading.Bounce:
			if t.Submission && t.Fault != "" {
				whose = t.Fault
			}
		case reading.Delay, reading.Other:
			if t.Submission && t.Taken {
				return ""
			}
		default:
			return ""
		}
	}
	return whose
}

// TurnedAt returns when the company's side last said no.
func (a Attempt) TurnedAt() time.Time {
	at := a.Barred
	for _, t := range a.Readings {
		if t.Kind == reading.Bounce && t.Submission {
			at = calendar.Later(at, t.At)
		}
	}
	return at
}

// excused reports whether the attempt says nothing of the company: the failure
// was ours, or the company's side refused us for policy and we know ourselves
// why. The second is excused once in a cell of the plan.
func (a Attempt) excused(plan Plan) bool {
	blame := a.Blame()
	return blame == fault.Ours || blame.Judges() && a.Corroborated && !plan.Contested
}

// stood counts the attempts that say something of the company.
func (c Contact) stood() int {
	n := 0
	for _, a := range c.Attempts {
		if !a.excused(c.Plan) {
			n++
		}
	}
	return n
}

// blame returns the fault that an outcome rests on, of the last attempt that
// has one.
func (c Contact) blame() fault.Fault {
	for _, a := range slices.Backward(c.Attempts) {
		if fault := a.Blame(); fault != "" {
			return fault
		}
	}
	return ""
}

// provisional reports whether the outcome rests on what a person has to look
// at: an unread letter that may be the answer, a reading that is
// doubtful and could have decided otherwise, or a refusal for policy that nothing
// corroborates.
func (r Rules) provisional(c Contact) bool {
	switch {
	case c.Outcome == Pending && !c.Amended:
		return c.Held == HoldReview
	case c.Amended || c.Outcome == "":
		return false
	case c.Outcome == Unanswered && len(c.Letters) > 0:
		return true
	case c.Outcome == Answered:
		return c.doubted(func(t Reply) bool { return r.answers(t.Kind) && t.At.Equal(c.Answer) })
	case c.Outcome == Unanswered && c.Fault.Judges():
		return true
	case c.Outcome.Valid():
		return c.doubted(func(t Reply) bool { return !t.At.After(c.Attempts[c.serving(t.At)].Deadline) })
	}
	return false
}

// doubted reports whether one of the readings that matter is doubtful.
func (c Contact) doubted(matters func(Reply) bool) bool {
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			if t.Doubtful && t.Kind != reading.Bounce && matters(t) {
				return true
			}
		}
	}
	return false
}

// FaultIn returns the fault that an event tells of, if any: of an opener that
// did not leave, or of a report that counts.
func FaultIn(e Event) (fault.Fault, bool) {
	var fault fault.Fault
	switch {
	case slices.Contains(Failures(), e.Kind):
		fault = Payload[Failure](e).Fault
	case e.Kind == Heard:
		if j := Payload[Classification](e); j.Submission {
			fault = j.Fault
		}
	}
	return fault, fault != ""
}
