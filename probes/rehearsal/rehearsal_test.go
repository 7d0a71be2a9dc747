package rehearsal

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
)

// spring returns an edition of three classes with eight companies, each asked on
// two channels for thirteen weeks.
func spring(t *testing.T) *edition.Edition {
	t.Helper()
	always, err := calendar.ParseHours("Mon-Fri 09:00-15:00")
	if err != nil {
		t.Fatal(err)
	}
	ed := &edition.Edition{
		Name: "spring", Seed: "s", Hours: always, Rules: edition.Rules{Calendar: calendar.Calendar{Zone: time.UTC}},
		From: calendar.Date{Year: 2027, Month: 1, Day: 11}, To: calendar.Date{Year: 2027, Month: 4, Day: 9},
		Scenarios: []edition.Scenario{{Name: "price", Language: "nb"}},
	}
	for name, channel := range map[string]string{"email": "mail", "calls": "phone"} {
		ticks, err := calendar.ParseCron("0 9 * * 1", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		p := edition.Probe{
			Name: name, Channel: channel, Ticks: ticks, Hours: always, Spread: calendar.Within{WorkingDays: 5},
			Within: calendar.Within{Duration: time.Hour}, Attempts: 1,
		}
		if name == "calls" {
			p.Attempts = 2
		}
		ed.Probes = append(ed.Probes, p)
		for i := range 4 {
			ed.Personas = append(ed.Personas, edition.Persona{Channel: channel, Persona: channels.Persona{Name: fmt.Sprint(channel, i)}})
		}
	}
	for i := range 24 {
		ed.Companies = append(ed.Companies, edition.Company{
			ID: fmt.Sprintf("c%02d", i), Class: fmt.Sprint(i / 8), Language: "nb", Consent: ed.From,
			Reach: map[string]string{"mail": "somewhere", "phone": "somewhere"}, Hours: always,
		})
	}
	return ed
}

// TestPlay: intervals, the group of possible winners and grades hold what they
// say, scores are right in the mean in spite of gaps and voids, and the winner's
// is too high.
func TestPlay(t *testing.T) {
	r := Rehearsal{
		Edition: spring(t), Seed: 3, Minutes: map[string]float64{"phone": 6},
		Mix: Mix{Gaps: 0.3, Voids: 0.05, Doubtful: 0.1},
	}
	got, err := r.Play(60)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", got)
	for what, holds := range map[string]bool{
		"contacts":    got.Contacts == 24*26 && got.Companies == 24 && got.Classes == 3 && got.Unranked == 0,
		"coverage":    got.Coverage > 0.945,
		"ranks":       got.RanksHold > 0.95,
		"bias":        math.Abs(got.Bias) < 0.8,
		"group":       got.GroupSize > 1 && got.GroupSize < 8 && got.BestInGroup > 0.95,
		"winner":      got.WinnerOff > 1.5 && math.Abs(got.ShrunkenOff) < got.WinnerOff/2,
		"grades":      got.GradesMisordered < fairness.MisorderedRate && got.Grades > 1.5,
		"reliability": math.Abs(got.Reliability-got.Correlation) < 0.12,
		"power":       len(got.Power) > 5 && got.Power[len(got.Power)-1].Seen > got.Power[0].Seen,
		"doubt":       got.DoubtDecides > 0,
		"labour":      got.ByHand == 24*13 && math.Abs(got.ShoppersHours-31.2) < 1e-9 && got.Days > 50 && got.MostADay >= 10,
	} {
		if !holds {
			t.Errorf("%s: got %+v", what, got)
		}
	}
	again, err := r.Play(60)
	if err != nil || !reflect.DeepEqual(got, again) {
		t.Errorf("got %+v and %+v, %v", got, again, err)
	}
}

// TestLost: companies that were not heard over a channel, or not from some contact on, are
// scored right in the mean, inside intervals that hold, and the best of them is not told
// apart from the winner for it.
func TestLost(t *testing.T) {
	for _, after := range []int{0, 1, 2, 4} {
		got, err := (Rehearsal{Edition: spring(t), Seed: 3, Mix: Mix{Lost: 0.1, After: after}}).Play(100)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("after %d: %d companies: %.1f %% hold, off by %+.2f points, %.1f %% of the best told apart",
			after, got.Lost, 100*got.LostCoverage, got.LostBias, 100*got.LostApart)
		if got.Lost < 300 || got.LostCoverage < 0.95 || math.Abs(got.LostBias) > 1.5 || got.LostApart > 0.05 || math.Abs(got.Bias) > 0.8 {
			t.Errorf("after %d: got %+v", after, got)
		}
		var out strings.Builder
		got.Print(&out)
		if !strings.Contains(out.String(), "of companies not heard over a channel") {
			t.Errorf("got\n%s", &out)
		}
	}
}

// TestScale: four times as many contacts see smaller leads.
func TestScale(t *testing.T) {
	r := Rehearsal{Edition: spring(t), Seed: 4}
	one, err := r.Play(15)
	r.Mix.Scale = 4
	four, err4 := r.Play(15)
	if err != nil || err4 != nil || four.GroupSize >= one.GroupSize || four.Misordered >= one.Misordered || four.WinnerOff >= one.WinnerOff {
		t.Errorf("got %+v, then %+v; %v, %v", one, four, err, err4)
	}
}

// TestWorth: the worth that is reckoned is the mean of contacts that are drawn,
// by every policy whose truth is known.
func TestWorth(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for _, policy := range []fairness.Policy{fairness.CappedWait, fairness.WithinThird, fairness.Award} {
		rules := fairness.Rules{Policy: policy}
		for _, d := range []door{{0.5, 2}, {0.9, 8}} {
			for attempts := 1; attempts <= 2; attempts++ {
				const n = 40_000
				sum := 0.0
				for range n {
					sum += float64(rules.Worth(contact(d.ask(draw, attempts))).Score)
				}
				if got := d.worth(rules, attempts); math.Abs(got-sum/n) > 0.012 {
					t.Errorf("%s, %v, %d attempts: got %v, drawn %v", policy, d, attempts, got, sum/n)
				}
			}
		}
	}
}

func TestCannotPlay(t *testing.T) {
	for _, policy := range []fairness.Policy{fairness.AnsweredOnly, fairness.ReachGate} {
		ed := spring(t)
		ed.Scoring.Policy = policy
		if _, err := (Rehearsal{Edition: ed}).Play(1); !errors.Is(err, ErrPolicy) {
			t.Errorf("%s: got %v", policy, err)
		}
	}
	ed := spring(t)
	ed.Companies = nil
	if _, err := (Rehearsal{Edition: ed}).Play(1); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
}

// TestPercent: what is hardly ever so is not printed as never, nor what mostly is as always.
func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0.0 %", 0.0001: "< 0.05 %", 0.0004999: "< 0.05 %", 0.0006: "0.1 %", 0.5: "50.0 %", 0.9994: "99.9 %", 0.9999: "> 99.95 %", 1: "100.0 %",
	} {
		if got := percent(share); got != want {
			t.Errorf("%v: got %s, want %s", share, got, want)
		}
	}
}

func TestPrint(t *testing.T) {
	var out strings.Builder
	Report{Seasons: 2, LeadSeen: 33, Power: []Lead{{33, 40, 0.825}}, Coverage: 0.968}.Print(&out)
	for _, want := range []string{"2 seasons", "a lead of 33 points is seen in 80 %:\n", "  33 points  82 %  of 40 pairs\n", "96.8 %"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%swant %q", &out, want)
		}
	}
}

// TestNotMeasured: where no company is ever ranked, no figure of those that are is printed.
func TestNotMeasured(t *testing.T) {
	for _, tt := range []struct {
		name     string
		lost     float64
		measured []string
		not      []string
	}{
		{"nothing is heard", 1, []string{"and not ranked                            100.0 %", "too few pairs of companies to say which lead is seen"}, []string{
			"95 % intervals", "classes in which all bounds", "scores less the truth", "who may be", "whose true best is among them",
			"whose true best is first", "first place is shared", "the winner's score", "pairs of a class",
		}},
		{"all is heard", 0, []string{"95 % intervals that hold the true score", "points; shrunken"}, nil},
	} {
		got, err := (Rehearsal{Edition: spring(t), Seed: 3, Mix: Mix{Lost: tt.lost, Doubtful: 0.1}}).Play(3)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		got.Print(&out)
		said := 0
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "not measured") {
				said++
			}
			for _, what := range tt.not {
				if strings.Contains(line, what) && !strings.Contains(line, "not measured") {
					t.Errorf("%s: got %q", tt.name, line)
				}
			}
		}
		for _, want := range tt.measured {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: got\n%swant %q", tt.name, &out, want)
			}
		}
		if (said > 0) != (len(tt.not) > 0) {
			t.Errorf("%s: got %d lines of what was not measured\n%s", tt.name, said, &out)
		}
	}
}
