package lexicon

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

//go:embed rules/*.txt rules/chat/*.txt rules/words/*.txt rules/languages/*.txt rules/shape/*.txt rules/claim/*.txt
var ruleFiles embed.FS

// Sources returns the files that phrases and lists are loaded from.
func Sources() fs.FS { return ruleFiles }

// A Phrase is a row of elements that says something.
type Phrase struct {
	Class    string
	Weight   int
	elements []element
	place    int // among the phrases of its book
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

// A Phrasebook holds phrases by their first word. Its zero value holds none.
type Phrasebook struct {
	whole map[string][]entry // by the word
	open  map[string][]entry // by the first four bytes of a word that is open behind
	tails map[string][]entry // by the last four bytes of a word that is open in front
	size  int
}

// An entry is one way in which a phrase may begin: with an option of an element before which all are optional.
type entry struct {
	*Phrase
	element, option int
}

// before reports whether e stands before other in the book, and in its phrase.
func (e entry) before(other entry) bool {
	if e.place != other.place {
		return e.place < other.place
	}
	return e.element < other.element || e.element == other.element && e.option < other.option
}

// with returns a book that holds the phrases of b, which stay shared, and behind them the embedded rules of a
// folder. A fault in those is a fault of the program.
func (b *Phrasebook) with(folder string) *Phrasebook {
	larger := &Phrasebook{whole: shared(b.whole), open: shared(b.open), tails: shared(b.tails), size: b.size}
	names, _ := fs.Glob(ruleFiles, folder+"/*.txt") // the pattern is well formed
	for _, name := range names {
		raw, err := ruleFiles.ReadFile(name)
		if err == nil {
			err = larger.load(string(raw))
		}
		if err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
	}
	return larger
}

// shared returns a map of the same entries, which can be added to and leaves the other as it is.
func shared(entries map[string][]entry) map[string][]entry {
	own := make(map[string][]entry, len(entries))
	for key, list := range entries {
		own[key] = slices.Clip(list)
	}
	return own
}

// load adds the phrases of one file. A line "= class weight" says what the lines under it
// mean; "(a|b c)" stands for either row of words, and a "?" after it, or after a
// word, for that or nothing.
func (b *Phrasebook) load(text string) error {
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
		if err := b.add(&Phrase{Class: class, Weight: weight, elements: elements(line)}); err != nil {
			return fmt.Errorf("phrase %q: %w", line, err)
		}
	}
	return nil
}

// add files p under each word that it may begin with.
func (b *Phrasebook) add(p *Phrase) error {
	for _, e := range p.elements {
		for _, option := range e.options {
			if len(option) == 0 {
				return fmt.Errorf("has an empty option")
			}
		}
	}
	p.place, b.size = b.size, b.size+1
	for i, e := range p.elements {
		for n, option := range e.options {
			if err := b.file(entry{p, i, n}, option[0]); err != nil {
				return err
			}
		}
		if !e.optional {
			return nil
		}
	}
	return fmt.Errorf("may be empty")
}

// file files e under the word that it begins with.
func (b *Phrasebook) file(e entry, word string) error {
	under, key := &b.whole, word
	first, open := strings.CutSuffix(word, "*")
	if open {
		under, key = &b.open, head(first)
	}
	if last, ends := strings.CutPrefix(first, "*"); ends {
		under, key, first, open = &b.tails, tail(last), last, true
	}
	switch {
	case word == "..":
		return fmt.Errorf("begins with no word")
	case open && len(first) < 4:
		return fmt.Errorf("%q is too short to be open", first)
	}
	if *under == nil {
		*under = map[string][]entry{}
	}
	(*under)[key] = append((*under)[key], e)
	return nil
}

// head returns what a word is filed under.
func head(folded string) string { return folded[:min(4, len(folded))] }

// tail returns what a word that is open in front is filed under.
func tail(folded string) string { return folded[max(0, len(folded)-4):] }

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
func (b *Phrasebook) Find(text []Word) []Hit {
	var hits []Hit
	for i := range text {
		hits = b.at(i, text, hits)
	}
	return hits
}

// Begin returns every phrase with which text begins.
func (b *Phrasebook) Begin(text []Word) []Hit {
	if len(text) == 0 {
		return nil
	}
	return b.at(0, text, nil)
}

// at adds the phrases that begin at word i of text to hits.
func (b *Phrasebook) at(i int, text []Word, hits []Hit) []Hit {
	word := text[i].Folded
	whole, open := b.whole[word], []entry(nil)
	if len(word) >= 4 {
		open = b.open[head(word)]
	}
	for len(whole) > 0 || len(open) > 0 { // both in the order of the book
		if len(open) == 0 || len(whole) > 0 && whole[0].before(open[0]) {
			hits, whole = whole[0].meet(i, text, hits), whole[1:]
		} else {
			hits, open = open[0].meet(i, text, hits), open[1:]
		}
	}
	if len(word) >= 4 {
		for _, e := range b.tails[tail(word)] {
			hits = e.meet(i, text, hits)
		}
	}
	return hits
}

// meet adds the phrase of e to hits if it begins so at word i of text, and is not met there already.
func (e entry) meet(i int, text []Word, hits []Hit) []Hit {
	if n := len(hits); n > 0 && hits[n-1].From == i && hits[n-1].Phrase == e.Phrase {
		return hits
	}
	sentence := text[i].Sentence
	next := matchWords(e.elements[e.element].options[e.option], text, i, sentence)
	if next == 0 {
		return hits
	}
	if to := match(e.elements[e.element+1:], text, next, sentence); to > 0 {
		return append(hits, Hit{e.Phrase, i, to})
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
