package fairness

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// contacts reads contacts of a company on one channel: percentages of the
// deadline after which they were answered, or a state: s(ilent), l(ate), d(eflected)
// at a tenth, b(ot) at a tenth, v(oid), c(ontested), p or x and a percentage for
// pending and broken off.
func contacts(company, channel, story string) (all []Contact) {
	for i, word := range strings.Fields(story) {
		c := Contact{ID: fmt.Sprintf("%s-%s-%02d", company, channel, i), Company: company, Channel: channel}
		t := Try{Deadline: both(100 * time.Minute)}
		percent := 0
		letter := strings.TrimRight(word, "0123456789")
		fmt.Sscan(strings.TrimPrefix(word, letter), &percent)
		t.Wait = both(time.Duration(percent) * time.Minute)
		c.State = map[string]State{
			"": Answered, "s": Unanswered, "l": Late, "d": Deflected, "b": Bot, "v": Void, "c": Contested, "p": Pending, "x": BrokenOff,
		}[letter]
		switch c.State {
		case Deflected:
			t.Deflected = at(10 * time.Minute)
		case Bot:
			t.Bot = at(10 * time.Minute)
		}
		c.Tries = []Try{t}
		all = append(all, c)
	}
	return all
}

func TestPolicies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		story string
		want  map[Policy]float64 // in per mille
	}{
		{"always at once", "0 0 0 0", map[Policy]float64{CappedWait: 1000, WithinThird: 1000, ReachGate: 1000, AnsweredOnly: 1000, Award: 1000}},
		{"never", "s s s s", map[Policy]float64{CappedWait: 0, WithinThird: 0, ReachGate: 0, AnsweredOnly: 0, Award: 0}},
		{"the last moment", "100 100", map[Policy]float64{CappedWait: 0, WithinThird: 0, ReachGate: 800, AnsweredOnly: 0, Award: 950}},
		{"one of five, fast", "0 s s s s", map[Policy]float64{CappedWait: 200, WithinThird: 200, ReachGate: 200, AnsweredOnly: 1000, Award: 200}},
		{"all, at half time", "50 50 50 50 50", map[Policy]float64{CappedWait: 500, WithinThird: 0, ReachGate: 900, AnsweredOnly: 500, Award: 975}},
		{"just through the gate", "20 20 20 20 s", map[Policy]float64{CappedWait: 640, WithinThird: 800, ReachGate: 960, AnsweredOnly: 800, Award: 792}},
		{"late, deflected and bots are as good as silent", "20 l d b", map[Policy]float64{CappedWait: 200, WithinThird: 250, ReachGate: 250, AnsweredOnly: 800, Award: 247.5}},
		{"void and contested are left out", "20 v c v", map[Policy]float64{CappedWait: 800, WithinThird: 1000, ReachGate: 960, AnsweredOnly: 800, Award: 990}},
		{"pending for so long: as the others after that", "20 60 p40 s", map[Policy]float64{CappedWait: 350, WithinThird: 250, ReachGate: 625, AnsweredOnly: 600, Award: 611.25}},
		{"broken off at once says nothing", "20 60 x1 s", map[Policy]float64{CappedWait: 400, WithinThird: 1000.0 / 3, ReachGate: 2000.0 / 3, AnsweredOnly: 600, Award: 1960.0 / 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, p := range Policies() {
				got := Rules{Policy: p}.Standings(contacts("a", "mail", tt.story))[0]
				if math.Abs(1000*float64(got.Score)-tt.want[p]) > 1e-9 {
					t.Errorf("%s: got %v, want %v ‰", p, 1000*float64(got.Score), tt.want[p])
				}
				if !(got.Lower <= float64(got.Score)+1e-9 && float64(got.Score) <= got.Upper+1e-9) {
					t.Errorf("%s: got %v in %v to %v", p, got.Score, got.Lower, got.Upper)
				}
			}
		})
	}
}

// TestLostChannel: a channel without a valid contact is left out of its company's
// score, whatever broke it off, and what it may be widens the interval, by its
// weight; so that no company is certainly better because of it. Doors that the
// company closes are valid contacts, and count.
func TestLostChannel(t *testing.T) {
	const mail = "10 20 30 s 20 10 10 20"
	for _, tt := range []struct {
		name    string
		chat    string
		weights map[string]float64
		left    bool
		score   float64 // by capped wait
	}{
		{"broken off", "x0 x0 x50", nil, true, 0.725},
		{"pending", "p0 p90 p100", nil, true, 0.725},
		{"void", "v v", nil, true, 0.725},
		{"contested", "c v x30", nil, true, 0.725},
		{"one is decided", "x0 x0 x50 s", nil, false, 0.725 / 2},
		{"closed doors", "s s s", nil, false, 0.725 / 2},
		{"late", "l x0", nil, false, 0.725 / 2},
		{"by weight", "x0", map[string]float64{"chat": 3}, true, 0.725},
		{"without weight", "x0", map[string]float64{"chat": 0}, true, 0.725},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, p := range Policies() {
				r := Rules{Policy: p, Weights: tt.weights}
				alone := r.Standings(contacts("a", "mail", mail))[0]
				got := r.Standings(slices.Concat(contacts("a", "mail", mail), contacts("a", "chat", tt.chat)))[0]
				if p == CappedWait && math.Abs(float64(got.Score)-tt.score) > 1e-9 {
					t.Errorf("got %v, want %v", got.Score, tt.score)
				}
				if got.Channels[0].LeftOut != tt.left {
					t.Errorf("%s: got left out %v", p, got.Channels[0].LeftOut)
				}
				if !tt.left {
					continue
				}
				w := weightOf(tt.weights, "chat") / (1 + weightOf(tt.weights, "chat"))
				if want := math.Hypot(alone.Error, w/2); got.Score != alone.Score || math.Abs(got.Error-want) > 1e-12 {
					t.Errorf("%s: got %v ± %v, want %v ± %v", p, got.Score, got.Error, alone.Score, want)
				}
			}
		})
	}
	var class []Contact
	for i, chat := range []string{"x0 x0 x0", "10 20 10", "20 20 20"} {
		class = append(class, contacts(fmt.Sprint("c", i), "mail", mail)...)
		class = append(class, contacts(fmt.Sprint("c", i), "chat", strings.Repeat(chat+" ", 8))...)
	}
	for _, s := range (Rules{}).Standings(class) {
		if s.Apart {
			t.Errorf("%s is told apart: %+v", s.Company, s)
		}
	}
}

// TestThirdIsExact: twenty minutes of sixty are a third.
func TestThirdIsExact(t *testing.T) {
	for _, tt := range []struct {
		wait, deadline time.Duration
		want           survival.Number
	}{
		{20 * time.Minute, hour, 1}, {20*time.Minute + time.Second, hour, 0}, {24 * hour, 72 * hour, 1}, {100 * time.Second, 5 * time.Minute, 1}, {101 * time.Second, 5 * time.Minute, 0},
	} {
		c := Contact{ID: "1", Company: "a", State: Answered, Tries: []Try{{Deadline: both(tt.deadline), Wait: both(tt.wait)}}}
		if got := (Rules{Policy: WithinThird}).Standings([]Contact{c})[0].Score; got != tt.want {
			t.Errorf("%v of %v: got %v, want %v", tt.wait, tt.deadline, got, tt.want)
		}
	}
}

func TestStandings(t *testing.T) {
	all := slices.Concat(
		contacts("quick", "mail", "10 10 10 10 20 10 10 10"), contacts("quick", "chat", "s 50"),
		contacts("steady", "mail", "30 30 30 30 30 30 30 30"), contacts("steady", "chat", "10 10"),
		contacts("silent", "mail", "s s s s l s s s v"), contacts("silent", "chat", "s d b"),
		contacts("twin", "mail", "30 30 30 30 30 30 30 30"), contacts("twin", "chat", "10 10"),
		contacts("young", "mail", "5 p3"), contacts("none", "mail", "v v"),
	)
	got := Rules{Weights: map[string]float64{"mail": 3}, MinContacts: 4}.Standings(all)
	type row struct {
		company          string
		rank, low, high  int
		points           Points
		tied             string
		apart            bool
		reached, valid   int
		median, mailWait float64 // a share, seconds
		unranked         string
	}
	var rows []row
	for _, s := range got {
		mail := s.Channels[len(s.Channels)-1]
		rows = append(rows, row{s.Company, s.Rank, s.RankLower, s.RankUpper, s.Points, strings.Join(s.Tied, " "), s.Apart, s.Reached, s.Valid, float64(s.Median), float64(mail.Median), s.Unranked})
	}
	inf := math.Inf(1)
	want := []row{
		{"steady", 1, 1, 3, 7500, "twin", false, 10, 10, 0.3, 1800, ""},
		{"twin", 1, 1, 3, 7500, "steady", false, 10, 10, 0.3, 1800, ""},
		{"quick", 3, 1, 3, 7281, "", false, 9, 10, 0.1, 600, ""},
		{"silent", 4, 4, 4, 0, "", true, 0, 11, inf, inf, ""},
		{"none", 0, 0, 0, 0, "", false, 0, 0, math.NaN(), math.NaN(), "no valid contact yet"},
		{"young", 0, 0, 0, 9500, "", false, 1, 1, 0.05, 300, "1 valid contacts, and it takes 4"},
	}
	for i, w := range want {
		if g := rows[i]; fmt.Sprint(g) != fmt.Sprint(w) {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
	if want := map[State]int{Unanswered: 8, Late: 1, Void: 1, Deflected: 1, Bot: 1}; !reflect.DeepEqual(got[3].Outcomes, want) {
		t.Errorf("got %v, want %v", got[3].Outcomes, want)
	}
	if lower, upper := Wilson(9, 10, 0.95); got[2].ReachLower != lower || got[2].ReachUpper != upper {
		t.Errorf("got reach %v to %v, want %v to %v", got[2].ReachLower, got[2].ReachUpper, lower, upper)
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
}

func TestNotRanked(t *testing.T) {
	replaced := contacts("a", "mail", "v 10 20 s")
	replaced[1].Replacement = true
	for _, tt := range []struct {
		name     string
		rules    Rules
		contacts []Contact
		want     string
	}{
		{"enough", Rules{MinContacts: 3, MinShare: 0.75}, contacts("a", "mail", "10 20 s v"), ""},
		{"one too few", Rules{MinContacts: 4}, contacts("a", "mail", "10 20 s v"), "3 valid contacts, and it takes 4"},
		{"too small a share", Rules{MinShare: 0.8}, contacts("a", "mail", "10 20 s v"), "3 of 4 planned contacts are valid, and it takes 80 %"},
		{"a replacement is not planned besides", Rules{MinShare: 1}, replaced, ""},
		{"pending ones are not valid", Rules{MinContacts: 1}, contacts("a", "mail", "p50 x20"), "no valid contact yet"},
		{"only on a channel that does not count", Rules{Weights: map[string]float64{"mail": 0}}, contacts("a", "mail", "10 20"), "no valid contact on a channel that counts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.rules.MinCompanies = 1
			got := tt.rules.Standings(tt.contacts)[0]
			if got.Unranked != tt.want || (got.Rank > 0) != (tt.want == "") {
				t.Errorf("got rank %d, %q; want %q", got.Rank, got.Unranked, tt.want)
			}
		})
	}
	if got := (Rules{}).Standings(nil); len(got) != 0 {
		t.Errorf("got %v of nobody", got)
	}
}

func TestPoints(t *testing.T) {
	for score, want := range map[float64]int{
		0: 0, 1: 100, 0.844: 84, 0.845: 84, 0.855: 86, 0.5 + 1.0/300: 50, 0.845 + 1e-12: 84, 0.84501: 85, 0.005: 0, 0.015: 2, 0.9949: 99,
	} {
		if got := Whole(score); got != want {
			t.Errorf("%v: got %d points, want %d", score, got, want)
		}
	}
	for score, want := range map[float64]string{
		0: "0.00", 1: "100.00", 0.844: "84.40", 0.84445: "84.44", 0.84455: "84.46", 0.5 + 1.0/300: "50.33", 0.84445 + 1e-13: "84.44",
		0.844451: "84.45", 0.00005: "0.00", 0.00015: "0.02", 0.07: "7.00", 0.99994: "99.99",
	} {
		var back Points
		text, err := json.Marshal(PointsOf(score))
		if got := PointsOf(score); got.String() != want || err != nil || json.Unmarshal(text, &back) != nil || back != got {
			t.Errorf("%v: got %v points, %s; want %s", score, got, text, want)
		}
	}
}

// someClass draws a class of companies, with all that can become of a contact.
func someClass(draw *rand.Rand, companies, each int) (all []Contact) {
	words := strings.Fields("0 5 10 10 20 33 34 50 75 90 100 s s l d b v c p30 p99 x60")
	for i := range companies {
		for _, channel := range []string{"mail", "chat"} {
			var story []string
			for range each {
				story = append(story, words[draw.IntN(len(words))])
			}
			all = append(all, contacts(fmt.Sprintf("c%02d", i), channel, strings.Join(story, " "))...)
		}
	}
	return all
}

// TestOrderOfContacts: the order of contacts changes no digit of standings and
// sensitivity, under any policy.
func TestOrderOfContacts(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 8))
	for range 15 {
		all := someClass(draw, 4, 6)
		for _, p := range Policies() {
			r := Rules{Policy: p, Weights: map[string]float64{"chat": 0.4}, MinContacts: 3}
			want, err := json.Marshal([]any{r.Standings(all), r.Sensitivity(all)})
			if err != nil {
				t.Fatal(err)
			}
			mixed := slices.Clone(all)
			draw.Shuffle(len(mixed), func(i, k int) { mixed[i], mixed[k] = mixed[k], mixed[i] })
			if got, _ := json.Marshal([]any{r.Standings(mixed), r.Sensitivity(mixed)}); string(got) != string(want) {
				t.Fatalf("%s: got %s, want %s", p, got, want)
			}
		}
	}
}

// TestScoreNeverFalls: once all is decided, an answer for silence, or a faster
// one, never lowers the score of the policies that count silence. Before that it
// may: what is pending is judged by those who waited for longer.
func TestScoreNeverFalls(t *testing.T) {
	draw := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		all := slices.DeleteFunc(someClass(draw, 1, 8), func(c Contact) bool { return c.State == Pending || c.State == BrokenOff })
		i := draw.IntN(len(all))
		if all[i].State != Unanswered && all[i].State != Answered {
			continue
		}
		better := slices.Clone(all)
		better[i].State = Answered
		better[i].Tries = []Try{{Deadline: both(100 * time.Minute), Wait: both(all[i].Tries[0].Wait.Calendar / 2)}}
		for _, p := range []Policy{CappedWait, WithinThird, Award} {
			before, after := Rules{Policy: p}.Standings(all)[0].Score, Rules{Policy: p}.Standings(better)[0].Score
			if after < before-1e-12 {
				t.Fatalf("%s: %v fell to %v", p, before, after)
			}
		}
	}
}

// TestFewCompanies: fewer than three that can be ranked are shown by name, and
// said why.
func TestFewCompanies(t *testing.T) {
	class := slices.Concat(contacts("c", "mail", "10 10"), contacts("b", "mail", "20 20"), contacts("a", "mail", "v v"))
	for _, tt := range []struct {
		name  string
		rules Rules
		also  []Contact
		want  []string // company, rank, why
	}{
		{"two of three", Rules{}, nil, []string{
			"a 0 no valid contact yet", "b 0 only 2 companies of the class can be ranked, and it takes 3",
			"c 0 only 2 companies of the class can be ranked, and it takes 3",
		}},
		{"three", Rules{}, contacts("d", "mail", "s"), []string{"c 1 ", "b 2 ", "d 3 ", "a 0 no valid contact yet"}},
		{"two are enough if the rules say so", Rules{MinCompanies: 2}, nil, []string{"c 1 ", "b 2 ", "a 0 no valid contact yet"}},
	} {
		all := slices.Concat(class, tt.also)
		var got []string
		for _, s := range tt.rules.Standings(all) {
			got = append(got, fmt.Sprintf("%s %d %s", s.Company, s.Rank, s.Unranked))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if won := tt.rules.Sensitivity(all).Winners; (len(won) > 0) != strings.HasPrefix(tt.want[0], "c 1") {
			t.Errorf("%s: got the winners %v", tt.name, won)
		}
	}
}

// TestEqualPoints: what is printed alike shares the rank and the win, whatever
// comes after the second decimal.
func TestEqualPoints(t *testing.T) {
	one := func(company string, wait time.Duration) Contact {
		return Contact{ID: company, Company: company, State: Answered, Tries: []Try{{Deadline: both(100_000 * time.Second), Wait: both(wait)}}}
	}
	all := []Contact{one("a", 12_344*time.Second), one("b", 12_342*time.Second), one("c", 12_356*time.Second)}
	var got []string
	for _, s := range (Rules{}).Standings(all) {
		got = append(got, fmt.Sprintln(s.Rank, s.Company, s.Points, s.Tied))
	}
	if want := []string{"1 a 87.66 [b]\n", "1 b 87.66 [a]\n", "3 c 87.64 []\n"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if won := (Rules{}).Sensitivity(all).Winners; !slices.Equal(won, []string{"a", "b"}) {
		t.Errorf("got the winners %v", won)
	}
}

// TestFloor: who is below the floor is ranked, and wins nothing.
func TestFloor(t *testing.T) {
	all := slices.Concat(contacts("a", "mail", "40 40"), contacts("b", "mail", "50 50"), contacts("c", "mail", "s s"))
	for floor, want := range map[float64]string{0: "a", 0.5: "a", 0.6: "a", 0.600001: "a", 0.61: ""} {
		r := Rules{Floor: floor}
		s := r.Sensitivity(all)
		if got := strings.Join(s.Winners, " "); got != want {
			t.Errorf("floor %v: got the winners %q, want %q", floor, got, want)
		}
		for _, v := range s.Variants {
			if v.What == "floor" && (!slices.Equal(v.Winners, []string{"a"}) || v.Changes != (want == "")) {
				t.Errorf("floor %v: without it got %+v", floor, v)
			}
		}
		if got := r.Standings(all); got[0].Rank != 1 || got[0].BelowFloor != (want == "") || got[1].BelowFloor != (floor > 0.5) {
			t.Errorf("floor %v: got %+v", floor, got[:2])
		}
	}
}

// TestNoAnswersNoWinner: where no company has a point, none wins, under no rule by which
// that stays so; one answer wins.
func TestNoAnswersNoWinner(t *testing.T) {
	for _, tt := range []struct{ name, last, want string }{
		{"all silent", "s s", ""},
		{"one answers", "s 40", "c"},
		{"at the last moment", "s 100", ""},
	} {
		all := slices.Concat(contacts("a", "mail", "s s"), contacts("b", "mail", "l s"), contacts("c", "mail", tt.last))
		s := Rules{}.Sensitivity(all)
		if got := strings.Join(s.Winners, " "); got != tt.want {
			t.Errorf("%s: got the winners %q, want %q", tt.name, got, tt.want)
		}
		for _, v := range s.Variants {
			if v.How == string(Award) && (len(v.Winners) == 1) != (tt.name != "all silent") {
				t.Errorf("%s: by the award: got %+v", tt.name, v)
			}
		}
		if d := s.Doubt; d.Changes || len(d.Winners) > len(s.Winners) {
			t.Errorf("%s: got %+v", tt.name, d)
		}
	}
}

// TestScoreEnds: contacts that are counted by how they ended score as those that
// are listed, by every policy, and so do the contacts that are made of ends.
func TestScoreEnds(t *testing.T) {
	draw := rand.New(rand.NewPCG(16, 3))
	for i := range 300 {
		all := someClass(draw, 1, 1+draw.IntN(30))
		r := Rules{Policy: Policies()[i%len(Policies())], DeflectionAnswers: i%2 == 0, BotAnswers: i%3 == 0}
		if i%7 == 0 {
			r.Weights = map[string]float64{all[0].Channel: float64(i % 2)}
		}
		var ends Ends
		own := slices.DeleteFunc(slices.Clone(all), func(c Contact) bool { return c.Channel != all[0].Channel })
		var made []Contact
		for k, c := range own {
			e, seen := r.End(c)
			if !seen {
				continue
			}
			ends.Add(e, 2)
			ends.Add(e, -1)
			again := e.Contact()
			again.ID, again.Company, again.Channel = fmt.Sprint(k), c.Company, c.Channel
			made = append(made, again)
		}
		packed, err := ends.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if ends, err = ParseEnds(packed); err != nil {
			t.Fatal(err)
		}
		want, got := r.Standings(own)[0], r.ScoreEnds(all[0].Channel, ends)
		if !same(float64(got.Score), float64(want.Score)) || !same(float64(got.SE), float64(want.SE)) ||
			want.Score.Known() && (!same(got.Within.Lower, want.Lower) || !same(got.Within.Upper, want.Upper) || !same(got.Within.SE, want.Error)) {
			t.Fatalf("%s of %+v: got %+v, want %+v", r.Policy, own, got, want)
		}
		if again := r.Standings(made); len(made) > 0 && (!same(float64(again[0].Score), float64(want.Score)) || again[0].Valid != want.Valid) {
			t.Fatalf("%s of contacts made of ends: got %+v, want %+v", r.Policy, again[0], want)
		}
	}
}

// TestParseEnds: what was not written as ends is refused.
func TestParseEnds(t *testing.T) {
	for _, text := range []string{"short", strings.Repeat("\xff", endSize)} {
		if got, err := ParseEnds([]byte(text)); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
	if _, err := (Ends{{End: End{State: "asleep"}}}).MarshalText(); err == nil {
		t.Error("a state that is none was written")
	}
}

// same reports whether two figures are the same but for rounding.
func same(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12 }
