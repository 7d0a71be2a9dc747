package reading

import (
	"hash/fnv"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// Voice returns a similarity hash of text (Charikar, "Similarity estimation techniques from
// rounding algorithms", 2002): texts that differ in a name, a number or a date hash to values
// that differ in few bits. Numbers, names and addresses are folded away first. Text without
// words hashes to 0.
func Voice(text string) uint64 {
	var votes [64]int
	list := words(text)
	var row [3]string
	for i, w := range list {
		row[0], row[1], row[2] = row[1], row[2], voiced(text, list, i)
		if w.folded == "" || i < 2 && len(list) > 3 {
			continue
		}
		hash := fnv.New64a()
		for _, part := range row {
			hash.Write([]byte(part + " "))
		}
		for bit, sum := 0, mix(hash.Sum64()); bit < 64; bit++ {
			votes[bit] += int(sum>>bit&1)*2 - 1
		}
	}
	var voice uint64
	for bit, vote := range votes {
		if vote > 0 {
			voice |= 1 << bit
		}
	}
	return voice
}

// Distance returns in how many of their 64 bits two voices differ. Unrelated texts are about
// 32 apart; up to 6 is the same text with other names and numbers.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// voiced returns the word at i as the hash hears it: numbers and addresses are all alike, and
// so is what looks like a name, a capital within a sentence.
func voiced(text string, list []word, i int) string {
	w := list[i]
	first, _ := utf8.DecodeRuneInString(text[w.start:])
	switch {
	case numeric(w.folded) || hollow(w.folded):
		return "#"
	case unicode.IsUpper(first) && i > 0 && list[i-1].sentence == w.sentence:
		return "&"
	}
	return w.folded
}

// mix spreads the bits of an FNV sum, whose low ones are alike for like input.
func mix(sum uint64) uint64 {
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	sum *= 0xc4ceb9fe1a85ec53
	return sum ^ sum>>33
}
