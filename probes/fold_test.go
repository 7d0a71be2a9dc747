package probes_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// slot is when the made-up contacts below are due; they have a day to be answered.
var slot = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// ev makes an event of the first attempt, so long after the slot.
func ev(kind probes.EventKind, after time.Duration, payload any) probes.Event {
	data, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return probes.Event{Kind: kind, Attempt: 1, At: slot.Add(after), Data: data}
}

func planned() probes.Event {
	return ev(probes.Planned, 0, probes.Plan{
		Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Probe: "email", Slot: slot, Within: "1d",
	})
}

func intended(after time.Duration) probes.Event {
	return ev(probes.Intended, after, probes.Intent{Token: "token", ID: "<token@shopper.test>"})
}

func sent(after time.Duration) probes.Event {
	return ev(probes.Sent, after, probes.Sending{ID: "queued"})
}

func copied(after time.Duration) probes.Event {
	return ev(probes.Copied, after, probes.Sending{ID: "copy"})
}

func failed(kind probes.EventKind, after time.Duration, f probes.Failure) probes.Event {
	return ev(kind, after, f)
}

func heard(after time.Duration, kind reading.Kind) probes.Event {
	return classification(after, probes.Classification{Kind: kind, Centre: match.UnknownCentre})
}

func classification(after time.Duration, j probes.Classification) probes.Event {
	j.Times = channels.Times{Arrived: slot.Add(after)}
	return ev(probes.Heard, after, j)
}

// report is one of our own submission server's.
func report(after time.Duration, fault fault.Fault) probes.Event {
	return classification(after, probes.Classification{Kind: reading.Bounce, Final: true, Fault: fault, Submission: true})
}

// corroborated says that we know ourselves why we were refused.
func corroborated(after time.Duration) probes.Event {
	return ev(probes.Corroborated, after, probes.Corroboration{By: probes.ByCentres})
}

func covered(until time.Duration) probes.Event {
	return ev(probes.Covered, until, probes.Coverage{Until: slot.Add(until)})
}

func amended(to probes.Outcome, reason string) probes.Event {
	e := ev(probes.Amended, 100*time.Hour, probes.Amendment{Outcome: to, Reason: reason, By: "kari"})
	e.Attempt = 0
	return e
}

// leaving are the acts that come before an opener is sent.
func leaving(more ...probes.Event) []probes.Event {
	return append([]probes.Event{planned(), intended(0)}, more...)
}

// asked are the acts that come before a company can answer.
func asked(more ...probes.Event) []probes.Event {
	return append(leaving(sent(time.Second)), more...)
}

func TestFoldOpener(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	lost := probes.Failure{Reason: "connection lost"}
	tests := []struct {
		name  string
		story []probes.Event
		state probes.State
		sent  time.Duration // after the slot; below 0: never
	}{
		{"nothing yet", nil, "", -1},
		{"planned", []probes.Event{planned()}, probes.AttemptPlanned, -1},
		{"intended", leaving(), probes.AttemptSending, -1},
		{"sent", leaving(sent(2 * s)), probes.AttemptSent, 2 * s},
		{"deferred", leaving(failed(probes.Deferred, s, lost)), probes.AttemptPlanned, -1},
		{"deferred, then sent", leaving(failed(probes.Deferred, s, lost), intended(m), sent(m+s)), probes.AttemptSent, m + s},
		{"refused", leaving(failed(probes.Refused, s, lost)), probes.AttemptRefused, -1},
		{"dropped", leaving(failed(probes.Dropped, s, lost)), probes.AttemptUnsent, -1},
		{"unsure", leaving(failed(probes.Unsure, s, lost)), probes.AttemptUnsure, -1},
		{"unsure, then unsent", leaving(failed(probes.Unsure, s, lost), failed(probes.Unsent, h, lost)), probes.AttemptUnsent, -1},
		{"unsure, then copied", leaving(failed(probes.Unsure, s, lost), copied(3*s)), probes.AttemptSent, 3 * s},
		{"unsent, yet there is a copy", leaving(failed(probes.Unsent, h, lost), copied(3*s)), probes.AttemptSent, 3 * s},
		{"copied, then sent: the server knows better", leaving(copied(3*s), sent(2*s)), probes.AttemptSent, 2 * s},
		{"sent, then copied", leaving(sent(2*s), copied(3*s)), probes.AttemptSent, 2 * s},
		{"copied twice: the first", leaving(copied(9*s), copied(3*s)), probes.AttemptSent, 3 * s},
		{"copy from before the intent", []probes.Event{planned(), intended(5 * s), copied(4 * s)}, probes.AttemptSent, 5 * s},
		{"an answer does not settle what is unsure", leaving(failed(probes.Unsure, s, lost), heard(h, reading.Answer)), probes.AttemptUnsure, -1},
		{"nor what left no trace", leaving(failed(probes.Unsure, s, lost), heard(m, reading.Answer), failed(probes.Unsent, h, lost)), probes.AttemptUnsent, -1},
		{"but was asked, if it was to be tried again", leaving(failed(probes.Deferred, s, lost), heard(h, reading.Answer)), probes.AttemptSent, 0},
		{"failed before it was intended", []probes.Event{planned(), failed(probes.Deferred, s, lost)}, probes.AttemptPlanned, -1},
		{"refused before it was intended", []probes.Event{planned(), failed(probes.Refused, s, lost)}, probes.AttemptRefused, -1},
		{"so was who refused", leaving(failed(probes.Refused, s, lost), heard(h, reading.Answer)), probes.AttemptSent, 0},
		{"answered, then found unsure", leaving(heard(h, reading.Answer), failed(probes.Unsure, 2*h, lost)), probes.AttemptUnsure, -1},
		{"the copy knows better than the answer", leaving(heard(h, reading.Answer), copied(3*s)), probes.AttemptSent, 3 * s},
		{"sent stays sent", asked(failed(probes.Unsure, m, lost), failed(probes.Unsent, h, lost)), probes.AttemptSent, s},
		{"sent, then listening broke", asked(failed(probes.Broken, h, lost)), probes.AttemptBroken, s},
		{"a copy mends no broken listening", leaving(failed(probes.Broken, h, lost), copied(3*s)), probes.AttemptBroken, 3 * s},
		{"an event of a later version", asked(ev("teleported", m, lost)), probes.AttemptSent, s},
		{"what cannot be read says nothing", asked(ev(probes.Heard, m, "words")), probes.AttemptSent, s},
		{"an attempt that was never planned", []probes.Event{planned(), {Kind: probes.Sent, Attempt: 2, Data: []byte(`{}`)}}, probes.AttemptPlanned, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := probes.Rules{}.Fold("c", tt.story)
			a := c.Current()
			if a.State != tt.state {
				t.Errorf("got %q, want %q", a.State, tt.state)
			}
			if got := a.Sent; tt.sent < 0 != got.IsZero() || tt.sent >= 0 && !got.Equal(slot.Add(tt.sent)) {
				t.Errorf("got sent at %v, want %v after %v", got, tt.sent, slot)
			}
			if want := a.Sent.Add(24 * time.Hour); !a.Sent.IsZero() && !a.Deadline.Equal(want) {
				t.Errorf("got deadline %v, want %v", a.Deadline, want)
			}
			if c.Events != len(tt.story) {
				t.Errorf("got %d events, want %d", c.Events, len(tt.story))
			}
		})
	}
}

func TestFoldBackOff(t *testing.T) {
	lost := probes.Failure{Reason: "421"}
	var story []probes.Event
	for try, want := range []time.Duration{1, 2, 4, 8, 16, 32, 32, 32} {
		if try == 0 {
			story = append(story, planned())
		}
		if try%3 > 0 { // else it fails before it is intended
			story = append(story, intended(0))
		}
		story = append(story, failed(probes.Deferred, 0, lost))
		for _, base := range []time.Duration{0, time.Minute, time.Second} {
			a := probes.Rules{Retry: base}.Fold("c", story).Current()
			if base == 0 {
				base = time.Minute
			}
			if got := a.Due.Sub(slot); got != want*base || a.Tries != try+1 {
				t.Errorf("try %d: got another after %v, want %v", a.Tries, got, want*base)
			}
		}
	}
}

// TestFoldTurnedAway: who is turned away tries again less and less often, and
// often enough to find out that the door has opened; what is ours doubles alone.
func TestFoldTurnedAway(t *testing.T) {
	for _, tt := range []struct {
		within string
		fault  fault.Fault
		want   []time.Duration // minutes between the tries
	}{
		{"1h", fault.Theirs, []time.Duration{1, 2, 4, 5, 5, 5}},
		{"5m", fault.Theirs, []time.Duration{1, 1, 1, 1}},
		{"3 working days", fault.Theirs, []time.Duration{1, 2, 4, 8, 16, 32, 32}},
		{"5m", fault.Ours, []time.Duration{1, 2, 4, 8}},
		{"5m", fault.Policy, []time.Duration{1, 2, 4, 8}},
	} {
		story := []probes.Event{ev(probes.Planned, 0, probes.Plan{Probe: "email", Within: tt.within, DayEnds: "16:00", Slot: slot})}
		at := time.Duration(0)
		for try, want := range tt.want {
			story = append(story, failed(probes.Deferred, at, probes.Failure{Reason: "421", Fault: tt.fault}))
			due := probes.Rules{}.Fold("c", story).Current().Due
			if got := due.Sub(slot) - at; got != want*time.Minute {
				t.Errorf("%s within %s, try %d: got another after %v, want %v", tt.fault, tt.within, try+1, got, want*time.Minute)
			}
			at = due.Sub(slot)
		}
	}
}

func TestFoldPromise(t *testing.T) {
	oslo := calendar.Calendar{Country: "NO"}
	plan := func(within, ends string) probes.Event {
		return ev(probes.Planned, 0, probes.Plan{Probe: "email", Within: within, DayEnds: ends, Slot: slot})
	}
	wednesday := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		plan probes.Event
		now  map[string]calendar.Within
		want time.Time
	}{
		{"as it was planned", plan("3 working days", "16:00"), nil, wednesday.Add(16 * time.Hour)},
		{"with another end of day", plan("3 working days", "17:30"), nil, wednesday.Add(17*time.Hour + 30*time.Minute)},
		{"a shorter promise binds what is planned after it", plan("3 working days", "16:00"), map[string]calendar.Within{"email": {Duration: time.Hour}}, wednesday.Add(16 * time.Hour)},
		{"and so does another end of day", plan("3 working days", "16:00"), map[string]calendar.Within{"email": {WorkingDays: 3, DayEnds: 9 * 60}}, wednesday.Add(16 * time.Hour)},
		{"planned with none", plan("", ""), map[string]calendar.Within{"email": {Duration: time.Hour}}, slot.Add(time.Hour)},
		{"unreadable", plan("a while", ""), nil, slot},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := probes.Rules{Calendar: oslo, Within: tt.now}
			if got := rules.Fold("c", []probes.Event{tt.plan, intended(0), sent(0)}).Deadline; !got.Equal(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestFoldAnyOrderOfArrivals: whatever comes in may be heard before, between
// or after what we do, and in any order.
func TestFoldAnyOrderOfArrivals(t *testing.T) {
	const s, h = time.Second, time.Hour
	lost := probes.Failure{Reason: "connection lost"}
	lives := [][]probes.Event{
		asked(covered(30 * h)),
		leaving(),
		leaving(failed(probes.Unsure, s, lost), failed(probes.Unsent, 2*h, lost)),
		leaving(failed(probes.Deferred, s, lost), intended(2*s), sent(3*s), covered(20*h), covered(40*h)),
		leaving(failed(probes.Refused, s, probes.Failure{Fault: fault.Policy})),
		leaving(failed(probes.Refused, s, probes.Failure{Fault: fault.Policy}), corroborated(h)),
		leaving(failed(probes.Deferred, s, probes.Failure{Fault: fault.Theirs}), intended(2*h), sent(3*h), covered(40*h)),
		asked(failed(probes.Broken, 5*h, lost)),
		asked(amended(probes.Void, "wrong address")),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 400 {
		acts := lives[round%len(lives)]
		var arrivals []probes.Event
		for range r.IntN(6) {
			arrivals = append(arrivals, arrival(r))
		}
		want := probes.Rules{}.Fold("c", slices.Concat(acts, arrivals))
		for range 5 {
			story := interleaved(r, acts, arrivals)
			if got := (probes.Rules{}).Fold("c", story); !reflect.DeepEqual(got, want) {
				t.Fatalf("got %+v\nwant %+v\nof %v", got, want, kinds(story))
			}
		}
	}
}

// arrival makes one up. Hours are whole, so that many come at the same instant.
func arrival(r *rand.Rand) probes.Event {
	after := time.Duration(r.IntN(36)) * time.Hour
	if r.IntN(4) == 0 {
		return copied(after)
	}
	kind := reading.Kinds()[r.IntN(len(reading.Kinds()))]
	return classification(after, probes.Classification{
		Kind: kind, Centre: []string{"own", "transcall"}[r.IntN(2)],
		Final: kind == reading.Bounce, Status: []string{"5.7.1", "5.1.1"}[r.IntN(2)],
	})
}

// interleaved keeps the order of acts, the first of which stays first.
func interleaved(r *rand.Rand, acts, arrivals []probes.Event) []probes.Event {
	story := slices.Clone(acts)
	for _, i := range r.Perm(len(arrivals)) {
		story = slices.Insert(story, 1+r.IntN(len(story)), arrivals[i])
	}
	return story
}

func kinds(story []probes.Event) (all []probes.EventKind) {
	for _, e := range story {
		all = append(all, e.Kind)
	}
	return all
}

func TestFoldSecondAttempt(t *testing.T) {
	second := func(e probes.Event) probes.Event { e.Attempt = 2; return e }
	story := asked(heard(time.Minute, reading.Acknowledgement), covered(25*time.Hour), second(planned()))
	c := probes.Rules{}.Fold("c", story)
	if len(c.Attempts) != 2 || c.Outcome != probes.Pending || !c.Deadline.IsZero() {
		t.Fatalf("got %d attempts, %s until %v; want 2, pending, no deadline yet", len(c.Attempts), c.Outcome, c.Deadline)
	}
	story = append(story, second(intended(48*time.Hour)), second(sent(48*time.Hour)), second(heard(50*time.Hour, reading.Answer)))
	c = probes.Rules{}.Fold("c", story)
	if c.Outcome != probes.Answered || c.Wait != 26*time.Hour {
		t.Errorf("got %s after %v, want answered after the first attempt's day and 2h", c.Outcome, c.Wait)
	}
}

func openHours(t *testing.T, s string) calendar.Hours {
	t.Helper()
	h, err := calendar.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestFinerCopy: the customer waits from the time that our own server shows for the
// opener, where that is more exact than the receipt, fits it, and is not before the try
// began.
func TestFinerCopy(t *testing.T) {
	const ms = time.Millisecond
	shown := func(after, within time.Duration) probes.Event {
		return ev(probes.Copied, after, probes.Sending{ID: "copy", Precision: within, Dated: true})
	}
	undated := func(after time.Duration) probes.Event {
		return ev(probes.Copied, after, probes.Sending{ID: "copy", Precision: ms})
	}
	for name, tt := range map[string]struct {
		receipt      time.Duration // how exact it is
		copied       probes.Event
		sent, within time.Duration
	}{
		"later":                         {1100 * ms, shown(2700*ms, ms), 2700 * ms, ms},
		"earlier":                       {1100 * ms, shown(1300*ms, ms), 1300 * ms, ms},
		"before the try":                {1100 * ms, shown(900*ms, ms), 1000 * ms, ms},
		"as far off as both allow":      {1100 * ms, shown(3101*ms, ms), 3101 * ms, ms},
		"further off":                   {1100 * ms, shown(3102*ms, ms), 2000 * ms, 1100 * ms},
		"no more exact":                 {1100 * ms, shown(2700*ms, 1100*ms), 2000 * ms, 1100 * ms},
		"a company's word":              {1100 * ms, undated(2700 * ms), 2000 * ms, 1100 * ms},
		"a receipt not known to be off": {0, shown(2700*ms, ms), 2000 * ms, 0},
	} {
		receipt := ev(probes.Sent, 2*time.Second, probes.Sending{ID: "event", Names: []string{"!room"}, Precision: tt.receipt})
		for _, story := range [][]probes.Event{
			{planned(), intended(time.Second), receipt, tt.copied}, {planned(), intended(time.Second), tt.copied, receipt},
		} {
			a := probes.Rules{}.Fold("c", story).Current()
			if got := a.Sent.Sub(slot); got != tt.sent || a.Receipt.Precision != tt.within || a.Receipt.Names[0] != "!room" {
				t.Errorf("%s: sent after %v, receipt %+v; want %v within %v", name, got, a.Receipt, tt.sent, tt.within)
			}
		}
	}
}
