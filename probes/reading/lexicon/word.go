package lexicon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWords is how many words of a text are looked at for phrases.
const maxWords = 6000

// lettersOfWord is how long a word and what stands behind it mostly are at least.
const lettersOfWord = 5

// A Word is one Word of a text, folded, with where it stood.
type Word struct {
	Folded     string
	Text       string // as it was written
	Start, End int    // bytes in the text
	Sentence   int
}

// Fold makes one spelling of the many in which the same word is written: composed, lower
// case, Nordic vowels without their marks or digraphs ("på", "paa" and "pa" are one), no
// accents, and no hyphens, so that "E-post" is "epost".
func Fold(s string) string {
	if folded(s) {
		return foldDigraphs(s)
	}
	out, known := make([]byte, 0, len(s)), true
	for i := 0; i < len(s) && known; i++ {
		c := s[i]
		switch {
		case c == '-':
		case c == '`':
			out = append(out, '\'')
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c < utf8.RuneSelf:
			out = append(out, c)
		default:
			i++
			var plain byte
			if plain, known = unmarked(s, i); known {
				out = append(out, plain)
			}
		}
	}
	if known {
		return foldDigraphs(string(out))
	}
	return foldDigraphs(strings.Map(foldRune, norm.NFD.String(s)))
}

// folded reports whether s is lower case and has nothing beyond ASCII, so that there is nothing to fold but
// digraphs.
func folded(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == '-' || c == '`' || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}

// unmarked returns the letter without its mark, in lower case, for the most usual letters of two bytes, of which
// i is the second; false for any other.
func unmarked(s string, i int) (plain byte, known bool) {
	if i >= len(s) || s[i-1] != 0xc3 || i+1 < len(s) && s[i+1] == 0xcc { // what a mark may follow is left to others
		return 0, false
	}
	switch s[i] | 0x20 {
	case 0xa5, 0xa4, 0xa6: // å ä æ
		return 'a', true
	case 0xb6, 0xb8: // ö ø
		return 'o', true
	case 0xa9: // é
		return 'e', true
	}
	return 0, false
}

// foldRune folds one rune of decomposed text; -1 drops it.
func foldRune(r rune) rune {
	switch r = unicode.ToLower(r); r {
	case 'æ':
		return 'a'
	case 'ø':
		return 'o'
	case '’', '‘', '´', '`':
		return '\''
	case '-', '‐', '‑':
		return -1
	}
	if unicode.In(r, unicode.Mn, unicode.Cf) {
		return -1
	}
	return r
}

// foldDigraphs folds the letters by which å, æ and ø are written where a keyboard lacks them.
func foldDigraphs(s string) string {
	if !strings.Contains(s, "aa") && !strings.Contains(s, "ae") && !strings.Contains(s, "oe") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		out = append(out, s[i])
		if i+1 < len(s) && (s[i] == 'a' && (s[i+1] == 'a' || s[i+1] == 'e') || s[i] == 'o' && s[i+1] == 'e') {
			i++
		}
	}
	return string(out)
}

// Words cuts text into folded Words and counts its sentences. A full stop inside a word, as
// in "299.50" or "firma.example", ends nothing.
func Words(text string) []Word {
	list := make([]Word, 0, min(len(text)/lettersOfWord+1, maxWords))
	sentence, fresh := 0, true
	for i := 0; i < len(text) && len(list) < maxWords; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			if endsSentence(text, i, r) && !fresh {
				sentence, fresh = sentence+1, true
			}
			i += size
			continue
		}
		end := wordEnd(text, i)
		if folded := Fold(text[i:end]); folded != "" {
			if !fresh && Contrasts(text[:i], folded) {
				sentence++
			}
			list = append(list, Word{folded, text[i:end], i, end, sentence})
			fresh = false
		}
		i = end
	}
	return list
}

// Contrasts reports whether a word within a sentence begins a clause that says something else than the
// one before: forms go on, people say "but".
func Contrasts(before, folded string) bool {
	switch folded {
	case "men", "but", "mutta":
		return true
	case "dock", "however", "ellers", "annars", "derfor", "darfor", "siksi", "therefore":
		return strings.HasSuffix(before, ", ")
	}
	return false
}

// wordRune reports whether r belongs to a word.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r)
}

// wordEnd returns where the word that begins at i ends.
func wordEnd(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			next, _ := utf8.DecodeRuneInString(text[i+size:])
			if !strings.ContainsRune("-.,'’@_/‐‑", r) || !(unicode.IsLetter(next) || unicode.IsDigit(next)) {
				return i
			}
			if r == ',' && !unicode.IsDigit(next) || r == '/' && !unicode.IsDigit(next) {
				return i
			}
		}
		i += size
	}
	return i
}

// endsSentence reports whether r, at i, ends a sentence. A line break does so unless the line
// is long enough to have been wrapped and the next one goes on.
func endsSentence(text string, i int, r rune) bool {
	switch r {
	case '.':
		return stops(text, i)
	case '!', '?', ';', '…', '•', '|':
		return true
	case ':':
		return i+1 < len(text) && text[i+1] == '\n'
	case '\n':
		begin := strings.LastIndexByte(text[:i], '\n') + 1
		rest := strings.TrimLeft(text[i+1:], " \t>")
		return i-begin < 50 || rest == "" || rest[0] == '\n' || rest[0] == '-' || rest[0] == '*'
	}
	return false
}

// stops reports whether the full stop at i ends a sentence rather than a number or a short word.
func stops(text string, i int) bool {
	return (i+1 >= len(text) || text[i+1] <= ' ') && !ordinal(text, i) && !abbreviated(text, i)
}

// ordinal reports whether the full stop at i makes a number an ordinal, as in "5. august".
func ordinal(text string, i int) bool {
	if i == 0 || text[i-1] < '0' || text[i-1] > '9' {
		return false
	}
	rest, _ := strings.CutPrefix(text[i+1:], " ")
	next, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsLower(next)
}

// abbreviated reports whether the full stop at i shortens a word before a number or the rest of
// a sentence, as in "kl. 8".
func abbreviated(text string, i int) bool {
	begin := i
	for begin > 0 && text[begin-1] > ' ' {
		begin--
	}
	switch strings.ToLower(text[begin:i]) {
	case "kl", "ca", "nr", "tlf", "tel", "pr", "str", "evt", "ev", "inkl", "ekskl", "bl.a", "f.eks", "t.ex", "dvs", "d", "v", "t.o.m", "no", "max", "min", "maks", "klo", "puh", "n":
		return i+2 < len(text) && text[i+1] == ' ' && (text[i+2] >= '0' && text[i+2] <= '9' || text[i+2] >= 'a' && text[i+2] <= 'z')
	}
	return false
}

// Hollow reports whether a word says nothing by itself: an address or a link, or a long number.
func Hollow(w string) bool {
	if strings.ContainsAny(w, "@/") || strings.HasPrefix(w, "www.") || strings.HasPrefix(w, "http") {
		return true
	}
	digits := 0
	for i := range len(w) {
		if w[i] >= '0' && w[i] <= '9' {
			digits++
		}
	}
	return digits >= 5 || strings.Count(w, ".") > 0 && digits == 0
}

// Joined writes folded words with single spaces.
func Joined(list []Word) string {
	folded := make([]string, len(list))
	for i, w := range list {
		folded[i] = w.Folded
	}
	return strings.Join(folded, " ")
}

// Numeric reports whether a word is a number or a reference, which may stand between the words
// of a phrase: "your request (44112) has been received".
func Numeric(folded string) bool {
	last := folded[len(folded)-1]
	return folded[0] >= '0' && folded[0] <= '9' || last >= '0' && last <= '9'
}

// FoldedOf returns the spelling of words by which they are told apart.
func FoldedOf(list []Word) []string {
	folded := make([]string, len(list))
	for i, w := range list {
		folded[i] = w.Folded
	}
	return folded
}

// StartsNumber reports whether a word begins with a digit.
func StartsNumber(folded string) bool { return folded[0] >= '0' && folded[0] <= '9' }

// Sentences cuts text into its sentences, with what stands between them.
func Sentences(text string) []string {
	list := Words(text)
	var all []string
	start := 0
	for i := range list {
		if i+1 == len(list) || list[i+1].Sentence != list[i].Sentence {
			end := len(text)
			if i+1 < len(list) {
				end = list[i+1].Start
			}
			all = append(all, text[start:end])
			start = end
		}
	}
	return all
}
