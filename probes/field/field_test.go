package field_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// season has four companies, each asked once a week for six weeks.
const season = `
edition: {name: spring, from: 2027-01-11, to: 2027-02-19, seed: x7}
policy: {min_valid: {contacts: 5, share: 0.5}}
channels: {mail: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}}
personas: [{name: Kari, channel: mail, address: kari@kunder.example}]
scenarios: [{name: price, language: nb, subject: [Pris], body: Pris?}]
probes: [{name: email, channel: mail, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-12:00", within: 1d}]
companies:
  - {id: kraft, name: Kraft, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@a.example}}
  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}
  - {id: fjord, name: Fjord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@c.example}}
  - {id: vind, name: Vind, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@d.example}}
`

// A life is a season that was lived by its first plan, as far as its companies let
// it.
type life struct {
	t   *testing.T
	l   *ledger.Ledger
	ed  *edition.Edition
	now time.Time
}

// begin writes down which plan is followed.
func begin(t *testing.T) *life {
	t.Helper()
	s := empty(t, season)
	s.follow(planned.Draw(s.ed), s.ed.From.In(s.ed.Zone()))
	return s
}

// empty opens the ledger of a season in which no plan is followed yet.
func empty(t *testing.T, text string) *life {
	t.Helper()
	s := &life{t: t, ed: parsed(t, text)}
	var err error
	s.l, err = ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), ledger.Options{
		Fold: probes.Rules(s.ed.Rules).Fold, Clock: func() time.Time { return s.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.l.Close() })
	return s
}

// follow writes down that a plan was first followed at an instant.
func (s *life) follow(p planned.Plan, at time.Time) {
	s.t.Helper()
	s.update(func(ctx context.Context, tx probes.Tx) error {
		if _, err := tx.Keep(ctx, []byte(p.Canonical())); err != nil {
			return err
		}
		return probes.Follow(ctx, tx, channels.Checkpoint{Source: p.Digest(), Until: at})
	})
}

// parsed reads a configuration.
func parsed(t *testing.T, text string) *edition.Edition {
	t.Helper()
	cfg, err := config.Parse("svartid.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Probing()
}

func (s *life) update(do func(context.Context, probes.Tx) error) {
	s.t.Helper()
	if err := s.l.Update(s.t.Context(), func(tx probes.Tx) error { return do(s.t.Context(), tx) }); err != nil {
		s.t.Fatal(err)
	}
}

// live lets what the edition's plan has happen: asked answers after so long, or
// says why the opener was not sent.
func (s *life) live(asked func(company string, slot time.Time) (wait time.Duration, dropped string)) {
	s.t.Helper()
	s.update(func(ctx context.Context, tx probes.Tx) error {
		for _, c := range planned.Draw(parsed(s.t, season)).Contacts {
			wait, dropped := asked(c.Company, c.At)
			if dropped == "-" {
				continue
			}
			if err := s.contact(ctx, tx, probes.Plan{
				Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At,
				Scenario: c.Scenario, Persona: c.Persona, Within: "1d",
			}, c.ID, wait, dropped); err != nil {
				return err
			}
		}
		end := s.ed.To.In(s.ed.Zone()).Add(7 * 24 * time.Hour)
		return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: end})
	})
}

// contact writes the events of one.
func (s *life) contact(ctx context.Context, tx probes.Tx, p probes.Plan, id string, wait time.Duration, dropped string) error {
	until := p.Slot.Add(25 * time.Hour)
	events := []probes.Event{probes.NewEvent(probes.Planned, 1, p.Slot, p)}
	if dropped == "closed" {
		events = append(events, probes.NewEvent(probes.Refused, 1, p.Slot, probes.Failure{Reason: "503", Fault: fault.Theirs}))
	} else if dropped != "" {
		events = append(events, probes.NewEvent(probes.Dropped, 1, p.Slot, probes.Failure{Reason: dropped, Fault: fault.Ours}))
	} else {
		events = append(events, probes.NewEvent(probes.Intended, 1, p.Slot, probes.Intent{Token: id}),
			probes.NewEvent(probes.Sent, 1, p.Slot, probes.Sending{Response: "250 ok"}))
		if wait > 0 {
			at := channels.Times{Arrived: p.Slot.Add(wait)}
			events = append(events, probes.NewEvent(probes.Heard, 1, p.Slot.Add(wait), probes.Classification{
				Arrival: id, Kind: reading.Answer, Times: at, Centre: "own",
			}))
		}
		events = append(events, probes.NewEvent(probes.Covered, 1, until, probes.Coverage{Until: until}))
	}
	s.now = until
	_, err := tx.Append(ctx, id, events...)
	return err
}

// standings returns those of a season whose configuration became another.
func (s *life) standings(change func(string) string) report.ClassStandings {
	s.t.Helper()
	all, err := report.Rank(s.t.Context(), s.l, parsed(s.t, change(season)), time.Time{})
	if err != nil || len(all) != 1 {
		s.t.Fatalf("got %d classes, %v", len(all), err)
	}
	return all[0]
}

// replaced returns a change of the configuration.
func replaced(old, fresh string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, fresh, 1) }
}

// told is a company's line of the standings.
func told(c report.ClassStandings, company string) string {
	for _, s := range c.Standings {
		if s.Company == company {
			return fmt.Sprintf("%d: %v, %d of %d", s.Rank, s.Points, s.Reached, s.Valid)
		}
	}
	return "nowhere"
}

// lived is a season in which kraft answers at once and the others later, and in
// which nord is not asked from its fourth week on.
func lived(t *testing.T, why string) *life {
	t.Helper()
	s := begin(t)
	fourth := s.ed.From.AddDays(21).In(s.ed.Zone())
	s.live(func(company string, slot time.Time) (time.Duration, string) {
		switch {
		case company == "nord" && !slot.Before(fourth):
			return 0, why
		case company == "nord":
			return time.Minute, ""
		case company == "kraft":
			return 6 * time.Hour, ""
		}
		return 12 * time.Hour, ""
	})
	return s
}

// TestLeavers: who leaves in mid-season stays in the field, with zeros for what it
// would have been asked, however it leaves; and the winner without that is told.
func TestLeavers(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	paused := func(from, to string) func(string) string {
		return replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: "+from+", to: "+to+", reason: x}]")
	}
	for _, tt := range []struct {
		name, why string
		change    func(string) string
		want      string // of nord
		left      int
		without   string // who would win if it were not counted
	}{
		{"taken out of the configuration", "-", replaced(gone, ""), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"taken out while a round was on", "no longer in the configuration", replaced(gone, ""), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"withdrawn", "no consent", replaced("reach: {mail: a@b.example}", "withdrawn: 2027-02-01, reach: {mail: a@b.example}"), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"paused to the end", "-", paused("2027-02-01", "2027-02-19"), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"paused to the day before the last", "-", paused("2027-02-01", "2027-02-18"), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"reached over another channel alone", "-", func(text string) string {
			text = replaced("channels: {mail:", "channels: {post: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: c, password: d}}, mail:")(text)
			return replaced("reach: {mail: a@b.example}", "reach: {post: a@b.example}")(text)
		}, "4: 49.97, 3 of 6", 1, "[nord]"},
		{"paused over its only channel", "-", replaced("reach: {mail: a@b.example}",
			"reach: {mail: a@b.example}, pauses: [{from: 2027-02-01, to: 2027-02-19, channel: mail, reason: x}]"), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"paused in two pieces", "-", replaced("reach: {mail: a@b.example}",
			"reach: {mail: a@b.example}, pauses: [{from: 2027-02-01, to: 2027-02-12, reason: x}, {from: 2027-02-13, to: 2027-02-19, reason: x}]"), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"consents after all that was planned", "-", replaced("nord, name: Nord, class: power, language: nb, consent: 2026-01-01",
			"nord, name: Nord, class: power, language: nb, consent: 2027-02-19"), "4: 49.97, 3 of 6", 1, "[nord]"},
		{"paused in its middle of the season, not to the end", "-", paused("2027-02-01", "2027-02-12"), "", 0, ""},
		{"missed by our own fault", "svartid was not running in its slot", replaced("x7", "x7"), "", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := lived(t, tt.why)
			c := s.standings(func(text string) string {
				return replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0")(tt.change(text))
			})
			if got := told(c, "nord"); tt.want != "" && got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if len(c.Left) != tt.left || (c.Unasked == 3) != (tt.left > 0) {
				t.Errorf("got %+v, want %d leavers", c.Changes, tt.left)
			}
			if got := variant(c, "left"); got != tt.without {
				t.Errorf("without its zeros: got %s, want %s", got, tt.without)
			}
			strict := s.standings(tt.change)
			if got, ranked := told(strict, "nord"), tt.left > 0; strings.HasPrefix(got, "0:") == ranked {
				t.Errorf("with 5 valid contacts asked: got %s", got)
			}
		})
	}
}

// variant returns who wins of a variant that is there; empty: it is not.
func variant(c report.ClassStandings, what string) string {
	for _, v := range c.Sensitivity.Variants {
		if v.What == what {
			return fmt.Sprint(v.Winners)
		}
	}
	return ""
}

// TestPausesAndDaysOff: what was entered after the start is told, with the winner
// there would be without it; what the first plan had is not.
func TestPausesAndDaysOff(t *testing.T) {
	s := lived(t, "-")
	easy := replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0")
	pause := replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: 2027-02-01, to: 2027-02-12, reason: x}]")
	c := s.standings(func(text string) string { return easy(pause(text)) })
	if told(c, "nord") != "1: 99.93, 3 of 3" || c.Paused < 2 || len(c.Pauses) != 1 || variant(c, "pauses") != "[kraft]" || len(c.Left) != 0 {
		t.Errorf("got %s, %+v, %s", told(c, "nord"), c.Changes, variant(c, "pauses"))
	}
	var out strings.Builder
	c.Print(&out)
	for _, want := range []string{
		"nord was paused from 2027-02-01 to 2027-02-12, entered after the start\n", "  pauses      unanswered                                  kraft        another winner",
		"  pause       nord, 2027-02-01 to 2027-02-12: unanswered  kraft        another winner",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant %q", &out, want)
		}
	}
	off := s.standings(func(text string) string { return easy(replaced("seed: x7", "seed: x7, days_off: [2027-01-20]")(text)) })
	if fmt.Sprint(off.DaysOff) != "[2027-01-20]" || variant(off, "days off") != "[nord]" {
		t.Errorf("got %+v, %s", off.Changes, variant(off, "days off"))
	}
	same := s.standings(easy)
	if len(same.Pauses)+len(same.DaysOff)+len(same.Left)+same.Paused != 0 || variant(same, "pauses")+variant(same, "days off")+variant(same, "left") != "" {
		t.Errorf("got %+v", same.Changes)
	}
}

// TestStart: who was in a draft of the plan and left before the first day was never
// in the field; what changed after that day began does not change it.
func TestStart(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	for _, tt := range []struct {
		name  string
		after time.Duration // of the start of the first day, when the plan without nord was first followed
		left  int
	}{
		{"a day before", -24 * time.Hour, 0},
		{"as it begins", 0, 0},
		{"a day after", 24 * time.Hour, 1},
	} {
		s := &life{t: t, ed: parsed(t, season)}
		var err error
		s.l, err = ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), ledger.Options{Fold: probes.Rules(s.ed.Rules).Fold})
		if err != nil {
			t.Fatal(err)
		}
		start := s.ed.From.In(s.ed.Zone())
		s.follow(planned.Draw(s.ed), start.Add(-72*time.Hour))
		s.follow(planned.Draw(parsed(t, replaced(gone, "")(season))), start.Add(tt.after))
		err = s.l.View(t.Context(), func(tx probes.Tx) error {
			roll, err := field.Open(t.Context(), tx, parsed(t, replaced(gone, "")(season)))
			if got := len(roll.Leavers()); got != tt.left {
				t.Errorf("%s: got %d leavers, want %d", tt.name, got, tt.left)
			}
			return err
		})
		if err := errors.Join(err, s.l.Close()); err != nil {
			t.Error(err)
		}
	}
}

// TestClosedDoors: whose own door is closed has valid contacts that score nothing,
// so that it does not fall below what a place takes.
func TestClosedDoors(t *testing.T) {
	s := begin(t)
	fourth := s.ed.From.AddDays(21).In(s.ed.Zone())
	s.live(func(company string, slot time.Time) (time.Duration, string) {
		if company == "nord" && !slot.Before(fourth) {
			return 0, "closed"
		}
		return time.Minute, ""
	})
	if got := told(s.standings(replaced("x7", "x7")), "nord"); got != "4: 49.97, 3 of 6" {
		t.Errorf("got %s", got)
	}
}
