package metrics_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/metrics"
)

// A still is a ledger of tallies that do not change.
type still struct {
	probes.Tx
	tallies []probes.Tally
}

func (s still) View(_ context.Context, fn func(probes.Tx) error) error   { return fn(s) }
func (s still) Update(_ context.Context, fn func(probes.Tx) error) error { return fn(s) }

// Find implements probes.Contacts: nothing is overdue.
func (s still) Find(context.Context, probes.Query) ([]probes.Contact, error) { return nil, nil }

// Totals implements probes.Figures.
func (s still) Totals(_ context.Context, since int64) (probes.Totals, error) {
	if since > 0 {
		return probes.Totals{Version: 1}, nil
	}
	return probes.Totals{Version: 1, Tallies: s.tallies}, nil
}

// BenchmarkScrape measures a scrape after the first, of a season in which
// every company has been asked 25 times on every channel.
func BenchmarkScrape(b *testing.B) {
	for _, size := range []struct {
		name                string
		companies, channels int
	}{{"192x1", 192, 1}, {"10000x3", 10000, 3}} {
		b.Run(size.name, func(b *testing.B) {
			ed, s := &edition.Edition{Name: "2026"}, still{}
			for i := range size.companies {
				p := ledgertest.Plan(i)
				p.Company += string(rune('a'+i%26)) + time.Duration(i).String()
				reach := map[string]string{}
				for _, channel := range []string{"mail", "chat", "messenger"}[:size.channels] {
					p.Channel = channel
					reach[channel] = "x"
					s.tallies = append(s.tallies, season(p))
				}
				ed.Companies = append(ed.Companies, edition.Company{ID: p.Company, Class: p.Class, Reach: reach})
			}
			f := &fixture{registry: prometheus.NewRegistry()}
			f.registry.MustRegister(&metrics.Collector{Ledger: s, Edition: ed})
			lines := 0
			for b.Loop() {
				lines = len(f.text(b))
			}
			b.ReportMetric(float64(lines)/1e6, "MB")
			families, err := f.registry.Gather()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(seriesOf(families)), "series")
		})
	}
}

// season is the tally of a place at the end of a season.
func season(p probes.Plan) probes.Tally {
	t := probes.NewTally(p)
	for i := range 25 {
		wait := float64(60 + i*i*97)
		t.Waits.Observe(wait)
		t.OpenWait.Observe(wait / 3)
		t.AckWaits.Observe(float64(i))
		t.Answered[int64(wait)]++
		t.Outcomes[probes.Answered]++
	}
	return t
}

// seriesOf counts series as the text format has them.
func seriesOf(families []*dto.MetricFamily) int {
	n := 0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			n++
			if h := m.GetHistogram(); h != nil {
				n += len(h.GetBucket()) + 2
			}
		}
	}
	return n
}
