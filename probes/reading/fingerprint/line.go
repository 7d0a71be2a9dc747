package fingerprint

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

const (
	// maxLines is how many lines of one message have fingerprints.
	maxLines = 80
	// fewestContentWords is how many words a line must have, names and numbers apart, to be more than a
	// common saying.
	fewestContentWords = 3
)

// Lines returns the fingerprint of each line that the sender of m wrote, with the signature and what
// follows it, each once and in the order in which they stand. Names, numbers and dates do not
// count, and neither do lines of hardly any words. They are kept with the arrival, and go with an
// erasure.
func Lines(m message.Message, key []byte) (prints []string) {
	defer func() {
		if recover() != nil {
			prints = nil // such a message is read as one that cannot be read
		}
	}()
	l := m.Letter()
	seen := map[string]bool{}
	for _, s := range lexicon.Sentences(l.Own + "\n\n" + l.Signature) {
		if print := Line(key, s); print != "" && !seen[print] && len(prints) < maxLines {
			seen[print] = true
			prints = append(prints, print)
		}
	}
	return prints
}

// Line returns the keyed fingerprint of a line, or the empty string where it says too little, or
// there is no key.
func Line(key []byte, line string) string {
	content := contentWords(line)
	if len(content) < fewestContentWords || len(key) == 0 {
		return ""
	}
	return keyed(key, strings.Join(content, " "))
}
