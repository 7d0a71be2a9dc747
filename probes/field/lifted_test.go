package field_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// decided records what a person decides.
func (s *life) decided(acts ...participation.Act) {
	s.t.Helper()
	for _, a := range acts {
		a.Reason, a.By = "asked", "Kari"
		s.update(func(ctx context.Context, tx probes.Tx) error { return participation.Record(ctx, tx, s.ed, a) })
	}
}

// TestLifted: a pause that was in force and was taken back leaves its trace, with the
// winner there would be otherwise. One that was to go on to the end leaves the zeros of
// what was missed as long as it was in force. nord answers at once and misses its fourth
// week and its fifth.
func TestLifted(t *testing.T) {
	from, end := day("2027-02-01"), day("2027-02-19")
	fourth := from.In(time.UTC)
	pause := func(to calendar.Date) participation.Act {
		return participation.Act{Kind: participation.Paused, Company: "nord", To: to, At: fourth.Add(time.Hour)}
	}
	resume := participation.Act{Kind: participation.Resumed, Company: "nord", At: fourth.AddDate(0, 0, 14)}
	atOnce := participation.Act{Kind: participation.Resumed, Company: "nord", At: fourth.Add(2 * time.Hour)}
	const of = "reach: {mail: a@b.example}"
	file := func(pause string) func(string) string {
		return replaced(of, of+", pauses: [{"+pause+", reason: x}]")
	}
	for _, tt := range []struct {
		name   string
		acts   []participation.Act
		plan   func(string) string // followed from the fourth week to the sixth; nil: none
		want   string              // of nord
		zeros  int
		told   string
		winner string // if what was missed in the pause counted otherwise
	}{
		{
			"to the end, resumed",
			[]participation.Act{pause(end), resume},
			nil, "2: 66.62, 4 of 6", 2,
			"nord was paused from 2027-02-01 to 2027-02-19, entered after the start; it was in force until 2027-02-15 01:00, when Kari had it end", "[nord]",
		},
		{
			"to a day, resumed",
			[]participation.Act{pause(day("2027-02-14")), {Kind: participation.Resumed, Company: "nord", At: fourth.AddDate(0, 0, 12)}},
			nil, "1: 99.93, 4 of 4", 0,
			"nord was paused from 2027-02-01 to 2027-02-14, entered after the start; it was in force until 2027-02-13 01:00, when Kari had it end", "[kraft]",
		},
		{"resumed at once", []participation.Act{pause(end), atOnce}, nil, "1: 99.93, 4 of 4", 0, "it was in force until 2027-02-01 03:00, when Kari had it end", "[nord]"},
		{
			"withdrawn, and consented again",
			[]participation.Act{{Kind: participation.Withdrawn, Company: "nord", At: fourth.Add(time.Hour)}, {Kind: participation.Consented, Company: "nord", At: fourth.AddDate(0, 0, 14)}},
			nil, "2: 66.62, 4 of 6", 2, "it was in force until 2027-02-15 01:00, when Kari had it end", "[nord]",
		},
		{
			"to the end in the file, and edited away", nil, file("from: 2027-02-01, to: 2027-02-19"), "2: 66.62, 4 of 6", 2,
			"nord was paused from 2027-02-01 to 2027-02-19, entered after the start; it was in force until 2027-02-15 00:00", "[nord]",
		},
		{
			"for a while in the file, and edited away", nil, file("from: 2027-02-01, to: 2027-02-12"), "1: 99.93, 4 of 4", 0,
			"nord was paused from 2027-02-01 to 2027-02-12, entered after the start; it was in force until 2027-02-15 00:00", "[kraft]",
		},
		{
			"consent moved to a later day, and put back", nil, replaced("nord, name: Nord, class: power, language: nb, consent: 2026-01-01",
				"nord, name: Nord, class: power, language: nb, consent: 2027-02-15"), "1: 99.93, 4 of 4", 0,
			"nord was paused from 2027-01-11 to 2027-02-14, entered after the start; it was in force until 2027-02-15 00:00", "[kraft]",
		},
		{"taken back before its first day", nil, file("from: 2027-02-18, to: 2027-02-19"), "1: 99.93, 4 of 4", 0, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			if zone := s.ed.Zone(); tt.plan != nil {
				s.follow(planned.Draw(parsed(t, tt.plan(season))), from.In(zone))
				s.follow(planned.Draw(s.ed), day("2027-02-15").In(zone)) // the plan of the start, once more
			}
			s.live(func(company string, slot time.Time) (time.Duration, string) {
				switch week := int(slot.Sub(s.ed.From.In(s.ed.Zone())).Hours()) / 24 / 7; {
				case company == "nord" && (week == 3 || week == 4):
					return 0, "-"
				case company == "nord":
					return time.Minute, ""
				case company == "kraft":
					return 6 * time.Hour, ""
				}
				return 12 * time.Hour, ""
			})
			s.decided(tt.acts...)
			easy := replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0")
			c := s.resolved(easy)
			if got := told(c, "nord"); got != tt.want || c.Unasked != tt.zeros || len(c.Left) > 0 {
				t.Errorf("got %s, %+v, want %s and %d zeros", got, c.Changes, tt.want, tt.zeros)
			}
			var out strings.Builder
			c.Print(&out)
			if lifted := len(c.Pauses) == 1 && c.Pauses[0].Lifted; lifted != (tt.told != "") || !strings.Contains(out.String(), tt.told+"\n") {
				t.Errorf("got %+v\n%s\nwant %q", c.Pauses, &out, tt.told)
			}
			if got := variant(c, "pause"); got != tt.winner {
				t.Errorf("otherwise: got %s, want %s", got, tt.winner)
			}
			s.monitor(s.edited(easy)).isStandings("at the end")
			want := c.Paused > 0
			strict := s.resolved(replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0.7"))
			if got := told(strict, "nord"); strings.HasPrefix(got, "0:") != want {
				t.Errorf("with 70 %% of what was planned: got %s, of which %d were paused", got, c.Paused)
			}
		})
	}
}

// day reads a day.
func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// edited is the season's edition under another configuration, as decisions leave it.
func (s *life) edited(change func(string) string) *edition.Edition {
	s.t.Helper()
	ed := parsed(s.t, change(season))
	err := s.l.View(s.t.Context(), func(tx probes.Tx) (err error) {
		ed, err = participation.Of(s.t.Context(), tx, ed)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ed
}

// resolved returns the standings of that.
func (s *life) resolved(change func(string) string) report.ClassStandings {
	s.t.Helper()
	all, err := report.Rank(s.t.Context(), s.l, s.edited(change), time.Time{})
	if err != nil || len(all) != 1 {
		s.t.Fatalf("got %d classes, %v", len(all), err)
	}
	return all[0]
}

// phoned is the season with a telephone, over which companies are asked once a week too.
func phoned(text string) string {
	text = strings.ReplaceAll(text, ".example}}\n", `.example, phone: "+47 22 33 44 55"}}`+"\n")
	text = replaced("personas: [", "personas: [{name: Ola, channel: phone}, ")(text)
	text = replaced("channels: {", "channels: {phone: {type: prompt, how: phone}, ")(text)
	return replaced("within: 1d}]", `within: 1d}, {name: call, channel: phone, cron: "0 9 * * 1", spread: 5 working days, hours: "12:00-15:00", within: 1d}]`)(text)
}

// TestLeaversOverPhone: nothing listens to a telephone, and who has left counts as
// unanswered over it as soon as others were asked, as over any other channel.
func TestLeaversOverPhone(t *testing.T) {
	const of = `reach: {mail: a@b.example, phone: "+47 22 33 44 55"}`
	for _, tt := range []struct {
		name, pause, why string
		weeks, zeros     int
	}{
		{"paused to the end", "from: 2027-02-01, to: 2027-02-19", "-", 6, 6},
		{"paused to the end, over the telephone", "from: 2027-02-01, to: 2027-02-19, channel: phone", "-", 6, 3},
		{"while prompts were open", "from: 2027-02-01, to: 2027-02-19", "paused: x", 6, 6},
		{"a week later", "from: 2027-02-01, to: 2027-02-19, channel: phone", "-", 4, 1},
		{"before it", "from: 2027-02-01, to: 2027-02-19, channel: phone", "-", 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := empty(t, phoned(season))
			plan := planned.Draw(s.ed)
			s.follow(plan, s.ed.From.In(s.ed.Zone()))
			until := s.ed.From.AddDays(7 * tt.weeks).In(s.ed.Zone())
			ed := parsed(t, replaced(of, of+", pauses: [{"+tt.pause+", reason: x}]")(phoned(season)))
			m := s.monitor(ed)
			m.scores()
			s.update(func(ctx context.Context, tx probes.Tx) error {
				for _, c := range plan.Contacts {
					dropped := ""
					if paused(ed, c.Company, c.Channel, c.At) {
						dropped = tt.why
					}
					if dropped == "-" || !c.At.Before(until) {
						continue
					}
					p := probes.Plan{
						Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At,
						Scenario: c.Scenario, Persona: c.Persona, Within: "1d",
					}
					if err := s.contact(ctx, tx, p, c.ID, time.Minute, dropped); err != nil {
						return err
					}
				}
				return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: until})
			})
			all, err := report.Rank(t.Context(), s.l, ed, time.Time{})
			if err != nil || len(all) != 1 {
				t.Fatalf("got %d classes, %v", len(all), err)
			}
			if all[0].Unasked != tt.zeros {
				t.Errorf("got %d zeros, want %d: %+v", all[0].Unasked, tt.zeros, all[0].Changes)
			}
			m.isStandings(fmt.Sprint("after week ", tt.weeks))
		})
	}
}

// paused reports whether a company is paused on a channel at an instant.
func paused(ed *edition.Edition, company, channel string, at time.Time) bool {
	co, _ := ed.Company(company)
	_, is := co.Paused(ed.Day(at), channel)
	return is
}

// TestPutOff: an opener that was put off into the pause that is the leaving, and was kept
// back by it, counts as unanswered too; one that an earlier pause kept back does not.
func TestPutOff(t *testing.T) {
	for _, tt := range []struct {
		by    time.Duration
		zeros int
	}{{24 * time.Hour, 2}, {7 * 24 * time.Hour, 3}} {
		s := begin(t)
		fifth := s.ed.From.AddDays(28)
		s.update(func(ctx context.Context, tx probes.Tx) error {
			for _, c := range planned.Draw(s.ed).Contacts {
				p := probes.Plan{
					Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At,
					Scenario: c.Scenario, Persona: c.Persona, Within: "1d",
				}
				dropped := ""
				if week := int(c.At.Sub(s.ed.From.In(s.ed.Zone())).Hours()) / 24 / 7; c.Company == "nord" && week > 3 {
					continue
				} else if c.Company == "nord" && week == 3 {
					p.Slot, dropped = c.At.Add(tt.by), "paused: x"
				}
				if err := s.contact(ctx, tx, p, c.ID, time.Minute, dropped); err != nil {
					return err
				}
			}
			return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: s.ed.To.AddDays(7).In(s.ed.Zone())})
		})
		c := s.standings(replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: "+fifth.AddDays(-1).String()+", to: 2027-02-19, reason: x}]"))
		if c.Unasked != tt.zeros {
			t.Errorf("put off by %s: got %+v, want %d zeros", tt.by, c.Changes, tt.zeros)
		}
	}
}

// TestMoves: what was changed of a company after the start is told, and that one was
// entered then; what is as it was at the start is not.
func TestMoves(t *testing.T) {
	const nord = "nord, name: Nord, class: power, language: nb, consent: 2026-01-01"
	for _, tt := range []struct {
		name         string
		second, last func(string) string // the plan that is followed from the second week on; the file now
		want         []string
	}{
		{"nothing", replaced("x7", "x7"), replaced("x7", "x7"), nil},
		{
			"a class, and back", replaced(nord, strings.Replace(nord, "power", "bank", 1)), replaced("x7", "x7"),
			[]string{"the class of nord changed after the start, on 2027-01-18 00:00: from power to bank", "the class of nord changed after the start: from bank to power"},
		},
		{
			"hours", replaced(nord, nord+", hours: \"Sun 08:00-09:00\""), replaced(nord, nord+", hours: \"Sun 08:00-09:00\""),
			[]string{"the hours of nord changed after the start, on 2027-01-18 00:00: from always to Sun 08:00-09:00"},
		},
		{
			"a consent, not followed yet", replaced("x7", "x7"), replaced(nord, strings.Replace(nord, "2026-01-01", "2027-02-15", 1)),
			[]string{"the consent of nord changed after the start: from 2026-01-01 to 2027-02-15"},
		},
		{"an id", replaced("id: nord", "id: south"), replaced("id: nord", "id: south"), []string{"south was entered after the start, on 2027-01-18 00:00"}},
	} {
		s := begin(t)
		s.follow(planned.Draw(parsed(t, replaced("x7", "x7, days_off: [2027-05-17]")(tt.second(season)))), s.ed.From.AddDays(7).In(s.ed.Zone()))
		s.live(func(string, time.Time) (time.Duration, string) { return time.Minute, "" })
		all, err := report.Rank(t.Context(), s.l, parsed(t, tt.last(season)), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		all[0].Print(&out)
		var got []string
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, " after the start") && !strings.Contains(line, "paused") {
				got = append(got, strings.TrimSuffix(line, "\n"))
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestLonePause: a pause to the end that one person alone has entered and taken back, and
// without whose zeros another would win, is told; where two people stand for it, it is not.
func TestLonePause(t *testing.T) {
	for _, tt := range []struct {
		name string
		by   [2]string // who pauses, and who has it end
		also string    // who pauses once more; empty: no one
		want int
	}{
		{"one person", [2]string{"Kari Nordby", "Kari Nordby"}, "", 1},
		{"one person by two names", [2]string{"Kari Nordby", "K. Nordby"}, "", 1},
		{"another has it end", [2]string{"Kari Nordby", "Ola Vik"}, "", 0},
		{"another has said the same", [2]string{"Kari Nordby", "Kari Nordby"}, "Ola Vik", 0},
	} {
		s := begin(t)
		at := day("2027-02-01").In(s.ed.Zone()).Add(time.Hour)
		s.live(func(company string, slot time.Time) (time.Duration, string) {
			switch {
			case company == "nord" && !slot.Before(at) && slot.Before(at.AddDate(0, 0, 13)):
				return 0, "-"
			case company == "nord":
				return time.Minute, ""
			}
			return 6 * time.Hour, ""
		})
		pause := participation.Act{Kind: participation.Paused, Company: "nord", To: s.ed.To, Reason: "x"}
		acts := []participation.Act{}
		for i, who := range []string{tt.by[0], tt.also} {
			if pause.By, pause.At = who, at.Add(time.Duration(i)*time.Minute); who != "" {
				acts = append(acts, pause)
			}
		}
		acts = append(acts, participation.Act{Kind: participation.Resumed, Company: "nord", Reason: "x", By: tt.by[1], At: at.AddDate(0, 0, 14)})
		s.update(func(ctx context.Context, tx probes.Tx) error {
			for _, a := range acts {
				if err := participation.Record(ctx, tx, s.ed, a); err != nil {
					return err
				}
			}
			return nil
		})
		c := s.resolved(replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0"))
		if len(c.LonePauses) != tt.want || c.Unasked == 0 {
			t.Errorf("%s: got %q, %+v", tt.name, c.LonePauses, c.Changes)
		}
	}
}
