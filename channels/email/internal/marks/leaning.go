package marks

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// people holds the shares of people's letters that have a mark, of the letters that
// the reader is tried on. TestPeople writes it.
//
//go:embed people.json
var people []byte

// A Lean is a mark by which our openers can be known.
type Lean struct {
	Mark   string
	Ours   float64 // share of our openers that have it, 0 to 1
	People float64 // share of people's letters that have it
}

// String says the mark with both shares.
func (l Lean) String() string {
	return fmt.Sprintf("%s (%.0f %% of openers, %.0f %% of people's letters)", l.Mark, 100*l.Ours, 100*l.People)
}

const (
	// leastLean is how far the shares must be apart for a form to be told.
	leastLean = 0.5
	// leastSaid is in how many openers three words must follow one another to be
	// told: people do not say the same so often.
	leastSaid = 0.6
	// mostTold is how many marks of a kind are told.
	mostTold = 5
)

// Leaning returns the marks that a company could know openers by, the plainest
// first: forms that people's letters have far more seldom or more often, and words
// that most openers have in common.
func Leaning(openers [][]byte) []Lean {
	var known map[string]float64
	if json.Unmarshal(people, &known) != nil || len(openers) == 0 {
		return nil // the table is ours, and read by a test
	}
	ours, said := map[string]float64{}, map[string]float64{}
	for _, message := range openers {
		for _, mark := range Of(message) {
			ours[mark] += 1 / float64(len(openers))
		}
		text, _ := Said(message)
		for _, phrase := range phrases(text) {
			said[phrase] += 1 / float64(len(openers))
		}
	}
	var forms, words []Lean
	for mark := range maps.Keys(known) {
		if math.Abs(ours[mark]-known[mark]) >= leastLean {
			forms = append(forms, Lean{mark, ours[mark], known[mark]})
		}
	}
	for phrase, share := range said {
		if share >= leastSaid {
			words = append(words, Lean{fmt.Sprintf("words: %q", phrase), share, 0})
		}
	}
	return append(plainest(forms), plainest(words)...)
}

// plainest returns the first few of all, those with the widest gap first.
func plainest(all []Lean) []Lean {
	slices.SortFunc(all, func(a, b Lean) int {
		if d := math.Abs(b.Ours-b.People) - math.Abs(a.Ours-a.People); math.Abs(d) > 1e-9 {
			return int(math.Copysign(1, d))
		}
		return strings.Compare(a.Mark, b.Mark)
	})
	return all[:min(mostTold, len(all))]
}

// phrases returns each three words that follow one another in a text, once.
func phrases(text string) (all []string) {
	words := regexp.MustCompile(`\p{L}+`).FindAllString(strings.ToLower(text), -1)
	for i := 0; i+3 <= len(words); i++ {
		all = append(all, strings.Join(words[i:i+3], " "))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
