package model

import (
	"maps"
	"math"
	"slices"
)

// Bits is how many bits of a hash name a feature: there are 1<<Bits of them.
const Bits = 18

// An Example is a sentence as the reader of n-grams sees it: hashed features, each as often as it
// is there.
type Example []uint32

// Sentence returns the features of a sentence: each folded word, each pair of words, every three to
// five octets in a row within a word and its ends, and each pair of what its shape holds. Digits are
// all alike.
func Sentence(folded []string, shape map[string]bool) Example {
	folded = folded[:min(len(folded), maxWords)]
	e := shaped(shape, featuresOfWord*len(folded))
	before, earlier := "^", "^"
	gram := begun("g")
	for _, w := range folded {
		w = digitless(w)
		padded := "<" + w + ">"
		e = append(e, hashed("w", w, ""), hashed("p", before, w))
		for n := 3; n <= 5; n++ {
			for i := 0; i+n <= len(padded) && i < maxGrams; i++ {
				e = append(e, placed(ended(gram, padded[i:i+n]), ""))
			}
		}
		e = append(e, hashed("k", earlier, w), hashed("t", stem(before), stem(w)))
		earlier, before = before, w
	}
	return append(e, hashed("p", before, "$"))
}

// Aside returns the features of what stands beside a text, such as a signature or the name of who sent it: each word, its
// beginning and its end, and each pair of words. The mark sets them apart from those of sentences.
func Aside(mark string, folded []string) Example {
	folded = folded[:min(len(folded), maxWords)]
	e := make(Example, 0, 4*len(folded)+1)
	before := "^"
	for _, w := range folded {
		w = digitless(w)
		end := w[max(0, len(w)-5):]
		e = append(e, hashed(mark, w, ""), hashed(mark+"p", before, w), hashed(mark+"<", stem(w), ""), hashed(mark+">", end, ""))
		before = w
	}
	return append(e, hashed(mark+"p", before, "$"))
}

const (
	maxWords       = 60 // of one sentence
	maxGrams       = 30 // of one length in one word
	featuresOfWord = 24 // that most words have at most
)

// stem is the beginning of a word, which its forms share.
func stem(w string) string { return w[:min(len(w), 5)] }

// shaped returns the features of a shape, with room for as many more. They stand for fewer words than the
// others, and so count twice.
func shaped(shape map[string]bool, room int) Example {
	names := slices.Sorted(maps.Keys(shape))
	e := make(Example, 0, room+len(names)*(len(names)+1)+1)
	for i, a := range names {
		f := hashed("s", a, "")
		e = append(e, f, f)
		for _, b := range names[i+1:] {
			f = hashed("s", a, b)
			e = append(e, f, f)
		}
	}
	return e
}

// digitless writes one digit for every row of digits.
func digitless(w string) string {
	has := false
	for i := range len(w) {
		has = has || w[i] >= '0' && w[i] <= '9'
	}
	if !has {
		return w
	}
	out := make([]byte, 0, len(w))
	for i := range len(w) {
		c := w[i]
		if c >= '0' && c <= '9' {
			c = '0'
			if len(out) > 0 && out[len(out)-1] == '0' {
				continue
			}
		}
		out = append(out, c)
	}
	return string(out)
}

// hashed returns the feature of a kind and its words (FNV-1a, folded to Bits).
func hashed(kind, a, b string) uint32 { return placed(ended(begun(kind), a), b) }

// begun returns the hash of a kind of feature, which its words go on from.
func begun(kind string) uint32 { return ended(2166136261, kind) }

// ended goes on from a hash with a word and its end.
func ended(h uint32, word string) uint32 {
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * 16777619
	}
	return (h ^ 0xff) * 16777619
}

// placed goes on from a hash with the last word, and returns the feature.
func placed(h uint32, word string) uint32 {
	h = ended(h, word)
	return (h>>Bits ^ h) & (1<<Bits - 1)
}

// Ngrams is a linear reader of sentences. Its zero value knows nothing.
type Ngrams struct {
	Classes []string
	Scale   float64 // what one step of a weight is worth
	Bias    []float64
	Weights string // by feature, then by class: an octet each, in two's complement
}

// Score returns how much speaks for each class in a sentence, as log odds that sum to anything.
func (n *Ngrams) Score(e Example) []float64 {
	k := len(n.Classes)
	sums := make([]int, k)
	for _, f := range e {
		row := n.Weights[int(f)*k : int(f)*k+k]
		for c := range sums {
			sums[c] += int(int8(row[c]))
		}
	}
	scores := make([]float64, k)
	norm := n.Scale / math.Sqrt(float64(max(len(e), 1)))
	for c := range scores {
		scores[c] = n.Bias[c] + norm*float64(sums[c])
	}
	return scores
}

// Pool sums up a letter from the scores of its sentences: for each class but the last, which is
// that of sentences that say nothing, the log of the sum of the odds against that one.
func Pool(scores [][]float64) []float64 {
	if len(scores) == 0 {
		return nil
	}
	last := len(scores[0]) - 1
	pooled := make([]float64, last)
	for c := range pooled {
		odds := make([]float64, len(scores))
		for i, s := range scores {
			odds[i] = s[c] - s[last]
		}
		pooled[c] = logSum(odds)
	}
	return pooled
}

// logSum is the log of the sum of the exponentials.
func logSum(x []float64) float64 {
	most := x[0]
	for _, v := range x {
		most = math.Max(most, v)
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum)
}

// Softmax turns scores into probabilities.
func Softmax(x []float64) []float64 {
	p := make([]float64, len(x))
	if len(x) == 0 {
		return p
	}
	all := logSum(x)
	for i, v := range x {
		p[i] = math.Exp(v - all)
	}
	return p
}
