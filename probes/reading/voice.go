package reading

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// fewest is how many words a text must have, names and numbers apart, before it sounds like
	// anybody: "Ja, det går fint." is what everyone says.
	fewest = 8
	// nearest is in how many of their 64 bits the voices of one text may differ. Unrelated texts
	// are about 32 apart; one template filled with other names and numbers is up to 8.
	nearest = 8
)

// Fingerprint returns the voice of what the sender of m wrote, without quote and signature, as 16
// hexadecimal digits, or the empty string where that is too short to have one. It is kept with
// the arrival, and later arrivals are held against it (see Heard).
func (m Message) Fingerprint() (digits string) {
	defer func() {
		if recover() != nil {
			digits = "" // Read says so
		}
	}()
	if voice := Voice(cut(m.text).own); voice != 0 {
		digits = fmt.Sprintf("%016x", voice)
	}
	return digits
}

// Heard counts the voices in before that say the same as voice with other names, numbers and
// dates. The empty string is nobody's voice, and so is what is no voice at all.
func Heard(voice string, before []string) int {
	mine, err := strconv.ParseUint(voice, 16, 64)
	if err != nil {
		return 0
	}
	count := 0
	for _, other := range before {
		if theirs, err := strconv.ParseUint(other, 16, 64); err == nil && Distance(mine, theirs) <= nearest {
			count++
		}
	}
	return count
}

// Voice returns a similarity hash of text (Charikar, "Similarity estimation techniques from
// rounding algorithms", 2002): texts that differ in a name, a number or a date hash to values
// that differ in few bits. Numbers, dates, names and addresses are folded away first. Text of
// too few words hashes to 0.
func Voice(text string) uint64 {
	heard := voiced(text)
	if len(heard) < fewest {
		return 0
	}
	var votes [64]int
	var row [3]string
	for _, w := range heard {
		row[0], row[1], row[2] = row[1], row[2], w
		for n := 1; n <= len(row); n++ {
			hash := fnv.New64a()
			for _, part := range row[len(row)-n:] {
				hash.Write([]byte(part + " "))
			}
			for bit, sum := 0, mix(hash.Sum64()); bit < 64; bit++ {
				votes[bit] += int(sum>>bit&1)*2 - 1
			}
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

// Distance returns in how many of their 64 bits two voices differ.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// voiced returns the words of text as the hash hears them: without numbers, days, months,
// addresses and what looks like a name, which is a capital within a sentence, next to a name or a
// greeting, or before the first comma. Where each of them stood says as little as what it was.
func voiced(text string) []string {
	list := words(text)
	heard := make([]string, 0, len(list))
	named, called := false, callsFirst(text, list)
	for i, w := range list {
		within := i > 0 && list[i-1].sentence == w.sentence
		greeted := i == 1 || i <= 3 && named
		first, _ := utf8.DecodeRuneInString(w.text)
		named = unicode.IsUpper(first) && (within || greeted || i < called)
		if !named && !filledIn(w.folded) {
			heard = append(heard, w.folded)
		}
	}
	return heard
}

// filledIn reports whether a template has a gap for a word: a number, an address, a day.
func filledIn(folded string) bool {
	return numeric(folded) || hollow(folded) || known().dates[folded]
}

// callsFirst returns how many words name the reader before the first comma, as in "Kari Holm,
// thank you".
func callsFirst(text string, list []word) int {
	comma := strings.IndexByte(text, ',')
	for i, w := range list[:min(len(list), 5)] {
		if w.start > comma {
			return i
		}
		if known().common.has(w.folded) {
			break
		}
	}
	return 0
}

// dateWords are the days and months, which templates fill in as they do numbers, and the small
// words that join dates and names.
func dateWords() string {
	return `mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tysdag laurdag tisdag lördag söndag ` +
		`monday tuesday wednesday thursday friday saturday sunday maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai ` +
		`maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ` +
		`januar februar mars marts april mai maj juni juli august september oktober november desember december januari februari augusti ` +
		`january february march may june july october tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta ` +
		`elokuuta syyskuuta lokakuuta marraskuuta joulukuuta man tir ons tor fre lør søn mån tis lör sön mon tue wed thu fri sat sun ` +
		`jan feb mar apr jun jul aug sep sept okt oct nov des dec ` +
		`kl klokka klokken klo den d von van der av de`
}

// mix spreads the bits of an FNV sum, whose low ones are alike for like input.
func mix(sum uint64) uint64 {
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	sum *= 0xc4ceb9fe1a85ec53
	return sum ^ sum>>33
}
