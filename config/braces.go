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

// braces says all that is wrong with a scenario's text: {a|b} draws one of its
// variants, {{.Company}} is filled in, and anything else in braces is a fault.
func braces(text string) []brace {
	var faults []brace
	line, open, bars := 0, -1, 0 // open is the line of the variants that are open, if any
	fault := func(on int, what string) { faults = append(faults, brace{on, what}) }
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], "{{"):
			inner, _, closed := strings.Cut(text[i+2:], "}}")
			if !closed || strings.ContainsAny(inner, "\n{") {
				fault(line, "{{ is not closed by }}")
				i++
				continue
			}
			if problem := placeholder(inner); problem != "" {
				fault(line, problem)
			}
			i += len(inner) + 3
		case c == '{' && open >= 0:
			fault(line, "variants inside variants are not drawn; write them out")
		case c == '{':
			open, bars = line, 0
		case c == '}' && open < 0:
			fault(line, "} closes nothing")
		case c == '}':
			if bars == 0 {
				fault(open, "braces without a choice; want {a|b} or {{.Company}}")
			}
			open = -1
		case c == '|':
			bars++
		case c == '\n':
			line++
		}
	}
	if open >= 0 {
		fault(open, "{ is not closed by }")
	}
	return faults
}

// placeholder says what is wrong with what stands between {{ and }}.
func placeholder(inner string) string {
	name, dotted := strings.CutPrefix(strings.TrimSpace(inner), ".")
	if dotted && slices.Contains(placeholders(), name) {
		return ""
	}
	return strconv.Quote("{{"+inner+"}}") + " is not known; want {{.Company}}, {{.Persona}} or {{.Class}}" +
		suggestion(name, placeholders())
}
