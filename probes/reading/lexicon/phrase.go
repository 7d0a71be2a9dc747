package lexicon

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed rules/*.txt rules/chat/*.txt rules/words/*.txt rules/languages/*.txt rules/shape/*.txt
var ruleFiles embed.FS

// Sources returns the files that phrases and lists are loaded from.
func Sources() fs.FS { return ruleFiles }

// A Phrase is a row of elements that says something.
type Phrase struct {
	Class    string
	Weight   int
	elements []element
}

// An element is one place in a phrase: any of several rows of folded words, or nothing if it
// is optional. A word that ends in "*" stands for any that begins so, one that begins with "*"
// for any that ends so, as compounds do, and ".." for up to four words of any kind.
type element struct {
	options  [][]string
	optional bool
}

// A Hit is a phrase met in a text.
type Hit struct {
	*Phrase
	From, To int // the words of the text
}

// Phrasebook holds phrases by the first four bytes of their first word, or behind a "*" by the
// last four of one that is open in front.
type Phrasebook map[string][]*Phrase

// loadBook loads the embedded rules of some folders. A fault in them is a fault of the program.
func loadBook(folders ...string) Phrasebook {
	b := Phrasebook{}
	var names []string
	var err error
	for _, folder := range folders {
		found, _ := fs.Glob(ruleFiles, folder+"/*.txt") // the pattern is well formed
		names = append(names, found...)
	}
	for _, name := range names {
		var raw []byte
		if raw, err = ruleFiles.ReadFile(name); err == nil {
			err = b.load(string(raw))
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
			break
		}
	}
	if err != nil {
		panic(err)
	}
	return b
}

// load adds the phrases of one file. A line "= class weight" says what the lines under it
// mean; "(a|b c)" stands for either row of words, and a "?" after it, or after a
// word, for that or nothing.
func (b Phrasebook) load(text string) error {
	class, weight := "", 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '=':
			parts := strings.Fields(line[1:])
			if len(parts) != 2 {
				return fmt.Errorf("section %q: want a class and a weight", line)
			}
			n, err := strconv.Atoi(parts[1])
			if err != nil {
				return fmt.Errorf("section %q: %w", line, err)
			}
			class, weight = parts[0], n
			continue
		}
		if err := b.add(&Phrase{class, weight, elements(line)}); err != nil {
			return fmt.Errorf("phrase %q: %w", line, err)
		}
	}
	return nil
}

// add files p under each word that it may begin with.
func (b Phrasebook) add(p *Phrase) error {
	filed := map[string]bool{}
	for _, e := range p.elements {
		for _, option := range e.options {
			if len(option) == 0 {
				return fmt.Errorf("has an empty option")
			}
		}
	}
	for _, e := range p.elements {
		for _, option := range e.options {
			if option[0] == ".." {
				return fmt.Errorf("begins with no word")
			}
			first, open := strings.CutSuffix(option[0], "*")
			key := head(first)
			if last, ends := strings.CutPrefix(first, "*"); ends {
				first, open, key = last, true, tail(last)
			}
			if open && len(first) < 4 {
				return fmt.Errorf("%q is too short to be open", first)
			}
			if !filed[key] {
				filed[key] = true
				b[key] = append(b[key], p)
			}
		}
		if !e.optional {
			return nil
		}
	}
	return fmt.Errorf("may be empty")
}

// head returns what a word is filed under.
func head(folded string) string { return folded[:min(4, len(folded))] }

// tail returns what a word that is open in front is filed under.
func tail(folded string) string { return "*" + folded[max(0, len(folded)-4):] }

// elements reads one line of a rule file.
func elements(line string) []element {
	var list []element
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		var e element
		var rest string
		inner, group := strings.CutPrefix(line, "(")
		if group {
			inner, rest, _ = strings.Cut(inner, ")")
		} else {
			inner, rest, _ = strings.Cut(line, " ")
			inner, e.optional = strings.CutSuffix(inner, "?")
		}
		for _, option := range strings.Split(inner, "|") {
			e.options = append(e.options, foldedWords(option))
		}
		if after, optional := strings.CutPrefix(rest, "?"); group && optional {
			rest, e.optional = after, true
		}
		list, line = append(list, e), rest
	}
	return list
}

// foldedWords folds the words of one option.
func foldedWords(option string) []string {
	list := strings.Fields(option)
	for i, w := range list {
		if w != ".." {
			list[i] = Fold(w)
		}
	}
	return list
}

// Find returns every phrase in text, in the order of their first words.
func (b Phrasebook) Find(text []Word) []Hit {
	var hits []Hit
	for i := range text {
		for _, key := range [2]string{head(text[i].Folded), tail(text[i].Folded)} {
			for _, p := range b[key] {
				if to := match(p.elements, text, i, text[i].Sentence); to > 0 {
					hits = append(hits, Hit{p, i, to})
				}
			}
		}
	}
	return hits
}

// match returns the word after the elements where they begin at word i of text, or 0. It
// takes optional elements where it can and never leaves the sentence.
func match(elements []element, text []Word, i, sentence int) int {
	if len(elements) == 0 {
		return i
	}
	first := firstOf(text, i)
	for _, option := range elements[0].options {
		if otherwise(option[0][0], first) {
			continue // nearly all are told apart here
		}
		if option[0] == ".." {
			for gap := 1; gap <= 4 && i+gap < len(text) && text[i+gap].Sentence == sentence; gap++ {
				if to := match(elements[1:], text, i+gap, sentence); to > 0 {
					return to
				}
			}
			continue
		}
		if next := matchWords(option, text, i, sentence); next > 0 {
			if to := match(elements[1:], text, next, sentence); to > 0 {
				return to
			}
		}
	}
	if elements[0].optional {
		return match(elements[1:], text, i, sentence)
	}
	return 0
}

// firstOf returns what word i begins with; 0 where there is none, or a phrase may pass over it.
func firstOf(text []Word, i int) byte {
	if i >= len(text) || Numeric(text[i].Folded) {
		return 0
	}
	return text[i].Folded[0]
}

// otherwise reports whether a word that is wanted, and not open in front, begins otherwise than the word that is
// there.
func otherwise(want, first byte) bool {
	return first != 0 && want != first && want != '.' && want != '*'
}

// matchWords returns the word after pattern where it stands at word i, or 0.
func matchWords(pattern []string, text []Word, i, sentence int) int {
	for n, want := range pattern {
		for i < len(text) && Numeric(text[i].Folded) && !sameWord(want, text[i].Folded) && (i > 0 || n > 0) {
			i++
		}
		if i >= len(text) || text[i].Sentence != sentence || !sameWord(want, text[i].Folded) {
			return 0
		}
		i++
	}
	return i
}

// sameWord reports whether the word of a phrase stands for the word of a text.
func sameWord(want, got string) bool {
	if want[0] != got[0] && want[0] != '*' {
		return false
	}
	if open, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(got, open)
	}
	if open, ok := strings.CutPrefix(want, "*"); ok {
		return strings.HasSuffix(got, open) && len(got) > len(open)+2
	}
	return want == got
}
