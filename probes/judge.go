package probes

import (
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
)

// judge says what became of the contact, unless a person has.
//
// An answer in time is an answer at once, whichever attempt it answers. All
// else waits until listening has covered the deadline, because an answer may
// still come, or may have come and not yet been heard. Then a deflection counts
// before a late answer: the customer was sent elsewhere in time.
//
// An answer that came after a time in which we could not hear is none of that:
// the contact is broken off, as it would be after a silence. If answers counted
// there, and silences were asked again, companies would gain by our gaps.
//
// An attempt that failed by our own fault, or that the company's side refused
// for what we are and we can corroborate, says nothing of the company: it is
// void or contested, and made again. It never takes away what another attempt
// of the contact has shown. Any other refusal leaves the customer without an
// answer; that the address was ours to get right is for a person to say, by
// amendment.
//
// Who has not answered an attempt may be asked again: the contact is then
// judged by its last attempt, and pending until that is decided.
//
// Said is when an answer came that only a person knows of; zero: there is none.
func (r Rules) judge(c *Contact, said time.Time) {
	a := c.Current()
	c.Deadline = a.Deadline
	c.Promise, c.OpenPromise = r.promise(*c)
	c.acknowledged()
	inTime := r.answered(c)
	if !said.IsZero() {
		c.Answer, c.LastAnswer = said, calendar.Later(c.LastAnswer, said)
		c.Centre, c.Precision, c.SelfReported = "", 0, false
	}
	if !c.Answer.IsZero() {
		c.Wait, c.OpenWait = r.wait(*c, c.Answer)
		c.Precision += c.Attempts[c.serving(c.Answer)].Receipt.Precision
	}
	if !c.Amended {
		c.Outcome, _ = r.outcome(*c, inTime)
		c.Again = (c.Outcome == Unanswered || c.Outcome == Late) && c.another() && !r.lateEnds(*c)
	}
	if c.Outcome != Answered && c.Outcome != Deflected {
		c.Fault = c.blame()
	}
	if c.Outcome != Pending {
		c.Held = ""
	}
	c.Provisional = r.provisional(*c)
	if c.Reason == "" && a.State != AttemptSent {
		c.Reason = a.Failure.Reason
	}
}

// mostMadeAgain is how many attempts of a contact are made again at most, because they
// said nothing of the company.
const mostMadeAgain = 2

// another reports whether the plan has another attempt.
func (c Contact) another() bool {
	return c.stood() < c.Plan.Attempts && len(c.Attempts) < c.Plan.Attempts+mostMadeAgain
}

// Why says in a sentence by which rule the contact's outcome fell. Where a
// person has said it, that is why.
func (r Rules) Why(c Contact) string {
	if len(c.Attempts) == 0 {
		return "nothing is planned yet"
	}
	c.Answer = time.Time{} // which a person may have said
	outcome, why := r.outcome(c, r.answered(&c))
	if c.Amended {
		return fmt.Sprintf("a person has said so: %s; by the rules alone it would be %s: %s", c.Reason, outcome, why)
	}
	return why
}

// outcome returns what became of the contact, and by which rule.
func (r Rules) outcome(c Contact, inTime bool) (fell Outcome, why string) {
	a := c.Current()
	switch {
	case inTime:
		return c.inTime()
	case slices.ContainsFunc(c.Attempts, func(a Attempt) bool { return a.State == AttemptBroken }):
		return BrokenOff, "our listening was lost for good while the company could still answer, so silence proves nothing"
	case r.lateEnds(c):
		return Late, "an answer came after the deadline of its attempt, and by this probe's rule nobody is asked again who has answered"
	case a.heardUntraced():
		return Void, "nothing of our own shows that the opener left, and what came back must not decide whether the contact counts"
	case a.State == AttemptRefused || a.State == AttemptUnsent:
		return ended(c)
	case a.State != AttemptSent && !(a.State == AttemptPlanned && a.Shut()):
		return Pending, "it is not known to have left yet"
	case c.Covered.Before(a.Deadline):
		return Pending, "not everything that arrived before the deadline has been read yet"
	}
	return ended(c)
}

// inTime says what a contact is whose answer came before the deadline.
func (c Contact) inTime() (fell Outcome, why string) {
	if c.deafBefore(c.Answer) {
		return BrokenOff, "an answer came after a time in which we could not hear: a silence after it would prove nothing, and so neither counts"
	}
	return Answered, "an answer came before the deadline, and that is final, whatever else was heard"
}

// deafBefore reports whether listening had been lost, for a while or for good,
// before an instant.
func (c Contact) deafBefore(at time.Time) bool {
	return slices.ContainsFunc(c.Attempts, func(a Attempt) bool {
		return (a.Gap || a.State == AttemptBroken) && a.Failed.Before(at)
	})
}

// heardUntraced reports whether something came back of an opener that is not
// known to have left by anything of our own.
func (a Attempt) heardUntraced() bool {
	return a.untraced() && a.State == AttemptUnsent && len(a.Readings) > 0 && !a.Shut()
}

// ended says what a contact without an answer in time is, once all its
// attempts are over. Those that are excused count as if they had not been made.
func ended(c Contact) (fell Outcome, why string) {
	switch {
	case c.stood() > 0:
		return silence(c)
	case slices.ContainsFunc(c.Attempts, func(a Attempt) bool { return a.Blame().Judges() }):
		return Contested, "the company's side refused us for reasons of policy or spam, and we know ourselves that it had a reason"
	}
	return Void, "the opener did not leave, and that is not for the company to answer for"
}

// lateEnds reports whether an answer between two attempts ends the contact, by
// the award's rule for Messenger. It does once listening has covered the
// deadline that it missed.
func (r Rules) lateEnds(c Contact) bool {
	if c.Answer.IsZero() || !r.LateEnds[c.Plan.Probe] {
		return false
	}
	i := c.serving(c.Answer)
	return i+1 < c.Plan.Attempts && !c.Covered.Before(c.Attempts[i].Deadline)
}

// silence says what a covered deadline without an answer in time is. If
// listening was lost for a while an answer may have come, and no company is
// blamed.
func silence(c Contact) (fell Outcome, why string) {
	switch {
	case slices.ContainsFunc(c.Attempts, func(a Attempt) bool { return a.Gap }):
		return BrokenOff, "our listening was lost for a while before the deadline, and an answer may have come in it"
	case slices.ContainsFunc(c.Attempts, Attempt.deflected):
		return Deflected, "the customer was only sent elsewhere, before the deadline, and no answer to the matter came in time"
	case !c.Answer.IsZero():
		return Late, "everything that arrived before the deadline has been read, and the answer came after it"
	}
	switch c.blame() {
	case fault.Address:
		return Unanswered, "the address that was given for the company does not exist, which leaves the customer without an answer"
	case fault.Theirs:
		return Unanswered, "the company's side did not take the opener, which leaves the customer without an answer"
	case fault.Policy, fault.Unclear:
		return Unanswered, "the company's side refused the opener, and nothing that we know ourselves corroborates that it had a reason"
	}
	return Unanswered, "everything that arrived before the deadline has been read, and no answer was among it"
}

// answered notes the first answer in time or, if there is none, the first of
// all, from which centre it came, and when the last answer did. It reports
// whether one was in time: before the deadline of the attempt under way, which
// need not be the one it answers.
func (r Rules) answered(c *Contact) (inTime bool) {
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			if a.Sent.IsZero() || !r.answers(t.Kind) {
				continue
			}
			c.LastAnswer = calendar.Later(c.LastAnswer, t.At)
			good := !t.At.After(c.Attempts[c.serving(t.At)].Deadline)
			if c.Answer.IsZero() || good && !inTime || good == inTime && t.At.Before(c.Answer) {
				c.Answer, c.Centre, c.Precision, c.SelfReported = t.At, t.Centre, t.Precision, t.Self
				c.ClockOffset = t.Offset
			}
			inTime = inTime || good
		}
	}
	return inTime
}

// wait returns how long the customer waited for what came at an instant, in
// calendar and in opening time.
func (r Rules) wait(c Contact, at time.Time) (whole, open time.Duration) {
	for _, s := range c.waits(at) {
		whole += s.Duration()
		open += r.open(c.Plan, s.From, s.To)
	}
	return whole, open
}

// promise returns the time that the company has to answer, in calendar and in
// opening time, all attempts together: made or still to be made. A second try
// is so no free one, and answering the first pays. It is 0 until the customer
// has begun to wait.
func (r Rules) promise(c Contact) (whole, open time.Duration) {
	for _, s := range r.promises(c) {
		whole += s.Duration()
		open += r.open(c.Plan, s.From, s.To)
	}
	return whole, open
}

// promises returns when the company has to answer, attempt by attempt. One that
// is still to be made is taken as the plan has it, and one that is excused has
// no time at all.
func (r Rules) promises(c Contact) []calendar.Span {
	spans := make([]calendar.Span, 0, 2)
	add := func(start time.Time) {
		spans = append(spans, calendar.Span{From: start, To: r.deadline(start, c.Plan)})
	}
	first, stood := time.Time{}, 0
	for _, a := range c.Attempts {
		if a.excused(c.Plan) {
			spans = append(spans, calendar.Span{From: a.Start(), To: a.Start()})
			continue
		}
		if stood++; stood == 1 {
			first = a.Began()
		}
		add(a.Start())
	}
	switch {
	case first.IsZero():
		return nil
	case stood >= c.Plan.Attempts:
	case c.Plan.Second.IsZero():
		add(first)
	default:
		add(c.Plan.Second)
	}
	return spans
}

// open returns the opening time between two instants.
func (r Rules) open(plan Plan, from, to time.Time) time.Duration {
	return r.calendar(plan).Open(r.Opening, from, to)
}
