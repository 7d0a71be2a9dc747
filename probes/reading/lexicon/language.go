package lexicon

import (
	"path"
	"strings"
	"unicode"
)

// telling is what a word weighs for its language, before what sets it apart from the others.
const telling = 6

// Languages are held in the order in which ties are broken.
func spoken() []string { return []string{"nb", "da", "sv", "nn", "fi", "en"} }

// loadLanguages loads the common words of each language, and folds them for what has to be
// known of all languages together.
func (t *Lexicon) loadLanguages() {
	t.languages, t.ours = map[string][]string{}, map[string]bool{}
	for _, language := range spoken() {
		raw, err := ruleFiles.ReadFile(path.Join("rules/languages", language+".txt"))
		if err != nil {
			panic(err)
		}
		_, list, _ := strings.Cut(string(raw), "\n") // the first line says what it is
		once := map[string]bool{}
		for _, w := range strings.Fields(list) {
			if t.ours[Fold(w)] = true; !once[w] {
				once[w] = true
				t.languages[w] = append(t.languages[w], language)
			}
		}
	}
}

// LanguageOf guesses the language of text from its common words and its letters, or returns
// the empty string. A word weighs the more the fewer languages share it. The customer's own
// language, where it is known, decides where nothing else does.
func LanguageOf(text, asked string) string {
	if Foreign(text, Words(text)) {
		return ""
	}
	score := map[string]int{}
	seen := make(map[string]int, 64)
	letters := func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }
	for i, w := range strings.FieldsFunc(strings.ToLower(text), letters) {
		if i > 2000 {
			break
		}
		seen[w]++
	}
	for w, times := range seen { // sums do not depend on the order
		times = min(times, maxHeard)
		for _, language := range Default().languages[w] {
			score[language] += times * (telling + 2*telling/len(Default().languages[w]))
		}
		for _, language := range spelt(w) {
			score[language] += times * (telling / 2)
		}
	}
	return likeliest(score, asked)
}

// maxHeard is how often a word counts for its language.
const maxHeard = 4

// likeliest returns the language with the highest score. Of several it is the customer's; where
// that is not known and they share a word at most, there is no guess.
func likeliest(score map[string]int, asked string) string {
	best, most, second := "", 0, 0
	expected := ""
	if asked != "" {
		expected = LanguageOf(asked, "")
	}
	for _, language := range spoken() {
		got := score[language]
		if got > 0 && language == expected {
			got += telling
		}
		if got > most {
			best, most, second = language, got, most
		} else {
			second = max(second, got)
		}
	}
	if most == second && most <= 2*telling {
		return ""
	}
	return best
}

// spelt returns the languages whose spelling a word shows: letters, and the ways in which the
// same word is written in one of the languages and not in its neighbours.
func spelt(w string) []string {
	plain := folded(w)
	for _, s := range Default().spellings {
		if !(plain && s.marked) && s.shows(w) {
			return s.languages
		}
	}
	return nil
}

// Foreign reports whether hardly any word of a text is one that the rules know, so that next to
// nothing can be said about what it means.
func Foreign(text string, list []Word) bool {
	written, met := 0, 0
	for _, w := range list {
		if Hollow(w.Folded) || Numeric(w.Folded) {
			continue
		}
		written++
		if Default().ours[w.Folded] || Default().Desk.Has(w.Folded) {
			met++
		}
		if met*10 >= len(list)*3 {
			return false // whatever the others are
		}
	}
	return written >= 4 && met*10 < written*3 && !finnish(text) && !strings.ContainsAny(text, "åøÅØ")
}

// finnish reports whether text has next to none of the letters that Finnish does without. Its
// words have too many forms to be known by a list.
func finnish(text string) bool {
	letters, strange := 0, 0
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) {
			letters++
		}
		if strings.ContainsRune("bcfqwxzåøæéèąęłśżźń", r) {
			strange++
		}
	}
	return strange*60 <= letters
}
