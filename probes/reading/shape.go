package reading

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/internal/model"
	"github.com/svartid/svartid/probes/reading/lexicon"
)

// shapeOf returns what a word is by the look of it; "" if it is only a word.
func shapeOf(w lexicon.Word) string {
	switch {
	case strings.Contains(w.Folded, "@") || strings.Count(w.Folded, ".") > 0 && !lexicon.StartsNumber(w.Folded):
		return "address"
	case lexicon.StartsNumber(w.Folded) && lexicon.Hollow(w.Folded):
		return "long number"
	case lexicon.StartsNumber(w.Folded):
		return "number"
	case lexicon.Default().Dates[w.Folded]:
		return "date"
	case lexicon.Default().Elsewhere.Has(w.Folded):
		return "place"
	}
	return ""
}

// example returns a sentence of the letter as the reader of n-grams sees it.
func (e *evidence) example(sentence []lexicon.Word) model.Example {
	return sentenceExample(e.body.text, sentence, e.names)
}

// sentenceExample returns a sentence as the reader of n-grams sees it: its words, and its shape, which
// is who acts, when, and what numbers and addresses there are. The shape is what a sentence in
// words that were never met has in common with others. Names are those of its sender.
func sentenceExample(text string, list []lexicon.Word, names map[string]bool) model.Example {
	met := map[string]bool{}
	for i, w := range list {
		for _, role := range lexicon.Default().Roles[w.Folded] {
			met[role] = true
			if i == 0 {
				met["^"+role] = true
			}
		}
		if names[w.Folded] {
			met["named"] = true
		}
		if lexicon.Machine(list, i) > 0 {
			met["machine"] = true
		}
		if what := shapeOf(w); what != "" {
			met[what] = true
		}
		if lexicon.Default().Unit.Has(w.Folded) {
			met["unit"] = true
		}
	}
	if len(list) > 0 && strings.HasPrefix(strings.TrimLeft(text[list[len(list)-1].End:], ` "'»”)`), "?") {
		met["?"] = true
	}
	switch n := len(list); {
	case n <= 3:
		met["short"] = true
	case n >= 20:
		met["long"] = true
	}
	return model.Sentence(lexicon.FoldedOf(list), met)
}
