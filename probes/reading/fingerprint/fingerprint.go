package fingerprint

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

const (
	// fewestWords is how many words a text must have, names and numbers apart, before it is compared:
	// "Ja, det går fint." is what everyone writes.
	fewestWords = 8
	// maxDistance is in how many of their 64 bits the fingerprints of one text may differ. Unrelated texts
	// are about 32 apart; one template filled with other names and numbers is up to 8.
	maxDistance = 8
)

// Of returns the fingerprint of what the sender of m wrote, without quote and signature, as 16
// hexadecimal digits, or the empty string where that is too short to be compared. It is kept with
// the arrival, and later arrivals are compared with it (see [Alike]).
func Of(m message.Message) (digits string) {
	defer func() {
		if recover() != nil {
			digits = "" // such a message is read as one that cannot be read
		}
	}()
	if hash := Hash(m.Letter().Own); hash != 0 {
		digits = fmt.Sprintf("%016x", hash)
	}
	return digits
}

// Alike counts the fingerprints in before whose texts say the same as that of digits with other
// names, numbers and dates. The empty string, and what is no fingerprint, is like none.
func Alike(digits string, before []string) int {
	mine, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return 0
	}
	count := 0
	for _, other := range before {
		if theirs, err := strconv.ParseUint(other, 16, 64); err == nil && Distance(mine, theirs) <= maxDistance {
			count++
		}
	}
	return count
}

// Hash returns a similarity hash of text (Charikar, "Similarity estimation techniques from
// rounding algorithms", 2002): texts that differ in a name, a number or a date hash to values
// that differ in few bits. Numbers, dates, names and addresses are folded away first. Text of
// too few words hashes to 0.
func Hash(text string) uint64 {
	content := contentWords(text)
	if len(content) < fewestWords {
		return 0
	}
	var votes [64]int
	var row [3]string
	for _, w := range content {
		row[0], row[1], row[2] = row[1], row[2], w
		for n := 1; n <= len(row); n++ {
			sum64 := fnv.New64a()
			for _, part := range row[len(row)-n:] {
				sum64.Write([]byte(part + " "))
			}
			for bit, sum := 0, mix(sum64.Sum64()); bit < 64; bit++ {
				votes[bit] += int(sum>>bit&1)*2 - 1
			}
		}
	}
	var hash uint64
	for bit, vote := range votes {
		if vote > 0 {
			hash |= 1 << bit
		}
	}
	return hash
}

// Distance returns in how many of their 64 bits two hashes differ.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// contentWords returns the words of text that a fingerprint counts: without numbers, days, months,
// addresses and what looks like a name, which is a capital within a sentence, next to a name or a
// greeting, or before the first comma. Neither their values nor their places count.
func contentWords(text string) []string {
	list := lexicon.Words(text)
	content := make([]string, 0, len(list))
	named, called := false, callsFirst(text, list)
	for i, w := range list {
		within := i > 0 && list[i-1].Sentence == w.Sentence
		greeted := i == 1 || i <= 3 && named
		first, _ := utf8.DecodeRuneInString(w.Text)
		named = unicode.IsUpper(first) && (within || greeted || i < called)
		if !named && !filledIn(w.Folded) {
			content = append(content, w.Folded)
		}
	}
	return content
}

// filledIn reports whether a template has a gap for a word: a number, an address, a day.
func filledIn(folded string) bool {
	return lexicon.Numeric(folded) || lexicon.Hollow(folded) || lexicon.Default().Dates[folded]
}

// callsFirst returns how many words name the reader before the first comma, as in "Kari Holm,
// thank you".
func callsFirst(text string, list []lexicon.Word) int {
	comma := strings.IndexByte(text, ',')
	for i, w := range list[:min(len(list), 5)] {
		if w.Start > comma {
			return i
		}
		if lexicon.Default().Common.Has(w.Folded) {
			break
		}
	}
	return 0
}

// mix spreads the bits of an FNV sum, whose low ones are alike for like input.
func mix(sum uint64) uint64 {
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	sum *= 0xc4ceb9fe1a85ec53
	return sum ^ sum>>33
}
