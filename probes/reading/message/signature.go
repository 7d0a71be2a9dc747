package message

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/reading/lexicon"
)

// signatureAt returns the line at which the signature begins, which is after the last line
// when there is none. Nothing is a signature before something has been written.
func signatureAt(lines []string) int {
	written := false
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		if line == "" {
			continue
		}
		if DeviceLine(line) || written && endsWriting(lines, i) {
			return i
		}
		written = true
	}
	return len(lines)
}

// endsWriting reports whether a signature begins at line i, below what was written.
func endsWriting(lines []string, i int) bool {
	return disclaims(lines, i) || closes(strings.TrimSpace(lines[i])) || delimits(lines[i]) && len(lines)-i < 30 ||
		footer(lines[i:]) || signsOff(lines, i) || named(lines, i)
}

// signsOff reports whether a letter ends at line i with a name behind a stroke ("/Emil på kundtjänst", "–Ryan",
// "t. Heikki"), or with a courtesy and a name on the next line ("Best,", "Takk!").
func signsOff(lines []string, i int) bool {
	line := strings.TrimSpace(lines[i])
	below := slices.DeleteFunc(slices.Clone(lines[i+1:min(i+12, len(lines))]), func(l string) bool { return strings.TrimSpace(l) == "" })
	if rest := AfterStroke(line); rest != line {
		last := len(below) == 0 || strings.Trim(below[0], "_-—= ") == ""
		return last && aName(rest) && !itemised(lines[:i], line)
	}
	return len(below) > 0 && len(below) <= 6 && courtesy(line) && aName(below[0])
}

// named reports whether a letter ends at line i with a name alone: between empty lines, or the last of a paragraph, below
// what reads like the end of a text, and with nothing right below but the bearer's title.
func named(lines []string, i int) bool {
	line := strings.TrimSpace(lines[i])
	if i == 0 || len(strings.Fields(line)) > 3 || !aName(line) {
		return false
	}
	ends := i+1 == len(lines) || strings.TrimSpace(lines[i+1]) == ""
	return (ends || strings.TrimSpace(lines[i-1]) == "") && ended(lines[:i]) && !itemised(lines[:i], line) && titled(lines[i+1:])
}

// ended reports whether what stands above a name reads like the end of a text.
func ended(lines []string) bool {
	above := strings.Fields(strings.Join(lines[max(0, len(lines)-linesAbove):], " "))
	if len(above) < fewestAbove {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(above[len(above)-1])
	return !unicode.IsLetter(last) && !unicode.IsDigit(last) && !strings.ContainsRune(":,;?-–", last)
}

// titled reports whether nothing but a title stands right below a name.
func titled(below []string) bool {
	for n, next := range below[:min(2, len(below))] {
		next = strings.TrimSpace(next)
		if next == "" {
			return true
		}
		if n > 0 || len(strings.Fields(next)) > 6 || strings.ContainsAny(next, ".!?:") && !strings.Contains(next, "@") {
			return false
		}
	}
	return true
}

// linesAbove is how many lines above a name are looked at.
const linesAbove = 12

// fewestAbove is how many words stand above a name that ends a letter: below a greeting alone it may be the answer.
const fewestAbove = 6

// disclaims reports whether the paragraph that begins at line i is what firms print below every mail: that it is
// confidential, a mail, and meant for somebody.
func disclaims(lines []string, i int) bool {
	if strings.TrimSpace(lines[i-1]) != "" {
		return false
	}
	end := i
	for end < len(lines) && end < i+longestDisclaimer && strings.TrimSpace(lines[end]) != "" {
		end++
	}
	paragraph := strings.ToLower(strings.Join(lines[i:end], " "))
	for _, words := range [][]string{
		{"fortrolig", "konfiden", "confiden", "förtrolig", "sekretess", "luottamuks", "privileged"},
		{"e-post", "epost", "mail", "mejl", "melding", "meddel", "message", "viesti", "sähköposti", "besked"},
		{"mottaker", "mottagar", "modtager", "mottakar", "recipient", "addressee", "vastaanottaj", "adressat", "saaj"},
	} {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(paragraph, w) }) {
			return false
		}
	}
	return true
}

// longestDisclaimer is how many lines of a paragraph are looked at.
const longestDisclaimer = 12

// AfterStroke returns a line without the stroke, or the Finnish "t.", that people write before their
// name; the line itself where there is none.
func AfterStroke(line string) string {
	line = strings.TrimSpace(line)
	for _, stroke := range []string{"//", "/", "--", "-", "–", "—", "t.", "T.", "t:", "T:"} {
		if rest, ok := strings.CutPrefix(line, stroke); ok && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest)
		}
	}
	return line
}

// aName reports whether a line is a name and at most the house behind it.
func aName(line string) bool {
	list := lexicon.Words(line)
	if len(list) == 0 || len(list) > 4 || strings.ContainsAny(line, "?!:;0123456789") || strings.HasSuffix(line, ".") || sayable(list[0]) {
		return false
	}
	return unicode.IsUpper([]rune(list[0].Text)[0]) && (len(list) == 1 || allNames(list[1:]) || houseBehind(list))
}

// sayable reports whether a word is one that people answer with, such as yes, no, or a day.
func sayable(w lexicon.Word) bool {
	l := lexicon.Default()
	return l.Common.Has(w.Folded) || l.YesNo.Has(w.Folded) || l.Day.Has(w.Folded) || l.Dates[w.Folded] || l.Free.Has(w.Folded)
}

// houseBehind reports whether a name is followed by where its bearer works: "Emil på kundtjänst".
func houseBehind(list []lexicon.Word) bool {
	switch list[1].Folded {
	case "i", "pa", "fra", "fran", "hos", "from", "at", "ved", "vid":
		return len(list) <= 4
	}
	return false
}

// itemised reports whether a line behind a dash is an item of a list: the last line above it that says
// anything begins as it does, or announces it.
func itemised(above []string, line string) bool {
	for _, l := range slices.Backward(above) {
		if l = strings.TrimSpace(l); l != "" {
			return strings.HasSuffix(l, ":") || l[0] == line[0] && unicode.IsPunct([]rune(line)[0])
		}
	}
	return false
}

// courtesy reports whether a line is nothing but words that people close with, which may open a sentence
// elsewhere.
func courtesy(line string) bool {
	return lexicon.Default().Courtesy.Has(lexicon.Joined(lexicon.Words(line)))
}

// delimits reports whether a line is the mark before a signature (RFC 3676 section 4.3), or
// one of its common misspellings.
func delimits(line string) bool {
	trimmed := strings.TrimSpace(line)
	return trimmed == "--" || trimmed == "—" || trimmed == "__"
}

// footer reports whether a drawn line sets off a few last lines, as mailing lists do.
func footer(lines []string) bool {
	return len(lines) <= 8 && strings.Trim(strings.TrimSpace(lines[0]), "_") == "" && len(strings.TrimSpace(lines[0])) >= 8
}

// DeviceLine reports whether a telephone or a mail program names itself.
func DeviceLine(line string) bool {
	line, _, _ = strings.Cut(line, "<")
	return patterns().device.MatchString(strings.TrimSpace(line)) && len(strings.Fields(line)) <= 8
}

// closes reports whether a line holds closing words and at most a name.
func closes(line string) bool {
	if len(line) > 90 || strings.ContainsAny(line, "?") {
		return false
	}
	list := lexicon.Words(line)
	if len(list) == 0 || len(list) > 12 {
		return false
	}
	for _, h := range lexicon.Default().Phrases.Begin(list) {
		if h.Class == "closing" && (len(list)-h.To <= 3 && len(list) <= 7 || allNames(list[h.To:])) {
			return true
		}
	}
	return false
}

// allNames reports whether all of list are names: of a person, a firm, and what stands between
// them, as in "Mvh Tor Arne Bråten, Rognheia Forsikring".
func allNames(list []lexicon.Word) bool {
	for _, w := range list {
		first, _ := utf8.DecodeRuneInString(w.Text)
		switch w.Folded {
		case "i", "pa", "fra", "fran", "hos", "from", "at", "for", "of", "the", "and", "og", "och", "ved", "vid", "oss", "os", "us", "as", "ab":
			continue
		}
		if !unicode.IsUpper(first) {
			return false
		}
	}
	return true
}
