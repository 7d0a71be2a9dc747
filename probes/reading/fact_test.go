package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// TestFigures: which numbers are facts of the matter.
func TestFigures(t *testing.T) {
	tests := map[string]bool{
		"Det koster 349 kr i måneden":                 true,
		"Det blir 4 188 kr i året":                    true,
		"Prisen er €29 per month":                     true,
		"Renten er 5,4 %":                             true,
		"Vi kommer 31.12.2026":                        true,
		"Vi har to igjen og den koster 99,-":          true,
		"Det tar 14 dager":                            true,
		"Klokka 12 passer":                            true,
		"Den er 60 cm bred":                           true,
		"Välkommen att kontakta oss på 0771-00 00 00": false,
		"Nummeret er 22 33 44 55":                     false,
		"Ring oss på 815 22 333 mellom 8 og 16":       false,
		"Nås på +47 22 33 44 55":                      false,
		"Åpningstidene er 08.00–16.00":                false,
		"Saken din har nummer 4711":                   false,
		"Det gjelder sak 4711":                        false,
		"Se #4711":                                    false,
		"Ordrenummer 88120 er registrert":             false,
		"Hei Kari, takk for meldingen":                false,
		"Avoinna arkisin 9–16":                        false,
	}
	for text, want := range tests {
		b := newBody(text, Asked{}, lexicon.Default().Phrases)
		got := false
		for _, s := range b.spans {
			got = got || b.figures(s)
		}
		if got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestHoursThatWereAskedFor: opening hours answer who asked for them.
func TestHoursThatWereAskedFor(t *testing.T) {
	b := newBody("Telefontid er 9 til 15", Asked{Text: "Hva er telefontid hos dere?"}, lexicon.Default().Phrases)
	if !b.figures(b.spans[0]) {
		t.Error("hours that were asked for are no fact")
	}
}

// TestExpects: what a scenario expects has to be there, or the answer is doubtful.
func TestExpects(t *testing.T) {
	tests := map[Fact]struct{ holds, lacks string }{
		Price:        {"Den koster 349 kroner.", "Den er blå og fin å se på."},
		DateFact:     {"Den kommer på torsdag.", "Den er blå og fin å se på."},
		YesNo:        {"Ja, den er vanntett.", "Den er blå og fin å se på."},
		HowTo:        {"Skru løs lokket, tøm beholderen og skyll filteret.", "Ja."},
		QuestionBack: {"Hvilken størrelse bruker du?", "Den er blå og fin å se på."},
	}
	for fact, tt := range tests {
		for text, want := range map[string]bool{tt.holds: true, tt.lacks: false} {
			if got := newBody(text, Asked{}, lexicon.Default().Phrases).holds([]Fact{fact}); got != want {
				t.Errorf("%s in %q: got %v, want %v", fact, text, got, want)
			}
		}
	}
	if len(tests) != len(Facts()) {
		t.Errorf("%d facts are tried of %d", len(tests), len(Facts()))
	}
	m := message.Parse([]byte(replied + "Ja, kaffen er malt, og den koster 349 kroner.\n\nMvh Tone Moe"))
	if got := Read(m, Asked{Text: "Når kommer kaffen?", Expects: []Fact{Price}}, time.Time{}); got.Kind != Answer || got.Doubtful {
		t.Errorf("a price that was expected: %s, doubtful %v: %v", got.Kind, got.Doubtful, got.Because)
	}
	m = message.Parse([]byte(replied + "Kaffen er malt og ligger klar, og den koster 349 kroner.\n\nMvh Tone Moe"))
	if got := Read(m, Asked{Text: "Er den økologisk?", Expects: []Fact{YesNo}}, time.Time{}); got.Kind == Answer && !got.Doubtful {
		t.Errorf("no yes and no no: sure of an answer")
	}
}

// TestQuickerThanTyped: a long text within a second is doubtful, in a chat too.
func TestQuickerThanTyped(t *testing.T) {
	const text = "Hei Kari! Abonnementet koster 349 kroner i måneden, og det er ingen bindingstid på det. Du kan si opp når du vil."
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, m := range []message.Message{message.Plain(text), message.Parse([]byte(replied + text))} {
		asked := Asked{At: at, PerCharacter: 50 * time.Millisecond}
		if got := Read(m, asked, at.Add(time.Second)); got.Kind == Answer && !got.Doubtful {
			t.Errorf("typed in a second: sure of an answer: %v", got.Because)
		}
		if got := Read(m, asked, at.Add(10*time.Minute)); got.Kind != Answer || got.Doubtful {
			t.Errorf("typed in ten minutes: %s, doubtful %v: %v", got.Kind, got.Doubtful, got.Because)
		}
	}
}
