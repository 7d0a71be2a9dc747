package reading

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	// loudest is the largest share of a text that may be characters that people do not write.
	loudest = 0.3
	// jumpiest is how many letters may be capitals that follow a small one.
	jumpiest = 0.1
	// shortestNoise is how many characters it takes to say so: ":-)" is text.
	shortestNoise = 40
)

// readNoise judges what is no text in any language: octets of a file, of a
// charset that is not known, or an encoding that was not taken off. It says
// nothing, and a person has to look.
func readNoise(text string) (Reading, bool) {
	var strange, letters, jumps, all int
	before := ' '
	for _, r := range text {
		if unicode.IsSpace(r) {
			before = r
			continue
		}
		all++
		switch {
		case unicode.IsLetter(r):
			letters++
		case !unicode.In(r, unicode.M, unicode.Nd, unicode.P) && !ornament(r):
			strange++
		}
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			jumps++
		}
		before = r
	}
	noisy := float64(strange) > loudest*float64(all) || float64(jumps) > jumpiest*float64(letters)
	if all < shortestNoise || !noisy {
		return Reading{}, false
	}
	saw := fmt.Sprintf("%d of %d characters strange, %d capitals inside words", strange, all, jumps)
	return Reading{Kind: Other, Doubtful: true, Because: []Reason{{"no text in any language", 8, saw}}}, true
}

// ornament reports whether a symbol is one that people and their programs do
// write: rules, arrows, tables, faces and signs of money.
func ornament(r rune) bool {
	const ascii = "=+|<>^~`"
	switch {
	case r == unicode.ReplacementChar:
		return false
	case r == 0x200B || r == 0x00AD: // a space without width, a soft hyphen
		return true
	}
	return r >= 0x2190 || unicode.Is(unicode.Sc, r) || strings.ContainsRune(ascii, r)
}
