package reading

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Centre's letters to customers who asked other things show what it writes to everybody: its
// footers, adverts, standard confirmations. What was written to this customer is what remains.

const (
	// fewestHeard is how many words a line must have, names and numbers apart, to be told from what
	// everybody says.
	fewestHeard = 3
	// fewestContacts is in how many contacts with other questions a line must have come to be
	// template.
	fewestContacts = 2
	// enoughContacts is how many other contacts there must be before a letter that is template
	// altogether is held to be a machine's.
	enoughContacts = 5
)

// A Template is what a centre has written to other customers. Its zero value says that nothing is
// known.
type Template struct {
	// Key is secret, and the same for all fingerprints of an edition, so that nobody can try out
	// which words they are of.
	Key []byte
	// Others is how many other contacts the centre has answered.
	Others int
	// Lines is in how many of those that asked something else each line came, by its fingerprint
	// (see [Message.Lines]).
	Lines map[string]int
}

// Lines returns the fingerprint of each line that the sender of m wrote, his signature and what
// follows it too, each once and in the order in which they stand. Names, numbers and dates do not
// count, and neither do lines of hardly any words. They are kept with the arrival, and go with an
// erasure.
func (m Message) Lines(key []byte) (prints []string) {
	defer func() {
		if recover() != nil {
			prints = nil // Read says so
		}
	}()
	l := cut(m.text)
	seen := map[string]bool{}
	for _, s := range sentencesOf(l.own + "\n\n" + l.signature) {
		if print := linePrint(key, s); print != "" && !seen[print] && len(prints) < maxSentences {
			seen[print] = true
			prints = append(prints, print)
		}
	}
	return prints
}

// linePrint returns the keyed fingerprint of a line, or the empty string where it says too little, or
// there is no key.
func linePrint(key []byte, line string) string {
	heard := voiced(line)
	if len(heard) < fewestHeard || len(key) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join(heard, " ")))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// sentencesOf cuts text into its sentences, with what stands between them.
func sentencesOf(text string) []string {
	list := words(text)
	var all []string
	start := 0
	for i := range list {
		if i+1 == len(list) || list[i+1].sentence != list[i].sentence {
			end := len(text)
			if i+1 < len(list) {
				end = list[i+1].start
			}
			all = append(all, text[start:end])
			start = end
		}
	}
	return all
}

// without returns text without what the centre writes to everybody, and the lines that were taken out
// with how often they came. A line that holds a fact, or takes up what this customer asked, stays
// however often it comes: a list of prices is an answer.
func (t Template) without(text string, asked Asked) (own string, taken []Reason) {
	if t.Others == 0 || len(t.Lines) == 0 {
		return text, nil
	}
	var kept strings.Builder
	for _, line := range sentencesOf(text) {
		n := t.Lines[linePrint(t.Key, line)]
		if n < fewestContacts || dealsWithMatter(line, asked) {
			kept.WriteString(line)
			continue
		}
		taken = append(taken, Reason{fmt.Sprintf("this line came in %d of %d mails", n, t.Others), 0, clip(strings.TrimSpace(line))})
		if strings.HasSuffix(line, "\n") {
			kept.WriteByte('\n')
		}
	}
	if len(taken) == 0 {
		return text, nil
	}
	return tidy(strings.Split(kept.String(), "\n")), taken
}

// dealsWithMatter reports whether a line holds a fact, or a word of what was asked.
func dealsWithMatter(line string, asked Asked) bool {
	b := newBody(line, asked, known().book)
	if b.onTopic() != "" {
		return true
	}
	for _, s := range b.spans {
		if b.figures(s) && !s.formal() {
			return true
		}
	}
	return false
}

// emptied judges a letter of which nothing is left without its template: no person wrote it for this
// customer. Where the centre has answered few others, a person has to say so.
func (t Template) emptied(r Reading) Reading {
	if r.Kind == Answer {
		r.Kind = Acknowledgement
	}
	r.Because = append([]Reason{{"nothing was written for this customer", 0, fmt.Sprintf("of %d other contacts", t.Others)}}, r.Because...)
	if t.Others < enoughContacts {
		r.Doubtful = true
	}
	return r
}

// says reports whether text has any word but greetings, thanks and names.
func says(text string) bool {
	b := newBody(text, Asked{}, known().book)
	for _, s := range b.spans {
		if matter, desk := b.said(s); matter+desk > 0 {
			return true
		}
	}
	return false
}
