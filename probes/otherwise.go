package probes

import (
	"slices"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
)

// Played returns what the standings see of a contact, as [Sample.Fair] does, and
// of a provisional one also how it would count otherwise: where a doubtful
// reading is not what it was read as, where an unread letter was the answer, and
// where a refusal that nothing corroborates was our own fault.
func (s Sample) Played(c Contact, heard time.Time) (fairness.Contact, bool) {
	out, seen := s.Fair(c, heard)
	if !seen || !c.Provisional {
		return out, seen
	}
	if other, ok := s.Fair(s.otherwise(c), heard); ok {
		out.Otherwise = &other
	}
	return out, true
}

// Misread returns what the standings see of a contact, as [Sample.Played] does, and
// how it would count if the reading that decides it were wrong, be it doubtful or
// not. A contact to which nothing came has none.
func (s Sample) Misread(c Contact, heard time.Time) (fairness.Contact, bool) {
	out, seen := s.Played(c, heard)
	number, decisive, came := c.Decisive()
	if !seen || out.Otherwise != nil || !came || decisive.Kind == reading.Bounce {
		return out, seen
	}
	c.Attempts = slices.Clone(c.Attempts)
	for i := range c.Attempts {
		a := &c.Attempts[i]
		a.Readings = slices.Clone(a.Readings)
		for k, t := range a.Readings {
			a.Readings[k].Doubtful = a.Number == number && t.Arrival == decisive.Arrival && t.At.Equal(decisive.At)
		}
	}
	if other, ok := s.Fair(s.otherwise(c), heard); ok {
		out.Otherwise = &other
	}
	return out, true
}

// Unamended returns what the standings would see of a contact with these events, as
// [Sample.Played] does, without all that people have said of it: amendments, readings of
// letters, sure or doubtful, and letters that a person has linked. It is nil if nothing
// was said. A contact that they would not see then is void. Taps stay: they are how an
// opener and an answer are known at all where a person opens it.
func (s Sample) Unamended(id string, story []Event, heard time.Time) *fairness.Contact {
	story = InForce(story)
	plain := slices.DeleteFunc(slices.Clone(story), func(e Event) bool { return e.Said() && e.Tap() == nil })
	if len(plain) == len(story) {
		return nil
	}
	return s.as(id, plain, heard)
}

// as returns what the standings see of a contact with these events, which is void if they
// do not see it.
func (s Sample) as(id string, story []Event, heard time.Time) *fairness.Contact {
	c := s.rules().neutral().Fold(id, story)
	out, seen := s.Played(c, heard)
	if !seen {
		out = fairness.Contact{ID: id, Company: c.Plan.Company, Channel: c.Plan.Channel, State: fairness.Void}
	}
	return &out
}

// otherKind returns what a doubtful reading is the other way; false if it makes
// no difference to a contact that is answered, or is not.
func (r Rules) otherKind(t Reply, answered bool) (reading.Kind, bool) {
	switch {
	case !t.Doubtful || t.Kind == reading.Bounce:
		return t.Kind, false
	case answered:
		return reading.Other, r.answers(t.Kind)
	}
	return reading.Answer, true
}

// otherwise returns a provisional contact as if what is doubtful of it were the
// other way.
func (s Sample) otherwise(c Contact) Contact {
	rules := s.rules().neutral()
	answered := c.Outcome == Answered
	c.Attempts = slices.Clone(c.Attempts)
	flipped := false
	for i := range c.Attempts {
		a := &c.Attempts[i]
		a.Readings = slices.Clone(a.Readings)
		for k, t := range a.Readings {
			if other, doubted := rules.otherKind(t, answered); doubted {
				a.Readings[k].Kind, flipped = other, true
			}
		}
	}
	if n := len(c.Attempts); n > 0 && len(c.Letters) > 0 {
		l := c.Letters[0]
		c.Attempts[n-1].Readings = append(c.Attempts[n-1].Readings, Reply{At: l.At, Kind: reading.Answer, Arrival: l.Arrival})
		flipped = true
	}
	if !flipped {
		c.Outcome, c.Held, c.Letters = Contested, "", nil
		return c
	}
	c.Held, c.Letters, c.Outcome, c.Answer = "", nil, Unanswered, time.Time{}
	if rules.answered(&c) {
		if c.Outcome = Answered; c.deafBefore(c.Answer) {
			c.Outcome = BrokenOff
		}
	} else if !c.Answer.IsZero() {
		c.Outcome = Late
	}
	return c
}
