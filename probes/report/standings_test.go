package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/reading"
)

// TestPrintStandings: what is special of a standing is said in words.
func TestPrintStandings(t *testing.T) {
	ranked := fairness.Standing{
		Company: "kraft", Reached: 3, Valid: 4, ReachLower: 0.301, ReachUpper: 0.954, Median: 0.25, Score: 0.775,
		Lower: 0.5, Upper: 0.9, Points: 7820, Rank: 1, RankLower: 1, RankUpper: 2,
		Outcomes: map[fairness.State]int{fairness.Answered: 3, fairness.Deflected: 1, fairness.Void: 2},
		Channels: []fairness.ChannelStanding{{Channel: "chat", Median: 61.4, Valid: 2}, {Channel: "mail"}},
	}
	second := ranked
	second.Company, second.Rank, second.Tied, second.RankUpper = "dal", 2, []string{"kraft"}, 3
	third := ranked
	third.Company, third.Rank, third.Apart = "fjord", 3, true
	sure := third
	sure.Company, sure.RankLower = "vik", 2
	silent := ranked
	silent.Points, silent.Score = 0, 0
	unranked := fairness.Standing{Company: "young", Upper: 1, ReachUpper: 1, Unranked: "1 valid contacts, and it takes 4"}
	won := fairness.Sensitivity{Winners: []string{"kraft"}, Contacts: 8}
	for _, tt := range []struct {
		name        string
		standings   []fairness.Standing
		sensitivity func(*fairness.Sensitivity)
		want, never []string
	}{
		{
			"ranked",
			[]fairness.Standing{ranked, second, third, sure},
			func(*fairness.Sensitivity) {},
			[]string{
				"1     1 to 2  kraft    78.20   50 to 90  3 of 4  30 to 95  chat 1m1s, mail -  1          0     2     0        0           0            -      -         \n",
				"2     1 to 3  dal ", "cannot be told apart from the winner; same points as kraft\n", "3     1 to 2  fjord", "another is probably better, by comparisons with the best alone\n", "3     2 to 2  vik",
				"single contacts without which another would win: 0 of 8\n", "no change of one company's contacts alone would make another win\n",
			},
			[]string{"not ranked", "nobody is ranked"},
		},
		{
			"not ranked",
			[]fairness.Standing{unranked},
			func(s *fairness.Sensitivity) { s.Winners = nil },
			[]string{"-     -       young    0.00    0 to 100  0 of 0  0 to 100 ", "not ranked: 1 valid contacts, and it takes 4\n", "nobody is ranked yet\n"},
			[]string{"other rules", "another would win"},
		},
		{
			"below the floor",
			[]fairness.Standing{ranked},
			func(s *fairness.Sensitivity) {
				s.Winners = nil
				s.Variants = []fairness.Variant{
					{What: "policy", How: "capped-wait", Winners: []string{}}, {What: "floor", How: "none", Winners: []string{"kraft"}, Changes: true},
				}
			},
			[]string{
				"no company has the points that a winner needs\n", "who would win by other rules:\n",
				"  policy  capped-wait  no company  \n", "  floor   none         kraft       another winner\n",
			},
			[]string{"nobody is ranked"},
		},
		{
			"no points",
			[]fairness.Standing{silent},
			func(s *fairness.Sensitivity) {
				s.Winners = nil
				s.Variants = []fairness.Variant{{What: "policy", How: "capped-wait", Winners: []string{}}}
			},
			[]string{"no points: cannot win", "no company has a point: there is no winner\n", "  policy  capped-wait  no company  \n"},
			[]string{"nobody is ranked", "that a winner needs"},
		},
		{
			"hangs by a thread",
			[]fairness.Standing{ranked},
			func(s *fairness.Sensitivity) {
				s.Removals = []string{"one", "two"}
				s.Tipping = fairness.Tipping{Company: "dal", Contacts: 1, Answered: true}
				s.Variants = []fairness.Variant{{What: "policy", How: "award", Winners: []string{"dal", "kraft"}, Changes: true}}
			},
			[]string{
				"  policy  award  dal, kraft  another winner\n", "without which another would win: 2 of 8\n",
				"another would win if 1 contact of dal had been answered at once\n",
			},
			nil,
		},
		{
			"by silence",
			[]fairness.Standing{ranked},
			func(s *fairness.Sensitivity) {
				s.Tipping = fairness.Tipping{Company: "kraft", Contacts: 2}
			},
			[]string{"another would win, or none, if 2 contacts of kraft had not been answered\n"},
			nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := ClassStandings{Class: "power", Policy: fairness.CappedWait, Standings: tt.standings, Sensitivity: won}
			tt.sensitivity(&c.Sensitivity)
			var out strings.Builder
			c.Print(&out)
			for _, want := range append(tt.want, "power, by capped-wait\n") {
				if !strings.Contains(out.String(), want) {
					t.Errorf("got\n%swant %q", &out, want)
				}
			}
			for _, never := range tt.never {
				if strings.Contains(out.String(), never) {
					t.Errorf("got\n%swant no %q", &out, never)
				}
			}
		})
	}
}

// TestGradesOfOneGrade: where grades order no pair, no chance of a wrong order is printed.
func TestGradesOfOneGrade(t *testing.T) {
	for _, tt := range []struct {
		name        string
		grades      []int
		want, never string
	}{
		{"one grade", []int{1, 1, 0}, "all ranked companies share one grade, which orders no pair of them; 40 % of what", "wrongly"},
		{"two grades", []int{1, 2, 0}, "grades order a pair of companies wrongly with a chance of 1.0 %, and at most 5 %; 40 % of what", "share one grade"},
	} {
		c := ClassStandings{Grading: fairness.Grading{Spread: fairness.Spread{Reliability: 0.4}, Rate: 0.05, Misordered: 0.01, Cells: survival.Number(math.NaN())}}
		for _, grade := range tt.grades {
			c.Standings = append(c.Standings, fairness.Standing{Grade: grade})
		}
		var out strings.Builder
		c.printGrading(&out)
		if got := out.String(); !strings.Contains(got, tt.want) || strings.Contains(got, tt.never) {
			t.Errorf("%s: got %q, want %q and no %q", tt.name, got, tt.want, tt.never)
		}
	}
}

// TestSecondPerson: each number of people is told whom the amendment waits for.
func TestSecondPerson(t *testing.T) {
	for _, tt := range []struct {
		lone []string
		want string
	}{
		{nil, "it takes two people, and who has said it is not known any more: two others have to say it"},
		{[]string{"kari"}, "it takes two people, kari, who has said so alone, and a second person who is not kari"},
		{[]string{"kari", "per"}, "it takes two people who say the same, and kari and per have each said something alone"},
	} {
		if got := SecondPerson(tt.lone); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.lone, got, tt.want)
		}
	}
}

// TestPlayedUnamended: a contact of which a person has read a letter is known without that
// reading, whether the reader was sure of the letter or not.
func TestPlayedUnamended(t *testing.T) {
	sent := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	ed := &edition.Edition{}
	for _, doubtful := range []bool{false, true} {
		story := []probes.Event{
			probes.NewEvent(probes.Planned, 1, sent, probes.Plan{Company: "kraft", Channel: "mail", Slot: sent, Within: "24h"}),
			probes.NewEvent(probes.Intended, 1, sent, probes.Intent{}),
			probes.NewEvent(probes.Sent, 1, sent, probes.Sending{}),
			probes.NewEvent(probes.Heard, 1, sent.Add(time.Hour), probes.Classification{
				Arrival: "a1", Kind: reading.Answer, Doubtful: doubtful, Rule: "thread", Times: channels.Times{Arrived: sent.Add(time.Hour)},
			}),
			probes.NewEvent(probes.Amended, 0, sent.Add(2*time.Hour), probes.Amendment{Arrival: "a1", Kind: reading.Deflection, By: "kari", Reason: "seen"}),
		}
		for i := range story {
			story[i].Seq = i + 1
		}
		sample := probes.Sample{Edition: ed}
		got, seen := played(ed, sample.Fold("c", story), story, sent.Add(30*time.Hour))
		if !seen || got.Unamended == nil || got.State == fairness.Answered || got.Unamended.State != fairness.Answered {
			t.Errorf("doubtful: %v: got %s, and without the reading %+v", doubtful, got.State, got.Unamended)
		}
	}
}
