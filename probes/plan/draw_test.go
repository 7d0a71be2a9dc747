package plan_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

func TestDrawAward(t *testing.T) {
	r := award()
	s := r.season()
	begin := time.Now()
	p := plan.Draw(s)
	t.Logf("%d contacts drawn in %v", len(p.Contacts), time.Since(begin))
	for _, b := range breaches(r, p) {
		t.Error(b)
	}
	if got, want := len(p.Contacts), 192*25; got != want {
		t.Errorf("got %d contacts, want %d", got, want)
	}
	if len(p.Left) > 0 {
		t.Errorf("left: %v", p.Left)
	}
	if faults := s.Faults(); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	for _, c := range p.Contacts {
		if c.Moved != "" {
			t.Errorf("%s moved: %s", c.ID, c.Moved)
		}
		if c.Second.IsZero() != (c.Probe == "email") {
			t.Errorf("%s of %s: second attempt at %s", c.ID, c.Probe, c.Second)
		}
	}
}

// Within a company, weekdays, scenarios and personas are even to one; hours are
// on each channel, but not over all, because mail leaves before noon.
func TestBalanceAward(t *testing.T) {
	b := plan.Draw(award().season()).Balance()
	for by, want := range map[plan.Measure]int{
		plan.ByChannel: 0, plan.ByWeekday: 0, plan.BySlot: 0, plan.ByRound: 0, plan.ByScenario: 1, plan.ByPersona: 1, plan.ByTopic: 1, plan.ByCell: 0,
	} {
		if got := b.Worst(by); got > want {
			t.Errorf("%s: companies of a class differ by %d, want at most %d", by, got, want)
		}
	}
	type key struct {
		company string
		by      plan.Measure
		channel string
	}
	counts := map[key][]int{}
	for _, c := range b.Counts {
		switch c.By {
		case plan.ByWeekday, plan.ByScenario:
			k := key{c.Company, c.By, ""}
			counts[k] = append(counts[k], c.N)
		case plan.ByPersona:
			channel, _, _ := strings.Cut(c.Value, " ")
			k := key{c.Company, c.By, channel}
			counts[k] = append(counts[k], c.N)
		}
	}
	for k, n := range counts {
		if slices.Max(n)-slices.Min(n) > 1 {
			t.Errorf("%v: %v", k, n)
		}
	}
}

func TestSlotsAward(t *testing.T) {
	counts := map[[2]string]map[string]int{}
	for _, c := range plan.Draw(award().season()).Contacts {
		key := [2]string{c.Company, c.Channel}
		if counts[key] == nil {
			counts[key] = map[string]int{"09-10": 0, "10-11": 0, "11-12": 0}
			if c.Channel != "mail" {
				counts[key]["12-13"], counts[key]["13-14"], counts[key]["14-15"] = 0, 0, 0
			}
		}
		counts[key][c.Slot]++
	}
	for key, slots := range counts {
		least, most := 99, 0
		for _, n := range slots {
			least, most = min(least, n), max(most, n)
		}
		if most-least > 1 {
			t.Errorf("%v: %v", key, slots)
		}
	}
}

// Where a round holds a cell's weekday twice, about half of the field is asked
// on either date. Not exactly: each company's date is drawn for it alone, and
// days on which another probe has no choice are taken.
func TestHalfOnEitherDate(t *testing.T) {
	dates := map[string]int{}
	all := 0
	for _, c := range plan.Draw(award().season()).Contacts {
		if c.Probe == "messenger" && c.Round.Month() == time.February {
			dates[c.At.Format(time.DateOnly)]++
			all++
		}
	}
	first := 0
	for day := date("2027-02-08"); day.Before(date("2027-02-13")); day = day.AddDays(1) {
		early, late := dates[day.String()], dates[day.AddDays(7).String()]
		first += early
		if share := float64(early) / float64(max(1, early+late)); early+late > 20 && (share < 0.2 || share > 0.8) {
			t.Errorf("%d on %s, %d a week later", early, day, late)
		}
	}
	if share := float64(first) / float64(all); share < 0.4 || share > 0.6 {
		t.Errorf("%d of %d in the first week", first, all)
	}
}

// The digest of the award's season is the same on any machine.
func TestDigestGolden(t *testing.T) {
	s := award().season()
	p := plan.Draw(s)
	var got strings.Builder
	fmt.Fprintln(&got, p.Digest(s))
	for _, c := range p.Contacts {
		if c.Company == "company-007" {
			fmt.Fprintln(&got, c.ID, c.Probe, c.At.Format(time.RFC3339), c.Weekday, c.Slot, c.Scenario, c.Persona)
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("testdata/award.txt", []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := must(os.ReadFile("testdata/award.txt"))
	if got.String() != string(want) {
		t.Errorf("got:\n%swant:\n%s", &got, want)
	}
}

func TestDrawAnySeason(t *testing.T) {
	planned, moved, left := 0, map[string]int{}, map[string]int{}
	for seed := range uint64(long.Tries(80, 25)) {
		r := anySeason(seed)
		p := plan.Draw(r.season())
		for _, b := range breaches(r, p) {
			t.Errorf("seed %d: %s", seed, b)
		}
		planned += len(p.Contacts)
		for _, c := range p.Contacts {
			moved[c.Moved]++
		}
		for _, l := range p.Left {
			left[l.Why]++
		}
	}
	t.Logf("%d planned, moved: %v, left: %v", planned, moved, left)
}

func FuzzDraw(f *testing.F) {
	f.Add(uint64(1), "seed")
	f.Add(uint64(1<<63), "")
	f.Fuzz(func(t *testing.T, seed uint64, word string) {
		r := anySeason(seed)
		r.seed = word
		for _, b := range breaches(r, plan.Draw(r.season())) {
			t.Error(b)
		}
	})
}

func TestDrawTwice(t *testing.T) {
	for seed := range uint64(20) {
		s := anySeason(seed).season()
		first := plan.Draw(s)
		slices.Reverse(s.Companies)
		if !reflect.DeepEqual(plan.Draw(s), first) {
			t.Errorf("seed %d: two draws differ", seed)
		}
	}
}

// rows returns the contacts of every company but those named.
func rows(p plan.Plan, without ...string) []plan.Contact {
	return slices.DeleteFunc(slices.Clone(p.Contacts), func(c plan.Contact) bool { return slices.Contains(without, c.Company) })
}

// What becomes of one company moves nobody else.
func TestNobodyElseMoves(t *testing.T) {
	s := award().season()
	s.Companies = s.Companies[:48]
	before := plan.Draw(s)
	const id = "company-007"
	january := edition.Pause{From: calendar.Date{Year: 2027, Month: 1, Day: 15}, To: calendar.Date{Year: 2027, Month: 2, Day: 5}, Reason: "laid off"}
	for name, change := range map[string]func([]edition.Company) []edition.Company{
		"leaves":  func(all []edition.Company) []edition.Company { return slices.Delete(all, 7, 8) },
		"paused":  func(all []edition.Company) []edition.Company { all[7].Pauses = []edition.Pause{january}; return all },
		"no mail": func(all []edition.Company) []edition.Company { all[7].Reach = reach("chat"); return all },
		"late": func(all []edition.Company) []edition.Company {
			all[7].Consent = calendar.Date{Year: 2027, Month: 3, Day: 1}
			return all
		},
		"changes class": func(all []edition.Company) []edition.Company { all[7].Class = "class-00"; return all },
		"joined": func(all []edition.Company) []edition.Company {
			return slices.Insert(all, 0, edition.Company{
				ID: "aaa", Class: "class-00", Language: "nb", Reach: all[0].Reach, Consent: all[0].Consent,
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := s
			changed.Companies = change(slices.Clone(s.Companies))
			after := plan.Draw(changed)
			if got, want := rows(after, id, "aaa"), rows(before, id); !reflect.DeepEqual(got, want) {
				t.Error("others have moved")
			}
		})
	}
}

// A company that keeps days of its own is asked on none of them, in its own
// zone's hours, and by what moves it stays in its rounds.
func TestOwnDays(t *testing.T) {
	helsinki, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	s := award().season()
	s.Companies = s.Companies[:2]
	hours, err := calendar.ParseHours("Mon-Fri 09:00-12:00")
	if err != nil {
		t.Fatal(err)
	}
	// Two days in the season on which only this company is closed.
	own := calendar.Calendar{Zone: helsinki, Country: "FI", DaysOff: []calendar.Date{{Year: 2027, Month: 1, Day: 15}, {Year: 2027, Month: 3, Day: 2}}}
	s.Companies[0].Calendar, s.Companies[0].Hours = &own, hours
	drawn, moved := plan.Draw(s), 0
	for _, c := range drawn.Contacts {
		if c.Company != s.Companies[0].ID {
			continue
		}
		if c.Moved != "" {
			moved++
		}
		for _, at := range []time.Time{c.At, c.Second} {
			local := at.In(helsinki)
			if !at.IsZero() && (own.Closed(calendar.DateOf(local)) || local.Hour() < 9 || local.Hour() >= 12) {
				t.Errorf("asked on %v, when it is closed", local)
			}
		}
	}
	if moved == 0 {
		t.Error("nothing was moved")
	}
}

// kept returns when a company's contacts are, by probe and round.
func kept(p plan.Plan, id string) map[string]time.Time {
	at := map[string]time.Time{}
	for _, c := range p.Contacts {
		if c.Company == id {
			at[c.Probe+c.Round.String()] = c.At
		}
	}
	return at
}

// A channel that a company lacks, always or for a month, costs it nothing else.
func TestLackingChannel(t *testing.T) {
	r := award()
	r.companies = r.companies[:30]
	before := plan.Draw(r.season())
	february := edition.Pause{
		From: calendar.Date{Year: 2027, Month: 2, Day: 1}, To: calendar.Date{Year: 2027, Month: 2, Day: 28},
		Reason: "new chat", Channel: "chat",
	}
	for i := range r.companies {
		if i%2 == 0 {
			r.companies[i].channels = []string{"mail", "phone"}
		} else {
			r.companies[i].pauses = []edition.Pause{february}
		}
	}
	after := plan.Draw(r.season())
	for _, b := range breaches(r, after) {
		t.Error(b)
	}
	said := 0
	for _, c := range after.Contacts {
		if c.Moved != "" {
			said++
			continue
		}
		if at := kept(before, c.Company)[c.Probe+c.Round.String()]; !at.Equal(c.At) {
			t.Errorf("%s: %s of %s moved from %s to %s", c.Company, c.Probe, c.Round, at, c.At)
		}
	}
	if said == 0 || len(after.Left) == 0 {
		t.Errorf("%d moved, %d left: want some of each", said, len(after.Left))
	}
	for _, l := range after.Left {
		if l.Why != "paused: new chat" && !strings.Contains(l.Why, "persona") {
			t.Errorf("left: %v", l)
		}
	}
}

// A plan is the union of its rounds.
func TestPlanRounds(t *testing.T) {
	s := award().season()
	s.Companies = s.Companies[:10]
	p := plan.Draw(s)
	sum := 0
	for _, probe := range s.Probes {
		ticks, ok := s.Rounds(probe)
		if !ok {
			t.Fatalf("%s is not drawn ahead", probe.Name)
		}
		for _, tick := range ticks {
			round := p.Round(probe.Name, tick)
			if len(round) != len(s.Companies) {
				t.Errorf("%d contacts in round %s of %s", len(round), tick, probe.Name)
			}
			sum += len(round)
		}
	}
	if sum != len(p.Contacts) {
		t.Errorf("%d contacts in rounds, %d in the plan", sum, len(p.Contacts))
	}
}

// A pause that is made known in mid-season leaves alone what was before it.
func TestPauseLeavesThePast(t *testing.T) {
	r := award()
	r.companies = r.companies[:30]
	before := plan.Draw(r.season())
	for i := range r.companies {
		r.companies[i].pauses = []edition.Pause{{From: date("2027-03-01"), To: date("2027-04-09"), Reason: "laid off"}}
	}
	after := plan.Draw(r.season())
	early := func(p plan.Plan) []plan.Contact {
		return slices.DeleteFunc(slices.Clone(p.Contacts), func(c plan.Contact) bool {
			return c.Round.After(at("2027-02-08 00:00:00"))
		})
	}
	if got, want := early(after), early(before); !reflect.DeepEqual(got, want) {
		t.Errorf("got %d contacts, want %d, each as it was", len(got), len(want))
	}
	if len(after.Contacts) >= len(before.Contacts) {
		t.Errorf("%d contacts with the pause, %d without", len(after.Contacts), len(before.Contacts))
	}
}

func BenchmarkDraw(b *testing.B) {
	s := award().season()
	for b.Loop() {
		plan.Draw(s)
	}
}
