package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

func TestJudge(t *testing.T) {
	const s, h, day = time.Second, time.Hour, 24 * time.Hour
	end := covered(48 * h)
	bounce := func(status string, final bool) probes.Event {
		return classification(h, probes.Classification{Kind: reading.Bounce, Status: status, Final: final})
	}
	refused := func(f probes.Failure) []probes.Event { return leaving(failed(probes.Refused, s, f)) }
	unsent := leaving(failed(probes.Unsure, s, probes.Failure{}), failed(probes.Unsent, h, probes.Failure{Reason: "no trace"}))
	broken := failed(probes.Broken, 3*h, probes.Failure{Reason: "mailbox is gone"})
	theirs := probes.Failure{Reason: "503", Fault: fault.Theirs}
	stead := ev(probes.Planned, 0, probes.Plan{Within: "1d", Slot: slot, Contested: true})
	twiceAsked := of(twice, covered(25*h))
	lenient := probes.Rules{DeflectionAnswers: true, BotAnswers: true}
	tests := []struct {
		name  string
		rules probes.Rules
		story []probes.Event
		want  probes.Outcome
		wait  time.Duration
	}{
		{name: "nothing yet", want: probes.Pending},
		{name: "planned", story: []probes.Event{planned()}, want: probes.Pending},
		{name: "sent", story: asked(), want: probes.Pending},
		{name: "covered short of the deadline", story: asked(covered(day)), want: probes.Pending},
		{name: "covered to the deadline", story: asked(covered(day + s)), want: probes.Unanswered},
		{name: "unsure, and covered", story: leaving(failed(probes.Unsure, s, probes.Failure{}), end), want: probes.Pending},
		{name: "answered", story: asked(heard(2*h+s, reading.Answer)), want: probes.Answered, wait: 2 * h},
		{name: "answered at the deadline", story: asked(heard(day+s, reading.Answer), end), want: probes.Answered, wait: day},
		{name: "answered a second after", story: asked(heard(day+2*s, reading.Answer), end), want: probes.Late, wait: day + s},
		{name: "late, but not yet covered", story: asked(heard(day+2*s, reading.Answer)), want: probes.Pending, wait: day + s},
		{name: "answered before it was sent, by clocks that differ", story: asked(heard(0, reading.Answer)), want: probes.Answered},
		{name: "answered twice", story: asked(heard(5*h+s, reading.Answer), heard(2*h+s, reading.Answer)), want: probes.Answered, wait: 2 * h},
		{name: "acknowledged", story: asked(heard(h, reading.Acknowledgement), end), want: probes.Unanswered},
		{name: "absent", story: asked(heard(h, reading.Absence), end), want: probes.Unanswered},
		{name: "delayed", story: asked(heard(h, reading.Delay), end), want: probes.Unanswered},
		{name: "something else", story: asked(heard(h, reading.Other), end), want: probes.Unanswered},
		{name: "deflected", story: asked(heard(h, reading.Deflection), end), want: probes.Deflected},
		{name: "deflected, while an answer may come", story: asked(heard(h, reading.Deflection)), want: probes.Pending},
		{name: "deflected, then answered", story: asked(heard(h, reading.Deflection), heard(3*h+s, reading.Answer)), want: probes.Answered, wait: 3 * h},
		{name: "deflected, then answered late", story: asked(heard(h, reading.Deflection), heard(30*h+s, reading.Answer), end), want: probes.Deflected, wait: 30 * h},
		{name: "deflected late", story: asked(heard(30*h, reading.Deflection), end), want: probes.Unanswered},
		{name: "deflection counts", rules: lenient, story: asked(heard(h+s, reading.Deflection)), want: probes.Answered, wait: h},
		{name: "a bot", story: asked(heard(h, reading.Bot), end), want: probes.Unanswered},
		{name: "a bot counts", rules: lenient, story: asked(heard(h+s, reading.Bot)), want: probes.Answered, wait: h},
		{name: "an acknowledgement never does", rules: lenient, story: asked(heard(h, reading.Acknowledgement), end), want: probes.Unanswered},
		{name: "bounced", story: asked(bounce("5.1.1", true), end), want: probes.Unanswered},
		{name: "bounced for policy, says a stranger", story: asked(bounce("5.7.1", true), corroborated(h), end), want: probes.Unanswered},
		{name: "bounced for policy", story: asked(report(h, fault.Policy), end), want: probes.Unanswered},
		{name: "bounced for policy, corroborated", story: asked(report(h, fault.Policy), corroborated(2*h), end), want: probes.Contested},
		{name: "bounced for policy long after", story: asked(end, report(900*h, fault.Policy), corroborated(901*h)), want: probes.Contested},
		{name: "bounced for policy, after their server took it", story: asked(heard(h, reading.Acknowledgement), report(2*h, fault.Policy), corroborated(3*h), end), want: probes.Unanswered},
		{name: "bounced for no reason, corroborated", story: asked(report(h, fault.Unclear), corroborated(2*h), end), want: probes.Contested},
		{name: "bounced by our own server", story: asked(report(h, fault.Ours), end), want: probes.Void},
		{name: "bounced: no such address", story: asked(report(h, fault.Address), corroborated(2*h), end), want: probes.Unanswered},
		{name: "bounced: full", story: asked(report(h, fault.Theirs), corroborated(2*h), end), want: probes.Unanswered},
		{name: "delayed for policy", story: asked(classification(h, probes.Classification{Kind: reading.Delay, Fault: fault.Policy, Submission: true}), corroborated(2*h), end), want: probes.Unanswered},
		{name: "refused for policy, a second time in its cell", story: append([]probes.Event{stead}, append(refused(probes.Failure{Fault: fault.Policy}), corroborated(h))[1:]...), want: probes.Unanswered},
		{name: "closed, then taken and answered", story: leaving(failed(probes.Deferred, s, theirs), intended(3*h), sent(3*h), heard(4*h, reading.Answer)), want: probes.Answered, wait: 4 * h},
		{name: "closed past the deadline, then answered at once", story: leaving(failed(probes.Deferred, s, theirs), intended(30*h), sent(30*h), heard(30*h, reading.Answer), end), want: probes.Late, wait: 30 * h},
		{name: "closed all day", story: leaving(failed(probes.Deferred, s, theirs), intended(6*h), failed(probes.Deferred, 6*h+s, theirs), failed(probes.Dropped, 7*h, probes.Failure{Fault: fault.Ours})), want: probes.Unanswered},
		{name: "closed past the deadline, and still", story: leaving(failed(probes.Deferred, s, theirs), intended(25*h), failed(probes.Deferred, 25*h, theirs), end), want: probes.Unanswered},
		{name: "closed at first, then we failed", story: leaving(failed(probes.Deferred, s, theirs), intended(h), failed(probes.Deferred, h, probes.Failure{Fault: fault.Ours}), failed(probes.Dropped, 7*h, probes.Failure{Fault: fault.Ours})), want: probes.Void},
		{name: "silent, then we failed in the second", story: append(twiceAsked, second(intended(48*h), failed(probes.Dropped, 50*h, probes.Failure{Fault: fault.Ours}))...), want: probes.Unanswered},
		{name: "silent, then contested in the second", story: append(twiceAsked, second(intended(48*h), failed(probes.Refused, 48*h, probes.Failure{Fault: fault.Policy}), corroborated(49*h))...), want: probes.Unanswered},
		{name: "bounced for policy, for now", story: asked(bounce("4.7.1", false), end), want: probes.Unanswered},
		{name: "bounced for policy, yet answered", story: asked(report(h, fault.Policy), corroborated(h), heard(3*h+s, reading.Answer)), want: probes.Answered, wait: 3 * h},
		{name: "bounced with a status cut short", story: asked(bounce("5.7", true), end), want: probes.Unanswered},
		{name: "refused", story: refused(probes.Failure{Code: 550}), want: probes.Unanswered},
		{name: "refused for policy", story: refused(probes.Failure{Code: 550, Fault: fault.Policy}), want: probes.Unanswered},
		{name: "refused for policy, corroborated", story: append(refused(probes.Failure{Code: 550, Fault: fault.Policy}), corroborated(h)), want: probes.Contested},
		{name: "refused, our fault", story: refused(probes.Failure{Code: 535, Fault: fault.Ours}), want: probes.Void},
		{name: "not sent", story: unsent, want: probes.Void},
		{name: "listening broke", story: asked(broken), want: probes.BrokenOff},
		{name: "listening broke after the answer", story: asked(heard(2*h+s, reading.Answer), broken), want: probes.Answered, wait: 2 * h},
		{name: "amended", story: asked(end, amended(probes.Void, "wrong address")), want: probes.Void},
		{name: "amended twice: the latest", story: asked(end, amended(probes.Void, "a"), amended(probes.Answered, "b")), want: probes.Answered},
		{name: "amended, then an answer is heard", story: asked(amended(probes.Void, "a"), heard(2*h+s, reading.Answer)), want: probes.Void, wait: 2 * h},
		{name: "amended to what a later version knows", story: asked(end, amended("excused", "a")), want: probes.Unanswered},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.rules.Fold("c", tt.story)
			if c.Outcome != tt.want || c.Wait != tt.wait {
				t.Errorf("got %s after %v, want %s after %v", c.Outcome, c.Wait, tt.want, tt.wait)
			}
			if c.Live() != (tt.want == probes.Pending) {
				t.Errorf("got live %t of %s", c.Live(), c.Outcome)
			}
		})
	}
}

func TestJudgeReason(t *testing.T) {
	lost := failed(probes.Deferred, time.Second, probes.Failure{Reason: "421 later"})
	for _, tt := range []struct {
		name  string
		story []probes.Event
		want  string
	}{
		{"none", asked(), ""},
		{"why it did not leave", leaving(lost), "421 later"},
		{"it left after all", leaving(lost, intended(time.Minute), sent(time.Minute)), ""},
		{"a person's goes before", leaving(lost, amended(probes.Void, "wrong address")), "wrong address"},
	} {
		if got := (probes.Rules{}).Fold("c", tt.story).Reason; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestJudgeNotes(t *testing.T) {
	const h = time.Hour
	centre := func(after time.Duration, id string) probes.Event {
		return classification(after, probes.Classification{Kind: reading.Answer, Centre: id})
	}
	rules := probes.Rules{Opening: openHours(t, "Mon-Fri 10:00-12:00")}
	c := rules.Fold("c", leaving(sent(0), heard(2*h, reading.Acknowledgement), heard(h, reading.Acknowledgement),
		centre(30*h, "transcall"), centre(20*h, "own")))
	if c.Centre != "own" || !c.Answer.Equal(slot.Add(20*h)) || !c.LastAnswer.Equal(slot.Add(30*h)) {
		t.Errorf("got an answer of %q at %v, the last at %v; want own's after 20h and 30h", c.Centre, c.Answer, c.LastAnswer)
	}
	if c.AckWait != h || !c.Ack.Equal(slot.Add(h)) {
		t.Errorf("got acknowledged after %v, want the first, after 1h", c.AckWait)
	}
	if c.OpenWait != 2*h {
		t.Errorf("got %v of opening time, want 2h of Monday", c.OpenWait)
	}
	want := probes.Ruling{Outcome: probes.Answered, Answer: c.Answer, Wait: 72000, OpenWait: 7200, Centre: "own"}
	if got := c.Ruling(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	always := probes.Rules{Opening: calendar.Hours{}}.Fold("c", asked(heard(20*h+time.Second, reading.Answer)))
	if always.OpenWait != 20*h {
		t.Errorf("always open: got %v, want 20h", always.OpenWait)
	}
}
