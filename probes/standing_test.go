package probes_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
)

// of changes the plan of a story.
func of(change func(*probes.Plan), story ...probes.Event) []probes.Event {
	plan := probes.Plan{Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Probe: "email", Slot: slot, Within: "1d"}
	change(&plan)
	return append([]probes.Event{ev(probes.Planned, 0, plan), intended(0), sent(0)}, story...)
}

func once(*probes.Plan)    {}
func twice(p *probes.Plan) { p.Attempts, p.Second = 2, slot.Add(48*time.Hour) }

// second makes events those of the second attempt, which was planned.
func second(story ...probes.Event) []probes.Event {
	again := planned()
	all := append([]probes.Event{covered(25 * time.Hour), again}, story...)
	for i := range all[1:] {
		all[1+i].Attempt = 2
	}
	return all
}

func TestFair(t *testing.T) {
	const h = time.Hour
	lost := func(until time.Duration) probes.Event {
		return failed(probes.Broken, 5*h, probes.Failure{Reason: "deaf", Fault: probes.Ours, Until: slot.Add(until)})
	}
	silent := failed(probes.Broken, 5*h, probes.Failure{Reason: "gone", Fault: probes.Ours})
	deflected := probes.Rules{DeflectionAnswers: true}
	for _, tt := range []struct {
		name  string
		rules probes.Rules // the edition's policy
		story []probes.Event
		heard time.Duration
		want  string
	}{
		{"answered", probes.Rules{}, of(once, heard(6*h, reading.Answer)), 0, "answered 6h0m0s of 24h0m0s"},
		{"answered before it was sent, by another clock", probes.Rules{}, of(once, heard(-time.Second, reading.Answer)), 0, "answered 0s of 24h0m0s"},
		{"late", probes.Rules{}, of(once, heard(26*h, reading.Answer), covered(30*h)), 0, "late 0s of 24h0m0s"},
		{"unanswered", probes.Rules{}, of(once, covered(25*h)), 0, "unanswered 0s of 24h0m0s"},
		{"pending", probes.Rules{}, of(once), 10 * h, "pending 10h0m0s of 24h0m0s"},
		{"pending, and never heard", probes.Rules{}, of(once), -10 * h, "pending 0s of 24h0m0s"},
		{"pending past its deadline", probes.Rules{}, of(once), 30 * h, "pending 24h0m0s of 24h0m0s"},
		{"pending in the first of two", probes.Rules{}, of(twice), 10 * h, "pending 10h0m0s of 48h0m0s"},
		{"pending between attempts", probes.Rules{}, of(twice, second()...), 40 * h, "pending 24h0m0s of 48h0m0s"},
		{"pending in the second", probes.Rules{}, of(twice, second(intended(48*h), sent(48*h))...), 50 * h, "pending 26h0m0s of 48h0m0s"},
		{"answered in the second, at once", probes.Rules{}, of(twice, second(intended(48*h), sent(48*h), heard(48*h, reading.Answer))...), 50 * h, "answered 24h0m0s of 48h0m0s"},
		{"answered in the first, at the last moment", probes.Rules{}, of(twice, heard(24*h, reading.Answer)), 50 * h, "answered 24h0m0s of 48h0m0s"},
		{"broken off for good", probes.Rules{}, of(once, silent), 30 * h, "broken_off 5h0m0s of 24h0m0s"},
		{"broken off by a gap, and heard after it", probes.Rules{}, of(once, lost(9*h), covered(30*h)), 30 * h, "broken_off 5h0m0s of 24h0m0s"},
		{"a gap in the first of two", probes.Rules{}, append(of(twice, lost(9*h)), second(intended(48*h), sent(48*h), covered(73*h))...), 80 * h, "broken_off 5h0m0s of 48h0m0s"},
		{"a gap, and answered all the same", probes.Rules{}, of(once, lost(9*h), heard(10*h, reading.Answer)), 30 * h, "answered 10h0m0s of 24h0m0s"},
		{"broken off, says a person, and nobody knows when", probes.Rules{}, of(once, covered(30*h), amended(probes.BrokenOff, "x")), 30 * h, "broken_off 0s of 24h0m0s"},
		{"answered, says a person, and nobody knows when", probes.Rules{}, of(once, covered(30*h), amended(probes.Answered, "x")), 30 * h, "answered 24h0m0s of 24h0m0s"},
		{"answered late, and in time, says a person", probes.Rules{}, of(once, heard(26*h, reading.Answer), covered(30*h), amended(probes.Answered, "x")), 30 * h, "answered 24h0m0s of 24h0m0s"},
		{"sent elsewhere, then answered", probes.Rules{}, of(once, heard(2*h, reading.Deflection), heard(6*h, reading.Answer)), 0, "answered 6h0m0s of 24h0m0s, deflected after 2h0m0s"},
		{"only sent elsewhere", probes.Rules{}, of(once, heard(2*h, reading.Deflection), covered(30*h)), 0, "deflected 0s of 24h0m0s, deflected after 2h0m0s"},
		{"sent elsewhere too late", probes.Rules{}, of(once, heard(26*h, reading.Deflection), covered(30*h)), 0, "unanswered 0s of 24h0m0s"},
		{"only a machine", probes.Rules{}, of(once, heard(3*h, reading.Bot), covered(30*h)), 0, "bot 0s of 24h0m0s, bot after 3h0m0s"},
		{"a machine, and nothing, says a person", probes.Rules{}, of(once, heard(3*h, reading.Bot), covered(30*h), amended(probes.Unanswered, "x")), 0, "unanswered 0s of 24h0m0s"},
		{"sent elsewhere, which ended it by policy", deflected, of(once, heard(2*h, reading.Deflection)), 30 * h, "deflected 24h0m0s of 24h0m0s, deflected after 2h0m0s"},
		{"the same, and its time is not over", deflected, of(once, heard(2*h, reading.Deflection)), 10 * h, "pending 10h0m0s of 24h0m0s, deflected after 2h0m0s"},
		{"sent elsewhere, which ends nothing", probes.Rules{}, of(once, heard(2*h, reading.Deflection)), 30 * h, "pending 24h0m0s of 24h0m0s, deflected after 2h0m0s"},
		{"would not take it", probes.Rules{}, leaving(failed(probes.Refused, 1, probes.Failure{})), 0, "unanswered"},
		{"void", probes.Rules{}, leaving(failed(probes.Dropped, 1, probes.Failure{})), 0, "void"},
		{"stands in for another", probes.Rules{}, of(func(p *probes.Plan) { p.Replaces = "x" }, covered(30*h)), 0, "unanswered 0s of 24h0m0s, a replacement"},
		{"not asked yet", probes.Rules{}, []probes.Event{planned()}, 0, ""},
		{"the company says so itself", probes.Rules{}, of(func(p *probes.Plan) { p.Channel = "own" }, heard(6*h, reading.Answer)), 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ed := &probes.Edition{Rules: probes.RulesData(tt.rules), SelfReported: map[string]bool{"own": true}}
			c := probes.Rules{}.Fold("c", tt.story)
			if got := told(probes.Sample{Edition: ed}.Fair(c, slot.Add(tt.heard))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// told says what standings see of a contact; "" if they do not see it.
func told(c fairness.Contact, seen bool) string {
	if !seen {
		return ""
	}
	text := string(c.State)
	for _, try := range c.Tries {
		text += fmt.Sprintf(" %v of %v", try.Wait.Calendar, try.Deadline.Calendar)
		if try.Deflected != nil {
			text += fmt.Sprintf(", deflected after %v", try.Deflected.Calendar)
		}
		if try.Bot != nil {
			text += fmt.Sprintf(", bot after %v", try.Bot.Calendar)
		}
	}
	if c.Replacement {
		text += ", a replacement"
	}
	return text
}

// TestFairIsMonotone: who answers earlier never scores less, over both
// attempts, by every policy and clock. What comes after a deadline is late.
func TestFairIsMonotone(t *testing.T) {
	const h = time.Hour
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	days := probes.Rules{
		Calendar: calendar.Calendar{Zone: oslo, Country: "NO"}, Opening: hours(t, "Mon-Fri 08:00-16:00"),
		Within: map[string]calendar.Within{"email": {WorkingDays: 3}},
	}
	for name, tt := range map[string]struct {
		rules probes.Rules
		again time.Duration // when the second attempt leaves
	}{"a day": {probes.Rules{}, 48 * h}, "three working days, and over Easter": {days, 28 * 24 * h}} {
		for _, policy := range fairness.Policies() {
			last := fairness.Number(2)
			for at := time.Duration(0); at < tt.again+200*h; at += h / 2 {
				c := tt.rules.Fold("c", answering(tt.rules, at, tt.again))
				f, _ := probes.Sample{Edition: &probes.Edition{Rules: probes.RulesData(tt.rules)}}.Fair(c, slot.Add(1000*h))
				score := fairness.Rules{Policy: policy}.Standings([]fairness.Contact{f})[0].Score
				late := c.Outcome == probes.Late
				if late && score != 0 {
					t.Fatalf("%s, %s: late after %v, and scores %v", name, policy, at, score)
				}
				if !late && score > last+1e-9 {
					t.Fatalf("%s, %s: answered after %v, scores %v, and %v half an hour earlier", name, policy, at, score, last)
				}
				if !late {
					last = score
				}
			}
			if last > 1 {
				t.Errorf("%s: nothing was scored", name)
			}
		}
	}
}

// answering is the story of a company that answers at one instant alone. It is
// asked again if that is not before the first deadline.
func answering(rules probes.Rules, at, again time.Duration) []probes.Event {
	plan := func(p *probes.Plan) { p.Attempts, p.Second = 2, slot.Add(again) }
	answer := heard(at, reading.Answer)
	first := of(plan, answer)
	if c := rules.Fold("c", first); c.Outcome == probes.Answered {
		return first
	}
	next := planned()
	next.Attempt = 2
	story := of(plan, covered(again-time.Hour), next)
	for _, e := range []probes.Event{intended(again), sent(again)} {
		e.Attempt = 2
		story = append(story, e)
	}
	if at >= again {
		answer.Attempt = 2
	}
	return append(story, answer, covered(again+1000*time.Hour))
}

// TestRefold: what had been written down at an instant is what was known then,
// whatever was corrected later; and only a person's answer is one.
func TestRefold(t *testing.T) {
	sendsElsewhere := func(ed *probes.Edition) { ed.Rules.DeflectionAnswers = true }
	onStage(t, sendsElsewhere, func(s *stage) {
		s.fake.Put("", channeltest.Company{Replies: channeltest.Sending(time.Hour, channeltest.Deflection)})
		time.Sleep(toMonday + 90*time.Minute)
		open := time.Now()
		time.Sleep(toFriday - toMonday)
		before := time.Now()
		time.Sleep(time.Hour)
		c := s.only()
		if c.Outcome != probes.Answered {
			t.Fatalf("got %s, want answered by the edition's own policy", c.Outcome)
		}
		s.amend(c.ID, probes.Void)
		for name, tt := range map[string]struct {
			at   time.Time
			want string
		}{
			"before it was planned":    {time.Now().Add(-30 * 24 * time.Hour), ""},
			"while it was open":        {open, "pending 1h30m0s, deflected 1h0m0s"},
			"before it was corrected":  {before, "deflected 55h0m0s, deflected 1h0m0s"},
			"now":                      {time.Time{}, "void 0s, deflected 1h0m0s"},
			"in the instant it was so": {time.Now(), "void 0s, deflected 1h0m0s"},
		} {
			if got := s.seen(tt.at); got != tt.want {
				t.Errorf("%s: got %q, want %q", name, got, tt.want)
			}
		}
	})
}

// seen tells what standings see of the one contact at an instant, to the
// nearest half hour.
func (s *stage) seen(at time.Time) (seen string) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		heard, err := probes.Sample{Edition: s.edition}.Heard(s.t.Context(), tx)
		if err != nil {
			return err
		}
		return probes.Sample{Edition: s.edition}.Refold(s.t.Context(), tx, at, func(c probes.Contact, _ []probes.Event) error {
			until := heard["mail"]
			if !at.IsZero() && at.Before(until) {
				until = at
			}
			f, _ := probes.Sample{Edition: s.edition}.Fair(c, until)
			try := f.Tries[0]
			seen = fmt.Sprintf("%s %v", f.State, try.Wait.Calendar.Round(30*time.Minute))
			if try.Deflected != nil {
				seen += fmt.Sprintf(", deflected %v", try.Deflected.Calendar.Round(30*time.Minute))
			}
			return nil
		})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return seen
}

// TestRefoldPages: no contact is left out, however many there are, and an error
// ends it.
func TestRefoldPages(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		const many = 1203
		err := s.update(func(ctx context.Context, tx probes.Tx) error {
			for i := range many {
				if _, err := tx.Append(ctx, fmt.Sprintf("page-%05d", i), planned()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ed := &probes.Edition{Name: "2026"}
		last, n, stopped := "", 0, errors.New("enough")
		refold := func(take func(probes.Contact, []probes.Event) error) error {
			return s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
				return probes.Sample{Edition: ed}.Refold(s.t.Context(), tx, time.Time{}, take)
			})
		}
		err = refold(func(c probes.Contact, story []probes.Event) error {
			if c.ID <= last || len(story) != 1 {
				t.Errorf("got %s after %s, with %d events", c.ID, last, len(story))
			}
			last = c.ID
			n++
			return nil
		})
		if err != nil || n != many {
			t.Errorf("got %d contacts and %v, want %d", n, err, many)
		}
		if err := refold(func(probes.Contact, []probes.Event) error { return stopped }); err != stopped {
			t.Errorf("got %v, want it as it is", err)
		}
	})
}
