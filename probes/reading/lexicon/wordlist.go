package lexicon

import "strings"

// A WordList knows folded words, and the first four letters of those that are open.
type WordList struct {
	whole map[string]bool
	open  map[string][]string
}

// loadWords loads one of the embedded lists. A word that ends in "*" stands for all that begin so.
func loadWords(name string) WordList {
	raw, err := ruleFiles.ReadFile("rules/words/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	return wordsOf(string(raw))
}

// wordsOf reads a list.
func wordsOf(text string) WordList {
	l := WordList{whole: map[string]bool{}, open: map[string][]string{}}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Fields(line) {
			stem, open := strings.CutSuffix(w, "*")
			if stem = Fold(stem); open {
				l.open[head(stem)] = append(l.open[head(stem)], stem)
			} else {
				l.whole[stem] = true
			}
		}
	}
	return l
}

// loadLines loads one of the embedded lists whose lines are rows of words, each one entry.
func loadLines(name string) WordList {
	l := WordList{whole: map[string]bool{}}
	raw, err := ruleFiles.ReadFile("rules/words/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			l.whole[Joined(Words(line))] = true
		}
	}
	return l
}

// Has reports whether a folded word is in the list.
func (l WordList) Has(folded string) bool {
	if l.whole[folded] {
		return true
	}
	for _, stem := range l.open[head(folded)] {
		if strings.HasPrefix(folded, stem) {
			return true
		}
	}
	return false
}
