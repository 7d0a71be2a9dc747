// Package transcript tells what is new in a conversation that is shown again and
// again: with more below, from the beginning after a reconnection, in part while
// the page is still drawn, twice, or not at all any more.
//
// The whole of what is shown is aligned with the whole of what is known, by author,
// words and order. Elements of the page say nothing: a widget that has lost its
// connection draws every message anew, as new elements. What was known and is not
// shown any more stays known, so that a page that wipes itself loses nothing.
package transcript

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// A Mark stands for one message by its author and words.
type Mark string

// MarkOf returns the mark of a message in a conversation. Marks of different
// conversations, by their ids, have nothing in common, so that no list of frequent
// words tells what they stand for.
func MarkOf(conversation, author, text string) Mark {
	h := sha256.New()
	for _, part := range []string{conversation, author, text} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return Mark(hex.EncodeToString(h.Sum(nil)[:8]))
}

// Merge aligns what is shown with what is known, both in order. It returns all
// that is known now, and the indexes of those shown that are new. Own is the mark of
// our opener, which is said once: where it is shown again, the page has drawn the
// conversation again from there, or from a little above.
func Merge(known []Mark, own Mark, shown []Mark) (merged []Mark, fresh []int) {
	merged = slices.Clone(known)
	from := 0
	for _, until := range append(again(own, shown), len(shown)) {
		var more []int
		merged, more = beside(own, merged, shown[from:until])
		for _, i := range more {
			fresh = append(fresh, from+i)
		}
		from = until
	}
	return merged, fresh
}

// again returns where the conversation begins again in what is shown.
func again(own Mark, shown []Mark) (starts []int) {
	first := -1
	for i, m := range shown {
		if m != own {
			continue
		}
		if first < 0 {
			first = i
			continue
		}
		above := 0
		for above < first && i-above-1 > first && shown[i-above-1] == shown[first-above-1] {
			above++
		}
		starts = append(starts, i-above)
	}
	return starts
}

// beside is align, but for where our opener stands: it is said once, and a page may draw it
// before what was said above it, such as a greeting that the server has sent meanwhile.
func beside(own Mark, known, shown []Mark) (merged []Mark, fresh []int) {
	at, there := slices.Index(known, own), slices.Index(shown, own)
	if at < 0 || there < 0 {
		return align(known, shown)
	}
	merged, fresh = align(slices.Delete(slices.Clone(known), at, at+1), slices.Delete(slices.Clone(shown), there, there+1))
	for n, i := range fresh {
		if i >= there {
			fresh[n]++
		}
	}
	place, passed := 0, 0
	for ; passed < at; place++ {
		if merged[place] == known[passed] {
			passed++
		}
	}
	return slices.Insert(merged, place, own), fresh
}

// align returns the shortest sequence that holds known and shown in their orders,
// what is known first where both may come, and which of shown it did not hold before.
func align(known, shown []Mark) (merged []Mark, fresh []int) {
	lengths := common(known, shown)
	i, j := 0, 0
	for i < len(known) || j < len(shown) {
		switch {
		case i < len(known) && j < len(shown) && known[i] == shown[j]:
			merged = append(merged, known[i])
			i, j = i+1, j+1
		case j == len(shown) || i < len(known) && lengths[i+1][j] >= lengths[i][j+1]:
			merged = append(merged, known[i])
			i++
		default:
			merged, fresh = append(merged, shown[j]), append(fresh, j)
			j++
		}
	}
	return merged, fresh
}

// common returns the lengths of the longest common subsequences of known[i:] and
// shown[j:].
func common(known, shown []Mark) [][]int {
	lengths := make([][]int, len(known)+1)
	for i := range lengths {
		lengths[i] = make([]int, len(shown)+1)
	}
	for i := len(known) - 1; i >= 0; i-- {
		for j := len(shown) - 1; j >= 0; j-- {
			if known[i] == shown[j] {
				lengths[i][j] = lengths[i+1][j+1] + 1
			} else {
				lengths[i][j] = max(lengths[i+1][j], lengths[i][j+1])
			}
		}
	}
	return lengths
}
