package lexicon

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	same := [][]string{
		{"på", "paa", "pa", "PÅ"},
		{"ærlig", "aerlig", "ärlig"},
		{"spørsmål", "spoersmaal", "spörsmål", "SPØRSMÅL"},
		{"e-post", "epost", "E‑post"},
		{"idé", "ide"},
		{"don’t", "don't"},
		{"påske", "pa\u030aske"},
	}
	for _, group := range same {
		for _, word := range group[1:] {
			if Fold(word) != Fold(group[0]) {
				t.Errorf("%q folds to %q, %q to %q", word, Fold(word), group[0], Fold(group[0]))
			}
		}
	}
}

func TestWords(t *testing.T) {
	tests := map[string]string{
		"Det koster kr 299,50. Ja!":         "det koster kr 299,50 | ja",
		"Se www.firma.no/hjelp, eller ring": "se www.firma.no hjelp eller ring",
		"Hei\n\nVi svarer snart":            "hei | vi svarer snart",
		strings.Repeat("a", 60) + "\nb":     strings.Repeat("a", 60) + " b",
		"kl. 09-16 (ons.)":                  "kl 0916 ons",
		"":                                  "",
		"Skriv til post@firma.no - i dag…":  "skriv til post@firma.no i dag",
	}
	for text, want := range tests {
		got, last := "", 0
		for i, w := range Words(text) {
			switch {
			case i > 0 && w.Sentence != last:
				got += " | "
			case i > 0:
				got += " "
			}
			got, last = got+w.Folded, w.Sentence
		}
		if got != foldDigraphs(want) {
			t.Errorf("%q: got %q, want %q", text, got, foldDigraphs(want))
		}
	}
}

func TestPhrases(t *testing.T) {
	b := Phrasebook{}
	if err := b.load("# comment\n= class 3\nvi har (mottatt|tatt imot) din? henvend*\n(så )?snart .. svar\n"); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"Ja, vi har mottatt din henvendelse i dag": "vi har mottatt din henvendelse",
		"vi har tatt imot henvendelsene":           "vi har tatt imot henvendelsene",
		"Vi har mottatt (4411) din henvendelse":    "Vi har mottatt (4411) din henvendelse",
		"vi har. Mottatt din henvendelse":          "",
		"så snart vi kan svar":                     "så snart vi kan svar",
		"snart en to tre fire fem svar":            "",
	}
	for text, want := range tests {
		list, got := Words(text), ""
		if hits := b.Find(list); len(hits) > 0 {
			got = text[list[hits[0].From].Start:list[hits[0].To-1].End]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestBadRules(t *testing.T) {
	tests := map[string]string{
		"= class\n":           "want a class and a weight",
		"= class x\n":         "invalid syntax",
		"= c 1\n.. svar\n":    "begins with no word",
		"= c 1\nab*\n":        "too short to be open",
		"= c 1\n(a)?\n":       "may be empty",
		"= c 1\na (b||c) d\n": "has an empty option",
	}
	for rules, want := range tests {
		if err := new(Phrasebook).load(rules); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", rules, err, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	tests := map[string]string{
		"Vi har ikke mottatt noe fra deg, men jeg kan sjekke det etter helgen.":       "nb",
		"Me har ikkje fått noko frå deg, men eg kan sjekke det etter helga.":          "nn",
		"Vi har ikke modtaget noget fra dig, men jeg kan tjekke det efter weekenden.": "da",
		"Vi har inte fått något från dig, men jag kan kolla det efter helgen.":        "sv",
		"Emme ole saaneet sinulta mitään, mutta voin tarkistaa asian.":                "fi",
		"We have not received anything from you, but I can check after the weekend.":  "en",
		"299": "", "": "",
	}
	for text, want := range tests {
		if got := LanguageOf(text, ""); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := LanguageOf("Ja.", "Eg lurer på kva det kostar å seie opp."); got != "nn" {
		t.Errorf("the customer's language breaks no tie: %q", got)
	}
}

// TestLargerBook: a book that another is made of stays as it is, and shares its phrases.
func TestLargerBook(t *testing.T) {
	lexicon := Default()
	letters := lexicon.Phrases.size
	chat := lexicon.Chat()
	if chat.size <= letters || lexicon.Phrases.size != letters {
		t.Errorf("of letters %d, then %d, of chats %d", letters, lexicon.Phrases.size, chat.size)
	}
	for word, entries := range lexicon.Phrases.whole {
		larger := chat.whole[word]
		if len(larger) < len(entries) || larger[0].Phrase != entries[0].Phrase {
			t.Fatalf("%q: the phrases of letters are not those of chats", word)
		}
		if len(larger) > len(entries) && entries[len(entries)-1].place >= letters {
			t.Fatalf("%q: a phrase of chats is met in letters", word)
		}
	}
}
