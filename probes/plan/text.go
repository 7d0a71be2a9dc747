package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Text fills a scenario's template: {a|b} draws one of its variants, {{.Name}}
// is replaced by fields["Name"]. Variants may hold fields, not variants. The
// error quotes what is not understood.
func (s *Stream) Text(template string, fields map[string]string) (string, error) {
	var out strings.Builder
	for rest := template; rest != ""; {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			out.WriteString(rest)
			break
		}
		out.WriteString(rest[:open])
		text, after, err := s.brace(rest[open:], fields)
		if err != nil {
			return "", err
		}
		out.WriteString(text)
		rest = after
	}
	return out.String(), nil
}

// mostVariants is as far as Variants counts.
const mostVariants = 2000

// Variants returns how many different texts templates can make together, where a
// field has the given values and one without has a single one; 2,000 where it is more.
// Texts of the same letters and digits are the same: who has read one knows the
// other, whatever its blanks, its case, its punctuation and what cannot be seen.
func Variants(templates []string, values map[string][]string) int {
	seen := texts{}
	for _, template := range templates {
		filled := texts{template: true}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			filled = filled.with(name, values[name])
		}
		for text := range filled {
			for made := range alternatives(text) {
				seen.add(made)
			}
			if len(seen) == mostVariants {
				return mostVariants
			}
		}
	}
	return len(seen)
}

// texts are different texts, mostVariants at most.
type texts map[string]bool

func (t texts) add(text string) {
	if len(t) < mostVariants {
		t[text] = true
	}
}

// with returns the texts with each of a field's values in its place.
func (t texts) with(name string, values []string) texts {
	field := regexp.MustCompile(`\{\{\s*\.` + regexp.QuoteMeta(name) + `\s*\}\}`)
	plain := strings.NewReplacer("{", "\x01", "}", "\x02", "|", "\x03") // a value offers no choice
	filled := texts{}
	for text := range t {
		if !field.MatchString(text) {
			filled.add(text)
			continue
		}
		for _, value := range values {
			filled.add(field.ReplaceAllLiteralString(text, plain.Replace(value)))
		}
	}
	return filled
}

// alternatives returns what a text makes by each choice of its variants.
func alternatives(text string) texts {
	made := texts{"": true}
	for text != "" {
		open := max(0, strings.IndexByte(text, '{'))
		if open == 0 && text[0] != '{' {
			open = len(text)
		}
		next, choices := open, []string{text[:open]}
		if open == 0 {
			next, choices = choice(text)
		}
		longer := texts{}
		for _, one := range choices {
			one = wording(one)
			for before := range made {
				longer.add(before + one)
			}
		}
		made, text = longer, text[next:]
	}
	return made
}

// choice returns how long the brace is that a text begins with, and the variants that
// it offers: itself alone, if it is a field or none at all.
func choice(text string) (length int, variants []string) {
	if _, after, isField := strings.Cut(text, "}}"); isField && strings.HasPrefix(text, "{{") {
		length = len(text) - len(after)
		return length, []string{text[:length]}
	}
	if end := closing(text); end > 0 {
		return end + 1, strings.Split(text[1:end], "|")
	}
	return 1, []string{text[:1]}
}

// wording returns the letters and digits of a text, in small letters. Marks belong
// to letters; those that nothing is shown for do not.
func wording(text string) string {
	return strings.Map(func(r rune) rune {
		unseen := unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
		if unseen || !unicode.In(r, unicode.Letter, unicode.Number, unicode.Mark) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// brace fills what stands in braces at the start of text.
func (s *Stream) brace(text string, fields map[string]string) (filled, after string, err error) {
	if strings.HasPrefix(text, "{{") {
		inner, after, ok := strings.Cut(text[2:], "}}")
		name, dotted := strings.CutPrefix(strings.TrimSpace(inner), ".")
		value, known := fields[name]
		if !ok || !dotted || !known {
			return "", "", fmt.Errorf("%q is no field", clip(text))
		}
		return value, after, nil
	}
	end := closing(text)
	if text[0] == '}' || end < 0 {
		return "", "", fmt.Errorf("%q: braces do not match", clip(text))
	}
	variants := strings.Split(text[1:end], "|")
	if len(variants) < 2 {
		return "", "", fmt.Errorf("%q offers no choice: want {a|b}", clip(text))
	}
	filled, err = s.Text(variants[s.Below(uint64(len(variants)))], fields)
	return filled, text[end+1:], err
}

// closing returns where the brace that opens text is closed; -1 if it is not.
// Fields inside it are passed over.
func closing(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "{{"):
			skip := strings.Index(text[i:], "}}")
			if skip < 0 {
				return -1
			}
			i += skip + 1
		case text[i] == '{':
			return -1
		case text[i] == '}':
			return i
		}
	}
	return -1
}

func clip(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
