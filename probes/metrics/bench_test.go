package metrics_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/cputime"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/metrics"
)

// A still is a ledger of tallies that do not change.
type still struct {
	probes.Tx
	tallies []probes.Tally
	bases   []probes.Basis
}

func (s still) View(_ context.Context, fn func(probes.Tx) error) error   { return fn(s) }
func (s still) Update(_ context.Context, fn func(probes.Tx) error) error { return fn(s) }

// Find implements probes.Contacts: nothing is overdue.
func (s still) Find(context.Context, probes.Query) ([]probes.Contact, error) { return nil, nil }

// Checkpoints implements probes.Arrivals: no plan was followed.
func (s still) Checkpoints(context.Context, string) ([]channels.Checkpoint, error) { return nil, nil }

// Totals implements probes.Figures.
func (s still) Totals(_ context.Context, since int64) (probes.Totals, error) {
	if since > 0 {
		return probes.Totals{Version: 1}, nil
	}
	return probes.Totals{Version: 1, Tallies: s.tallies, Bases: s.bases}, nil
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
					s.tallies, s.bases = append(s.tallies, season(p)), append(s.bases, basis(p))
				}
				ed.Companies = append(ed.Companies, edition.Company{ID: p.Company, Class: p.Class, Reach: reach})
			}
			c := &metrics.Collector{Ledger: s, Edition: ed}
			h := metrics.NewHandler(c, nil, 1)
			size := counted(0)
			scrape := func(accept, encoding string) {
				r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				r.Header.Set("Accept", accept)
				r.Header.Set("Accept-Encoding", encoding)
				size = 0
				h.ServeHTTP(answering{httptest.NewRecorder(), &size}, r)
			}
			scrape("", "")
			b.Run("registry", func(b *testing.B) {
				registry := prometheus.NewRegistry()
				registry.MustRegister(c)
				peer := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
				used := cputime.Report(b)
				for b.Loop() {
					size := counted(0)
					peer.ServeHTTP(answering{httptest.NewRecorder(), &size}, httptest.NewRequest(http.MethodGet, "/metrics", nil))
				}
				used("cpu-µs/scrape", b.N)
			})
			for _, format := range []struct{ name, accept, encoding string }{
				{"text", "", ""}, {"gzip", "", "gzip"}, {"protobuf", protobuf, ""},
			} {
				b.Run(format.name, func(b *testing.B) {
					used := cputime.Report(b)
					for b.Loop() {
						scrape(format.accept, format.encoding)
					}
					used("cpu-µs/scrape", b.N)
					b.ReportMetric(float64(size)/1e6, "MB")
				})
			}
			b.Run("kept", func(b *testing.B) {
				kept := held(func() any {
					c := &metrics.Collector{Ledger: s, Edition: ed}
					h := metrics.NewHandler(c, nil, 1)
					for _, accept := range []string{"", protobuf} {
						r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
						r.Header.Set("Accept", accept)
						h.ServeHTTP(answering{httptest.NewRecorder(), new(counted)}, r)
					}
					return h
				})
				b.ReportMetric(float64(kept)/1e6, "MB-kept")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}

// held returns how many bytes of the heap what make returns holds.
func held(make func() any) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	made := make()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(made)
	return after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
}

// An answering writes to no client, and counts.
type answering struct {
	http.ResponseWriter
	size *counted
}

type counted int

func (a answering) Write(p []byte) (int, error) {
	*a.size += counted(len(p))
	return len(p), nil
}

// basis is what the score of a place follows from at the end of a season.
func basis(p probes.Plan) probes.Basis {
	b := probes.Basis{Edition: p.Edition, Class: p.Class, Company: p.Company, Channel: p.Channel}
	for i := range 25 {
		b.Ends.Add(fairness.End{State: fairness.Answered, Share: float64(60+i*i*97) / 86400}, 1)
	}
	return b
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
