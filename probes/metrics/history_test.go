package metrics_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/reading"
)

// aged returns a fixture of a ledger that holds so many decided contacts of 24
// companies. The figures are those that the contacts would make; of the contacts
// themselves there is what a scrape may find them by.
func aged(t testing.TB, contacts int) *fixture {
	t.Helper()
	f := newFixture(t, crowd())
	for i := range 24 {
		f.answered(t, i, i)
	}
	db, each := f.ledger.DB(), contacts/24
	draw := rand.New(rand.NewPCG(5, uint64(contacts)))
	for i := range 24 {
		p := ledgertest.Plan(i)
		tally, ends := probes.NewTally(p), fairness.Ends{}
		for range each {
			wait := draw.IntN(86_400)
			tally.Waits.Observe(float64(wait))
			tally.OpenWait.Observe(float64(wait))
			tally.Answered[int64(wait)]++
			tally.Outcomes[probes.Answered]++
			tally.Verdicts[probes.Answered]++
			ends.Add(fairness.End{State: fairness.Answered, Share: float64(wait) / 86_400}, 1)
		}
		body, err := json.Marshal(tally)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := ends.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		execute(t, db, `UPDATE tallies SET body = $1 WHERE company = $2`, string(body), p.Company)
		execute(t, db, `UPDATE scores SET ends = $1 WHERE company = $2`, string(packed), p.Company)
	}
	execute(t, db, `WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < $1)
		INSERT INTO contacts (id, edition, class, company, channel, probe, state, outcome, due, deadline, events, head, body, changed)
		SELECT id || '-' || n, edition, class, company, channel, probe, state, outcome, due, deadline, events, head, '{}', changed
		FROM contacts, n`, each-1)
	return f
}

// execute changes the database behind the ledger's back.
func execute(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// answered appends a contact of a company that is answered within an hour.
func (f *fixture) answered(t testing.TB, n, company int) {
	t.Helper()
	p := ledgertest.Plan(company)
	at := func(after time.Duration) time.Time { return p.Slot.Add(after) }
	f.append(t, fmt.Sprintf("answered-%d", n),
		ledgertest.Event(probes.Planned, 1, at(0), p),
		ledgertest.Event(probes.Intended, 1, at(0), probes.Intent{Token: fmt.Sprint(n)}),
		ledgertest.Event(probes.Sent, 1, at(0), probes.Sending{}),
		ledgertest.Event(probes.Heard, 1, at(10*time.Minute), probes.Classification{
			Arrival: fmt.Sprint(n), Kind: reading.Answer, Times: channels.Times{Arrived: at(10 * time.Minute)},
		}),
	)
}

// spent returns how many allocations do makes, and of how many bytes.
func spent(do func()) (allocations, bytes uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
}

// scraped returns how many allocations a scrape makes after one contact was decided,
// in a ledger that holds so many: the fewest of some.
func scraped(t testing.TB, contacts int) uint64 {
	f := aged(t, contacts)
	h := metrics.NewHandler(f.collector, nil, 1)
	scrape := func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(answering{w, new(counted)}, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	}
	scrape()
	best := ^uint64(0)
	for i := range 6 {
		f.answered(t, 1000+i, 3)
		allocations, _ := spent(scrape)
		best = min(best, allocations)
	}
	return best
}

// BenchmarkHistory counts the allocations of a scrape at 1,000 and at 100,000 contacts.
func BenchmarkHistory(b *testing.B) {
	b.ReportMetric(float64(scraped(b, 1_000)), "allocs/scrape-at-1000")
	b.ReportMetric(float64(scraped(b, 100_000)), "allocs/scrape-at-100000")
	b.ReportMetric(0, "ns/op")
}

// TestHistoryCostsNothing: a scrape after one contact has been decided allocates
// hardly more in a ledger of 100,000 contacts than in one of 1,000: what it reads is
// the figures of the one place that has changed.
func TestHistoryCostsNothing(t *testing.T) {
	race.Skip(t, "counts allocations")
	few, many := scraped(t, 1_000), scraped(t, long.Tries(100_000, 20_000))
	t.Logf("%d allocations at 1,000 contacts, %d at many", few, many)
	if many > few+few/4 {
		t.Errorf("a scrape makes %d allocations at 1,000 contacts, and %d at many", few, many)
	}
}
