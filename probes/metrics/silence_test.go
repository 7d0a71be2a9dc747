package metrics_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// TestSilences: what a company has let pass is told from the ledger, by a collector that
// has just been started as by one that has scraped all along.
func TestSilences(t *testing.T) {
	f := newFixture(t, pair())
	at := map[string]string{"company": "nordlys", "channel": "mail"}
	shows := func(silences, chance, since float64) {
		t.Helper()
		fresh := &fixture{edition: f.edition, ledger: f.ledger}
		fresh.registry = registry(f.fresh())
		for who, scraper := range map[string]*fixture{"all along": f, "fresh": fresh} {
			families := scraper.scrape(t)
			for name, want := range map[string]float64{
				"svartid_silences": silences, "svartid_silence_chance": chance, "svartid_silent_since_timestamp_seconds": since,
			} {
				if got := value(find(families[name], at)); math.Abs(got-want) > 1e-12 {
					t.Errorf("%s: %s: got %v, want %v", who, name, got, want)
				}
			}
		}
	}
	ask := func(n int, answered bool) time.Time {
		id, slot := fmt.Sprintf("contact%d", n), noon.Add(time.Duration(n-20)*3*time.Hour)
		f.append(t, id, ledgertest.Event(probes.Planned, 1, slot, probes.Plan{
			Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Slot: slot, Within: "2h",
		}), ledgertest.Event(probes.Intended, 1, slot, probes.Intent{Token: id}), ledgertest.Event(probes.Sent, 1, slot, probes.Sending{}))
		if answered {
			f.append(t, id, ledgertest.Event(probes.Heard, 1, slot.Add(time.Hour), probes.Classification{
				Arrival: id, Kind: reading.Answer, Centre: "own", Times: channels.Times{Arrived: slot.Add(time.Hour)},
			}))
		}
		f.append(t, id, ledgertest.Event(probes.Covered, 1, slot.Add(2*time.Hour), probes.Coverage{Until: slot.Add(2 * time.Hour)}))
		return slot
	}
	shows(0, 1, 0)
	for n := range 8 {
		ask(n, true)
	}
	shows(0, 1, 0)
	since := ask(8, false)
	ask(9, false)
	shows(2, 0.01, float64(since.Unix()))
	ask(10, true)
	shows(0, 1, 0)
}

// TestWithdrawn: a company that has withdrawn its consent is not asked, and so is told
// as paused, from that day on and until it consents again.
func TestWithdrawn(t *testing.T) {
	f := newFixture(t, pair())
	today := calendar.DateOf(noon)
	for _, tt := range []struct {
		name               string
		consent, withdrawn calendar.Date
		want               float64
	}{
		{"takes part", today.AddDays(-9), calendar.Date{}, 0},
		{"withdrawn today", today.AddDays(-9), today, 1},
		{"withdraws tomorrow", today.AddDays(-9), today.AddDays(1), 0},
		{"consented again", today.AddDays(-1), today.AddDays(-5), 0},
	} {
		f.edition.Companies[0].Consent, f.edition.Companies[0].Withdrawn = tt.consent, tt.withdrawn
		if got := value(find(f.scrape(t)["svartid_company_paused"], map[string]string{"company": "nordlys"})); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
