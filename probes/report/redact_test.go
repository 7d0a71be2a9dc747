package report

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

func TestHide(t *testing.T) {
	for _, tt := range []struct{ name, said, want string }{
		{"nothing", "Det koster 1 299 kr fra 1. mars.", "Det koster 1 299 kr fra 1. mars."},
		{"empty", "", ""},
		{"address", "Skriv til ola.b-c+x@post.kraft.no.", "Skriv til [address]."},
		{"address with letters of ours", "åse@blåbær.no", "[address]"},
		{"link", "Se https://kraft.no/pris", "Se https://kraft.no/pris"},
		{"telephone", "Ring 22 33 44 55, +47 915 02 000, (+46) 8-123 456 78 eller 91502000!", "Ring [number], [number], ([number] eller [number]!"},
		{"date", "Mellom 2026-03-01 og 31.12.2026", "Mellom 2026-03-01 og 31.12.2026"},
		{"price", "kr 12 500 i året", "kr 12 500 i året"},
		{"our persona", "Hei Kari! Kari Nordmann bestilte, Karis ordre, KARI", "Hei [name]! [name] bestilte, [name] ordre, [name]"},
		{"a word like it", "et kart, et Karionett", "et kart, et Karionett"},
		{"whoever is named", "Spør Karianne eller Olaf i morgen", "Spør [name] eller [name] i morgen"},
		{"introduced", "Mitt navn er Lise Moe. Lise hjelper deg, Moe også.", "Mitt navn er [name]. [name] hjelper deg, [name] også."},
		{"introduced by the window", "Du chatter nå med Anne-Lise\nAnne svarer", "Du chatter nå med [name]\n[name] svarer"},
		{"introduced in English", "My name is Tom. I'm Tom from Kraft", "My name is [name]. I'm [name] from Kraft"},
		{"in Swedish", "Jag heter Åsa och", "Jag heter [name] och"},
		{"from the company", "Hei, dette er Kraft fra Kraft AS", "Hei, dette er Kraft fra Kraft AS"},
		{"signed below", "Det går bra.\n\nLise Moe", "Det går bra.\n\n[name]"},
		{"thanked below", "Det går bra.\n\nTusen Takk", "Det går bra.\n\nTusen Takk"},
		{"one line is no signature", "Ja", "Ja"},
		{"genitive", "Lises svar.\nLise", "[name] svar.\n[name]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, who := NewRedactor(), Names{}
			who.Keep("Kraft AS kraft")
			r.Person("Kari Nordmann", who)
			r.Learn(tt.said, who)
			if got := r.Hide(tt.said, who); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPerson(t *testing.T) {
	for _, tt := range []struct {
		shown string
		names string // that are hidden in the probe below
		want  string
	}{
		{"Ola Hansen <ola@kraft.no>", "Ola Hansen", "[name]"},
		{`"Hansen, Ola" <ola@kraft.no>`, "Ola og Hansen", "[name] og [name]"},
		{"Ola Hansen | Kraft AS", "Ola Hansen i Kraft", "[name] i Kraft"},
		{"Ola fra Strøm", "Ola fra Strøm", "[name] fra Strøm"},
		{"Ola Hansen (Kraft)", "Ola", "[name]"},
		{"Kraft kundeservice", "Kraft Kundeservice", "Kraft Kundeservice"},
		{"Team Strøm", "Strøm", "Strøm"},
		{"zorgan@kraft.no", "i Zorgan", "i Zorgan"},
		{"zorgan hansen", "i Zorgan", "i Zorgan"},
		{"Anne-Lise Moe", "Anne, Lise, Anne-Lise", "[name], [name], [name]"},
		{"A B C D E", "A", "A"},
		{"X7 Systems", "Systems", "Systems"},
		{"", "i Zorgan", "i Zorgan"},
	} {
		t.Run(tt.shown, func(t *testing.T) {
			r, who := NewRedactor(), Names{}
			who.Keep("Kraft")
			r.Person(tt.shown, who)
			if got := r.Hide(tt.names, who); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNoRedactor: where names are asked for, nothing is touched.
func TestNoRedactor(t *testing.T) {
	var r *Redactor
	who := Names{}
	r.Person("Ola", who)
	r.Learn("Jeg heter Ola", who)
	r.Meet(Heard{Raw: []byte(`{"name":"Ola"}`), Kept: true}, who)
	if got := r.Hide("Ola, 22334455", who); got != "Ola, 22334455" || len(who) > 0 {
		t.Errorf("got %q and %v", got, who)
	}
}

func TestShownIn(t *testing.T) {
	var got []string
	shownIn(map[string]any{
		"sender": map[string]any{"available_name": "Ola", "type": "user", "id": 7.0},
		"list":   []any{map[string]any{"Author": "Lise"}, "Kari", nil},
	}, func(s string) { got = append(got, s) })
	if len(got) != 2 {
		t.Errorf("got %v, want Ola and Lise", got)
	}
}

// TestHideReason: who is known to have written is not named in the reasons.
func TestHideReason(t *testing.T) {
	r, who := NewRedactor(), NamesAt(edition.Company{ID: "kraft", Name: "Hansen Kraft AS"})
	who.Keep("Kari Moen")
	r.Meet(Heard{Kept: true, Message: message.Parse([]byte(
		"From: \"Nordmann, Ola Hansen\" <ola.nordmann@kraft.example>\nReply-To: Kundeservice Vest <post@kraft.example>\n\nHei. Jeg heter Lise.",
	))}, who)
	for _, tt := range []struct{ signal, saw, want string }{
		{"fact", "Ola koster", "[name] koster"},
		{"fact", "Nordmann, Ola", "[name], [name]"},
		{"fact", "OLA NORDMANN", "[name]"},
		{"fact", "Olas pris, sier Lise", "[name] pris, sier [name]"},
		{"fact", "Olaf og Kari Moen i Hansen Kraft", "[name] og Kari Moen i Hansen Kraft"},
		{"fact", "Kundeservice Vest", "Kundeservice Vest"},
		{"fact", "skriv til ola.nordmann@kraft.example", "skriv til [address]"},
		{"fact", "ring 915 02 000", "ring [number]"},
		{"signed with a name", "Mvh Per Persen", "[name]"},
		{"from nobody", "noreply@kraft.example", "noreply@kraft.example"},
		{"fact", "", ""},
	} {
		if got := r.HideReason(reading.Reason{Signal: tt.signal, Saw: tt.saw}, who); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.signal, tt.saw, got, tt.want)
		}
	}
}

// TestRedactLetters: of letters as centres write them, who wrote and how they
// are reached is gone, and what they answer is still there.
func TestRedactLetters(t *testing.T) {
	letters, err := filepath.Glob("testdata/letters/*")
	if err != nil || len(letters) < 4 {
		t.Fatalf("got %d letters: %v", len(letters), err)
	}
	for _, name := range letters {
		t.Run(filepath.Base(name), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			expect, came, _ := strings.Cut(string(raw), "\n---\n")
			media, personal, kept := expectations(expect)
			r, who := NewRedactor(), NamesAt(edition.Company{ID: "fjordkraft", Name: "Fjordkraft AS"})
			r.Person("Kari Nordmann", who)
			heard := keep(t, media, came)
			r.Meet(heard, who)
			got := r.Hide(heard.Text(), who)
			for _, word := range personal {
				if strings.Contains(strings.ToLower(got), strings.ToLower(word)) {
					t.Errorf("%q is left in\n%s", word, got)
				}
			}
			for _, words := range kept {
				if !strings.Contains(got, words) {
					t.Errorf("%q is not left in\n%s", words, got)
				}
			}
		})
	}
}

// expectations reads the head of a letter: its media, what is personal in it
// and what is not.
func expectations(head string) (media string, personal, kept []string) {
	for line := range strings.Lines(head) {
		what, words, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch what {
		case "media":
			media = words
		case "personal":
			personal = append(personal, words)
		case "kept":
			kept = append(kept, words)
		}
	}
	return media, personal, kept
}

// TestClosestLooksAreSpared: what is not looked at closely holds nothing that a closer
// look would have found.
func TestClosestLooksAreSpared(t *testing.T) {
	r := NewRedactor()
	texts := []string{
		"Mitt navn er Kari Nordmann", "NAMNET MITT ER Kari", "Mit navn er Ole", "Mitt namn är Åsa", "Jeg heter Ola", "Eg heiter Liv", "Jeg hedder Bo",
		"Jag heter Åke", "My name is Ann", "Mein Name ist Udo", "Ich heiße Ina", "Du chatter nå med Siri", "du snakker med Per", "Du pratar med Eva",
		"du prater med Jon", "du skriver nu med Ib", "You are now chatting with Sam", "you are talking to Joe", "You are speaking with Kim",
		"Dette er Kari fra Kraft", "Det er Ola hos oss", "Detta är Eva från Kraft", "Her er Per frå laget", "Jeg er Liv fra laget", "Jag är Bo från Kraft",
		"This is Ann from Kraft", "I am Joe at Kraft", "I'm Kim from Kraft", "ring 22 33 44 55", "+4722334455", "2026-03-02", "post@kraft.example", "Hei", "",
	}
	for _, text := range texts {
		introduced := slices.ContainsFunc(r.introduced, func(form *regexp.Regexp) bool { return form.MatchString(text) })
		if introduced && !mayIntroduce(text) {
			t.Errorf("%q: the name is missed", text)
		}
		if r.number.MatchString(text) && digits(text) < fewestDigits {
			t.Errorf("%q: the number is missed", text)
		}
	}
	if n := slices.IndexFunc(texts[:28], func(text string) bool {
		return !slices.ContainsFunc(r.introduced, func(form *regexp.Regexp) bool { return form.MatchString(text) })
	}); n >= 0 {
		t.Errorf("%q introduces no name", texts[n])
	}
}
