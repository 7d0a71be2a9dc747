package reading

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

// loadShapes loads what words do in a sentence, folded: the roles of each.
func loadShapes() map[string][]string {
	raw, err := ruleFiles.ReadFile("rules/shape/words.txt")
	if err != nil {
		panic(err)
	}
	roles, role := map[string][]string{}, ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "= "); ok {
			role = name
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		for _, w := range strings.Fields(line) {
			roles[fold(w)] = append(roles[fold(w)], role)
		}
	}
	return roles
}

// shape returns what a word is by the look of it; "" if it is only a word.
func (w word) shape() string {
	switch {
	case strings.Contains(w.folded, "@") || strings.Count(w.folded, ".") > 0 && !startsNumber(w.folded):
		return "address"
	case startsNumber(w.folded) && hollow(w.folded):
		return "long number"
	case startsNumber(w.folded):
		return "number"
	case known().dates[w.folded]:
		return "date"
	case known().elsewhere.has(w.folded):
		return "place"
	}
	return ""
}

// sentenceExample returns a sentence as the reader of n-grams sees it: its words, and its shape, which
// is who acts, when, and what numbers and addresses there are. The shape is what a sentence in
// words that were never met has in common with others.
func sentenceExample(text string, list []word) model.Example {
	met := map[string]bool{}
	for i, w := range list {
		for _, role := range known().shapes[w.folded] {
			met[role] = true
			if i == 0 {
				met["^"+role] = true
			}
		}
		if what := w.shape(); what != "" {
			met[what] = true
		}
		if known().unit.has(w.folded) {
			met["unit"] = true
		}
	}
	if len(list) > 0 && strings.HasPrefix(strings.TrimLeft(text[list[len(list)-1].end:], ` "'»”)`), "?") {
		met["?"] = true
	}
	switch n := len(list); {
	case n <= 3:
		met["short"] = true
	case n >= 20:
		met["long"] = true
	}
	return model.Sentence(foldedOf(list), met)
}
