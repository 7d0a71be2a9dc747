package probes

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/naming"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// ErrAmendment says that a correction lacks something, or says what cannot be.
var ErrAmendment = errors.New("cannot be amended so")

// RulePerson is the rule of an arrival that a person linked to its contact.
const RulePerson = match.Rule("person")

// A Correction is an amendment and the contact that it amends.
type Correction struct {
	Contact string
	Amendment
}

// reasoned reports what a correction lacks of a reason, and of who says so.
func (a Amendment) reasoned() error {
	if strings.TrimSpace(a.Reason) == "" || strings.TrimSpace(a.By) == "" {
		return fmt.Errorf("%w: want a reason and who says so", ErrAmendment)
	}
	if err := naming.Check(a.By); err != nil {
		return fmt.Errorf("%w: %w", ErrAmendment, err)
	}
	return nil
}

// Check reports what a correction lacks.
func (a Amendment) Check() error {
	if err := a.reasoned(); err != nil {
		return err
	}
	switch {
	case !a.Answered.IsZero() && a.Outcome != Answered && a.Outcome != Late:
		return fmt.Errorf("%w: %s is without the time of an answer", ErrAmendment, a.Outcome)
	case a.Arrival == "" && !slices.Contains(Outcomes(), a.Outcome):
		return fmt.Errorf("%w: %q is no outcome; want one of %v", ErrAmendment, a.Outcome, Outcomes())
	case a.Arrival != "" && !slices.Contains(reading.Kinds(), a.Kind):
		return fmt.Errorf("%w: %q is no reading; want one of %v", ErrAmendment, a.Kind, reading.Kinds())
	case a.Arrival != "" && a.Outcome != "":
		return fmt.Errorf("%w: the outcome follows from the readings; want one or the other", ErrAmendment)
	}
	return nil
}

// CheckOn reports what a correction of a contact's outcome lacks: who is to have
// answered in time has done so at a time, from which the wait follows.
func (a Amendment) CheckOn(c Contact, now time.Time) error {
	at := a.Answered
	if at.IsZero() && a.Outcome == Answered {
		at = c.Answer
	}
	if at.IsZero() && a.Outcome != Answered {
		return nil
	}
	switch inTime := !at.After(c.deadlineAt(at)); {
	case at.IsZero():
		return fmt.Errorf("%w: nothing that was heard of %s is an answer; say when it came, or which arrival it is", ErrAmendment, c.ID)
	case !a.Answered.IsZero() && (c.waitsSince().IsZero() || at.Before(c.Attempts[0].Start())):
		// Not of an answer that was heard: a mailbox that counts in seconds may
		// have it in the second before.
		return fmt.Errorf("%w: the opener of %s had not left at %s", ErrAmendment, c.ID, at.Format(time.RFC3339))
	case at.After(now):
		return fmt.Errorf("%w: %s is still to come", ErrAmendment, at.Format(time.RFC3339))
	case inTime != (a.Outcome == Answered):
		return fmt.Errorf("%w: an answer at %s is not %s: the deadline of %s was at %s", ErrAmendment,
			at.Format(time.RFC3339), a.Outcome, c.ID, c.deadlineAt(at).In(at.Location()).Format(time.RFC3339))
	}
	return nil
}

// deadlineAt returns the deadline of the attempt that was under way at an
// instant; zero if none has left.
func (c Contact) deadlineAt(at time.Time) time.Time {
	if len(c.Attempts) == 0 {
		return time.Time{}
	}
	return c.Attempts[c.serving(at)].Deadline
}

// A Judgement is a person's word on one arrival that waited for it.
type Judgement struct {
	Channel, Arrival string // the arrival and its key
	Kind             reading.Kind
	Contact          string // the contact it is linked to, if it was unmatched; empty: none, or its own
	Attempt          int    // with Contact; 0 = the current one
	Reason, By       string
}

// ErrReport says that a report does not fit what is known: nothing was noted.
var ErrReport = errors.New("cannot be tapped")

// RuleReport is the rule of what a person reports.
const RuleReport = match.Rule("tap")

// A ManualReport is what a person says became of an attempt.
type ManualReport struct {
	Contact string
	Attempt int
	Report  channels.ReportKind
	By      string        // who says so; may be empty
	Ago     time.Duration // how long ago it was tapped, by the clock that it was tapped at; 0 = now
	Key     string        // names the tap, among those of its attempt; empty: what it reports does
}

// ErrRetraction says that an event cannot be taken back, or not any more.
var ErrRetraction = errors.New("cannot be taken back")

// Said reports whether an event is what a person has said, so that a person can take
// it back: an amendment, a link, or a tap.
func (e Event) Said() bool {
	switch e.Kind {
	case Amended:
		return true
	case Heard:
		return Payload[Classification](e).Rule == RulePerson || e.Tap() != nil
	}
	return e.Tap() != nil
}

// Tap returns what a person has reported by a tap, if the event is one; else nil.
func (e Event) Tap() *Reported {
	var tapped struct {
		Tap *Reported `json:"tapped"`
	}
	switch e.Kind {
	case Noted:
		r := Payload[Reported](e)
		return &r
	case Sent, Heard, Covered, Refused, Broken:
		if err := json.Unmarshal(e.Data, &tapped); err != nil {
			return nil // an event of a later version
		}
	}
	return tapped.Tap
}

// InForce returns the events of a story that count: all but those that a person has
// taken back. The retractions themselves stay. Only what a person has said can be
// taken back.
func InForce(story []Event) []Event {
	var gone map[int]bool
	for _, e := range story {
		if e.Kind != Retracted {
			continue
		}
		if gone == nil {
			gone = map[int]bool{}
		}
		r := Payload[Retraction](e)
		gone[r.Event], gone[r.Planned] = true, true
	}
	if gone == nil {
		return story
	}
	return slices.DeleteFunc(slices.Clone(story), func(e Event) bool {
		return gone[e.Seq] && (e.Said() || e.Kind == Planned && e.Attempt > 1)
	})
}
