package person_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
	"github.com/svartid/svartid/probes/report/person"
)

// found returns the words of a text that are names.
func found(s *person.Spotter, text string) (names []string) {
	for _, at := range s.Spot(text) {
		names = append(names, text[at[0]:at[1]])
	}
	return names
}

func TestSpot(t *testing.T) {
	s := person.NewSpotter()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "Det koster 499 kr i måneden hos oss i Bergen.", ""},
		{"empty", "", ""},
		{"signed", "Det går bra.\n\nMed vennlig hilsen\nLise Moe\nKundekonsulent", "Lise Moe"},
		{"signed in one line", "Det går bra. Mvh Lise", "Lise"},
		{"signed with a name that is a word", "Det går bra.\n\nMvh\nEven", "Even"},
		{"signed with a name that no list has", "Det går bra.\n\nHilsen\nXandrella", "Xandrella"},
		{"signed by a desk", "Det går bra.\n\nHilsen\nKundeservice", ""},
		{"signed by a firm", "Det går bra.\n\nMvh Vinduskameratenehuset", ""},
		{"signed in small letters", "det går bra. mvh lise", "lise"},
		{"signed with a stroke", "Jag ringer imorgon.\n/Steffe", "Steffe"},
		{"signed with an initial", "We close it today. Yours, R. Patel", "R Patel"},
		{"signed below its department", "Regards,\nCustomer Relations\nGareth", "Gareth"},
		{"a name alone", "Regningen er rettet.\n\nGry\n\nman. 23. nov.", "Gry"},
		{"in mid-sentence", "Jeg har snakket med Ragnhild om saken.", "Ragnhild"},
		{"in mid-sentence, a word too", "Du kan spørre etter Dag i morgen.", "Dag"},
		{"at the beginning, a word too", "Dag og natt er vi her. Liv og helse går først.", ""},
		{"at the beginning, with a family name", "Dag Hansen ringer deg.", "Dag Hansen"},
		{"called", "Siv, svarer du på denne?", "Siv"},
		{"with a family name that no list has", "Kontakt Tor Krukkevoll på lageret.", "Tor Krukkevoll"},
		{"a family name alone", "Saken ligger hos Hansen nå.", "Hansen"},
		{"double", "Anne-Lise Berg-Hansen svarer.", "Anne-Lise Berg-Hansen"},
		{"genitive", "Det er Lises sak, og Karis.", "Lises Karis"},
		{"with a particle", "Hilsen Sanne de Vries", "Sanne de Vries"},
		{"greeted", "Hei Ola,\n\ntakk for meldingen.", "Ola"},
		{"Swedish", "Hej! Jag heter Åsa och jobbar här.", "Åsa"},
		{"Danish", "Kontakt Bo ved behov.", "Bo"},
		{"Finnish", "Sijaiseni on Tiina Koski.", "Tiina Koski"},
		{"English", "Please ask for Helen in Accounts.", "Helen"},
		{"in an address", "Skriv til lise.moe@kraft.example eller https://kraft.example/Lise", ""},
		{"signed with a stroke before", "Saken er løst.\n\nMvh/Xandrell", "Xandrell"},
		{"signed with initials", "Med vennlig hilsen\nX.Y. Krukkevoll\nLeder", "X Y Krukkevoll"},
		{"signed below a firm", "Med hilsen\nGlassmesteren Vest AS\n\nTor Krukkevoll", "Tor Krukkevoll"},
		{"signed for a firm", "Hilsen oss i Trygg\nv/ Xandrell Krukkevoll", "Xandrell Krukkevoll"},
		{"signed below a wish", "See you soon!\nXandrell\nFront desk", "Xandrell"},
		{"signed with a face", "Prisen står fast.\n\nHa det bra!\nXandrell ☀️", "Xandrell"},
		{"signed in small letters, of no list", "ja, kom innom. hilsen xandrell", "xandrell"},
		{"signed in small letters, with a desk", "det fikser vi. hilsen xandrell kundeservice", "xandrell"},
		{"signed in small letters, with a stroke", "bare vis kortet i kassa /xandrell", "xandrell"},
		{"no signature: a unit", "det koster 149 kr /mnd", ""},
		{"no signature: the desk", "vi fikser det. hilsen oss på kontoret", ""},
		{"of two parts, as in the North", "Kontakt Torgunn. Ragnvald og Gunnlaug svarer.", "Torgunn Ragnvald Gunnlaug"},
		{"here", "Hei. Xandrell her, jeg ordner det. Xandrella fra Kraftlaget her.", "Xandrell Xandrella"},
		{"not here", "Prisen her, og Klikk her, sier mer.", ""},
		{"this is", "Hello, this is Xandrell from FlexiGym. It's Xandrella again.", "Xandrell Xandrella"},
		{"told in small letters", "hei, jeg heter xandrell og jobber her", "xandrell"},
		{"asked for in small letters", "ring torgeir på 99 00 00 00. snakk med kari", "torgeir kari"},
		{"from a team", "Xandrell from the billing team has seen it.", "Xandrell"},
		{"with two particles", "Our head, Xandrell van den Krukke, is away.", "Xandrell van den Krukke"},
		{"two given names, the first of no list", "Send det til Xandrell Irene før fredag.", "Xandrell Irene"},
		{"quoted header", "Lähettäjä: Anna Virta\nLähetetty: tiistai", "Anna Virta"},
		{"month and place", "Vi holder stengt i Mai og flytter til Oslo i Juni.", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(found(s, tt.text), " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLetters holds what is found in letters against the names that are in them, as
// testdata/names.tsv lists them: at least 98 % of the names are found, and no more than
// 1 % of all other words. Names that machines have are neither.
func TestLetters(t *testing.T) {
	const machines = "Otso Olive Bella Viggo Aino Alva Max Lattia-Lauri Lyn-Lotte Robo-Rikke Volt Ava Nova Tea Ella Tess Finn"
	list, err := os.ReadFile("testdata/names.tsv")
	if err != nil {
		t.Fatal(err)
	}
	s := person.NewSpotter()
	var names, hidden, words, wrong, letters int
	for line := range strings.Lines(string(list)) {
		file, listed, _ := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		raw, err := os.ReadFile(filepath.Join("../../reading/testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		text := message.Plain(string(raw)).Text
		if strings.HasSuffix(file, ".eml") {
			text = message.Parse(raw).Text
		}
		letters++
		want, got := strings.Fields(listed), found(s, text)
		words += len(strings.Fields(text)) - len(want)
		for _, name := range want {
			names++
			if slices.Contains(got, name) {
				hidden++
			} else {
				t.Logf("%s: %s is not found", file, name)
			}
		}
		for _, word := range got {
			if !slices.Contains(want, word) && !slices.Contains(strings.Fields(machines), word) {
				wrong++
				t.Logf("%s: %s is no name", file, word)
			}
		}
	}
	t.Logf("%d letters: %d of %d names (%.1f %%), %d of %d other words (%.2f %%)",
		letters, hidden, names, 100*float64(hidden)/float64(names), wrong, words, 100*float64(wrong)/float64(words))
	if letters < 700 || float64(hidden) < 0.98*float64(names) || float64(wrong) > 0.01*float64(words) {
		t.Error("want 98 % of the names and 1 % of the other words at most")
	}
}

// FuzzSpot: spans are words, in order, and apart.
func FuzzSpot(f *testing.F) {
	f.Add("Hei Lise!\n\nMvh R. Patel\n/Steffe")
	f.Add("\xff Mvh \n\n\n")
	f.Add("Dag-Lise’s, J.-P. de")
	s := person.NewSpotter()
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, at := range s.Spot(text) {
			if at[0] < last || at[1] <= at[0] || at[1] > len(text) {
				t.Fatalf("%q: %v after %d", text, at, last)
			}
			last = at[1]
		}
	})
}
