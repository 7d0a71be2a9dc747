package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// people are whoever is known to have written for a company. They are not named
// in what is told of it.
type people struct {
	names   map[string]bool // folded; false: nobody's, whoever bears it
	address *regexp.Regexp
}

// newPeople knows nobody yet. What the company and our own persona are called
// stays.
func newPeople(co edition.Company, persona string) people {
	p := people{names: map[string]bool{}, address: regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@([\p{L}\p{N}.-]*\p{L})`)}
	for _, word := range words(co.Name + " " + co.ID + " " + persona) {
		p.names[strings.ToLower(word)] = false
	}
	return p
}

// meet learns who shows himself as the writer of a message.
func (p people) meet(m reading.Message) {
	for _, field := range []string{"From", "Sender", "Reply-To"} {
		for _, shown := range m.Header(field) {
			name, _, _ := strings.Cut(shown, "<")
			if !desk(name) {
				p.learn(words(name))
			}
		}
	}
}

// desk reports whether a name is that of a desk, and nobody's.
func desk(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(
		[]string{"service", "support", "kunde", "kund", "customer", "team", "reply", "post", "info", "system", "helpdesk", "@"},
		func(part string) bool { return strings.Contains(name, part) })
}

// learn takes words that begin as names do for names.
func (p people) learn(list []string) {
	for _, word := range list {
		first, _ := utf8.DecodeRuneInString(word)
		folded := strings.ToLower(word)
		if _, ours := p.names[folded]; !ours && unicode.IsUpper(first) && utf8.RuneCountInString(word) > 1 {
			p.names[folded] = true
		}
	}
}

// hide leaves names and addresses out of the words that a reason saw.
func (p people) hide(why reading.Reason) string {
	const name, before = "[name]", "[…]@"
	switch why.Signal {
	case "signed with a name":
		return name
	case "from nobody":
		return why.Saw
	}
	text := p.address.ReplaceAllString(why.Saw, before+"$1")
	for _, word := range words(text) {
		if p.names[strings.ToLower(word)] {
			text = regexp.MustCompile(`(^|[^\p{L}])`+regexp.QuoteMeta(word)+`($|[^\p{L}])`).ReplaceAllString(text, "${1}"+name+"${2}")
		}
	}
	return strings.ReplaceAll(text, name+" "+name, name)
}

// words splits a text at everything that is no letter.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}
