package lexicon

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestFoldMakesOneSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"På": "pa", "paa": "pa", "PÅ": "pa", "Søknad": "soknad", "soeknad": "soknad", "ærlig": "arlig", "aerlig": "arlig",
		"E-post": "epost", "e‑post": "epost", "Åpningstid": "apningstid", "naïve": "naive", "it’s": "it's", "so\u00adft": "soft", "A\u030a": "a", "": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestSentences counts sentences, which phrases never leave.
func TestSentences(t *testing.T) {
	tests := map[string]int{
		"":                                      0,
		"Hei":                                   1,
		"Hei! Det går bra.":                     2,
		"Det koster 299.50 kr på firma.example": 1,
		"Jeg er tilbake 5. august":              1,
		"Jag är åter den 11. augusti. Hej!":     2,
		"Se punkt 5. Det står der":              2,
		"Vi har 3. Det holder":                  2,
		"Hei\nKari":                             2,
		"En lang linje som mailprogrammet har brutt midt i fordi\nden ikke fikk plass på én": 1,
		"En lang linje som ikke er brutt i det hele tatt, nei\n\nNytt avsnitt":               2,
		"Åpent: 8–16 | Stengt: søndag":                                                       2,
		"Hva? Hvem; hvor…":                                                                   3,
		"Fordi:\nalt":                                                                        2,
		"… ! ?":                                                                              0,
	}
	for text, want := range tests {
		list, got := Words(text), 0
		if len(list) > 0 {
			got = list[len(list)-1].Sentence - list[0].Sentence + 1
		}
		if got != want {
			t.Errorf("%q: got %d sentences, want %d", text, got, want)
		}
	}
}

func TestWordsStandWhereTheyStood(t *testing.T) {
	const text = "Hei, 🎉 Kåre! Send 1 200,50 kr til kari@post.example i dag."
	var seen []string
	for _, w := range Words(text) {
		seen = append(seen, text[w.Start:w.End])
	}
	if got, want := strings.Join(seen, "|"), "Hei|Kåre|Send|1|200,50|kr|til|kari@post.example|i|dag"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := len(Words(strings.Repeat("a ", 2*maxWords))); got != maxWords {
		t.Errorf("got %d words of a hostile text, want %d", got, maxWords)
	}
}

func TestOrdinal(t *testing.T) {
	tests := map[string]bool{"5. august": true, "5. August": false, "5.": false, "x. august": false, "31.  mars": false, "12. å": true}
	for text, want := range tests {
		if got := ordinal(text, strings.IndexByte(text, '.')); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestFoldAlike folds each letter of two bytes and each of ASCII as their decomposition is folded, alone, doubled, and
// with a mark behind it.
func TestFoldAlike(t *testing.T) {
	for r := rune(1); r < 0x250; r++ {
		for _, text := range []string{string(r), "x" + string(r) + string(r) + "Y", string(r) + "\u030a", string(r) + "e-" + string(r)} {
			want := foldDigraphs(strings.Map(foldRune, norm.NFD.String(text)))
			if got := Fold(text); got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	}
	for _, broken := range []string{"\xc3", "a\xc3", "\xc3\xc3\xa5", "\xa5", "\xe2\x82"} {
		if got, want := Fold(broken), foldDigraphs(strings.Map(foldRune, norm.NFD.String(broken))); got != want {
			t.Errorf("%q: got %q, want %q", broken, got, want)
		}
	}
}
