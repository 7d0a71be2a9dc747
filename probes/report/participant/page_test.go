package participant

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/report"
)

// facts are those of a company that is second of three.
func facts() Facts {
	zone := time.UTC
	opening, _ := calendar.ParseHours("Mon-Fri 08:00-16:00")
	slot := time.Date(2027, 1, 12, 9, 30, 0, 0, zone)
	answered := report.Scored{
		Contact: probes.Contact{ID: "k1", Plan: probes.Plan{Channel: "mail", Slot: slot}},
		Fair:    fairness.Contact{Tries: []fairness.Try{{}}},
		Worth:   fairness.Worth{State: fairness.Answered, Wait: 90 * time.Minute, Promise: 24 * time.Hour, Score: 0.9375},
	}
	void := report.Scored{
		Contact: probes.Contact{ID: "k2", Plan: probes.Plan{Channel: "mail", Slot: slot}},
		Worth:   fairness.Worth{State: fairness.Void, Score: survival.Number(math.NaN())},
	}
	return Facts{
		Edition: "spring", From: slot, To: slot.AddDate(0, 3, 0), Opening: opening,
		Titles:  edition.Titles{Classes: map[string]map[string]string{"power": {"nb": "strøm"}}, Channels: map[string]map[string]string{"mail": {"nb": "e-post"}}},
		Company: edition.Company{ID: "kraft", Name: "Kraft <b>&</b> AS", Class: "power"},
		Standing: fairness.Standing{
			Company: "kraft", Rank: 2, RankLower: 1, RankUpper: 3, Score: 0.751234, Points: 7512, Lower: 0.5, Upper: 0.9,
			Reached: 1, Valid: 1, ReachUpper: 1, Grade: 1, Shrunken: 0.7, Tied: []string{"nordlys"},
			Channels: []fairness.ChannelStanding{{Channel: "mail", Score: 0.75, Weight: 2, Reached: 1, Valid: 1, Median: survival.Number(math.Inf(1))}},
		},
		Ranked: 3, Companies: 3, Contacts: []report.Scored{answered, void},
		Outcomes: []Count{{fairness.Answered, 1}, {fairness.Void, 1}},
	}
}

// pages writes the page in each language, as text and as it is.
func pages(t *testing.T, f Facts) (text, raw map[string]string) {
	t.Helper()
	printers, err := report.Printers(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	text, raw = map[string]string{}, map[string]string{}
	for _, p := range printers {
		page, err := f.HTML(p)
		if err != nil {
			t.Fatal(err)
		}
		plain := strings.NewReplacer("</td>", " ", "</th>", " ", "</dt>", " ").Replace(string(page))
		plain = regexp.MustCompile(`(?s)<style>.*</style>|<[^>]*>`).ReplaceAllString(plain, "")
		text[p.Tag().String()], raw[p.Tag().String()] = strings.Join(strings.Fields(html.UnescapeString(plain)), " "), string(page)
	}
	return text, raw
}

// TestPage: what the page says, in Norwegian and English.
func TestPage(t *testing.T) {
	text, raw := pages(t, facts())
	for lang, wants := range map[string][]string{
		"en": {
			"Kraft <b>&</b> AS", "Number 2 of 3 in its class, with 75.12 points of 100", "A person answered 1 of 1 questions in time.",
			"50.00 – 90.00", "cannot be told apart from the best of its class", "It shares its place with others",
			"were asked again and do not count. Those that we could not hear to the end were asked again too, and count beside the new ones as far as they were heard: as unanswered until then.",
			"longer than was promised", "answered 1, void 1", "12 January 2027 09:30 mail answered 1 h 30 min 1 d 93.75 k1", "mail void – – – k2",
		},
		"nb": {
			"Nummer 2 av 3 i sin bransje, med 75,12 poeng av 100", "Et menneske besvarte 1 av 1 spørsmål i tide.",
			"ble stilt på nytt og teller ikke. De som vi ikke kunne høre til ende, ble også stilt på nytt, og teller ved siden av de nye så langt de ble hørt: som ubesvart til da.",
			"besvart 1, ugyldig 1", "12. januar 2027 kl. 09.30 e-post besvart 1 t 30 min 1 d 93,75 k1", "lenger enn fristen",
		},
	} {
		for _, want := range wants {
			if !strings.Contains(text[lang], want) {
				t.Errorf("%s: got\n%s\nwant %q", lang, text[lang], want)
			}
		}
		if strings.Contains(raw[lang], "<b>&") || strings.Contains(raw[lang], "nordlys") || strings.Contains(raw[lang], "%!") {
			t.Errorf("%s: a name is not escaped, another company is named, or an argument is missing", lang)
		}
	}
	if !strings.Contains(raw["nb"], `<data value="0.751234" data-of="standings.score">75,12</data>`) || !strings.Contains(raw["nb"], `<html lang="nb">`) {
		t.Error("the figure has no value of its own")
	}
}

// TestOtherStandings: who wins, is not ranked, is below the floor or was never
// asked is told so.
func TestOtherStandings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Facts)
		want   string
		never  string
	}{
		{"the winner", func(f *Facts) { f.Standing.Rank, f.Standing.Tied = 1, nil }, "Number 1 of 3", "told apart"},
		{"told apart", func(f *Facts) { f.Standing.Apart, f.Standing.RankLower = true, 2 }, "Another company of the class is better, with 95% confidence.", "cannot be told apart"},
		{"told apart, by the best alone", func(f *Facts) { f.Standing.Apart = true }, "Another company of the class is probably better: a comparison with the best alone says so with 95% confidence.", "is better"},
		{"not told apart", func(*Facts) {}, "It cannot be told apart from the best of its class", "better"},
		{"below the floor", func(f *Facts) { f.Standing.BelowFloor, f.Rules.Floor = true, 0.8 }, "A winner needs 80.00 points.", "Not ranked"},
		{"not ranked", func(f *Facts) { f.Standing.Rank, f.Rules.MinContacts = 0, 18 }, "Not ranked: 75.12 points of 100 A place takes 18 valid contacts", "Places"},
		{"without a score", func(f *Facts) { f.Standing.Rank, f.Standing.Score = 0, survival.Number(math.NaN()) }, "Not ranked A place takes", "NaN"},
		{"never asked", func(f *Facts) { f.Standing, f.Contacts, f.Outcomes = fairness.Standing{}, nil, nil }, "No question has been put to the company yet that counts.", "Every question"},
		{"not final", func(f *Facts) { f.Provisional = true }, "This is not final", "NaN"},
		{"withdrawn", leaving("withdrawn", ""), "has withdrawn its consent from 1 February 2027", "paused"},
		{"without consent", leaving("no consent", ""), "has no consent any more", "withdrawn"},
		{"taken out", leaving("taken out", ""), "takes no part in the edition any more", "paused"},
		{"not reached over a channel", leaving("taken out", "mail"), "Over mail the company is not reached any more.", "takes no part"},
		{"paused to the end", leaving("paused", ""), "takes no part from 1 February 2027 on: it is paused", "withdrawn"},
		{"paused over a channel", leaving("paused", "mail"), "Over mail the company takes no part from", "withdrawn"},
		{"paused", pausing("", false), "The company was paused from 1 February 2027 to 3 February 2027, which was entered after the start.", "taken back"},
		{"paused over a channel, and resumed", pausing("mail", true), "Over mail the company was paused from 1 February 2027 to 3 February 2027, which was entered after the start. The pause was taken back on 2 February 2027 12:00.", "its end"},
		{"paused, and edited away", func(f *Facts) { pausing("", true)(f); f.Pauses[0].Until = time.Time{} }, "The pause was taken back before its end.", "taken back on"},
		{"left", func(f *Facts) { f.Left = true }, "would have been asked had it not left", "NaN"},
		{"rounds were dropped", func(f *Facts) { f.Dropped = []report.Dropped{{Probe: "letters", Rounds: 3}} }, "The plan of the start asks this class by letters what is not asked any more: those rounds", "had it not left"},
		{"a zero because it left", zeroed(report.ByLeaving), "mail unanswered, the company had left – – 0.00 k1", "of the start"},
		{"a zero by the hours of the start", zeroed(report.ByHours), "mail unanswered, by the hours and days of the start – – 0.00 k1", "had it not left"},
	} {
		f := facts()
		tt.change(&f)
		text, _ := pages(t, f)
		if !strings.Contains(text["en"], tt.want) || strings.Contains(text["en"], tt.never) {
			t.Errorf("%s: got\n%s\nwant %q and no %q", tt.name, text["en"], tt.want, tt.never)
		}
	}
}

// leaving returns a change of a company that has left in a way.
func leaving(way, channel string) func(*Facts) {
	day := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	return func(f *Facts) {
		f.Departures = []Departure{{report.Departure{Way: way, Channel: channel}, day}}
	}
}

// zeroed returns a change by which the first contact counts as unanswered, whatever came of
// the question.
func zeroed(why report.Zero) func(*Facts) {
	return func(f *Facts) {
		c := &f.Contacts[0]
		c.Zero, c.Fair, c.Worth = why, fairness.Contact{State: fairness.Unanswered}, fairness.Worth{State: fairness.Unanswered}
		f.count()
	}
}

func pausing(channel string, lifted bool) func(*Facts) {
	day := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	return func(f *Facts) {
		f.Pauses = []Pause{{day, day.AddDate(0, 0, 2), channel, lifted, day.Add(36 * time.Hour)}}
	}
}

// TestFigures: a name of a channel cannot end the element of a figure.
func TestFigures(t *testing.T) {
	got := string(figure(`channels."><script>.weight`, 1.5, `<1>`))
	if strings.Contains(got, "<script>") || strings.Contains(got, "<1>") || !strings.HasPrefix(got, `<data value="1.5"`) {
		t.Error(got)
	}
	if got := fmt.Sprint(number("x")); got != "NaN" {
		t.Errorf("got %s", got)
	}
}

// TestNoEnglish: no page in another language holds an English word, whatever it tells of.
// English words are those of the phrases that no phrase of the language is said with, and
// those by which svartid and an edition name things.
func TestNoEnglish(t *testing.T) {
	languages, err := report.Languages()
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(`\p{L}+`)
	for _, l := range languages[1:] {
		english, own := map[string]bool{}, map[string]bool{"svartid": true, "kraft": true, "as": true}
		for phrase, said := range l.Phrases {
			for _, w := range word.FindAllString(strings.ToLower(said.One+" "+said.Other), -1) {
				own[w] = true
			}
			for _, w := range word.FindAllString(strings.ToLower(phrase), -1) {
				english[w] = true
			}
		}
		for _, w := range word.FindAllString("always power bank insurance mail phone mon tue wed thu fri sat sun january", -1) {
			english[w] = true
		}
		tag := l.Tag.String()
		for name, f := range everything() {
			f.Titles = edition.Titles{Classes: map[string]map[string]string{"power": {tag: "strøm"}}, Channels: map[string]map[string]string{"mail": {tag: "e-post"}}}
			text, _ := pages(t, f)
			for _, w := range word.FindAllString(strings.ToLower(text[tag]), -1) {
				if english[w] && !own[w] {
					t.Errorf("%s, %s: %q is English", l.Tag, name, w)
				}
			}
		}
	}
}

// everything returns facts that make a page say all that it can.
func everything() map[string]Facts {
	all := map[string]Facts{"second": facts()}
	add := func(name string, change func(*Facts)) {
		f := facts()
		change(&f)
		all[name] = f
	}
	add("always open", func(f *Facts) { f.Opening = calendar.Hours{} })
	add("first", func(f *Facts) { f.Standing.Rank = 1 })
	add("told apart", func(f *Facts) { f.Standing.Apart, f.Standing.RankLower = true, 2 })
	add("told apart, by the best alone", func(f *Facts) { f.Standing.Apart = true })
	add("cannot win", func(f *Facts) { f.Standing.BelowFloor, f.Standing.Points = true, 0 })
	add("not ranked", func(f *Facts) { f.Standing.Rank, f.Standing.Channels[0].LeftOut, f.Left = 0, true, true })
	add("never asked", func(f *Facts) { f.Standing = fairness.Standing{} })
	add("not final", func(f *Facts) { f.Provisional, f.Contacts[0].Amended, f.Contacts[1].Provisional = true, true, true })
	for _, p := range fairness.Policies() {
		add(string(p), func(f *Facts) { f.Rules.Policy = p })
	}
	for _, state := range []fairness.State{
		fairness.Deflected, fairness.Bot, fairness.Unanswered, fairness.Late, fairness.Pending, fairness.BrokenOff, fairness.Contested,
	} {
		add(string(state), func(f *Facts) { f.Contacts[0].Worth.State, f.Outcomes[0].State = state, state })
	}
	for _, way := range []string{"withdrawn", "no consent", "taken out", "paused"} {
		add(way, leaving(way, ""))
		add(way+" over a channel", leaving(way, "mail"))
	}
	return all
}
