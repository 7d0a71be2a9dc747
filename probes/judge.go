package probes

import (
	"github.com/svartid/svartid/probes/reading"
)

// judge says what became of the contact, unless a person has.
//
// An answer in time is an answer at once. All else waits until listening has
// covered the deadline, because an answer may still come, or may have come and
// not yet been heard. Then a deflection counts before a late answer: the
// customer was sent elsewhere in time.
//
// Who refuses the opener for policy or spam reasons contests it. A refusal or
// a bounce for any other reason on the company's side leaves the customer
// without an answer; that the address was ours to get right is for a person to
// say, by amendment.
func (r Rules) judge(c *Contact) {
	a := c.Current()
	c.Deadline = a.Deadline
	c.acknowledged(a)
	c.answered(r, a)
	if !c.Answer.IsZero() {
		c.Wait = max(c.Answer.Sub(a.Sent), 0)
		c.OpenWait = r.Calendar.Open(r.Opening, a.Sent, later(c.Answer, a.Sent))
	}
	if !c.Amended {
		c.Outcome = r.outcome(c, a)
	}
	if c.Reason == "" && a.State != AttemptSent {
		c.Reason = a.Failure.Reason
	}
}

func (r Rules) outcome(c *Contact, a Attempt) Outcome {
	switch {
	case !c.Answer.IsZero() && !c.Answer.After(a.Deadline):
		return Answered
	case a.State == AttemptRefused && a.Failure.Ours, a.State == AttemptUnsent:
		return Void
	case a.State == AttemptRefused && a.Failure.Policy:
		return Contested
	case a.State == AttemptRefused:
		return Unanswered
	case a.State == AttemptBroken:
		return BrokenOff
	case a.State != AttemptSent || c.Covered.Before(a.Deadline):
		return Pending
	}
	return silence(c, a)
}

// silence says what a covered deadline without an answer in time is.
func silence(c *Contact, a Attempt) Outcome {
	switch {
	case a.heard(reading.Deflection):
		return Deflected
	case a.contested():
		return Contested
	case !c.Answer.IsZero():
		return Late
	}
	return Unanswered
}

// heard reports whether a reading of the kind came in time.
func (a Attempt) heard(kind reading.Kind) bool {
	for _, t := range a.Readings {
		if t.Kind == kind && !t.At.After(a.Deadline) {
			return true
		}
	}
	return false
}

// contested reports whether the opener came back for good, for reasons of
// policy or security: class 5, subject 7 of RFC 3463 section 3.8.
func (a Attempt) contested() bool {
	for _, t := range a.Readings {
		if t.Kind == reading.Bounce && t.Final && len(t.Status) > 3 && t.Status[:4] == "5.7." {
			return true
		}
	}
	return false
}

// answered notes when the first answer came and from which centre, and when the
// last one did.
func (c *Contact) answered(r Rules, a Attempt) {
	for _, t := range a.Readings {
		if !r.answers(t.Kind) {
			continue
		}
		if c.Answer.IsZero() {
			c.Answer, c.Centre = t.At, t.Centre
		}
		c.LastAnswer = t.At
	}
}

// acknowledged notes the first automatic confirmation.
func (c *Contact) acknowledged(a Attempt) {
	for _, t := range a.Readings {
		if t.Kind == reading.Acknowledgement {
			c.Ack, c.AckWait = t.At, max(t.At.Sub(a.Sent), 0)
			return
		}
	}
}
