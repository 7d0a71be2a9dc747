package report

import (
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// TestLanguages: English comes first, and each language writes days and shares.
func TestLanguages(t *testing.T) {
	all, err := Languages()
	if err != nil || len(all) < 2 || all[0].Tag != language.English {
		t.Fatalf("got %d languages: %v", len(all), err)
	}
	for _, l := range all {
		if l.Name == "" || l.Decimal == "" || !strings.Contains(l.Percent, "%%") {
			t.Errorf("%s: got %q, %q, %q", l.Tag, l.Name, l.Decimal, l.Percent)
		}
		if !strings.Contains(l.Date, "{day}") || !strings.Contains(l.FullDate, "{year}") {
			t.Errorf("%s: got layouts %q and %q", l.Tag, l.Date, l.FullDate)
		}
		for _, name := range append(l.Weekdays[:], l.Months[:]...) {
			if name == "" {
				t.Errorf("%s: a weekday or month has no name", l.Tag)
			}
		}
	}
}

// TestLanguagesRefused: what is wrong with a file is said with its name.
func TestLanguagesRefused(t *testing.T) {
	for file, tt := range map[string]struct{ content, want string }{
		"language/sv.json": {`{"tag": "da"}`, "read language/sv.json: it is of the language da"},
		"language/da.json": {`{`, "read language/da.json: unexpected end"},
		"language/fi.json": {`{"tag": "fi", "phrases": {"x": 7}}`, "read language/fi.json: "},
	} {
		_, err := readLanguages(fstest.MapFS{file: {Data: []byte(tt.content)}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", file, err, tt.want)
		}
	}
}

// layouts are what a language has besides phrases.
const layouts = `"name": "x", "decimal": ",", "percent": "%.0f %%", "date": "{weekday} {day}. {month}", "full_date": "{day}. {month} {year}",
	"clock": "15.04.05", "minute": "15.04", "moment": "{date} kl. {clock}", "weekdays": ["a", "b", "c", "d", "e", "f", "g"],
	"months": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]`

// TestLacks: a file of a language that lacks how something is written is refused by name.
func TestLacks(t *testing.T) {
	for _, key := range []string{"name", "decimal", "percent", "date", "full_date", "clock", "minute", "moment", "weekdays", "months"} {
		text := strings.Replace(`{"tag": "da", `+layouts+`}`, `"`+key+`"`, `"not_`+key+`"`, 1)
		_, err := readLanguages(fstest.MapFS{"language/da.json": {Data: []byte(text)}})
		if want := "read language/da.json: it does not say " + key; err == nil || err.Error() != want {
			t.Errorf("without %s: got %v, want %q", key, err, want)
		}
	}
}

// TestFurtherLanguage: a third language is one more file.
func TestFurtherLanguage(t *testing.T) {
	all, err := readLanguages(fstest.MapFS{
		"language/en.json": {Data: []byte(`{"tag": "en", ` + layouts + `}`)},
		"language/da.json": {Data: []byte(`{"tag": "da", ` + layouts + `, "phrases": {
			"answered": "besvaret", "%d contacts": {"one": "%d henvendelse", "other": "%d henvendelser"}}}`)},
	})
	if err != nil || len(all) != 2 || all[1].Tag.String() != "da" {
		t.Fatalf("got %+v: %v", all, err)
	}
	say, err := all[1].printer()
	if err != nil {
		t.Fatal(err)
	}
	da := &Printer{lang: all[1], say: say}
	for _, tt := range []struct{ got, want string }{
		{da.Outcome(probes.Answered), "besvaret"},
		{da.Outcome(probes.BrokenOff), "broken off"},
		{da.T("%d contacts", 1), "1 henvendelse"},
		{da.T("%d contacts", 2), "2 henvendelser"},
		{da.Score(0.5), "50,00"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// TestNames: words of the domain are named in both languages, and one of a later
// version as it is.
func TestNames(t *testing.T) {
	en, nb := printers(t)
	for _, tt := range []struct{ got, want string }{
		{en.Tap(channels.Ringing), "it is ringing"},
		{nb.Tap(channels.Ringing), "det ringer"},
		{nb.Tap("waved"), "waved"},
		{nb.How("phone"), "telefon"},
		{nb.Policy(fairness.CappedWait), "ventetid med tak"},
		{en.Policy(fairness.CappedWait), "capped-wait"},
		{nb.Centre(""), "ukjent"},
		{nb.Centre("own"), "own"},
		{en.Rule("platform"), "the conversation, which the platform itself names"},
		{en.Rule("later"), "later"},
		{en.Name() + " " + nb.Name(), "English Norsk"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
