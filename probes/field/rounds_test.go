package field_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// often is the season as a plan that holds no rounds: its probe ticks every hour.
func often(text string) string {
	return replaced(`cron: "0 9 * * 1", spread: 5 working days`, `cron: "@every 1h"`)(text)
}

// TestLeaversOfRounds: of a probe that ticks too often for a plan to hold its rounds, a
// company that has left counts as unanswered in each round in which another of its class
// was asked from then on; in those before, and in those in which no other was asked, it
// counts as it was.
func TestLeaversOfRounds(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	for _, tt := range []struct {
		name   string
		change func(string) string
		want   string // of nord, which was asked on four days of twelve
		way    field.Way
		paused int
	}{
		{"as it was", replaced("x7", "x7"), "1: 99.93, 4 of 4", "", 0},
		{"taken out", replaced(gone, ""), "4: 33.31, 4 of 12", field.TakenOut, 0},
		{"withdrawn", replaced("reach: {mail: a@b.example}", "withdrawn: 2027-01-15, reach: {mail: a@b.example}"), "4: 33.31, 4 of 12", field.Withdrawn, 0},
		{
			"paused to the end", replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: 2027-01-15, to: 2027-02-19, reason: x}]"),
			"4: 33.31, 4 of 12", field.Paused, 0,
		},
		{
			"paused for a while", replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: 2027-01-15, to: 2027-01-20, reason: x}]"),
			"1: 99.93, 4 of 4", "", 6,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := empty(t, often(season))
			s.follow(planned.Draw(s.ed), s.ed.From.In(s.ed.Zone()))
			ed := parsed(t, often(replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0")(tt.change(season))))
			m := s.monitor(ed)
			for _, days := range [][2]int{{0, 6}, {6, 7}, {7, 13}} {
				s.update(func(ctx context.Context, tx probes.Tx) error { return s.rounds(ctx, tx, days) })
				m.isStandings(fmt.Sprint("after ", days))
			}
			all, err := report.Rank(t.Context(), s.l, ed, time.Time{})
			if err != nil || len(all) != 1 {
				t.Fatalf("got %d classes, %v", len(all), err)
			}
			if got := told(all[0], "nord"); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			switch left := all[0].Left; {
			case (len(left) > 0) != (tt.way != ""), len(left) > 0 && left[0].Way != tt.way, all[0].Paused != tt.paused:
				t.Errorf("got %+v", all[0].Changes)
			}
		})
	}
}

// rounds writes some of twelve days on each of which a round was held at nine: its
// companies are asked but for nord, which is asked on the first four; on the next day
// nothing leaves.
func (s *life) rounds(ctx context.Context, tx probes.Tx, days [2]int) error {
	start := s.ed.From.In(s.ed.Zone())
	for day := days[0]; day < days[1]; day++ {
		round := start.AddDate(0, 0, day).Add(9 * time.Hour)
		for _, co := range s.ed.Companies {
			if co.ID == "nord" && day >= 4 {
				continue
			}
			wait, dropped := 12*time.Hour, ""
			if co.ID == "nord" {
				wait = time.Minute
			}
			if day == 12 {
				dropped = "svartid was not running in its slot"
			}
			c := plan.Contact{Probe: "email", Round: round.UTC(), Company: co.ID}
			p := probes.Plan{
				Edition: "spring", Company: co.ID, Class: co.Class, Channel: "mail", Probe: "email", Round: round, Slot: round.Add(time.Minute),
				Scenario: "price", Persona: "Kari", Within: "1d",
			}
			if err := s.contact(ctx, tx, p, plan.ID("spring", c), wait, dropped); err != nil {
				return err
			}
		}
	}
	return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: start.AddDate(0, 0, days[1]+2)})
}
