package growth_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/cputime"
	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

// Of each field: the channels of a company, and the companies of a class.
const (
	perCompany = 3
	perClass   = 25
)

// A figure is one thing that is measured, at each size.
type figure struct {
	name, unit string
	values     []float64
}

// TestGrowth measures fields of growing size. UPDATE=1 writes docs/growth.md; SVARTID_GROWTH
// lists the numbers of companies. Without UPDATE it asks, of small fields, that nothing of
// the serving path grows much quicker than the field.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("it fills ledgers")
	}
	update, sizes := os.Getenv("UPDATE") != "", []int{100, 400}
	if asked := os.Getenv("SVARTID_GROWTH"); asked != "" {
		sizes = nil
		for text := range strings.SplitSeq(asked, ",") {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, n)
		}
	}
	var figures []figure
	for _, n := range sizes {
		for i, m := range measure(t, n) {
			if len(figures) == i {
				figures = append(figures, figure{name: m.name, unit: m.unit})
			}
			figures[i].values = append(figures[i].values, m.values...)
			t.Logf("%7d companies: %-34s %10.1f %s", n, m.name, m.values[0], m.unit)
		}
	}
	grown := float64(sizes[len(sizes)-1]) / float64(sizes[0])
	for _, f := range figures {
		if first, last := f.values[0], f.values[len(f.values)-1]; f.unit == "ms" && last > 50 && last > 3*grown*max(first, 5) {
			t.Errorf("%s: %.1f ms of %d companies, %.1f ms of %d", f.name, first, sizes[0], last, sizes[len(sizes)-1])
		}
	}
	if update {
		write(t, sizes, figures)
	}
}

// field makes an edition of n companies in classes of some, each on three channels.
func field(n int) *edition.Edition {
	ed := &edition.Edition{Name: "2026"}
	for i := range n {
		co := edition.Company{ID: fmt.Sprint("company-", i), Name: fmt.Sprint("Company ", i), Class: class(i), Reach: map[string]string{}}
		for c := range perCompany {
			co.Reach[fmt.Sprint("channel-", c)] = fmt.Sprint(i)
		}
		ed.Companies = append(ed.Companies, co)
	}
	return ed
}

func class(company int) string { return fmt.Sprint("class-", company/perClass) }

// fill gives each company a contact on each channel, many in one update: four of five are
// answered, after hours that a seed draws, the others pass.
func fill(t *testing.T, l *ledger.Ledger, companies int) {
	t.Helper()
	const together = 300
	draw := rand.New(rand.NewPCG(1, 1))
	for from := 0; from < companies*perCompany; from += together {
		err := l.Update(t.Context(), func(tx probes.Tx) error {
			for n := from; n < min(from+together, companies*perCompany); n++ {
				if err := live(t.Context(), tx, n, draw); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// live appends what happens to the nth contact.
func live(ctx context.Context, tx probes.Tx, n int, draw *rand.Rand) error {
	plan := ledgertest.Plan(n % 300)
	plan.Company, plan.Channel, plan.Class = fmt.Sprint("company-", n/perCompany), fmt.Sprint("channel-", n%perCompany), class(n/perCompany)
	plan.Within = "1 working day"
	id, token := ledgertest.ID(n), fmt.Sprint("token", n)
	sent := plan.Slot.Add(time.Second)
	events := []probes.Event{
		ledgertest.Event(probes.Planned, 1, plan.Slot, plan),
		ledgertest.Event(probes.Intended, 1, plan.Slot, probes.Intent{Token: token, Address: token + "@example.no", ID: token + "@example.no"}),
		ledgertest.Event(probes.Sent, 1, sent, probes.Sending{ID: token}),
	}
	if at := sent.Add(time.Duration(1+draw.IntN(300)) * time.Minute); draw.IntN(5) > 0 {
		events = append(events, ledgertest.Event(probes.Heard, 1, at, probes.Classification{
			Arrival: token, Kind: reading.Answer, Times: channels.Times{Arrived: at}, Centre: "own",
		}))
	} else {
		events = append(events, ledgertest.Event(probes.Covered, 1, sent.AddDate(0, 0, 7), probes.Coverage{Until: sent.AddDate(0, 0, 7)}))
	}
	c, err := tx.Append(ctx, id, events...)
	if err != nil || c.Outcome == probes.Pending {
		return err
	}
	_, err = tx.Append(ctx, id, ledgertest.Event(probes.Ruled, 1, sent.AddDate(0, 0, 7), c.Ruling()))
	return err
}

// measure fills a ledger and measures what it costs.
func measure(t *testing.T, companies int) (all []figure) {
	t.Helper()
	ed, dsn := field(companies), "sqlite:"+filepath.Join(t.TempDir(), "ledger.db")
	opt := ledger.Options{Fold: probes.Rules(ed.Rules).Fold, Rules: "measured"}
	open := func() *ledger.Ledger {
		l, err := ledger.Open(t.Context(), dsn, opt)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	took := func(name string, do func()) {
		runtime.GC()
		before := cputime.Used(t)
		do()
		all = append(all, figure{name, "ms", []float64{float64((cputime.Used(t) - before).Microseconds()) / 1e3}})
	}
	l := open()
	took("fill it", func() { fill(t, l, companies) })
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	took("open the ledger", func() { l = open() })
	defer l.Close()
	clock := func() time.Time { return ledgertest.Monday.AddDate(0, 0, 14) }
	for _, byClass := range []bool{false, true} {
		of := map[bool]string{false: "", true: " by class"}[byClass]
		collector := &metrics.Collector{
			Ledger: l, Edition: ed, Clock: clock, Health: &probes.SourceHealth{}, ByClass: byClass, Timeout: 10 * time.Minute,
		}
		h := metrics.NewHandler(collector, nil, 1)
		size := 0
		took("first scrape"+of, func() { size = get(t, h, "/metrics") })
		took("another scrape"+of, func() { size = get(t, h, "/metrics") })
		all = append(all, figure{"size of a scrape" + of, "kB", []float64{float64(size) / 1e3}})
	}
	ranking := &report.Ranking{Ledger: l, Edition: ed}
	took("standings of a class", func() {
		if _, err := ranking.Class(t.Context(), class(0)); err != nil {
			t.Fatal(err)
		}
	})
	b := &board.Board{Ledger: l, Edition: ed, Clock: clock, Health: &probes.SourceHealth{}}
	h := http.NewServeMux()
	b.Mount(t.Context(), h)
	took("front page, first", func() { get(t, h, "/") })
	took("front page, again", func() { get(t, h, "/") })
	took("export, NDJSON", func() {
		e := export.Export{Source: export.Source{Edition: ed, Rules: "measured"}, Format: export.NDJSON}
		if _, err := e.Write(t.Context(), l, filepath.Join(t.TempDir(), "out"), ""); err != nil {
			t.Fatal(err)
		}
	})
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	all = append(all, figure{"memory that is held", "MB", []float64{float64(m.HeapAlloc) / 1e6}})
	runtime.KeepAlive(h)
	return all
}

// get asks a handler for a page, and returns its size.
func get(t *testing.T, h http.Handler, path string) int {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: got %d: %.200s", path, w.Code, w.Body)
	}
	if path == "/metrics" && !strings.Contains(w.Body.String(), "\nsvartid_ledger_up 1\n") {
		t.Fatalf("the scrape could not read the ledger: %.300s", w.Body)
	}
	return w.Body.Len()
}
