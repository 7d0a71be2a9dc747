package board

import (
	"fmt"
	"hash/maphash"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
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
		if _, _, err := l.next(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint("idle-", n), func(b *testing.B) {
			for b.Loop() {
				if pieces, _, err := l.next(b.Context()); err != nil || len(pieces) > 0 {
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
				if pieces, _, err := l.next(b.Context()); err != nil || len(pieces) == 0 {
					b.Fatal(len(pieces), err)
				}
			}
		})
	}
}

// BenchmarkQueue measures the queue of an edition like the award's, with 298 letters
// that say the same, 60 that do not, 40 that belong to no contact and 20 tasks: at
// first, when the ledger has changed, and while it has not.
func BenchmarkQueue(b *testing.B) {
	const companies = 192
	s := newSeason(b, companies, 25)
	s.receipts(298)
	for i := range 60 {
		co := s.board.Edition.Companies[i%companies]
		id, at := fmt.Sprint("odd-", i), noon.Add(-3*time.Hour)
		s.append(question(id, co.ID, co.Class, at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
		s.letter(fmt.Sprint("INBOX/8/", i), id, co.ID, fmt.Sprintf("Hei! Det vet jeg ikke sikkert, men jeg tror at svaret på spørsmål %d er ja, hvis du spør i butikken.\r\n\r\nHilsen Ola Nordmann", i))
	}
	for i := range 40 {
		s.letter(fmt.Sprint("INBOX/7/", i), "", s.board.Edition.Companies[i].ID, fmt.Sprintf("Hei igjen! Pakke nummer %d kan hentes fra klokken ti på lørdag formiddag.", i))
	}
	for i := range 20 {
		s.ask(fmt.Sprint("gone-", i), s.board.Edition.Companies[i].ID, "bank", failure(probes.Refused, probes.Failure{Fault: fault.Policy}))
	}
	began := time.Now()
	size := len(s.page("/queue"))
	first := time.Since(began)
	var changed time.Duration
	times := 0
	for b.Loop() {
		size = len(s.page("/queue"))
		b.StopTimer()
		times++
		at := noon.Add(-time.Hour)
		s.append(question(fmt.Sprint("q-", b.N, "-", times), "company-0001", "bank", at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
		again := time.Now()
		s.page("/queue")
		changed += time.Since(again)
		b.StartTimer()
	}
	b.ReportMetric(float64(first.Milliseconds()), "ms-first")
	b.ReportMetric(changed.Seconds()*1000/float64(times), "ms-changed")
	b.ReportMetric(float64(size)/1e3, "kB")
}
