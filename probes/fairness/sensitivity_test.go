package fairness

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSensitivity(t *testing.T) {
	all := slices.Concat(
		contacts("cherry", "mail", "0 s s s s"), // fast, to whom it pleases
		contacts("honest", "mail", "40 40 40 40 40"),
		contacts("sender", "mail", "d 10 10 d 10"),
		contacts("robot", "mail", "b b b b 90"),
	)
	got := Rules{MinCompanies: 1}.Sensitivity(all)
	want := map[string]string{
		"policy capped-wait": "honest", "policy within-third": "sender", "policy reach-gate": "honest", "policy answered-only": "cherry",
		"policy award": "honest", "deflection unanswered": "honest", "deflection answered": "sender", "bot unanswered": "honest",
		"bot answered": "robot", "weights equal": "honest", "weights by contacts": "honest",
		"floor none": "honest", "doubtful otherwise": "honest", "bounces excuse": "honest", "amendments none": "honest", "clock calendar": "honest", "clock opening": "honest",
	}
	for _, v := range got.Variants {
		key := v.What + " " + v.How
		if w, ok := want[key]; !ok || !slices.Equal(v.Winners, []string{w}) || v.Changes != (w != "honest") {
			t.Errorf("%s: got %v, changes: %v; want %v", key, v.Winners, v.Changes, w)
		}
		delete(want, key)
	}
	if len(want) > 0 || !slices.Equal(got.Winners, []string{"honest"}) || got.Contacts != 20 {
		t.Errorf("got %v of %d contacts, and nothing of %v", got.Winners, got.Contacts, want)
	}
	// honest has 60, sender 54: without one of its deflections it has 67.5.
	if want := []string{"sender-mail-00", "sender-mail-03"}; !slices.Equal(got.Removals, want) {
		t.Errorf("got removals %v, want %v", got.Removals, want)
	}
	if want := (Tipping{1, "honest", false}); got.Tipping != want {
		t.Errorf("got %+v, want %+v", got.Tipping, want)
	}
}

// TestSensitivityOfWeightsAndClocks: who wins only by weight or by clock is
// said to.
func TestSensitivityOfWeightsAndClocks(t *testing.T) {
	overnight := func(company string, calendar, opening time.Duration) Contact {
		return Contact{ID: company, Company: company, Channel: "mail", State: Answered, Clock: OpeningTime, Tries: []Try{{
			Deadline: Span{72 * hour, 24 * hour}, Wait: Span{calendar, opening},
		}}}
	}
	for _, tt := range []struct {
		name  string
		rules Rules
		class []Contact
		want  map[string]string // the variants that change the winner
	}{
		{
			"by weight",
			Rules{Weights: map[string]float64{"mail": 9}},
			slices.Concat(
				contacts("a", "mail", "10 10"), contacts("a", "chat", "s s"), contacts("b", "mail", "30 30"), contacts("b", "chat", "0 0")),
			map[string]string{"weights equal": "b", "weights by contacts": "b", "policy within-third": "b", "policy award": "b"},
		},
		{
			"by clock: one answers in the night",
			Rules{},
			[]Contact{overnight("a", 20*hour, 4*hour), overnight("b", 10*hour, 8*hour)},
			map[string]string{"clock calendar": "b", "policy within-third": "a b"},
		},
		{
			"by the contacts of a channel: many bad mails",
			Rules{},
			slices.Concat(contacts("a", "mail", "30 30 30 30"), contacts("a", "chat", "10"), contacts("b", "mail", "20 20 20 20"), contacts("b", "chat", "25")),
			map[string]string{"weights by contacts": "b", "policy within-third": "a b"},
		},
		{
			"by a bounce that came after their server had taken it",
			Rules{},
			slices.Concat(contacts("a", "mail", "30 30"), bounced(contacts("b", "mail", "20 s"))),
			map[string]string{"bounces excuse": "b", "policy answered-only": "b"},
		},
		{
			"by a doubtful reading",
			Rules{},
			slices.Concat(contacts("a", "mail", "30 30"), doubted(contacts("b", "mail", "20 s"), contacts("b", "mail", "20 20"))),
			map[string]string{"doubtful otherwise": "b", "policy answered-only": "b"},
		},
		{
			"by what a person has said",
			Rules{},
			slices.Concat(contacts("a", "mail", "30 30"), amendedTo(contacts("b", "mail", "20 s"), contacts("b", "mail", "20 20"))),
			map[string]string{"amendments none": "b", "policy answered-only": "b"},
		},
		{"a tie stays one under all rules", Rules{}, slices.Concat(contacts("a", "mail", "10 s"), contacts("b", "mail", "10 s")), map[string]string{}},
		{"nobody is ranked", Rules{MinContacts: 9}, contacts("a", "mail", "10 10"), map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := map[string]string{}
			tt.rules.MinCompanies = cmp.Or(tt.rules.MinCompanies, 1)
			for _, v := range tt.rules.Sensitivity(tt.class).Variants {
				if v.Changes {
					got[v.What+" "+v.How] = strings.Join(v.Winners, " ")
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// amendedTo gives each contact what it would be without a person's word.
func amendedTo(all, before []Contact) []Contact {
	for i := range all {
		all[i].Unamended = &before[i]
	}
	return all
}

// bounced marks contacts that a report came back of.
func bounced(all []Contact) []Contact {
	for i := range all {
		all[i].Bounced = true
	}
	return all
}

// doubted gives each contact the other way it would count.
func doubted(all, others []Contact) []Contact {
	for i := range all {
		all[i].Otherwise = &others[i]
	}
	return all
}

func TestTipping(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules Rules
		class []Contact
		want  Tipping
	}{
		{"nobody", Rules{}, nil, Tipping{}},
		{"one company: none would win", Rules{}, contacts("a", "mail", "10 10"), Tipping{2, "a", false}},
		{"both silent: one answer wins", Rules{}, slices.Concat(contacts("a", "mail", "s s"), contacts("b", "mail", "s s")), Tipping{1, "a", true}},
		{"equal: one answer less", Rules{}, slices.Concat(contacts("a", "mail", "0 0"), contacts("b", "mail", "0 0")), Tipping{1, "a", false}},
		{"the second has more to gain than the winner to lose", Rules{}, slices.Concat(
			contacts("a", "mail", "50 50 50 50 50 50 50 50"), contacts("b", "mail", "0 0 s s s s s s")), Tipping{2, "b", true}},
		{"a far winner", Rules{}, slices.Concat(
			contacts("a", "mail", "0 0 0 0 0 0"), contacts("b", "mail", "50 50 50 50 50 50")), Tipping{3, "a", false}},
		{"by the heavy channel first", Rules{Weights: map[string]float64{"mail": 9}}, slices.Concat(
			contacts("a", "mail", "10 10"), contacts("a", "chat", "10 10"),
			contacts("b", "mail", "10 30"), contacts("b", "chat", "s s")), Tipping{1, "a", false}},
		{"who is not ranked cannot win: none would", Rules{MinContacts: 2}, slices.Concat(
			contacts("a", "mail", "10 10"), contacts("b", "mail", "s")), Tipping{2, "a", false}},
		{"what is pending may yet be answered", Rules{}, slices.Concat(
			contacts("a", "mail", "20 20 20 20"), contacts("b", "mail", "25 25 25 p90")), Tipping{1, "b", true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.rules.MinCompanies = 1
			if got := tt.rules.Sensitivity(tt.class).Tipping; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestTippingPlainly tries all sets of each company's contacts, on classes in
// which nothing is censored: no smaller one changes the winner.
func TestTippingPlainly(t *testing.T) {
	draw := rand.New(rand.NewPCG(11, 12))
	words := strings.Fields("0 10 20 33 50 75 s s d l")
	for range 60 {
		var all []Contact
		for _, company := range []string{"a", "b", "c"} {
			for _, channel := range []string{"mail", "chat"} {
				var story []string
				for range 3 {
					story = append(story, words[draw.IntN(len(words))])
				}
				all = append(all, contacts(company, channel, strings.Join(story, " "))...)
			}
		}
		for _, p := range []Policy{CappedWait, WithinThird, Award} {
			r := Rules{Policy: p, Weights: map[string]float64{"mail": 2}}
			got, want := r.Sensitivity(all).Tipping, plainTipping(r, all)
			if got.Contacts != want {
				t.Fatalf("%s: got %+v, want %d contacts of %+v", p, got, want, all)
			}
		}
	}
}

// plainTipping tries all sets of six contacts of each company, both ways.
func plainTipping(r Rules, all []Contact) (least int) {
	before := winnersOf(r, all)
	for from := 0; from < len(all); from += 6 {
		wins := slices.Contains(before, all[from].Company)
		for set := 1; set < 1<<6; set++ {
			for _, answered := range []bool{true, false} {
				if answered && wins && len(before) == 1 || !answered && !wins {
					continue
				}
				changed, n := slices.Clone(all), 0
				for i := range 6 {
					if c := &changed[from+i]; set>>i&1 == 1 && (c.State == Answered) != answered {
						n++
						c.State = map[bool]State{true: Answered, false: Unanswered}[answered]
						c.Tries = []Try{{Deadline: both(hour)}}
					}
				}
				if n > 0 && (least == 0 || n < least) && !slices.Equal(winnersOf(r, changed), before) {
					least = n
				}
			}
		}
	}
	return least
}

func winnersOf(r Rules, all []Contact) (names []string) {
	for _, s := range r.Standings(all) {
		if s.Rank == 1 {
			names = append(names, s.Company)
		}
	}
	return names
}

// TestRemovalsPlainly: each removal is as if the contact had never been.
func TestRemovalsPlainly(t *testing.T) {
	draw := rand.New(rand.NewPCG(13, 14))
	changes := 0
	for range 30 {
		all := someClass(draw, 3, 4)
		for _, p := range Policies() {
			r := Rules{Policy: p}
			got, want := r.Sensitivity(all), []string{}
			if !slices.Equal(got.Winners, winnersOf(r, all)) {
				t.Fatalf("%s: got the winners %v, want %v", p, got.Winners, winnersOf(r, all))
			}
			for i, c := range all {
				if !slices.Equal(winnersOf(r, slices.Delete(slices.Clone(all), i, i+1)), got.Winners) {
					want = append(want, c.ID)
				}
			}
			slices.Sort(want)
			if slices.Sort(got.Removals); !reflect.DeepEqual(got.Removals, want) {
				t.Fatalf("%s: got %v, want %v", p, got.Removals, want)
			}
			changes += len(want)
		}
	}
	if changes < 50 {
		t.Errorf("only %d removals changed a winner: the classes are too even", changes)
	}
}
