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
		switch {
		case strings.Contains(w.folded, "@") || strings.Count(w.folded, ".") > 0 && !startsNumber(w.folded):
			met["address"] = true
		case startsNumber(w.folded) && hollow(w.folded):
			met["long number"] = true
		case startsNumber(w.folded):
			met["number"] = true
		case known().dates[w.folded]:
			met["date"] = true
		case known().elsewhere.has(w.folded):
			met["place"] = true
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
