package board

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

func TestWait(t *testing.T) {
	for _, tt := range []struct {
		wait time.Duration
		want string
	}{
		{-1, "–"},
		{0, "0 s"},
		{119 * time.Second, "119 s"},
		{2 * time.Minute, "2 min"},
		{119 * time.Minute, "119 min"},
		{2 * time.Hour, "2.0 h"},
		{47*time.Hour + 50*time.Minute, "47.8 h"},
		{48 * time.Hour, "2.0 d"},
		{60 * time.Hour, "2.5 d"},
	} {
		if got := wait(tt.wait); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.wait, got, tt.want)
		}
	}
}

func TestDraw(t *testing.T) {
	const h = time.Hour
	since := noon.Add(-3 * h)
	contact := func(o probes.Outcome, promised, waited time.Duration) probes.Contact {
		return probes.Contact{ID: "c", Outcome: o, Wait: waited, Attempts: []probes.Attempt{{Sent: since, Deadline: since.Add(promised)}}}
	}
	unsent := probes.Contact{ID: "c", Outcome: probes.Contested, Attempts: []probes.Attempt{{Intended: since}}}
	for _, tt := range []struct {
		name    string
		contact probes.Contact
		height  int
	}{
		{"answered at half time", contact(probes.Answered, 4*h, 2*h), 50},
		{"answered at once: still to be seen", contact(probes.Answered, 4*h, 0), 6},
		{"answered at the end", contact(probes.Answered, 4*h, 4*h), 100},
		{"waits", contact(probes.Pending, 12*h, 0), 25},
		{"waits past its deadline", contact(probes.Pending, 2*h, 0), 100},
		{"late", contact(probes.Late, 2*h, 3*h), 100},
		{"unanswered", contact(probes.Unanswered, 2*h, 0), 100},
		{"without a promise", contact(probes.Unanswered, 0, 0), 100},
		{"never sent", unsent, 100},
	} {
		b := draw(tt.contact, noon, 12)
		if b.Height != tt.height || b.Top() != 100-tt.height || b.X != 12 || b.ID != "c" {
			t.Errorf("%s: got %+v, want a height of %d", tt.name, b, tt.height)
		}
		if !strings.HasPrefix(b.Title, string(tt.contact.Outcome)) || strings.Contains(b.Title, "asked") == tt.contact.Current().Sent.IsZero() {
			t.Errorf("%s: got title %q", tt.name, b.Title)
		}
	}
}

// TestRow: figures of a company that is not yet, that never and that does answer.
func TestRow(t *testing.T) {
	tally := func(outcomes map[probes.Outcome]int, answered, silent map[int64]int) probes.Tally {
		return probes.Tally{Outcomes: outcomes, Answered: answered, Silent: silent}
	}
	for _, tt := range []struct {
		name   string
		tally  probes.Tally
		reach  float64
		median time.Duration
		never  bool
	}{
		{"nothing yet", probes.Tally{}, 0, -1, false},
		{"pending", tally(map[probes.Outcome]int{probes.Pending: 2}, nil, nil), 0, -1, false},
		{"never", tally(map[probes.Outcome]int{probes.Unanswered: 1}, nil, map[int64]int{60: 1}), 0, -1, true},
		{"always", tally(map[probes.Outcome]int{probes.Answered: 1}, map[int64]int{90: 1}, nil), 1, 90 * time.Second, false},
		{"between two answers", tally(map[probes.Outcome]int{probes.Answered: 2}, map[int64]int{90: 1, 91: 1}, nil), 1, 90500 * time.Millisecond, false},
	} {
		got := row(firm("nordlys", "power", "Nordlys"), "mail", tt.tally, noon)
		if got.Reach != tt.reach || got.Median != tt.median || got.Never != tt.never || got.Pending != tt.tally.Outcomes[probes.Pending] {
			t.Errorf("%s: got %+v, want %v, %v, never %t", tt.name, got, tt.reach, tt.median, tt.never)
		}
	}
}

// TestLatestContacts: the latest are drawn, newest to the right, however many
// are planned after them.
func TestLatestContacts(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "power", "Nordlys"))
	plan := func(n int) probes.Plan {
		return probes.Plan{Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Slot: noon.Add(time.Duration(n-30) * time.Minute), Within: "2h"}
	}
	for n := range 100 { // 30 of which are due
		events := []probes.Event{ledgertest.Event(probes.Planned, 1, noon, plan(n))}
		if n < 30 {
			events = append(events, ledgertest.Event(probes.Intended, 1, plan(n).Slot, probes.Intent{Token: fmt.Sprint(n)}))
		}
		s.append(fmt.Sprintf("c-%02d", n), events...)
	}
	view, err := s.board.overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := view.Classes[0].Companies
	if len(rows) != 2 || rows[0].ID != "fjord" || rows[1].ID != "nordlys" {
		t.Fatalf("got %+v, want two rows of the same name by id", rows)
	}
	bars := rows[1].Bars
	if len(bars) != shown || bars[0].ID != "c-29" || bars[shown-1].ID != "c-10" || bars[0].X != (shown-1)*12 || bars[shown-1].X != 0 {
		t.Errorf("got %d bars, %+v", len(bars), bars)
	}
}

// BenchmarkOverview measures the first page at the end of a season.
func BenchmarkOverview(b *testing.B) {
	for _, n := range []int{192, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var companies []probes.Company
			var totals probes.Totals
			var recent []probes.Contact
			for i := range n {
				id := fmt.Sprintf("company-%05d", i)
				class := fmt.Sprint("class-", i%24)
				companies = append(companies, firm(id, class, id))
				t := probes.NewTally(probes.Plan{Edition: "2026", Company: id, Class: class, Channel: "mail"})
				for j := range shown {
					at := noon.Add(-time.Duration(j) * time.Hour)
					t.Answered[int64(60+j*97)]++
					t.Outcomes[probes.Answered]++
					recent = append(recent, probes.Contact{
						ID: fmt.Sprint(id, j), Outcome: probes.Answered, Answer: at, Wait: time.Minute,
						Plan:     probes.Plan{Company: id, Class: class, Channel: "mail", Slot: at},
						Attempts: []probes.Attempt{{Intended: at, Sent: at, Deadline: at.Add(time.Hour)}},
					})
				}
				totals.Tallies = append(totals.Tallies, t)
			}
			s := newSite(b, companies...)
			for b.Loop() {
				view := s.board.arrange(held{totals: totals, recent: recent}, noon)
				if math.IsNaN(view.Classes[0].Companies[0].Reach) {
					b.Fatal("no figures")
				}
			}
		})
	}
}

// BenchmarkPage measures the whole page of the award: 192 companies, asked 25
// times each, out of the ledger.
func BenchmarkPage(b *testing.B) {
	var companies []probes.Company
	for i := range 192 {
		companies = append(companies, firm(fmt.Sprintf("company-%03d", i), fmt.Sprint("class-", i%24), fmt.Sprint("Company ", i)))
	}
	s := newSite(b, companies...)
	for i, co := range companies {
		for j := range 25 {
			s.ask(fmt.Sprintf("c-%d-%d", i, j), co.ID, co.Class, left(), heard(time.Duration(j)*time.Minute, reading.Answer))
		}
	}
	b.ResetTimer()
	size := 0
	for b.Loop() {
		size = len(s.page("/"))
	}
	b.ReportMetric(float64(size)/1e3, "kB")
}
