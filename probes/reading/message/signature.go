package message

import (
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
		if DeviceLine(line) || written && (closes(line) || delimits(raw) && len(lines)-i < 30 || footer(lines[i:])) {
			return i
		}
		written = true
	}
	return len(lines)
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
	for _, h := range lexicon.Default().Phrases.Find(list) {
		if h.Class == "closing" && h.From == 0 && (len(list)-h.To <= 3 && len(list) <= 7 || allNames(list[h.To:])) {
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
