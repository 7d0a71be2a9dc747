package lexicon

import "strings"

// loadClaim loads the words by what they do where a text says who wrote it.
func loadClaim() map[string]WordList {
	raw, err := ruleFiles.ReadFile("rules/claim/words.txt")
	if err != nil {
		panic(err)
	}
	claim := map[string]WordList{}
	for part := range strings.SplitSeq("\n"+string(raw), "\n= ") {
		if role, words, ok := strings.Cut(part, "\n"); ok && role != "" {
			claim[role] = wordsOf(words)
		}
	}
	return claim
}
