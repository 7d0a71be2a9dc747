package reading

import (
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
)

// figures reports whether a sentence holds a price, a day, an amount or a share: a number that is
// neither a telephone's, nor a case's, nor one of the hours in which the house is open.
func (b body) figures(s span) bool {
	hours := b.tellsHours(s)
	for i := s.from; i < s.to; {
		if !lexicon.StartsNumber(b.words[i].Folded) {
			i++
			continue
		}
		end := i
		for end < s.to && lexicon.StartsNumber(b.words[end].Folded) && (end == i || b.adjoins(end)) {
			end++
		}
		if b.countsAsFact(i, end, s) && !hours {
			return true
		}
		i = end
	}
	return false
}

// adjoins reports whether a word stands right behind the one before, as the groups of a telephone
// number do.
func (b body) adjoins(i int) bool {
	between := b.text[b.words[i-1].End:b.words[i].Start]
	return len(between) <= 3 && strings.Trim(between, " +-–/()\u00a0") == ""
}

// countsAsFact reports whether the number in words from to end is one of the matter.
func (b body) countsAsFact(from, end int, s span) bool {
	run := b.words[from:end]
	if b.measured(from, end, s) || dated(run) {
		return true
	}
	before := b.text[:run[0].Start]
	named := from > s.from && lexicon.Default().Reference.Has(b.words[from-1].Folded)
	if named || strings.HasSuffix(before, "#") || strings.HasSuffix(before, "+") {
		return false
	}
	return digitsOf(run) <= 4 && len(run) <= 2 && !lexicon.Hollow(run[0].Folded)
}

// digitsOf counts the digits of words.
func digitsOf(run []lexicon.Word) (digits int) {
	for _, w := range run {
		for i := range len(w.Folded) {
			if w.Folded[i] >= '0' && w.Folded[i] <= '9' {
				digits++
			}
		}
	}
	return digits
}

// measured reports whether a number has a unit of money or a share beside it.
func (b body) measured(from, end int, s span) bool {
	unit := lexicon.Default().Unit
	if end < s.to && unit.Has(b.words[end].Folded) || from > s.from && unit.Has(b.words[from-1].Folded) {
		return true
	}
	after := strings.TrimLeft(b.text[b.words[end-1].End:], " \u00a0")
	for _, sign := range []string{"€", "%", "$", "£", ",-", ":-", ",–", "kr", "øre"} {
		if strings.HasPrefix(after, sign) {
			return true
		}
	}
	before := strings.TrimRight(b.text[:b.words[from].Start], " ")
	return strings.HasSuffix(before, "€") || strings.HasSuffix(before, "£") || strings.HasSuffix(before, "$")
}

// dated reports whether a number is a date, as in 31.12.2026 or 2026-12-31.
func dated(run []lexicon.Word) bool {
	if len(run) != 1 {
		return false
	}
	parts := strings.FieldsFunc(run[0].Text, func(r rune) bool { return r == '.' || r == '/' || r == '-' })
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
		if lexicon.Default().Hours.Has(w.Folded) {
			return !strings.Contains(b.asked, " "+w.Folded+" ")
		}
	}
	return false
}

// holds reports whether a text holds any of the facts; none asked for are always there. The
// customer's own name and telephone numbers are no facts.
func (b body) holds(facts []Fact) bool {
	return len(facts) == 0 || slices.ContainsFunc(facts, func(f Fact) bool {
		return slices.ContainsFunc(b.spans, func(s span) bool { return !b.echoes(s) && b.shows(s, f) })
	})
}

// shows reports whether a sentence holds a fact.
func (b body) shows(s span, f Fact) bool {
	switch f {
	case Price:
		return b.met(s, lexicon.Default().Money) && b.figures(s) || b.met(s, lexicon.Default().Free)
	case DateFact:
		return b.figures(s) || b.met(s, lexicon.Default().Day)
	case YesNo:
		return b.met(s, lexicon.Default().YesNo)
	case HowTo:
		matter, _ := b.said(s)
		return matter >= 3
	case QuestionBack:
		_, wanted := s.classes["request"]
		return (wanted || b.asks(s)) && s.to-s.from >= 3
	}
	return false
}

// met reports whether a sentence has a word of a list.
func (b body) met(s span, list lexicon.WordList) bool {
	return slices.ContainsFunc(b.words[s.from:s.to], func(w lexicon.Word) bool { return list.Has(w.Folded) })
}
