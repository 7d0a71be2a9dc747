package field_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
	"github.com/svartid/svartid/probes/result"
	"github.com/svartid/svartid/probes/signature"
)

const nord = "nord, name: Nord, class: power, language: nb, consent: 2026-01-01"

// changed is the configuration in which nord has another key, and is another plan's.
func changed(nords string) func(string) string {
	return func(text string) string {
		return replaced("x7", "x7, days_off: [2027-05-17]")(replaced(nord, nords)(text))
	}
}

// corrected has people decide that an entry of nord is right as it is configured now.
func (s *life) corrected(what string, now func(string) string, by ...string) {
	s.t.Helper()
	s.correctedIn(parsed(s.t, now(season)), what, by...)
}

// correctedIn has people decide that an entry of nord is right as an edition has it.
func (s *life) correctedIn(ed *edition.Edition, what string, by ...string) {
	s.t.Helper()
	for i, who := range by {
		s.update(func(ctx context.Context, tx probes.Tx) error {
			return participation.Record(ctx, tx, ed, participation.Act{
				Kind: participation.Corrected, Company: "nord", Entry: what, Reason: "a slip of the pen", By: who,
				At: day("2027-02-10").In(time.UTC).Add(time.Duration(i) * time.Minute),
			})
		})
	}
}

// TestNarrowed: who keeps fewer hours than at the start does not win by it: what the plan
// of the start would have asked at another time counts as unanswered, in standings and
// metrics alike, unless a person decided that the start was wrong. nord answers at once,
// and keeps other hours from its fourth week to its sixth.
func TestNarrowed(t *testing.T) {
	hours := func(text string) func(string) string { return changed(nord + ", hours: \"" + text + "\"") }
	for _, tt := range []struct {
		name    string
		now     func(string) string
		missed  bool // nord is not asked in these weeks; else it is, by its hours
		back    bool // its hours are those of the start again in the sixth
		correct bool
		want    string // of nord
		zeros   int
		without string // the winner by the hours as they are; "": there is no such variant
	}{
		{"a day on which nothing is asked", hours("Sun 08:00-09:00"), true, false, false, "4: 49.97, 3 of 6", 3, "[nord]"},
		{"a minute, and asked in it", hours("Mon-Fri 09:00-09:01"), false, false, false, "4: 49.97, 3 of 6", 3, "[nord]"},
		{"and back", hours("Sun 08:00-09:00"), true, true, false, "2: 66.62, 4 of 6", 2, "[nord]"},
		{"none in which the start asked is lost", hours("Mon-Sun 00:00-23:59"), false, false, false, "1: 99.93, 6 of 6", 0, ""},
		{"entered wrongly at the start", hours("Sun 08:00-09:00"), true, false, true, "1: 99.93, 3 of 3", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			zone, sixth := s.ed.Zone(), day("2027-02-15").In(s.ed.Zone())
			s.follow(planned.Draw(parsed(t, tt.now(season))), day("2027-02-01").In(zone))
			last := tt.now
			if tt.back {
				last = replaced("x7", "x7") // the plan of the start, once more
				s.follow(planned.Draw(parsed(t, last(season))), sixth)
			}
			s.live(func(company string, slot time.Time) (time.Duration, string) {
				changed := !slot.Before(day("2027-02-01").In(zone)) && !(tt.back && !slot.Before(sixth))
				switch {
				case company == "nord" && changed && tt.missed:
					return 0, "-"
				case company == "nord":
					return time.Minute, ""
				case company == "kraft":
					return 6 * time.Hour, ""
				}
				return 12 * time.Hour, ""
			})
			if tt.correct {
				s.corrected("hours", last, "Kari", "Ola")
			}
			easy := func(text string) string {
				return replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0")(last(text))
			}
			c := s.resolved(easy)
			if got := told(c, "nord"); got != tt.want || c.Narrowed != tt.zeros || variant(c, "hours") != tt.without {
				t.Errorf("got %s, %+v, %+v, want %s and %d zeros", got, c.Changes, c.Sensitivity.Variants, tt.want, tt.zeros)
			}
			var out strings.Builder
			c.Print(&out)
			const decided = "the entry of nord's hours was wrong at the start, always, and is Sun 08:00-09:00 all along, as Kari decided on 2027-02-10 01:00: a slip of the pen\n"
			if tt.correct != strings.Contains(out.String(), decided) || tt.correct != (variant(c, "correction") == "[kraft]") {
				t.Errorf("got %s%+v", &out, c.Sensitivity.Variants)
			}
			s.monitor(s.edited(easy)).isStandings("at the end")
		})
	}
}

// TestOneClass: a company that was moved to another class is ranked in one, that of the
// start, with all that it was asked; the other names it, unranked. A person may decide
// that it was wrong at the start.
func TestOneClass(t *testing.T) {
	bank := changed(strings.Replace(nord, "power", "bank", 1))
	for _, tt := range []struct {
		name    string
		now     func(string) string
		correct bool
		want    string // classes, each with its companies, and who is ranked elsewhere
	}{
		{"moved", bank, false, "power: nord 6 of 6, fjord 6 of 6, kraft 6 of 6, vind 6 of 6; bank: (nord in power)"},
		{"and back", replaced("x7", "x7, days_off: [2027-05-18]"), false, "power: nord 6 of 6, fjord 6 of 6, kraft 6 of 6, vind 6 of 6"},
		{"entered wrongly at the start", bank, true, "power: fjord 6 of 6, kraft 6 of 6, vind 6 of 6, (nord in bank); bank: nord 6 of 6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			fourth := day("2027-02-01").In(s.ed.Zone())
			s.follow(planned.Draw(parsed(t, bank(season))), fourth)
			s.follow(planned.Draw(parsed(t, tt.now(season))), fourth.Add(14*24*time.Hour))
			s.update(func(ctx context.Context, tx probes.Tx) error {
				for _, c := range planned.Draw(s.ed).Contacts {
					p := probes.Plan{
						Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At,
						Scenario: c.Scenario, Persona: c.Persona, Within: "1d",
					}
					wait := 6 * time.Hour
					if c.Company == "nord" {
						wait = time.Minute
					}
					if c.Company == "nord" && !c.At.Before(fourth) {
						p.Class = "bank"
					}
					if err := s.contact(ctx, tx, p, c.ID, wait, ""); err != nil {
						return err
					}
				}
				return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: s.ed.To.AddDays(7).In(s.ed.Zone())})
			})
			if tt.correct {
				s.corrected("class", tt.now, "Kari", "Ola")
			}
			ed := s.edited(tt.now)
			all, err := report.Rank(t.Context(), s.l, ed, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if got := classesOf(all); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if e := slices.Concat(all[0].Elsewhere, all[min(1, len(all)-1)].Elsewhere); len(e) > 0 && e[0].Corrected != tt.correct {
				t.Errorf("got %+v", e)
			}
			ranking := report.Ranking{Ledger: s.l, Edition: ed}
			kept, err := ranking.All(t.Context())
			if err != nil || classesOf(kept) != tt.want {
				t.Errorf("kept: got %s, %v", classesOf(kept), err)
			}
			s.monitor(ed).isStandings("at the end")
			scores := map[string][]float64{}
			err = s.l.View(t.Context(), func(tx probes.Tx) error {
				return report.EachScored(t.Context(), tx, ed, func(sc report.Scored) {
					at := sc.Plan.Class + " " + sc.Plan.Company
					scores[at] = append(scores[at], float64(sc.Worth.Score))
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, class := range all {
				for _, st := range class.Standings {
					sum := 0.0
					for _, score := range scores[class.Class+" "+st.Company] {
						sum += score
					}
					if mean := sum / 6; math.Abs(mean-float64(st.Score)) > 1e-12 {
						t.Errorf("%s: contacts give %v, standings %v", st.Company, mean, st.Score)
					}
				}
			}
			if want := map[bool]string{true: "[nord]", false: ""}[tt.correct]; variant(all[0], "correction") != want {
				t.Errorf("as at the start: got %+v", all[0].Sensitivity.Variants)
			}
		})
	}
}

// classesOf writes who stands where.
func classesOf(all []report.ClassStandings) string {
	var classes []string
	for _, c := range all {
		var in []string
		for _, s := range c.Standings {
			in = append(in, fmt.Sprintf("%s %d of %d", s.Company, s.Reached, s.Valid))
		}
		for _, e := range c.Elsewhere {
			in = append(in, "("+e.Company+" in "+e.Ranked+")")
		}
		classes = append(classes, c.Class+": "+strings.Join(in, ", "))
	}
	return strings.Join(classes, "; ")
}

// TestEntriesOnPages: what was changed of a company after the start stands on its own page,
// on that of its season and in the result.
func TestEntriesOnPages(t *testing.T) {
	for _, tt := range []struct {
		name               string
		now                func(string) string
		season, own, moved string
	}{
		{
			"hours", changed(nord + ", hours: \"Sun 08:00-09:00\""),
			"The hours of the company were changed after the start: from always to Sun 08:00-09:00.", "Åpningstidene til selskapet ble endret etter starten.",
			"{nord hours always Sun 08:00-09:00 2027-01-31T23:00:00Z false}",
		},
		{
			"class", changed(strings.Replace(nord, "power", "bank", 1)),
			"The company was moved from class power to class bank after the start.", "Selskapet ble flyttet fra bransjen power til bransjen bank etter starten.",
			"{nord class power bank 2027-01-31T23:00:00Z false}",
		},
	} {
		s := begin(t)
		s.follow(planned.Draw(parsed(t, tt.now(season))), day("2027-02-01").In(s.ed.Zone()))
		s.live(func(string, time.Time) (time.Duration, string) { return time.Minute, "" })
		ed := parsed(t, tt.now(season))
		ed.Key = "00ff"
		key, err := signature.NewKey("00ff", "spring")
		if err != nil {
			t.Fatal(err)
		}
		err = s.l.View(t.Context(), func(tx probes.Tx) error {
			whole, err := report.ReadSeason(t.Context(), tx, ed, "nord")
			if err != nil {
				return err
			}
			page, err := whole.HTML()
			if err != nil {
				return err
			}
			if !strings.Contains(string(page), tt.season) || !strings.Contains(string(page), "The company is ranked in class power.") {
				t.Errorf("%s: the season's page does not say %q", tt.name, tt.season)
			}
			source := result.Source{Edition: ed, Key: key}
			var open *result.Unsettled
			if _, err := source.Freeze(t.Context(), tx); errors.As(err, &open) {
				source.Accept = open.Digest()
			}
			files, err := source.Freeze(t.Context(), tx)
			found := 0
			for _, f := range files {
				switch {
				case f.Name == "result.json":
					var sum result.Summary
					if err := json.Unmarshal(f.Content, &sum); err != nil {
						return err
					}
					if got := fmt.Sprint(sum.Moves); got != "["+tt.moved+"]" {
						t.Errorf("%s: got %s, want %s", tt.name, got, tt.moved)
					}
				case strings.Contains(f.Name, "nord") && strings.HasSuffix(f.Name, ".nb.html"):
					if found++; !strings.Contains(string(f.Content), tt.own) {
						t.Errorf("%s: the company's own page does not say %q", tt.name, tt.own)
					}
				}
			}
			if found != 1 {
				t.Errorf("%s: got %d pages of nord", tt.name, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
