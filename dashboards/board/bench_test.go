package board

import (
	"fmt"
	"hash/maphash"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// BenchmarkOverview measures the first page out of a ledger that has not
// changed: of the award, and of ten times as many companies.
func BenchmarkOverview(b *testing.B) {
	for _, n := range []int{192, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := newSeason(b, n, 25)
			began := time.Now()
			size := len(s.page("/"))
			first := time.Since(began)
			for b.Loop() {
				size = len(s.page("/"))
			}
			b.ReportMetric(float64(first.Milliseconds()), "ms-first")
			b.ReportMetric(float64(size)/1e3, "kB")
			packed := s.get("GET", "/", "Accept-Encoding", "gzip").Body.Len()
			b.ReportMetric(float64(packed)/1e3, "kB-packed")
		})
	}
}

// BenchmarkPush measures one look of a page that is open: while nothing
// happens, and when one company has answered.
func BenchmarkPush(b *testing.B) {
	for _, n := range []int{192, 2000} {
		s := newSeason(b, n, 25)
		l := &live{board: s.board, theme: s.board.themes[0], seed: maphash.MakeSeed()}
		if _, err := l.next(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint("idle-", n), func(b *testing.B) {
			for b.Loop() {
				if pieces, err := l.next(b.Context()); err != nil || len(pieces) > 0 {
					b.Fatal(len(pieces), err)
				}
			}
		})
		b.Run(fmt.Sprint("answer-", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				at := noon.Add(-time.Hour)
				s.append(question(fmt.Sprint("b-", n, "-", b.N, "-", i), "company-0001", "bank", at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
				if pieces, err := l.next(b.Context()); err != nil || len(pieces) == 0 {
					b.Fatal(len(pieces), err)
				}
			}
		})
	}
}
