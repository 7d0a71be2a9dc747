package plan

import (
	"fmt"
	"strings"
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
const mostVariants = 1_000_000

// Variants returns how many different texts a template can make, where a field
// has so many values; one that is not in sizes has one.
func Variants(template string, sizes map[string]int) int {
	count, seen := 1, map[string]bool{}
	for rest := template; count < mostVariants; {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			break
		}
		rest = rest[open:]
		end := closing(rest)
		switch inner, after, isField := strings.Cut(strings.TrimPrefix(rest, "{{"), "}}"); {
		case strings.HasPrefix(rest, "{{") && isField:
			name := strings.TrimPrefix(strings.TrimSpace(inner), ".")
			if n := sizes[name]; n > 0 && !seen[name] {
				seen[name], count = true, count*n
			}
			rest = after
		case end > 0:
			count *= 1 + strings.Count(rest[:end], "|")
			rest = fieldsOf(rest[1:end]) + rest[end+1:]
		default:
			rest = rest[1:]
		}
	}
	return min(count, mostVariants)
}

// fieldsOf returns the fields alone of a text.
func fieldsOf(text string) string {
	var b strings.Builder
	for {
		_, after, found := strings.Cut(text, "{{")
		inner, rest, closed := strings.Cut(after, "}}")
		if !found || !closed {
			return b.String()
		}
		b.WriteString("{{" + inner + "}}")
		text = rest
	}
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
