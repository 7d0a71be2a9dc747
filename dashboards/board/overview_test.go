package board

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

func TestEmptyLedger(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "banks", "Fjord"))
	text := plain(s.page("/"))
	holds(t, text, "Edition 2026", "answered 0", "contested 0", "2 companies", "banks –", "power –", "Nothing has come to an end yet.", "Fjord – –", "Nordlys – –")
	if strings.Contains(text, "NaN") {
		t.Errorf("got %q", text)
	}
	holds(t, plain(newSite(t).page("/")), "0 companies", "No company is like that.")
}

// TestEveryOutcome: each outcome is counted, and drawn or told.
func TestEveryOutcome(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	void := ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Outcome: probes.Void, Reason: "wrong address", By: "kari"})
	known := ledgertest.Event(probes.Corroborated, 1, noon, probes.Corroboration{By: probes.ByCopy, Check: "dmarc"})
	for outcome, then := range map[probes.Outcome][]probes.Event{
		probes.Answered:   {left(), heard(time.Hour, reading.Answer)},
		probes.Deflected:  {left(), heard(time.Hour, reading.Deflection), covered()},
		probes.Unanswered: {left(), covered()},
		probes.Late:       {left(), covered(), heard(150*time.Minute, reading.Answer)},
		probes.Pending:    {left()},
		probes.BrokenOff:  {left(), failure(probes.Broken, probes.Failure{Reason: "mailbox is gone"})},
		probes.Void:       {left(), covered(), void},
		probes.Contested:  {failure(probes.Refused, probes.Failure{Fault: fault.Policy}), known},
	} {
		s.ask("c-"+string(outcome), "nordlys", "power", then...)
	}
	overview := s.page("/")
	text := plain(overview)
	en := s.board.themes[0]
	for _, o := range probes.Outcomes() {
		holds(t, text, en.Outcome(o)+" 1")
		if o != probes.Pending && strings.Count(overview, `<a href="/contacts/c-`+string(o)+`">Nordlys</a>`) != 1 {
			t.Errorf("%s is not among the latest", o)
		}
		if o != probes.Void && o != probes.BrokenOff && !strings.Contains(overview, `<path class="`+string(o)+`" d="M`) {
			t.Errorf("%s is not drawn", o)
		}
		holds(t, s.page("/contacts/c-"+string(o)), `<p class="verdict"><span class="outcome `+string(o)+`">`, "Nordlys")
	}
	holds(t, text, "Nordlys 25% 1/4", "3 not answered in time", "never", "1 · 3 h")
	holds(t, overview, `<a href="/contacts/c-pending">1 · 3 h</a>`)
	holds(t, plain(s.page("/contacts/c-void")), "Amended to void by kari: wrong address")
}

// TestRow: figures of a company that is not yet, that never and that does
// answer.
func TestRow(t *testing.T) {
	b := newSite(t).board
	co := firm("nordlys", "power", "Nordlys")
	tally := func(outcomes map[probes.Outcome]int, answered, silent map[int64]int) probes.Tally {
		return probes.Tally{Outcomes: outcomes, Answered: answered, Silent: silent}
	}
	for _, tt := range []struct {
		name         string
		tally        probes.Tally
		share        float64
		lower, upper float64 // Wilson: 1 of 1 is 0.2065 to 1, 0 of 1 is 0 to 0.7935
		median       time.Duration
	}{
		{"nothing yet", probes.Tally{}, math.NaN(), 0, 1, -1},
		{"pending", tally(map[probes.Outcome]int{probes.Pending: 2}, nil, nil), math.NaN(), 0, 1, -1},
		{"never", tally(map[probes.Outcome]int{probes.Unanswered: 1}, nil, map[int64]int{60: 1}), 0, 0, .7935, report.Forever},
		{"always", tally(map[probes.Outcome]int{probes.Answered: 1}, map[int64]int{90: 1}, nil), 1, .2065, 1, 90 * time.Second},
		{"between two answers", tally(map[probes.Outcome]int{probes.Answered: 2}, map[int64]int{90: 1, 91: 1}, nil), 1, .3424, 1, 90500 * time.Millisecond},
	} {
		s := snapshot{records: map[place]record{{"nordlys", "mail"}: {tally: tt.tally}}}
		got := b.figuresOf(co, s, []string{"chat", "mail"}, noon)
		same := got.Share() == tt.share || math.IsNaN(got.Share()) && math.IsNaN(tt.share)
		if !same || math.Abs(got.Lower-tt.lower) > 1e-4 || math.Abs(got.Upper-tt.upper) > 1e-4 || len(got.Channels) != 1 || got.Channels[0].Median != tt.median {
			t.Errorf("%s: got %v [%.4f %.4f] %+v, want %+v", tt.name, got.Share(), got.Lower, got.Upper, got.Channels, tt)
		}
	}
}

func TestHints(t *testing.T) {
	const h = time.Hour
	decided := func(outcomes ...probes.Outcome) (marks []mark) {
		for _, o := range outcomes {
			marks = append(marks, mark{Outcome: o, Channel: "mail"})
		}
		return marks
	}
	waits := func(since time.Duration) mark {
		return mark{Outcome: probes.Pending, Channel: "mail", Since: noon.Add(-since), Deadline: noon.Add(10*h - since)}
	}
	usual := map[int64]int{3600: 18, 7200: 2} // 19 of 20 within two hours
	const a, u = probes.Answered, probes.Unanswered
	for _, tt := range []struct {
		name     string
		marks    []mark
		answered map[int64]int
		want     hint
	}{
		{"nothing", nil, nil, noHint},
		{"answers", decided(a, a, a, u), usual, noHint},
		{"the last three were silent", decided(u, u, u, a), usual, stopped},
		{"void and pending ones do not break the row", decided(u, probes.Void, u, probes.Pending, probes.Late, a), usual, stopped},
		{"two were", decided(u, u, a), usual, noHint},
		{"has never answered", decided(u, u, u), nil, never},
		{"of two", decided(u, u), nil, noHint},
		{"two wait unusually long", []mark{waits(9 * h), waits(8 * h)}, usual, overdue},
		{"one does", []mark{waits(9 * h), waits(h)}, usual, noHint},
		{"the deadline is far", []mark{waits(7 * h), waits(7 * h)}, usual, noHint},
		{"for this company it is usual", []mark{waits(9 * h), waits(9 * h)}, map[int64]int{9*3600 + 60: 20}, noHint},
		{"too few answers to say", []mark{waits(9 * h), waits(9 * h)}, map[int64]int{60: 2}, noHint},
	} {
		f := figures{Marks: tt.marks, Channels: []channelFigures{{Channel: "mail", tally: probes.Tally{Answered: tt.answered}}}, Answered: len(tt.answered)}
		for _, m := range tt.marks {
			if m.Outcome.Valid() {
				f.Valid++
			}
		}
		if got := f.hints(noon); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestWish: search, filters, order and list, as the address has them.
func TestWish(t *testing.T) {
	nordlys, fjord, elv := firm("nordlys", "power", "Nordlys"), firm("fjord", "banks", "Fjord Bank"), firm("elv", "power", "Elvekraft")
	fjord.Pauses = []edition.Pause{{From: date(2026, 3, 1), To: date(2026, 3, 3), Reason: "moves"}}
	s := newSite(t, nordlys, fjord, elv)
	for i := range 3 {
		s.ask(fmt.Sprint("n", i), "nordlys", "power", left(), covered())
	}
	s.ask("f", "fjord", "banks", left(), heard(time.Hour, reading.Answer))
	s.ask("e", "elv", "power", left())
	for _, tt := range []struct{ name, query, want string }{
		{"all, by class and name", "", "banks: Fjord Bank; power: Elvekraft Nordlys"},
		{"search", "find=NORD", "power: Nordlys"},
		{"each word, in class too", "find=pow+elv", "power: Elvekraft"},
		{"no match", "find=nobody", ""},
		{"a class", "class=banks", "banks: Fjord Bank"},
		{"a channel that no company has", "channel=fax", ""},
		{"worth a look", "only=hints", "power: Nordlys"},
		{"somebody waits", "only=pending", "power: Elvekraft"},
		{"paused", "only=paused", "banks: Fjord Bank"},
		{"lowest reach first, unknown last", "list=1&sort=reach", ": Nordlys Fjord Bank Elvekraft"},
		{"most silences", "list=1&sort=silent", ": Nordlys Elvekraft Fjord Bank"},
		{"longest waiting", "list=1&sort=waiting", ": Elvekraft Fjord Bank Nordlys"},
		{"an order that does not exist", "list=1&sort=x", ": Elvekraft Fjord Bank Nordlys"},
	} {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := s.board.look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var sections []string
		for _, section := range s.board.newView(snapshot, parseFilter(q)).sections() {
			names := section.Class + ":"
			for _, r := range section.Rows {
				names += " " + r.Company.Name
			}
			sections = append(sections, names)
		}
		if got := strings.Join(sections, "; "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if code := s.get(http.MethodGet, "/?"+tt.query).Code; code != http.StatusOK {
			t.Errorf("%s: got %d", tt.name, code)
		}
	}
}

// TestLatestContacts: the latest are drawn, however many are planned after
// them, and of a company that is asked anew only what has changed is read.
func TestLatestContacts(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "power", "Fjord"))
	var lives []life
	for n := range 100 { // 50 of which are due
		at := noon.Add(time.Duration(n-50) * time.Minute)
		l := question(fmt.Sprintf("c-%02d", n), "nordlys", "power", at)
		if n >= 50 {
			l.events = l.events[:1]
		}
		lives = append(lives, l)
	}
	s.append(lives...)
	first, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	recent := first.records[place{"nordlys", "mail"}].recent
	if len(recent) != kept || recent[0].ID != "c-49" || recent[kept-1].ID != "c-20" {
		t.Errorf("got %d: %+v", len(recent), recent)
	}
	s.ask("f", "fjord", "power", left())
	second, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := second.records[place{"nordlys", "mail"}].changed; got != first.version {
		t.Errorf("read anew at version %d, without need", got)
	}
	if got := second.records[place{"fjord", "mail"}]; got.changed != second.version || len(got.recent) != 1 || len(first.records) != 1 {
		t.Errorf("got %+v, and %d records in the snapshot before", got, len(first.records))
	}
}

// TestTiles: a class at a glance.
func TestTiles(t *testing.T) {
	s := newSite(t, firm("a", "power", "A"), firm("b", "power", "B"), firm("c", "power", "C"))
	s.ask("1", "a", "power", left(), heard(time.Hour, reading.Answer))
	for i := range 3 {
		s.ask(fmt.Sprint("s", i), "b", "power", left(), covered())
	}
	snapshot, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tiles := s.board.newView(snapshot, filter{}).tiles()
	want := tile{Class: "power", Width: 27, Answered: 1, Valid: 4, Hints: 1, Bars: []bar{
		{X: 0, Width: 7, Height: 32, Y: 0, Known: true},
		{X: 9, Width: 7, Height: 2, Y: 30, Known: true, Hint: never},
		{X: 18, Width: 7, Height: 0, Y: 32},
	}}
	if len(tiles) != 1 || fmt.Sprint(tiles[0]) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", tiles, want)
	}
	if got := len(s.board.newView(snapshot, filter{}).latest()); got != 4 {
		t.Errorf("got %d news", got)
	}
}

// TestAlphabet: names stand as people look for them: by the letters of the country, and
// by the size of the numbers in them.
func TestAlphabet(t *testing.T) {
	for country, want := range map[string][]string{
		"NO": {"Bank 2", "Bank 10", "elv", "Zoo", "Ærlig", "Øst", "Åsen"},
		"SE": {"Bank 2", "Bank 10", "elv", "Zoo", "Åsen", "Ärlig", "Öst"},
	} {
		var companies []edition.Company
		for i, name := range want {
			companies = append([]edition.Company{firm(fmt.Sprint("c", i), "power", name)}, companies...)
		}
		s := newSite(t, companies...)
		s.board.Edition.Rules.Calendar.Country = country
		page, at := s.page("/?list=on"), 0
		for _, name := range want {
			next := strings.Index(page[at:], ">"+name+"</a>")
			if next < 0 {
				t.Fatalf("%s: %s does not come after those before it in %v", country, name, want)
			}
			at += next
		}
	}
}
