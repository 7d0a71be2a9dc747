package probes_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/fault"
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
		return failed(probes.Broken, 5*h, probes.Failure{Reason: "deaf", Fault: fault.Ours, Until: slot.Add(until)})
	}
	silent := failed(probes.Broken, 5*h, probes.Failure{Reason: "gone", Fault: fault.Ours})
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
		{"a gap, and answered all the same", probes.Rules{}, of(once, lost(9*h), heard(10*h, reading.Answer)), 30 * h, "broken_off 5h0m0s of 24h0m0s"},
		{"answered, then a gap", probes.Rules{}, of(once, heard(4*h, reading.Answer), lost(9*h)), 30 * h, "answered 4h0m0s of 24h0m0s"},
		{"answered as the gap began", probes.Rules{}, of(once, lost(9*h), heard(5*h, reading.Answer)), 30 * h, "answered 5h0m0s of 24h0m0s"},
		{"lost for good, and an answer found all the same", probes.Rules{}, of(once, silent, heard(10*h, reading.Answer)), 30 * h, "broken_off 5h0m0s of 24h0m0s"},
		{"broken off, says a person, at an unknown time", probes.Rules{}, of(once, covered(30*h), amended(probes.BrokenOff, "x")), 30 * h, "broken_off 0s of 24h0m0s"},
		{"answered, says a person, at an unknown time", probes.Rules{}, of(once, covered(30*h), amended(probes.Answered, "x")), 30 * h, "answered 24h0m0s of 24h0m0s"},
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
			ed := &edition.Edition{Rules: edition.Rules(tt.rules), SelfReported: map[string]bool{"own": true}}
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
	race.Skip(t, "it folds thousands of lives, in one goroutine")
	const h = time.Hour
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	days := probes.Rules{
		Calendar: calendar.Calendar{Zone: oslo, Country: "NO"}, Opening: openHours(t, "Mon-Fri 08:00-16:00"),
		Within: map[string]calendar.Within{"email": {WorkingDays: 3}},
	}
	for name, tt := range map[string]struct {
		rules probes.Rules
		again time.Duration // when the second attempt leaves
	}{"a day": {probes.Rules{}, 48 * h}, "three working days, and over Easter": {days, 28 * 24 * h}} {
		for _, policy := range fairness.Policies() {
			last := survival.Number(2)
			for at := time.Duration(0); at < tt.again+200*h; at += h / time.Duration(long.Tries(2, 1)) {
				c := tt.rules.Fold("c", answering(tt.rules, at, tt.again))
				f, _ := probes.Sample{Edition: &edition.Edition{Rules: edition.Rules(tt.rules)}}.Fair(c, slot.Add(1000*h))
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
