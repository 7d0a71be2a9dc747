package field_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// TestCorrectedByTwo: what is said of an entry of the start counts once two people have
// said the same, is never hidden by what is said or configured later, and is bound to the
// value that they have said.
func TestCorrectedByTwo(t *testing.T) {
	hours := func(text string) func(string) string { return changed(nord + ", hours: \"" + text + "\"") }
	sunday, monday := hours("Sun 08:00-09:00"), hours("Mon 08:00-08:10")
	type step struct {
		now func(string) string
		by  []string
	}
	for _, tt := range []struct {
		name  string
		steps []step
		last  func(string) string
		zeros int
		want  string // each decision's standing
	}{
		{"one person", []step{{sunday, []string{"Kari Nordby"}}}, sunday, 3, "waits"},
		{"one person by two names", []step{{sunday, []string{"Kari Nordby", "K. Nordby"}}}, sunday, 3, "waits waits"},
		{"two people", []step{{sunday, []string{"Kari Nordby", "Ola Vik"}}}, sunday, 0, "counts counts"},
		{"two people of two values", []step{{sunday, []string{"Kari Nordby"}}, {monday, []string{"Ola Vik"}}}, sunday, 3, "waits waits"},
		{"narrowed once more after it", []step{{sunday, []string{"Kari Nordby", "Ola Vik"}}}, monday, 0, "counts counts"},
		{"one person, and changed once more after it", []step{{sunday, []string{"Kari Nordby"}}}, monday, 3, "waits"},
		{"another value by two", []step{{sunday, []string{"Kari Nordby", "Ola Vik"}}, {monday, []string{"Ola Vik", "Per Dal"}}}, monday, 0, "replaced replaced counts counts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			s.follow(planned.Draw(parsed(t, sunday(season))), day("2027-02-01").In(s.ed.Zone()))
			s.live(func(company string, slot time.Time) (time.Duration, string) {
				if company == "nord" && !slot.Before(day("2027-02-01").In(s.ed.Zone())) {
					return 0, "-"
				}
				return time.Minute, ""
			})
			for _, step := range tt.steps {
				s.corrected("hours", step.now, step.by...)
			}
			c := s.resolved(tt.last)
			var got []string
			for _, d := range c.Corrections {
				if got = append(got, string(d.Standing)); d.By == "" || d.Reason == "" {
					t.Errorf("got %+v", d)
				}
			}
			if strings.Join(got, " ") != tt.want || c.Narrowed != tt.zeros || variant(c, "correction") == "" {
				t.Errorf("got %v and %d zeros, want %s and %d", got, c.Narrowed, tt.want, tt.zeros)
			}
			s.monitor(s.edited(tt.last)).isStandings("at the end")
		})
	}
}

// TestCorrectable: what does not differ from what counts is not corrected.
func TestCorrectable(t *testing.T) {
	s := begin(t)
	now := changed(nord + ", hours: \"Sun 08:00-09:00\"")
	ed := parsed(t, now(season))
	correctable := func(what string) (err error) {
		if err := s.l.View(t.Context(), func(tx probes.Tx) error {
			roll, failed := field.Open(t.Context(), tx, ed)
			if failed == nil {
				err = roll.Correctable("nord", what)
			}
			return failed
		}); err != nil {
			t.Fatal(err)
		}
		return err
	}
	if err := correctable("hours"); err != nil {
		t.Error(err)
	}
	for _, what := range []string{"class", "calendar"} {
		if err := correctable(what); !errors.Is(err, participation.ErrAct) || !strings.Contains(err.Error(), "there is nothing to correct") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	s.corrected("hours", now, "Kari", "Ola")
	if err := correctable("hours"); !errors.Is(err, participation.ErrAct) {
		t.Errorf("what counts already: got %v", err)
	}
}

// TestCalendarOfTheStart: deadlines are promised by a company's own calendar of the start.
// Another one in mid-season changes no outcome, unless two people decide that the start was
// wrong; and standings say who would win by the other. nord is late by the clocks of New
// York, where it was entered, and in time by those of Tokyo.
func TestCalendarOfTheStart(t *testing.T) {
	text := replaced("policy: {", "policy: {score: award, ")(season)
	in := func(zone string) *edition.Edition {
		return parsed(t, replaced(nord, nord+", time_zone: "+zone)(text))
	}
	for _, tt := range []struct {
		name    string
		from    *edition.Edition
		now     *edition.Edition
		by      []string
		outcome probes.Outcome
		winner  string
		without string // who would win by the calendars as they are, or as at the start
	}{
		{"as it was", in("America/New_York"), in("America/New_York"), nil, probes.Late, "[kraft]", ""},
		{"another zone", in("America/New_York"), in("Asia/Tokyo"), nil, probes.Late, "[kraft]", "[nord]"},
		{"none any more", in("America/New_York"), parsed(t, text), nil, probes.Late, "[kraft]", "[nord]"},
		{"one that it had not", parsed(t, text), in("America/New_York"), nil, probes.Answered, "[nord]", "[kraft]"},
		{"one person says so", in("America/New_York"), in("Asia/Tokyo"), []string{"Kari"}, probes.Late, "[kraft]", "[nord]"},
		{"two people say so", in("America/New_York"), in("Asia/Tokyo"), []string{"Kari", "Ola"}, probes.Answered, "[nord]", "[kraft]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := empty(t, text)
			s.ed = tt.from
			s.follow(planned.Draw(s.ed), s.ed.From.In(s.ed.Zone()))
			third := day("2027-01-25").In(s.ed.Zone())
			s.update(func(ctx context.Context, tx probes.Tx) error {
				for _, c := range planned.Draw(s.ed).Contacts {
					wait := 24 * time.Hour
					switch {
					case c.Company == "nord":
						wait = 3*time.Hour + 5*time.Minute
					case c.Company == "kraft" && c.At.Before(third):
						wait = time.Minute
					}
					p := probes.Plan{
						Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At,
						Scenario: c.Scenario, Persona: c.Persona, Within: "1 working day", DayEnds: "06:00",
					}
					if err := s.contact(ctx, tx, p, c.ID, wait, ""); err != nil {
						return err
					}
				}
				return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: s.ed.To.AddDays(7).In(s.ed.Zone())})
			})
			s.follow(planned.Draw(tt.now), day("2027-02-16").In(s.ed.Zone()))
			s.correctedIn(tt.now, "calendar", tt.by...)
			var kept *edition.Edition
			outcomes := map[probes.Outcome]bool{}
			err := s.l.View(t.Context(), func(tx probes.Tx) (err error) {
				if kept, err = field.Kept(t.Context(), tx, tt.now, day("2027-02-20").In(time.UTC)); err != nil {
					return err
				}
				return probes.Sample{Edition: kept}.Refold(t.Context(), tx, time.Time{}, func(c probes.Contact, _ []probes.Event) error {
					if c.Plan.Company == "nord" {
						outcomes[c.Outcome] = true
					}
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			all, err := report.Rank(t.Context(), s.l, kept, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			without := variant(all[0], "calendars")
			if len(tt.by) == 2 {
				without = variant(all[0], "correction")
			}
			if len(outcomes) != 1 || !outcomes[tt.outcome] || fmt.Sprint(all[0].Sensitivity.Winners) != tt.winner || without != tt.without {
				t.Errorf("got %v, %v, and without it %s", outcomes, all[0].Sensitivity.Winners, without)
			}
		})
	}
}

// TestZoneOfTheEdition: another zone of the edition is another rule than the plan's, and
// standings say who would win by that of the plan, and by its days off.
func TestZoneOfTheEdition(t *testing.T) {
	s := begin(t)
	s.live(func(company string, _ time.Time) (time.Duration, string) { return time.Minute, "" })
	c := s.standings(replaced("seed: x7", "seed: x7, time_zone: Europe/Helsinki, country: FI"))
	var got []string
	for _, r := range c.Rules {
		got = append(got, r.String())
	}
	if want := "time zone was Europe/Oslo, and is Europe/Helsinki; country was NO, and is FI"; strings.Join(got, "; ") != want || variant(c, "rules") == "" {
		t.Errorf("got %q, %s", got, variant(c, "rules"))
	}
	off := empty(t, replaced("seed: x7", "seed: x7, days_off: [2027-01-20]")(season))
	off.follow(planned.Draw(off.ed), off.ed.From.In(off.ed.Zone()))
	off.live(func(string, time.Time) (time.Duration, string) { return time.Minute, "" })
	if c := off.standings(replaced("x7", "x7")); fmt.Sprint(c.DaysOffGone) != "[2027-01-20]" || variant(c, "days off") == "" {
		t.Errorf("got %+v, %s", c.Changes, variant(c, "days off"))
	}
}

// TestChanged: what is other than at the start is told before a configuration is served,
// with what comes of it, and once a company came later who would win without it.
func TestChanged(t *testing.T) {
	const gone = "  - {id: vind, name: Vind, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@d.example}}\n"
	const later = "  - {id: omega, name: Omega, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@e.example}}\n"
	for _, tt := range []struct {
		name string
		now  func(string) string
		want string
	}{
		{"nothing", replaced("x7", "x7"), ""},
		{"hours", replaced(nord, nord+", hours: \"Sun 08:00-09:00\""), "the hours of nord changed after the start, from always to Sun 08:00-09:00: what the hours that count, always, would have it asked and these do not counts as unanswered"},
		{"class", replaced(nord, strings.Replace(nord, "power", "bank", 1)), "the class of nord changed after the start, from power to bank: it is ranked in class power"},
		{"calendar", replaced(nord, nord+", time_zone: Asia/Tokyo"), "the calendar of nord changed after the start, from none to NO Asia/Tokyo: its deadlines stay by the one that counts, that of the season"},
		{"taken out", replaced(gone, ""), "company vind has left the season (taken out): what the plan of the start would ask it counts as unanswered"},
		{"entered", replaced(gone, gone+later), "company omega was not there at the start: standings say who would win without it"},
		{"a day off", replaced("x7", "x7, days_off: [2027-01-20]"), "2027-01-20 is a day off, and was none at the start: waits and deadlines of what was asked are other ones"},
		{"a probe renamed", replaced("{name: email,", "{name: letters,"), "probe email of the start is not in the configuration: what it was still to ask is asked of no company; probe letters was not there at the start"},
	} {
		s := begin(t)
		if err := s.l.View(t.Context(), func(tx probes.Tx) error {
			roll, err := field.Open(t.Context(), tx, parsed(t, tt.now(season)))
			if err != nil {
				return err
			}
			if got := strings.Join(roll.Changed(), "; "); got != tt.want {
				t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
			}
			if first := s.ed.From.In(s.ed.Zone()); roll.Begun(first) || !roll.Begun(first.Add(time.Second)) {
				t.Errorf("%s: begun at another time than its first day", tt.name)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	s := begin(t)
	s.live(func(company string, _ time.Time) (time.Duration, string) {
		return map[string]time.Duration{"kraft": time.Hour}[company] + time.Hour, ""
	})
	now := replaced(gone, gone+later)
	late := parsed(t, now(season))
	s.update(func(ctx context.Context, tx probes.Tx) error {
		for i, c := range planned.Draw(late).Contacts {
			p := probes.Plan{
				Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At, Within: "1d",
			}
			if c.Company != "omega" {
				continue
			}
			if err := s.contact(ctx, tx, p, fmt.Sprintf("late%d", i), time.Second, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if c := s.standings(now); fmt.Sprint(c.Sensitivity.Winners) != "[omega]" || variant(c, "entered") != "[fjord nord vind]" {
		t.Errorf("got %v, and without who came later %s", c.Sensitivity.Winners, variant(c, "entered"))
	}
}
