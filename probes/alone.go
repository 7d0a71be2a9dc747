package probes

import (
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/naming"
)

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
