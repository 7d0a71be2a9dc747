package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// suggestion ends a sentence about an unknown word with the known one that it
// was probably meant to be, if there is one.
func suggestion(word string, known []string) string {
	best, least := "", max(1, min(2, len(word)/3))+1
	for _, k := range known {
		if n := distance(strings.ToLower(word), k); n < least {
			best, least = k, n
		}
	}
	if best == "" || len(word) > longestID {
		return ""
	}
	return "; did you mean " + best + "?"
}

// unknownWord says that a word is none of those allowed.
func unknownWord(word string, known []string) string {
	return strconv.Quote(word) + " is not known; want " + list(known) + suggestion(word, known)
}

// list joins words as a, b or c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// distance counts the letters to insert, drop, change or swap with the next to
// make b of a (optimal string alignment). Words that differ much in length
// are far apart without counting.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// names returns the keys of a map, in order.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
