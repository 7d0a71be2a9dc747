package worklist

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
)

// A Reason is why a letter waits.
type Reason string

// The reasons.
const (
	Unmatched Reason = "unmatched" // it belongs to no contact that we know of
	Doubtful  Reason = "doubtful"  // the reading is in doubt
	Decides   Reason = "decides"   // were the reading wrong, another company would win
	Drawn     Reason = "drawn"     // of the sample by which the reader is judged
)

// Reasons returns all of them, in the order in which they are offered.
func Reasons() []Reason { return []Reason{Unmatched, Doubtful, Decides, Drawn} }

// A Letter is one that waits.
type Letter struct {
	Channel, Key string // the arrival
	Contact      string // empty: none that we know of
	Company      string // its id; empty: not known
	Class        string
	Why          Reason
	At           time.Time // when it came
	Points       float64   // of a score that hang on it, 0 to 1
	Winner       bool      // another company would win were it another thing
	Judged       int       // how many people have said what it is
	Search       string    // what a search looks at, in lower case
	Text         string    // see TextKey; empty: it is like no other
}

// A Group are letters that say the same, the first of which is shown for all. It has
// one at least.
type Group []Letter

// Contacts returns how many different contacts the letters belong to.
func (g Group) Contacts() int {
	seen := map[string]bool{}
	for _, l := range g {
		if l.Contact != "" {
			seen[l.Contact] = true
		}
	}
	return len(seen)
}

// fewestWords is how many words a text has at least that is judged together with
// others: what "Yes." answers depends on the question.
const fewestWords = 8

// mostTogether is how many letters are judged together at most, so that a form stays
// smaller than what is taken.
const mostTogether = 400

// TextKey returns what equal texts have in common: a digest of the words of a letter,
// without how they are spaced and without numbers of five digits or more, which name
// cases and persons. It is empty for texts that are too short to be judged together.
func TextKey(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if len(words) < fewestWords {
		return ""
	}
	sum := sha256.Sum256([]byte(masked(strings.Join(words, " "))))
	return hex.EncodeToString(sum[:12])
}

// masked returns a text in which each long number is the same.
func masked(text string) string {
	const long = 5
	var out strings.Builder
	digits := 0
	flush := func(at int) {
		if digits >= long {
			out.WriteByte('#')
		} else {
			out.WriteString(text[at-digits : at])
		}
		digits = 0
	}
	for i, r := range text {
		if r >= '0' && r <= '9' {
			digits++
			continue
		}
		flush(i)
		out.WriteRune(r)
	}
	flush(len(text))
	return out.String()
}

// Gather puts letters together that say the same on one channel and wait for the same
// reason. The order is that of the first letter of each group.
func Gather(letters []Letter) []Group {
	type kind struct {
		text, channel string
		matched       bool
	}
	var all []Group
	at := map[kind]int{}
	for _, l := range letters {
		k := kind{l.Text, l.Channel, l.Contact != ""}
		i, known := at[k]
		if l.Text == "" || !known || len(all[i]) == mostTogether {
			at[k] = len(all)
			all = append(all, Group{l})
			continue
		}
		all[i] = append(all[i], l)
	}
	return all
}

// Alone returns each letter as a group of its own.
func Alone(letters []Letter) []Group {
	all := make([]Group, len(letters))
	for i := range letters {
		all[i] = letters[i : i+1 : i+1]
	}
	return all
}
