// Package naming tells whether two names that people typed may be one person's.
//
// It is asked where two people have to say the same: what it takes for one person's needs
// another second person, who writes a whole name. It cannot tell that one person writes two
// names that have nothing in common, or that two people have one name; only logins can.
package naming

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ErrScripts says that a name has letters of scripts that no name mixes, so that some of
// them only look like others.
var ErrScripts = errors.New("letters of several scripts in one name")

// Check says what is wrong with a person's name: its letters are of several scripts, other
// than those that are written together (UTS #39, section 5.2, highly restrictive).
// The error wraps [ErrScripts].
func Check(name string) error {
	scripts := scriptsOf(name)
	beside := [][]string{
		{"Bopomofo", "Han", "Latin"}, {"Han", "Hiragana", "Katakana", "Latin"}, {"Han", "Hangul", "Latin"},
	}
	together := slices.ContainsFunc(beside, func(set []string) bool {
		return !slices.ContainsFunc(scripts, func(s string) bool { return !slices.Contains(set, s) })
	})
	if len(scripts) > 1 && !together {
		return fmt.Errorf("%w: %q has %s", ErrScripts, name, strings.Join(scripts, " and "))
	}
	return nil
}

// scriptsOf returns the scripts of a name's letters, by name. Signs and what letters share
// are of none.
func scriptsOf(name string) (scripts []string) {
	for _, r := range norm.NFKC.String(name) {
		if !unicode.IsLetter(r) || unicode.In(r, unicode.Common, unicode.Inherited) {
			continue
		}
		for script, table := range unicode.Scripts {
			if unicode.Is(table, r) && !slices.Contains(scripts, script) {
				scripts = append(scripts, script)
			}
		}
	}
	slices.Sort(scripts)
	return scripts
}

// Key returns one form of a person's name: without letter case, accents, spaces and
// signs, with the Nordic letters as those write them who do not have them, and with letters
// of the Latin script that look like others as those.
func Key(name string) string {
	var key strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKC.String(name))) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			key.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.NewReplacer(
		"aa", "a", "ae", "a", "æ", "a", "oe", "o", "œ", "o", "ø", "o", "ð", "d", "đ", "d", "þ", "th", "ł", "l", "ß", "ss", "ı", "i", "ς", "σ",
		"ɑ", "a", "ɡ", "g", "ĸ", "k", "ɩ", "i", "ɪ", "i", "ʀ", "r", "ɴ", "n", "ᴀ", "a", "ᴋ", "k", "ʟ", "l", "ǀ", "l", "0", "o", "1", "l",
	).Replace(key.String())
}

// Fold returns a login's name as names of logins are compared: without what looks alike in
// all of them, which is letter case, width, ligatures, spaces around and what is not seen
// (Unicode's compatibility forms, NFKC, and its format characters).
func Fold(name string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name))))
	return strings.TrimSpace(seen)
}

// Same reports whether two names may be one person's: they are equal but for how they are
// written or for one letter of a long word, one is the other cut short ("Kari", "Kari N",
// "K. Nordmann", the part of a mail address before its @, a login such as knordmann or
// nordmannk), or they are of different scripts, in which one person can write one name.
// Two people whose names are that near are one person here, unless each writes a further
// name: Kari Anne Nordby and Kari Marie Nordbye.
func Same(a, b string) bool {
	if Key(a) == Key(b) || !slices.Equal(scriptsOf(a), scriptsOf(b)) {
		return true
	}
	return sameWords(wordsOf(a), wordsOf(b)) || sameWords(wordsOf(unnumbered(a)), wordsOf(unnumbered(b)))
}

// sameWords reports whether the words of two names may be one person's. One letter that is
// another counts as a slip where both have several words: logins such as hansenk and
// hansena are two people's.
func sameWords(x, y []string) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return true
	}
	if len(x) == 1 {
		return within(x, y, stands) || run(x[0], y)
	}
	return within(x, y, func(a, b string) bool { return stands(a, b) || near(a, b) })
}

// unnumbered returns a name without the digits that a login ends in so that it is not
// another one's, of a mail address what is before its @; the name itself if nothing is left.
func unnumbered(name string) string {
	return cmp.Or(strings.TrimRightFunc(local(name), unicode.IsDigit), name)
}

// local returns of a mail address what is before its @, and any other name as it is.
func local(name string) string {
	if before, domain, is := strings.Cut(name, "@"); is && before != "" && domain != "" {
		return before
	}
	return name
}

// wordsOf returns the keys of a name's words, of a mail address those before its @, and of
// "Nordmann, Kari" those after the comma first.
func wordsOf(name string) (words []string) {
	if last, first, inverted := strings.Cut(name, ","); inverted {
		name = first + " " + last
	}
	apart := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".,;_-+/()", r) }
	for _, word := range strings.FieldsFunc(local(name), apart) {
		if key := Key(word); key != "" {
			words = append(words, key)
		}
	}
	return words
}

// within reports whether each word of a name stands for another one of a longer name.
func within(short, long []string, stands func(a, b string) bool) bool {
	if len(short) == 0 {
		return true
	}
	for i, word := range long {
		if stands(short[0], word) && within(short[1:], slices.Delete(slices.Clone(long), i, i+1), stands) {
			return true
		}
	}
	return false
}

// stands reports whether one word may stand for another: they are equal, or one is the
// other's first letter.
func stands(a, b string) bool {
	initial := func(letter, word string) bool {
		return len([]rune(letter)) == 1 && strings.HasPrefix(word, letter)
	}
	return a == b || initial(a, b) || initial(b, a)
}

// longWord is how many letters a word has of which one more, less or another one after the
// first is taken for a slip: Nordby and Nordbye, Hansen and Hanssen. Short words of which
// one letter is another are names of their own: Kari and Karin, Anne and Anna.
const longWord = 6

// near reports whether two different words are long and equal but for one letter after the
// first.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < longWord || len(y)-len(x) > 1 {
		return false
	}
	same := 0
	for same < len(x) && x[same] == y[same] {
		same++
	}
	switch {
	case same == 0 || same == len(y):
		return false
	case len(x) == len(y):
		return slices.Equal(x[same+1:], y[same+1:])
	}
	return slices.Equal(x[same:], y[same+1:])
}

// run reports whether one word is a name written without spaces, as logins are: initials
// alone, or the last word with some of the others before or after it, each in full or by
// its first letter (kn, knordmann, nordmannk, karinordmann).
func run(word string, name []string) bool {
	if len(name) < 2 {
		return false
	}
	given, last := name[:len(name)-1], name[len(name)-1]
	initials := ""
	for _, w := range name {
		initials += string([]rune(w)[:1])
	}
	if word == initials {
		return true
	}
	before, ends := strings.CutSuffix(word, last)
	after, begins := strings.CutPrefix(word, last)
	return ends && spelled(before, given) || begins && spelled(after, given)
}

// spelled reports whether a text is some of the words in their order, each in full or by
// its first letter.
func spelled(text string, words []string) bool {
	if text == "" {
		return true
	}
	for i, w := range words {
		for _, part := range []string{w, string([]rune(w)[:1])} {
			if rest, is := strings.CutPrefix(text, part); is && spelled(rest, words[i+1:]) {
				return true
			}
		}
	}
	return false
}
