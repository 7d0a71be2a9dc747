package result_test

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
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report/planned"
	"github.com/svartid/svartid/probes/result"
)

// season asks two companies once a week for four weeks.
const season = `
edition: {name: spring, from: 2027-01-11, to: 2027-02-05, seed: x7}
channels: {mail: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}}
personas: [{name: Kari, channel: mail, address: kari@kunder.example}]
scenarios: [{name: price, language: nb, subject: [Pris], body: Pris?}]
probes: [{name: email, channel: mail, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-12:00", within: 1d}]
companies:
  - {id: kraft, name: Kraft, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@a.example}}
  - {id: nord, name: Nord, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example}}
`

func parsed(t *testing.T, text string) *edition.Edition {
	t.Helper()
	cfg, err := config.Parse("svartid.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Probing()
}

// TestAhead: what is planned and has not begun is still to come, and so is the last day
// until something has been heard after it; what the rules keep from being asked is not.
func TestAhead(t *testing.T) {
	const often = `cron: "@every 1h"`
	for _, tt := range []struct {
		name    string
		begun   int    // weeks whose contacts the ledger has
		heard   string // until when; empty: nothing was
		change  [2]string
		ticked  string // of the last round that has begun
		planned int
		lastDay string
	}{
		{name: "at the start", planned: 8, lastDay: "2027-02-05"},
		{name: "before the last round", begun: 3, heard: "2027-02-01T00:00:00Z", planned: 2, lastDay: "2027-02-05"},
		{name: "on the last day", begun: 4, heard: "2027-02-05T16:00:00Z", lastDay: "2027-02-05"},
		{name: "over", begun: 4, heard: "2027-02-06T00:00:00Z"},
		{name: "over, with a round that was never held", begun: 3, heard: "2027-02-06T00:00:00Z", planned: 2},
		{name: "over, with one that came into the plan after its round", begun: 3, heard: "2027-02-06T00:00:00Z", ticked: "2027-02-01T08:00:00Z"},
		{name: "over, with an earlier round begun", begun: 3, heard: "2027-02-06T00:00:00Z", ticked: "2027-01-25T08:00:00Z", planned: 2},
		{name: "one has withdrawn", begun: 3, heard: "2027-02-06T00:00:00Z", change: [2]string{"nord, name: Nord,", "nord, name: Nord, withdrawn: 2027-02-01,"}, planned: 1},
		{name: "one is paused to the end", begun: 3, heard: "2027-02-06T00:00:00Z", change: [2]string{
			"language: nb, consent: 2026-01-01, reach: {mail: a@b.example}",
			"language: nb, consent: 2026-01-01, reach: {mail: a@b.example}, pauses: [{from: 2027-02-01, to: 2027-02-05, reason: x}]",
		}, planned: 1},
		{name: "one is not in the configuration any more", begun: 3, heard: "2027-02-06T00:00:00Z", change: [2]string{season[strings.Index(season, "  - {id: nord"):], ""}, planned: 1},
		{name: "rounds that no plan holds", heard: "2027-02-05T22:59:59Z", change: [2]string{`cron: "0 9 * * 1", spread: 5 working days`, often}, planned: 8, lastDay: "2027-02-05"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ed := parsed(t, season)
			l, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			err = l.Update(t.Context(), func(tx probes.Tx) error {
				return errors.Join(live(t.Context(), tx, ed, tt.begun),
					mark(t.Context(), tx, "mail", "INBOX", tt.heard), mark(t.Context(), tx, probes.Begun, "email", tt.ticked))
			})
			if err != nil {
				t.Fatal(err)
			}
			var got result.Ahead
			err = l.View(t.Context(), func(tx probes.Tx) (err error) {
				got, err = result.AheadOf(t.Context(), tx, parsed(t, strings.Replace(season, tt.change[0], tt.change[1], 1)))
				return err
			})
			day := ""
			if !got.LastDay.IsZero() {
				day = got.LastDay.String()
			}
			if err != nil || len(got.Contacts) != tt.planned || day != tt.lastDay {
				t.Errorf("got %d contacts and %q, %v; want %d and %q", len(got.Contacts), day, err, tt.planned, tt.lastDay)
			}
		})
	}
}

// live writes the plan, and the contacts of so many weeks.
func live(ctx context.Context, tx probes.Tx, ed *edition.Edition, weeks int) error {
	start := ed.From.In(ed.Zone())
	drawn := planned.Draw(ed)
	if _, err := tx.Keep(ctx, []byte(drawn.Canonical())); err != nil {
		return err
	}
	if err := tx.Advance(ctx, probes.DrawnPlans, channels.Checkpoint{Source: drawn.Digest(), Until: start}); err != nil {
		return err
	}
	for _, c := range drawn.Contacts {
		if !c.At.Before(start.AddDate(0, 0, 7*weeks)) {
			continue
		}
		p := probes.Plan{Edition: ed.Name, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At}
		if _, err := tx.Append(ctx, c.ID, probes.NewEvent(probes.Planned, 1, c.At, p)); err != nil {
			return err
		}
	}
	return nil
}

// mark writes until when a source is known, if it is.
func mark(ctx context.Context, tx probes.Tx, name, source, at string) error {
	if at == "" {
		return nil
	}
	until, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return tx.Advance(ctx, name, channels.Checkpoint{Source: source, Until: until})
}
