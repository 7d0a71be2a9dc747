package field_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/participant"
	"github.com/svartid/svartid/probes/report/planned"
)

// A monitor is who scrapes a season's metrics all along.
type monitor struct {
	t        *testing.T
	l        probes.Ledger
	ed       *edition.Edition
	registry *prometheus.Registry
}

func (s *life) monitor(ed *edition.Edition) *monitor {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&metrics.Collector{Ledger: s.l, Edition: ed})
	return &monitor{s.t, s.l, ed, registry}
}

// scores returns svartid_score_ratio by company: the mean of its channels.
func (m *monitor) scores() map[string]float64 {
	m.t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		m.t.Fatal(err)
	}
	scores, channels := map[string]float64{}, map[string]float64{}
	for _, family := range families {
		if family.GetName() != "svartid_score_ratio" {
			continue
		}
		for _, series := range family.GetMetric() {
			for _, label := range series.GetLabel() {
				if label.GetName() == "company" && !math.IsNaN(series.GetGauge().GetValue()) {
					scores[label.GetValue()] += series.GetGauge().GetValue()
					channels[label.GetValue()]++
				}
			}
		}
	}
	for company := range scores {
		scores[company] /= channels[company]
	}
	return scores
}

// isStandings compares them with what the standings say.
func (m *monitor) isStandings(when string) {
	m.t.Helper()
	all, err := report.Rank(m.t.Context(), m.l, m.ed, time.Time{})
	if err != nil {
		m.t.Fatal(err)
	}
	got, n := m.scores(), 0
	for _, class := range all {
		for _, s := range class.Standings {
			n++
			score, shown := got[s.Company]
			if want := float64(s.Score); !shown || math.Abs(score-want) > 1e-12 {
				m.t.Errorf("%s: %s: got %v (shown: %v), want %v as in the standings", when, s.Company, score, shown, want)
			}
		}
	}
	if n != 4 {
		m.t.Errorf("%s: got %d companies in the standings, want 4", when, n)
	}
}

// TestScoresOfLeavers: the score that is monitored holds the zeros of a company
// that has left, as the standings do, however it left, and each of them as soon as it
// is due.
func TestScoresOfLeavers(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	for _, tt := range []struct {
		name, why string
		change    func(string) string
		want      float64
	}{
		{"still there, and silent", "", replaced("x7", "x7"), 0.4997},
		{"taken out of the configuration", "-", replaced(gone, ""), 0.4997},
		{"taken out while a round was on", "no longer in the configuration", replaced(gone, ""), 0.4997},
		{"paused to the end", "-", replaced("reach: {mail: a@b.example}", "reach: {mail: a@b.example}, pauses: [{from: 2027-02-01, to: 2027-02-19, reason: x}]"), 0.4997},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := lived(t, tt.why)
			m := s.monitor(parsed(t, tt.change(season)))
			m.isStandings("at the end")
			if got := m.scores()["nord"]; math.Abs(got-tt.want) > 0.001 {
				t.Errorf("got %v, want about %v", got, tt.want)
			}
		})
	}
}

// TestScoresOfLeaversFollow: nothing else changes the ledger than that time passes.
func TestScoresOfLeaversFollow(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	s := begin(t)
	m := s.monitor(parsed(t, replaced(gone, "")(season)))
	if _, shown := m.scores()["nord"]; shown {
		t.Error("who has left before being asked is shown before a question was due")
	}
	start := s.ed.From.In(s.ed.Zone())
	for week := 1; week <= 2; week++ {
		s.update(func(ctx context.Context, tx probes.Tx) error {
			return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: start.AddDate(0, 0, 7*week)})
		})
		if score, shown := m.scores()["nord"]; !shown || score != 0 {
			t.Errorf("week %d: got %v (shown: %v), want 0", week, score, shown)
		}
	}
}

// TestPagesOfLeavers: a company that was taken out of the configuration has a page,
// with the questions that it would have been asked.
func TestPagesOfLeavers(t *testing.T) {
	const gone = "  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}\n"
	s := lived(t, "-")
	ed := parsed(t, replaced("contacts: 5, share: 0.5", "contacts: 1, share: 0")(replaced(gone, "")(season)))
	var all []participant.Facts
	err := s.l.View(t.Context(), func(tx probes.Tx) (err error) {
		all, err = participant.All(t.Context(), tx, ed)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range all {
		ids = append(ids, f.Company.ID)
		if f.Company.ID == "nord" && (!f.Left || len(f.Departures) != 1 || f.Departures[0].Way != "taken out" || f.Company.Class != "power" || f.Company.Name != "nord" || len(f.Contacts) != 6 || f.Standing.Rank != 4) {
			t.Errorf("got %+v", f)
		}
	}
	if got := fmt.Sprint(ids); got != "[fjord kraft nord vind]" {
		t.Errorf("got pages of %s", got)
	}
}

// TestJoinersLeave: a company whose consent came after the start is in the field from the
// plan on that has it, and counts as unanswered in what that plan would have asked it once
// it has left; without a consent it was never in it.
func TestJoinersLeave(t *testing.T) {
	const nord = "nord, name: Nord, class: power, language: nb, consent: 2026-01-01"
	unasked := replaced(nord, "nord, name: Nord, class: power, language: nb")
	left := replaced(nord, "nord, name: Nord, class: power, language: nb, withdrawn: 2027-02-08, consent: 2026-01-01")
	for _, tt := range []struct {
		name    string
		joined  bool
		left    int
		unasked int
	}{
		{"joined after two weeks", true, 1, 2},
		{"never consented", false, 0, 0},
	} {
		s := empty(t, season)
		start := s.ed.From.In(s.ed.Zone())
		s.follow(planned.Draw(parsed(t, unasked(season))), start)
		if tt.joined {
			s.follow(planned.Draw(s.ed), start.AddDate(0, 0, 14))
		}
		s.live(func(company string, slot time.Time) (time.Duration, string) {
			if away := slot.Before(start.AddDate(0, 0, 14)) || !slot.Before(start.AddDate(0, 0, 28)) || !tt.joined; company == "nord" && away {
				return 0, "-"
			}
			return time.Minute, ""
		})
		c := s.standings(left)
		if len(c.Left) != tt.left || c.Unasked != tt.unasked {
			t.Errorf("%s: got %+v, want %d leavers and %d unasked", tt.name, c.Changes, tt.left, tt.unasked)
		}
	}
}
