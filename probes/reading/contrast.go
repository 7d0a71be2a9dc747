package reading

import (
	"fmt"
	"strings"

	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// The letters of a centre to customers who asked other things show what it writes to all of them: its
// footers, adverts, standard confirmations. What was written to this customer is what remains.

const (
	// fewestContacts is in how many contacts with other questions a line must have come to be
	// template.
	fewestContacts = 2
	// enoughContacts is how many other contacts there must be before a letter that is template
	// altogether is held to be a machine's.
	enoughContacts = 5
)

// without returns text without what the centre writes to all, and the lines that were taken out
// with how often they came. A line that holds a fact, or takes up what this customer asked, stays
// however often it comes: a list of prices is an answer.
func (t Template) without(text string, asked Asked) (own string, taken []Reason) {
	if t.Others == 0 || len(t.Lines) == 0 {
		return text, nil
	}
	var kept strings.Builder
	for _, line := range lexicon.Sentences(text) {
		n := t.Lines[fingerprint.Line(t.Key, line)]
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
	return message.Tidy(strings.Split(kept.String(), "\n")), taken
}

// dealsWithMatter reports whether a line holds a fact, or a word of what was asked.
func dealsWithMatter(line string, asked Asked) bool {
	b := newBody(line, asked, lexicon.Default().Phrases)
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
	b := newBody(text, Asked{}, lexicon.Default().Phrases)
	for _, s := range b.spans {
		if matter, desk := b.said(s); matter+desk > 0 {
			return true
		}
	}
	return false
}
