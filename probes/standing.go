package probes

import (
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/progress"
	"github.com/svartid/svartid/probes/reading"
)

// neutral returns the rules by which only a person's answer to the matter is
// one: what else may count is for the standings' own rules to say.
func (r Rules) neutral() Rules {
	r.DeflectionAnswers, r.BotAnswers = false, false
	return r
}

// A Sample is an edition's contacts as its standings see them.
type Sample struct {
	Edition *edition.Edition
	Class   string // the only one that is folded anew; empty: all
}

func (s Sample) rules() Rules { return Rules(s.Edition.Rules) }

// Refold folds the edition's contacts anew from their events, by the rules as
// they are now and by what had been written down at an instant; the zero time
// is all. Where a person's answer alone counts, as in standings, the policy on
// deflections and bots is left out. It calls take for each contact, by id, and
// holds one at a time.
func (s Sample) Refold(ctx context.Context, tx Tx, at time.Time, take func(Contact, []Event) error) error {
	const page = 500
	rules := s.rules().neutral()
	task, err := progress.Begin(ctx, "contacts", func() (int, error) { return s.Size(ctx, tx) })
	if err != nil {
		return err
	}
	for q := (Query{Edition: s.Edition.Name, Class: s.Class, Limit: page, After: " "}); ; {
		found, err := tx.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range found {
			task.Add(1)
			_, story, err := tx.Story(ctx, c.ID)
			if err != nil {
				return err
			}
			if story = recordedBy(story, at); len(story) == 0 {
				continue
			}
			if err := take(rules.Fold(c.ID, story), story); err != nil {
				return err
			}
		}
		if len(found) < page {
			task.Done()
			return nil
		}
		q.After = found[len(found)-1].ID
	}
}

// Fold folds a contact as [Sample.Refold] does.
func (s Sample) Fold(id string, story []Event) Contact { return s.rules().neutral().Fold(id, story) }

// Size returns how many contacts a sample has, by the running totals.
func (s Sample) Size(ctx context.Context, tx Tx) (n int, err error) {
	totals, err := tx.Totals(ctx, 0)
	for _, t := range totals.Tallies {
		if t.Edition != s.Edition.Name || s.Class != "" && t.Class != s.Class {
			continue
		}
		n += t.Planned
		for _, of := range t.Outcomes {
			n += of
		}
	}
	return n, err
}

// Neutral returns a contact of the ledger as [Sample.Refold] folds it. It reads
// the story only where the policy counts more than a person's answer.
func (s Sample) Neutral(ctx context.Context, tx Tx, c Contact) (Contact, error) {
	if !s.Edition.Rules.DeflectionAnswers && !s.Edition.Rules.BotAnswers {
		return c, nil
	}
	_, story, err := tx.Story(ctx, c.ID)
	if err != nil {
		return c, err
	}
	return s.rules().neutral().Fold(c.ID, story), nil
}

// recordedBy returns what of a story had been written down at an instant.
func recordedBy(story []Event, at time.Time) []Event {
	if at.IsZero() {
		return story
	}
	n := slices.IndexFunc(story, func(e Event) bool { return e.Recorded.After(at) })
	if n < 0 {
		return story
	}
	return story[:n]
}

// Heard returns until when everything that arrived had been heard, by channel:
// the checkpoint of its deafest source that has ever been heard. A canary is no source.
func (s Sample) Heard(ctx context.Context, tx Tx) (map[string]time.Time, error) {
	heard := map[string]time.Time{}
	for _, p := range s.Edition.Probes {
		checkpoints, err := tx.Checkpoints(ctx, s.Edition.Hearer(p.Channel))
		if err != nil {
			return nil, err
		}
		checkpoints = slices.DeleteFunc(checkpoints, func(m channels.Checkpoint) bool { return m.Source == channels.CanarySource })
		if len(checkpoints) == 0 {
			continue
		}
		earliest := slices.MinFunc(checkpoints, func(a, b channels.Checkpoint) int { return a.Until.Compare(b.Until) })
		heard[p.Channel] = earliest.Until
	}
	return heard, nil
}

// Fair returns what the standings see of a contact that was folded by
// [Sample.Refold]; false if they do not see it: it was never put to the
// company, or the company itself says how it went. Heard is until when its
// channel had been listened to.
//
// All attempts together are one try whose deadline is that of all that the
// plan allows, made or not: who answers the first is so never worse off than
// who lets it pass and answers the second.
func (s Sample) Fair(c Contact, heard time.Time) (fairness.Contact, bool) {
	if s.Edition.SelfReported[c.Plan.Channel] || c.Outcome == Pending && !c.Asked() {
		return fairness.Contact{}, false
	}
	out := s.rules().fair(c, heard)
	out.Cell = c.Plan.Slot.In(s.Edition.Zone()).Format("Mon 15")
	return out, true
}

// fair is [Sample.Fair] of a contact that the standings see, without the cell that
// it has in the plan.
func (r Rules) fair(c Contact, heard time.Time) fairness.Contact {
	out := fairness.Contact{
		ID: c.ID, Company: c.Plan.Company, Channel: c.Plan.Channel, State: fairness.State(c.Outcome), Replacement: c.Plan.Replaces != "",
	}
	out.Clock, out.Bounced = r.clock(c.Plan), c.bounced()
	if c.Held == HoldReview {
		out.State = fairness.Unanswered
	}
	if c.Promise == 0 {
		return out
	}
	watched := c.watched(heard)
	try := r.try(c, watched)
	over := r.over(c, watched)
	switch {
	case over && try.Deflected != nil:
		out.State = fairness.Deflected
	case (over || c.Outcome == Unanswered) && try.Bot != nil:
		out.State = fairness.Bot
	}
	out.Tries = []fairness.Try{try}
	return out
}

// count takes into a contact how scores see it: what is not decided, or rests on
// one person's word, they have to look at each time.
func (r Rules) count(c *Contact, story []Event) {
	if c.Outcome == Pending && !c.Asked() {
		return
	}
	undecided := func(c Contact) bool { return c.Outcome == Pending || c.Outcome == BrokenOff }
	neutral, policy := *c, fairness.Rules{DeflectionAnswers: r.DeflectionAnswers, BotAnswers: r.BotAnswers}
	switch {
	case policy.DeflectionAnswers || policy.BotAnswers:
		neutral = r.neutral().Fold(c.ID, story)
	case undecided(*c):
		c.Apart = true
		return
	}
	_, lone := WithoutLone(story)
	end, seen := policy.End(r.fair(neutral, time.Time{}))
	switch {
	case lone, undecided(neutral) && end.State != fairness.Answered:
		c.Apart = true
	case seen:
		c.End = end
	}
}

// bounced reports whether a report that came after the company's server had
// taken an opener says that it was not delivered.
func (c Contact) bounced() bool {
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			if t.Kind == reading.Bounce && !t.Submission {
				return true
			}
		}
	}
	return false
}

// over reports whether no answer can come in time any more to a contact that is
// not decided. Watched is until when its silence is proven.
func (r Rules) over(c Contact, watched time.Time) bool {
	return c.Outcome == Pending && !watched.Before(c.Current().Deadline) && r.settled(c)
}

// try returns all attempts of a contact as one. Watched is until when silence
// is proven, of one that is not decided.
func (r Rules) try(c Contact, watched time.Time) fairness.Try {
	try := fairness.Try{Deadline: fairness.Span{Calendar: c.Promise, Opening: c.OpenPromise}}
	since := func(at time.Time) fairness.Span {
		whole, open := r.wait(c, at)
		return fairness.Span{Calendar: min(whole, c.Promise), Opening: min(open, c.OpenPromise)}
	}
	switch {
	case c.Outcome == Answered && c.Answer.IsZero():
		try.Wait = try.Deadline
	case c.Outcome == Answered:
		try.Wait = since(c.Answer)
	case c.Outcome == Pending || c.Outcome == BrokenOff:
		try.Wait = since(watched)
	}
	if !c.Amended || c.Outcome != Unanswered && c.Outcome != Late {
		// Else a person has said that nothing counts.
		try.Deflected, try.Bot = c.first(reading.Deflection, since), c.first(reading.Bot, since)
	}
	return try
}

// clock is the one on which a contact's deadline was promised.
func (r Rules) clock(plan Plan) fairness.Clock {
	if r.within(plan).WorkingDays > 0 {
		return fairness.OpeningTime
	}
	return fairness.OwnClock
}

// settled reports whether the rules have ended a contact by what is no answer
// here: then no event proves its silence, and no attempt follows.
func (r Rules) settled(c Contact) bool { return r.answered(&c) }

// watched returns until when silence is proven of a contact that is not
// decided: as far as its channel was heard, and no further than where listening
// broke, in whichever attempt. If a person says that it broke and it is not known
// when, nothing is proven.
func (c Contact) watched(heard time.Time) time.Time {
	a := c.Current()
	if a.Sent.IsZero() && len(c.Attempts) > 1 {
		a = c.Attempts[len(c.Attempts)-2] // the next one waits for its day
	}
	heard = calendar.Later(heard, c.Covered)
	if c.Outcome == BrokenOff {
		i := slices.IndexFunc(c.Attempts, func(a Attempt) bool { return !a.Failed.IsZero() })
		if i < 0 {
			return c.Attempts[0].Sent
		}
		a = c.Attempts[i]
		heard = calendar.Earlier(heard, a.Failed)
	}
	return calendar.Earlier(calendar.Later(heard, a.Sent), a.Deadline)
}

// first returns the wait until the first reading of a kind that came in time;
// nil if none did.
func (c Contact) first(kind reading.Kind, since func(time.Time) fairness.Span) *fairness.Span {
	var first time.Time
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			if t.Kind == kind && !t.At.After(c.Attempts[c.serving(t.At)].Deadline) && (first.IsZero() || t.At.Before(first)) {
				first = t.At
			}
		}
	}
	if first.IsZero() {
		return nil
	}
	span := since(first)
	return &span
}

// Counted returns what the standings see of a contact with these events, as
// [Sample.Fair] does of one that [Sample.Refold] has folded.
func (s Sample) Counted(id string, story []Event, heard time.Time) (fairness.Contact, bool) {
	return s.Fair(s.rules().neutral().Fold(id, story), heard)
}
