package reading

import "strings"

// figures reports whether a sentence holds a price, a day, an amount or a share: a number that is
// neither a telephone's, nor a case's, nor one of the hours in which the house is open.
func (b body) figures(s span) bool {
	hours := b.tellsHours(s)
	for i := s.from; i < s.to; {
		if !startsNumber(b.words[i].folded) {
			i++
			continue
		}
		end := i
		for end < s.to && startsNumber(b.words[end].folded) && (end == i || b.adjoins(end)) {
			end++
		}
		if b.countsAsFact(i, end, s) && !hours {
			return true
		}
		i = end
	}
	return false
}

// startsNumber reports whether a word begins with a digit.
func startsNumber(folded string) bool { return folded[0] >= '0' && folded[0] <= '9' }

// adjoins reports whether a word stands right behind the one before, as the groups of a telephone
// number do.
func (b body) adjoins(i int) bool {
	between := b.text[b.words[i-1].end:b.words[i].start]
	return len(between) <= 3 && strings.Trim(between, " +-–/()\u00a0") == ""
}

// countsAsFact reports whether the number in words from to end is one of the matter.
func (b body) countsAsFact(from, end int, s span) bool {
	run := b.words[from:end]
	if b.measured(from, end, s) || dated(run) {
		return true
	}
	before := b.text[:run[0].start]
	if from > s.from && known().reference.has(b.words[from-1].folded) || strings.HasSuffix(before, "#") || strings.HasSuffix(before, "+") {
		return false
	}
	return digitsOf(run) <= 4 && len(run) <= 2 && !hollow(run[0].folded)
}

// digitsOf counts the digits of words.
func digitsOf(run []word) (digits int) {
	for _, w := range run {
		for i := range len(w.folded) {
			if w.folded[i] >= '0' && w.folded[i] <= '9' {
				digits++
			}
		}
	}
	return digits
}

// measured reports whether a number has a unit of money or a share beside it.
func (b body) measured(from, end int, s span) bool {
	if end < s.to && known().unit.has(b.words[end].folded) || from > s.from && known().unit.has(b.words[from-1].folded) {
		return true
	}
	after := strings.TrimLeft(b.text[b.words[end-1].end:], " \u00a0")
	for _, sign := range []string{"€", "%", "$", "£", ",-", ":-", ",–", "kr", "øre"} {
		if strings.HasPrefix(after, sign) {
			return true
		}
	}
	before := strings.TrimRight(b.text[:b.words[from].start], " ")
	return strings.HasSuffix(before, "€") || strings.HasSuffix(before, "£") || strings.HasSuffix(before, "$")
}

// dated reports whether a number is a date, as in 31.12.2026 or 2026-12-31.
func dated(run []word) bool {
	if len(run) != 1 {
		return false
	}
	parts := strings.FieldsFunc(run[0].text, func(r rune) bool { return r == '.' || r == '/' || r == '-' })
	if len(parts) != 3 {
		return false
	}
	for _, p := range parts {
		if strings.Trim(p, "0123456789") != "" || len(p) > 4 || len(p) == 3 {
			return false
		}
	}
	return true
}

// tellsHours reports whether a sentence says when the house is open, or by which telephone it is
// reached. The customer may have asked for that; then it is an answer.
func (b body) tellsHours(s span) bool {
	for _, w := range b.words[s.from:s.to] {
		if known().hours.has(w.folded) {
			return !strings.Contains(b.asked, " "+w.folded+" ")
		}
	}
	return false
}
