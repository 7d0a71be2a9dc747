package board

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

// TestCurve: of four, one answered after 10 s, one waits for 20 s now, one
// after 100 s, one never within 1,000 s. By Kaplan and Meier 1/4 were answered
// after 10 s, and 1 - 3/4 · 1/2 = 0.625 after 100 s.
func TestCurve(t *testing.T) {
	tally := probes.Tally{
		Answered: map[int64]int{10: 1, 100: 1}, Silent: map[int64]int{1000: 1},
		Open: map[string]time.Time{"c": noon.Add(-20 * time.Second)},
	}
	c := chart{Axis: axis{time.Second, 1000 * time.Second, 300}, Within: []time.Duration{time.Second, 10 * time.Second, time.Hour}}
	got := newCurve("Nordlys", report.Waiting(noon, tally), c)
	if want := "M0 200H100V150H200V75H300"; got.Line != want {
		t.Errorf("got line %q, want %q", got.Line, want)
	}
	for i, want := range []float64{0, .25, .625} {
		if math.Abs(got.At[i]-want) > 1e-9 {
			t.Errorf("within %v: got %v, want %v", c.Within[i], got.At[i], want)
		}
	}
	if got.N != 4 || got.End != 75 || !strings.HasPrefix(got.Band, "M0 200H100V") || !strings.HasSuffix(got.Band, "H0Z") {
		t.Errorf("got %+v", got)
	}
	if none := newCurve("none", nil, c); none.Line != "" || none.N != 0 {
		t.Errorf("of nothing: got %+v", none)
	}
	all := newCurve("all", report.Waiting(noon, probes.Tally{Answered: map[int64]int{10: 2}}), c)
	if want := "M0 200H100V0H300"; all.Line != want {
		t.Errorf("all were answered: got %q, want %q", all.Line, want)
	}
}

// TestChartAxis: one who would not take the question is not waited for until
// the end of time.
func TestChartAxis(t *testing.T) {
	c := newChart("mail", noon, probes.Tally{Answered: map[int64]int{7: 1}, Silent: map[int64]int{500: 1, math.MaxInt64: 2}})
	if want := (axis{time.Second, 10 * time.Minute, chartWidth}); c.Axis != want {
		t.Errorf("got %v, want %v", c.Axis, want)
	}
	if empty := newChart("mail", noon); empty.Axis.Low >= empty.Axis.High {
		t.Errorf("of nothing: got %v", empty.Axis)
	}
}

// TestSpread: names of curves that end alike are drawn apart, inside the chart.
func TestSpread(t *testing.T) {
	curves := []curve{{End: 200, Label: 200}, {End: 0, Label: 0}, {End: 198, Label: 198}, {End: 5, Label: 5}}
	spread(curves)
	for i, want := range []int{200, 0, 187, 13} {
		if curves[i].Label != want {
			t.Errorf("%d: got %d, want %d", i, curves[i].Label, want)
		}
	}
	spread(nil)
}

func TestCompanyPage(t *testing.T) {
	co := firm("nordlys", "power", "Nordlys")
	co.Pauses = []edition.Pause{{From: date(2026, 3, 10), To: date(2026, 3, 12), Reason: "moves house", Channel: "mail"}, {From: date(2026, 3, 16), To: date(2026, 3, 16), Reason: "a day off"}}
	s := newSite(t, co, firm("fjord", "power", "Fjord"), firm("elv", "banks", "Elv"))
	s.ask("a", "nordlys", "power", left(), heard(30*time.Minute, reading.Answer))
	s.ask("b", "nordlys", "power", left(), heard(90*time.Minute, reading.Answer))
	s.ask("c", "nordlys", "power", left(), covered())
	s.ask("late", "nordlys", "power", left(), covered(), heard(150*time.Minute, reading.Answer))
	s.ask("d", "fjord", "power", left(), heard(time.Hour, reading.Answer))
	s.ask("e", "elv", "banks", left(), heard(time.Minute, reading.Answer))
	page := s.page("/companies/nordlys")
	holds(t, plain(page),
		"Nordlys", "50%", "2 of 4 answered by a person in time; with 95 % certainty 15% to 85%",
		"mail 50% 2/4 1 h 30 min 0 Mon 2 March 12:30:00", "the others in the class",
		"own 3 1 1 h 30 min 30 min 2 h 30 min Mon 2 March 12:30:00", // centre, answers, late, median, fastest, slowest
		"2026-03-10 – 2026-03-12 · mail: moves house", "March 2026", "mail: post@nordlys.example", "4 contacts",
	)
	for _, id := range []string{"a", "b", "c", "late"} {
		if n := strings.Count(page, `class="mark" href="/contacts/`+id+`"`); n != 1 {
			t.Errorf("%s stands on the calendar %d times", id, n)
		}
	}
	if strings.Contains(page, `href="/contacts/d"`) {
		t.Error("shows another company's contact")
	}
	holds(t, plain(s.page("/companies/fjord")), "100%", "Fjord")
	holds(t, plain(newSite(t, co).page("/companies/nordlys")), "Nobody has been asked yet.", "Nobody has answered yet.", "Nothing is decided yet.")
}

// TestDepartedCompany: a company that was asked and is not in the configuration any
// more keeps its page, and its contacts theirs; one that was never asked has none.
func TestDepartedCompany(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "power", "Fjord"), firm("elv", "power", "Elv"))
	s.ask("a", "nordlys", "power", left(), heard(30*time.Minute, reading.Answer))
	s.ask("b", "nordlys", "power", left(), covered())
	s.ask("c", "fjord", "power", left(), heard(time.Hour, reading.Answer))
	s.board.Edition.Companies = s.board.Edition.Companies[1:2]
	page := s.page("/companies/nordlys")
	holds(t, plain(page), "nordlys", "has left the season", "50%", "1 of 2 answered by a person in time", "the others in the class", "2 contacts")
	holds(t, page, `href="/contacts/a"`, `href="/contacts/b"`, `href="/classes/power"`)
	if strings.Contains(page, "post@") {
		t.Error("shows where it was reached")
	}
	if strings.Contains(s.page("/companies/fjord"), "has left the season") {
		t.Error("who takes part is said to have left")
	}
	if code := s.get(http.MethodGet, "/companies/elv").Code; code != http.StatusNotFound {
		t.Errorf("who was never asked: got %d, want 404", code)
	}
}

// TestMonths: weeks begin on Monday and have their ISO numbers, holidays, pauses
// and a company's own days their reasons, and a crowded day its latest.
func TestMonths(t *testing.T) {
	co := firm("nordlys", "power", "Nordlys")
	co.Consent = date(2026, 3, 2)
	co.Calendar = &calendar.Calendar{Zone: oslo(t), DaysOff: []calendar.Date{date(2026, 3, 18)}}
	co.Reach["chat"] = "https://nordlys.example/chat"
	co.Pauses = []edition.Pause{
		{From: date(2026, 3, 31), To: date(2026, 4, 1), Reason: "moves"},
		{From: date(2026, 3, 24), To: date(2026, 3, 25), Reason: "new chat", Channel: "chat"},
		{From: date(2026, 3, 25), To: date(2026, 3, 25), Reason: "no mail", Channel: "mail"},
	}
	s := newSite(t, co)
	var lives []life
	for i := range fitting + 3 {
		lives = append(lives, question(fmt.Sprintf("c-%02d", i), "nordlys", "power", noon.Add(-time.Duration(i)*time.Minute)))
	}
	s.append(lives...)
	s.append(question("april", "nordlys", "power", time.Date(2026, 4, 7, 9, 0, 0, 0, time.UTC)))
	s.board.Clock = func() time.Time { return time.Date(2026, 4, 8, 9, 0, 0, 0, time.UTC) }
	contacts, _, err := s.board.contactsOf(t.Context(), "nordlys")
	if err != nil {
		t.Fatal(err)
	}
	norwegian := slices.IndexFunc(s.board.themes, func(t *theme) bool { return t.Tag().String() == "nb" })
	months := s.board.months(s.board.themes[norwegian], co, contacts)
	if len(months) != 2 || months[0].Name != "mars 2026" || months[1].Name != "april 2026" {
		t.Fatalf("got %+v", months)
	}
	march, april := months[0].Weeks, months[1].Weeks
	if len(march) != 6 || march[0].Number != 9 || march[0].Days[6].Date != 1 || march[0].Days[5].Date != 0 || march[1].Number != 10 {
		t.Errorf("got %+v", march)
	}
	if on := march[1].Days[0]; len(on.Marks) != fitting || on.More != 3 || on.Marks[0].ID != "c-11" || on.Marks[fitting-1].ID != "c-00" {
		t.Errorf("got %+v", on)
	}
	for _, tt := range []struct {
		name string
		day  today
		why  string
		shut bool
	}{
		{"a pause", april[0].Days[2], "pause: moves", true},
		{"Maundy Thursday", april[0].Days[3], "skjærtorsdag", true},
		{"a day before its consent", march[0].Days[6], "ikke samtykket ennå", true},
		{"a day off of its own", march[3].Days[2], "", true},
		{"a pause on one channel", march[4].Days[1], "pause over chat: new chat", false},
		{"pauses on all", march[4].Days[2], "pause over chat: new chat; pause over mail: no mail", true},
		{"a Saturday", march[1].Days[5], "", true},
		{"a Friday", march[1].Days[4], "", false},
	} {
		if tt.day.Why != tt.why || tt.day.Closed != tt.shut {
			t.Errorf("%s: got %+v, want %q", tt.name, tt.day, tt.why)
		}
	}
}

func TestClassPage(t *testing.T) {
	s := newSeason(t, 48, 8)
	text := plain(s.page("/classes/bank"))
	holds(t, text, "bank", "Standings are not computed here.", "Elvebakken Bank", "chat", "mail", "Answered within")
	s.board.Standings = standing
	text = plain(s.page("/classes/bank"))
	holds(t, text, "by the policy capped-wait", "1 1–2 Elvebakken Bank 97.31 94.00–99.00 24/25 no", "9 valid contacts, and it takes 14",
		"Winner: Elvebakken Bank. 1 of 75 single contacts would change the winner", "policy award", "another")
	holds(t, plain(s.page("/classes/bank?lang=nb")), "97,31", "ventetid med tak", "Ville andre regler gitt en annen vinner?")
}

// TestClassOfMany: curves that cannot be told apart have no names.
func TestClassOfMany(t *testing.T) {
	var companies []edition.Company
	for i := range 30 {
		companies = append(companies, firm(fmt.Sprint("c", i), "power", fmt.Sprint("Company ", i)))
	}
	s := newSite(t, companies...)
	for i := range 30 {
		s.ask(fmt.Sprint("a", i), fmt.Sprint("c", i), "power", left(), heard(time.Duration(i+1)*time.Minute, reading.Answer))
	}
	page := s.page("/classes/power")
	if strings.Contains(page, `<text class="c0" x="528"`) || strings.Count(page, `class="curve c`) != 30 {
		t.Errorf("got %d curves", strings.Count(page, `class="curve c`))
	}
}

func TestContactPage(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.ask("c", "nordlys", "power", left(), heard(10*time.Minute, reading.Acknowledgement), heard(90*time.Minute, reading.Answer))
	s.ask("gone", "fjord", "banks", left())
	s.ask("twice", "nordlys", "power", left(), covered(), ledgertest.Event(probes.Planned, 2, noon, probes.Plan{Slot: noon.Add(-30 * time.Minute), Attempts: 2}),
		ledgertest.Event(probes.Intended, 2, noon.Add(-30*time.Minute), probes.Intent{Token: "t2"}), ledgertest.Event(probes.Sent, 2, noon.Add(-30*time.Minute), probes.Sending{}))
	holds(t, plain(s.page("/contacts/c")),
		"Nordlys mail · 2 March 2026", "answered after 1 h 30 min", "opening hours, as Kari Nordmann", "Deadline Mon 2 March 12:00:00",
		"sent Mon 2 March 10:00:00, 2 h to answer", "acknowledgement after 10 min", "answer after 1 h 30 min",
		"Heard: answer", "&lt;b&gt;thread (&#43;3): &lt;i&gt;", "Ruled answered after 1 h 30 min", "holds")
	holds(t, plain(s.page("/contacts/gone")), "fjord mail", "pending", "waits still")
	holds(t, plain(s.page("/contacts/twice")), "Attempt 2 · sent Mon 2 March 12:30:00", "To be asked again Mon 2 March 12:30:00, as attempt 2 of 2")
	holds(t, plain(s.page("/contacts/c?lang=nb")), "besvart etter 1 t 30 min", "Mottatt: svar", "Avgjort: besvart etter 1 t 30 min", "Kjeden på 6 hendelser er hel")
}

// TestContactWaits: a contact whose amendment waits for a second person is shown as it
// counts, with whom it waits for; one whose amendment counts is shown with it.
func TestContactWaits(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	void := ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Outcome: probes.Void, Reason: "wrong address", By: "kari"})
	for _, id := range []string{"waits", "counts"} {
		s.ask(id, "nordlys", "power", left(), heard(90*time.Minute, reading.Answer), void)
	}
	s.board.Standings = func(context.Context, string) (ClassView, error) { return ClassView{Waiting: []string{"waits"}}, nil }
	waits, counts := plain(s.page("/contacts/waits")), plain(s.page("/contacts/counts"))
	holds(t, waits, "answered after 1 h 30 min", "it takes two people who say the same, and so far each has said something alone: kari.", "Amended to void by kari", "Chain of 6 events")
	if strings.Contains(counts, "it takes two people") || strings.Contains(counts, "answered after 1 h 30 min Contact") {
		t.Errorf("got %s", counts)
	}
	holds(t, plain(s.page("/contacts/waits?lang=nb")), "det kreves to personer som sier det samme, og så langt har hver sagt noe alene: kari.")
}

// TestWords: what was written is shown as text, what was erased is said to be.
func TestWords(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	page := s.page("/contacts/q-doubt")
	holds(t, page, "Re: Åpningstider", "vi åpner klokken 10 på lørdag. &lt;script&gt;alert(1)&lt;/script&gt;", "phrase.answer (&#43;4): vi åpner klokken 10")
	s.append(question("erased", "company-0001", "bank", noon.Add(-time.Hour), left(), ledgertest.Event(probes.Heard, 1, noon, probes.Classification{
		Kind: reading.Answer, Evidence: "0123",
	})))
	holds(t, plain(s.page("/contacts/erased")), "The words have been erased.")
	if got := cut(words{Text: strings.Repeat("å", 5000) + "\xff"}); len([]rune(got.Text)) != 4000 || !got.Cut {
		t.Errorf("got %d runes, cut %t", len([]rune(got.Text)), got.Cut)
	}
}
