package config

import (
	"slices"
	"strconv"
	"strings"
)

// placeholders are what a scenario's text may leave to be filled in.
func placeholders() []string { return []string{"Company", "Persona", "Class"} }

// A brace is one thing wrong with the braces of a text.
type brace struct {
	line int // of the text, 0 is the first
	text string
}

// A braceReader goes through a text once.
type braceReader struct {
	faults []brace
	line   int
	open   int // the line of the variants that are open; -1 if none are
	bars   int // choices in them
	names  []string
}

// braces says all that is wrong with a scenario's text: {a|b} draws one of its
// variants, {{.Company}} and the details by their names are filled in, and
// anything else in braces is a fault.
func braces(text string, details ...string) []brace {
	r := braceReader{open: -1, names: append(placeholders(), details...)}
	for i := 0; i < len(text); i++ {
		if strings.HasPrefix(text[i:], "{{") {
			i += r.field(text[i+2:]) + 1
			continue
		}
		r.letter(text[i])
	}
	if r.open >= 0 {
		r.fault(r.open, "{ is not closed by }")
	}
	return r.faults
}

func (r *braceReader) fault(line int, text string) { r.faults = append(r.faults, brace{line, text}) }

// field reads what follows {{ and returns its length.
func (r *braceReader) field(rest string) int {
	inner, _, closed := strings.Cut(rest, "}}")
	if !closed || strings.ContainsAny(inner, "\n{") {
		r.fault(r.line, "{{ is not closed by }}")
		return 0
	}
	if problem := r.placeholder(inner); problem != "" {
		r.fault(r.line, problem)
	}
	return len(inner) + 2
}

// letter reads what is no field.
func (r *braceReader) letter(c byte) {
	switch c {
	case '{':
		if r.open >= 0 {
			r.fault(r.line, "variants inside variants are not drawn; write them out")
			return
		}
		r.open, r.bars = r.line, 0
	case '}':
		if r.open < 0 {
			r.fault(r.line, "} closes nothing")
		} else if r.bars == 0 {
			r.fault(r.open, "braces without a choice; want {a|b} or {{.Company}}")
		}
		r.open = -1
	case '|':
		r.bars++
	case '\n':
		r.line++
	}
}

// placeholder says what is wrong with what stands between {{ and }}.
func (r *braceReader) placeholder(inner string) string {
	name, dotted := strings.CutPrefix(strings.TrimSpace(inner), ".")
	if dotted && slices.Contains(r.names, name) {
		return ""
	}
	return strconv.Quote("{{"+inner+"}}") + " is not known; want {{.Company}}, {{.Persona}} or {{.Class}}" +
		suggestion(name, r.names)
}
