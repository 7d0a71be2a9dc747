package probes_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// TestAccountAddsUp: the times that are written out for a check by hand are those
// of the fold, to the microsecond: over weekends, Easter and changes of the clock,
// with one attempt or two, made or ahead.
func TestAccountAddsUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	office := probes.Rules{
		Calendar: calendar.Calendar{Zone: oslo, Country: "NO"}, Opening: openHours(t, "Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00"),
	}
	begin := time.Date(2024, 1, 2, 0, 0, 0, 0, oslo)
	for range 2000 {
		start := begin.Add(upTo(r, 300*24*time.Hour))
		plan := probes.Plan{
			Company: "a", Channel: "mail", Probe: "p", Slot: start, Attempts: 1 + r.IntN(2),
			Within: []string{"3 working days", "5m", "30h"}[r.IntN(3)],
		}
		if plan.Attempts == 2 && r.IntN(2) == 0 {
			plan.Second = start.AddDate(0, 0, 9)
		}
		checkAccount(t, office, office.Fold("c", randomStory(r, plan)))
		if t.Failed() {
			t.Fatalf("%+v", plan)
		}
	}
}

// upTo draws a time in whole microseconds, which is what a ledger keeps.
func upTo(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most/time.Microsecond))) * time.Microsecond
}

// randomStory asks once or as often as planned, and may be answered.
func randomStory(r *rand.Rand, plan probes.Plan) (story []probes.Event) {
	add := func(kind probes.EventKind, attempt int, when time.Time, payload any) {
		e := ev(kind, 0, payload)
		e.At, e.Attempt = when, attempt
		story = append(story, e)
	}
	sent, attempts := plan.Slot, 1+r.IntN(plan.Attempts)
	for n := 1; n <= attempts; n++ {
		sent = plan.Slot.AddDate(0, 0, 10*(n-1))
		add(probes.Planned, n, sent, plan)
		add(probes.Intended, n, sent, probes.Intent{})
		add(probes.Sent, n, sent, probes.Sending{})
	}
	if r.IntN(4) > 0 {
		came := sent.Add(upTo(r, 6*24*time.Hour))
		add(probes.Heard, attempts, came, probes.Classification{Kind: reading.Answer, Times: channels.Times{Arrived: came}})
	}
	return story
}

// checkAccount holds what is written out against what was folded.
func checkAccount(t *testing.T, rules probes.Rules, c probes.Contact) {
	t.Helper()
	account := rules.Account(c)
	sums := func(all []probes.Stretch) (whole, open time.Duration) {
		for _, s := range all {
			whole, open = whole+s.Duration(), open+s.Opening()
		}
		return whole, open
	}
	if whole, open := sums(account.Promised); whole != c.Promise || open != c.OpenPromise || len(account.Promised) != c.Plan.Attempts {
		t.Errorf("promised %v and %v in %d attempts, want %v and %v", whole, open, len(account.Promised), c.Promise, c.OpenPromise)
	}
	if whole, open := sums(account.Waited); whole != c.Wait || open != c.OpenWait {
		t.Errorf("waited %v and %v, want %v and %v", whole, open, c.Wait, c.OpenWait)
	}
	for i, s := range account.Promised {
		if ahead := i >= len(c.Attempts); s.Ahead != ahead || !ahead && !s.To.Equal(c.Attempts[i].Deadline) {
			t.Errorf("attempt %d ends %v, want %+v", i+1, s.To, c.Attempts)
		}
		if counted := len(s.Days) > 0; counted != (account.Within.WorkingDays > 0) {
			t.Errorf("within %s: counted %v", account.Within, s.Days)
		}
	}
}

func TestAccountOfWhatHasNotLeft(t *testing.T) {
	c := probes.Rules{}.Fold("c", leaving())
	if a := (probes.Rules{}).Account(c); len(a.Promised)+len(a.Waited) > 0 || a.Zone != time.UTC {
		t.Errorf("got %+v", a)
	}
}

func TestWhy(t *testing.T) {
	const s, h, day = time.Second, time.Hour, 24 * time.Hour
	end := covered(48 * h)
	strict := probes.Rules{LateEnds: map[string]bool{"email": true}}
	twice := planned()
	twice.Data = []byte(strings.Replace(string(twice.Data), `"scenario"`, `"attempts":2,"scenario"`, 1))
	gap := failed(probes.Broken, 3*h, probes.Failure{Reason: "away", Until: slot.Add(4 * h)})
	for _, tt := range []struct {
		name  string
		rules probes.Rules
		story []probes.Event
		want  string
	}{
		{"nothing", probes.Rules{}, nil, "nothing is planned yet"},
		{"planned", probes.Rules{}, []probes.Event{planned()}, "not known to have left"},
		{"not covered", probes.Rules{}, asked(), "not everything that arrived"},
		{"answered", probes.Rules{}, asked(heard(2*h, reading.Answer)), "an answer came before the deadline"},
		{"silent", probes.Rules{}, asked(end), "no answer was among it"},
		{"late", probes.Rules{}, asked(heard(day+2*s, reading.Answer), end), "the answer came after it"},
		{"late, which ends it", strict, []probes.Event{twice, intended(0), sent(s), heard(day+2*s, reading.Answer), end}, "nobody is asked again"},
		{"deflected", probes.Rules{}, asked(heard(h, reading.Deflection), end), "only sent elsewhere"},
		{"refused", probes.Rules{}, leaving(failed(probes.Refused, s, probes.Failure{Code: 550})), "did not take the opener"},
		{"refused for policy", probes.Rules{}, leaving(failed(probes.Refused, s, probes.Failure{Fault: fault.Policy})), "nothing that we know ourselves"},
		{"refused for policy, corroborated", probes.Rules{}, leaving(failed(probes.Refused, s, probes.Failure{Fault: fault.Policy}), corroborated(h)), "reasons of policy or spam"},
		{"our fault", probes.Rules{}, leaving(failed(probes.Refused, s, probes.Failure{Fault: fault.Ours})), "not for the company to answer for"},
		{"no such address", probes.Rules{}, leaving(failed(probes.Refused, s, probes.Failure{Fault: fault.Address})), "does not exist"},
		{"bounced for policy", probes.Rules{}, asked(report(h, fault.Policy), end), "nothing that we know ourselves"},
		{"lost for good", probes.Rules{}, asked(failed(probes.Broken, h, probes.Failure{})), "lost for good"},
		{"lost for a while", probes.Rules{}, asked(gap, end), "lost for a while"},
		{"amended", probes.Rules{}, asked(end, amended(probes.Void, "wrong address")), "wrong address; by the rules alone it would be unanswered: everything"},
		{
			"amended, with the time of an answer", probes.Rules{}, asked(end, ev(probes.Amended, 100*h, probes.Amendment{
				Outcome: probes.Answered, Answered: slot.Add(2 * h), Reason: "by telephone", By: "kari",
			})), "by telephone; by the rules alone it would be unanswered: everything",
		},
		{
			"amended as late", probes.Rules{}, asked(end, ev(probes.Amended, 100*h, probes.Amendment{
				Outcome: probes.Late, Answered: slot.Add(30 * h), Reason: "by telephone", By: "kari",
			})), "by telephone; by the rules alone it would be unanswered: everything",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.rules.Why(tt.rules.Fold("c", tt.story)); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want it to say %q", got, tt.want)
			}
		})
	}
}
