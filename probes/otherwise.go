package probes

import (
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/naming"
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

// Same reports whether two amendments say the same, for whatever reason.
func (a Amendment) Same(other Amendment) bool {
	return a.Outcome == other.Outcome && a.Arrival == other.Arrival && a.Kind == other.Kind && a.Answered.Equal(other.Answered)
}

// Confirmed returns the amendment as it is to be written down behind a story that
// was told with its words: it confirms what another person has said before.
// Names that may be one person's are one (see [naming.Same]), and an erased one is known
// to be nobody's.
func (a Amendment) Confirmed(told []Event) Amendment {
	a.Confirms = slices.ContainsFunc(InForce(told), func(e Event) bool {
		before := Payload[Amendment](e)
		return e.Kind == Amended && a.Same(before) && before.By != "" && !naming.Same(a.By, before.By)
	})
	return a
}

// corrects reports whether an event of a story corrects what would stand without
// it: the outcome, or a reading of which the reader was sure. What a person says of
// a doubtful or an unmatched arrival is the look that it waited for.
func corrects(e Event, story []Event) bool {
	a := Payload[Amendment](e)
	switch {
	case e.Kind != Amended:
		return false
	case a.Arrival == "":
		return true
	}
	return slices.ContainsFunc(story, func(e Event) bool {
		h := Payload[Classification](e)
		return e.Kind == Heard && h.Arrival == a.Arrival && !h.Doubtful && h.Rule != RulePerson
	})
}

// WithoutLone returns a story without the corrections that one person alone stands
// for, and reports whether there were any.
func WithoutLone(story []Event) (without []Event, lone bool) {
	story = InForce(story)
	without = slices.DeleteFunc(slices.Clone(story), func(e Event) bool {
		if !corrects(e, story) {
			return false
		}
		return !confirmed(Payload[Amendment](e), story)
	})
	return without, len(without) < len(story)
}

// confirmed reports whether two people have said what an amendment of a story says.
func confirmed(a Amendment, story []Event) bool {
	return slices.ContainsFunc(story, func(other Event) bool {
		b := Payload[Amendment](other)
		return other.Kind == Amended && b.Confirms && a.Same(b)
	})
}

// LoneBy returns who alone stands for corrections of a story that was told with its words,
// each once, the first first.
func LoneBy(told []Event) (people []string) {
	without, _ := WithoutLone(told)
	counts := map[int]bool{}
	for _, e := range without {
		counts[e.Seq] = true
	}
	for _, e := range told {
		by := strings.TrimSpace(Payload[Amendment](e).By)
		if e.Kind != Amended || counts[e.Seq] || by == "" {
			continue
		}
		if !slices.ContainsFunc(people, func(other string) bool { return naming.Same(by, other) }) {
			people = append(people, by)
		}
	}
	return people
}

// Alone returns what the standings would see of a contact with these events, as
// [Sample.Played] does, without the corrections of one person alone; nil if there
// are none. A contact that they would not see then is void.
func (s Sample) Alone(id string, story []Event, heard time.Time) *fairness.Contact {
	without, lone := WithoutLone(story)
	if !lone {
		return nil
	}
	return s.as(id, without, heard)
}

// Unread returns what the standings would see of a contact with these events, as
// [Sample.Played] does, without all that one person alone has said of it: corrections, looks
// at doubtful letters, and letters that were linked. It is nil if there is nothing of that.
func (s Sample) Unread(id string, story []Event, heard time.Time) *fairness.Contact {
	story = InForce(story)
	linkConfirmed := func(arrival string) bool {
		return slices.ContainsFunc(story, func(e Event) bool {
			a := Payload[Amendment](e)
			return e.Kind == Amended && a.Confirms && a.Arrival == arrival
		})
	}
	without := slices.DeleteFunc(slices.Clone(story), func(e Event) bool {
		switch {
		case e.Kind == Amended:
			return !confirmed(Payload[Amendment](e), story)
		case e.Said() && e.Tap() == nil:
			return !linkConfirmed(Payload[Classification](e).Arrival)
		}
		return false
	})
	if len(without) == len(story) {
		return nil
	}
	return s.as(id, without, heard)
}
