package reading

import (
	"fmt"
	"slices"
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
// however often it comes: a list of prices is an answer. So does one in which a machine says what it is.
func (t Template) without(text string, asked Asked) (own string, taken []Reason) {
	if t.Others == 0 || len(t.Lines) == 0 {
		return text, nil
	}
	lines := lexicon.Sentences(text)
	came := make([]int, len(lines)) // how often
	for i, line := range lines {
		came[i] = t.Lines[fingerprint.Line(t.Key, line)]
	}
	if len(lines) == 0 || slices.Max(came) < fewestContacts {
		return text, nil
	}
	var kept strings.Builder
	b := newBody(text, asked, lexicon.Default().Phrases)
	for i, line := range lines {
		n := came[i]
		if n < fewestContacts || b.discloses(b.spans[i]) || dealsWithMatter(line, asked) {
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

// Differs reports whether a letter with these lines is read in another light by t than by before: a line
// of it is template by one of them alone, or one of them alone knows too few contacts to say that the
// whole of it is.
func (t Template) Differs(before Template, lines []string) bool {
	any := false
	for _, line := range lines {
		is, was := t.Lines[line] >= fewestContacts, before.Lines[line] >= fewestContacts
		if is != was {
			return true
		}
		any = any || is
	}
	return any && (t.Others >= enoughContacts) != (before.Others >= enoughContacts)
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
