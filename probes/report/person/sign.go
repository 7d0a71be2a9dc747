package person

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// introduced reports whether what stands before a word says that it is a name.
func (s *Spotter) introduced(text string, tokens []token, i int) bool {
	const far = 80
	t := tokens[i]
	listed := in(s.given, t.text)
	if t.text == "" || in(s.desks, t.text) && !listed {
		return false
	}
	before := text[max(0, t.begin-far):t.begin]
	if initial(t.text) {
		return s.closing.MatchString(before) && i+1 < len(tokens) && tokens[i+1].close && capital(tokens[i+1].text)
	}
	if capital(t.text) && !shouted(t.text) {
		return s.likely(text, before, t)
	}
	return listed && s.small(text, before, t)
}

// small reports whether a given name in small letters signs or is greeted, as chats
// have it.
func (s *Spotter) small(text, before string, t token) bool {
	return s.closing.MatchString(before) && s.alone(text, t) || s.opening.MatchString(before) && s.ends(text, t)
}

// likely reports whether a word that is written as names are is one, by what stands
// before it.
func (s *Spotter) likely(text, before string, t token) bool {
	listed := in(s.given, t.text)
	switch {
	case s.last.MatchString(before):
		return s.lastOfLine(text, t)
	case s.closing.MatchString(before):
		return s.alone(text, t) && (listed || !s.firm.MatchString(t.text))
	case s.opening.MatchString(before):
		return s.ends(text, t) && (listed || !in(s.ambiguous, t.text))
	}
	return listed && s.role.MatchString(before)
}

// lastOfLine reports whether a word ends its line without a stop, as in
// "Det er i orden. Mel" and "/Steffe".
func (s *Spotter) lastOfLine(text string, t token) bool {
	line, _, _ := strings.Cut(text[t.end:], "\n")
	return strings.TrimSpace(line) == "" && !in(s.desks, t.text) && !s.firm.MatchString(t.text)
}

// signed reports whether a word stands on a line of its own as a signature does: the
// text before it has ended, and nothing follows at once.
func (s *Spotter) signed(text string, t token) bool {
	if !capital(t.text) || shouted(t.text) || in(s.desks, t.text) {
		return false
	}
	begin := strings.LastIndexByte(text[:t.begin], '\n') + 1
	line, after, _ := strings.Cut(text[begin:], "\n")
	line = strings.Trim(line, " \t\r>,.!:-–")
	words := s.word.FindAllString(line, -1)
	if len(words) == 0 || len(words) > 3 || strings.Join(words, " ") != line || words[0] != t.text {
		return false
	}
	if in(s.given, t.text) {
		return true // Even and Gry are no words where nothing follows
	}
	return len(words) == 1 && !s.firm.MatchString(t.text) && apart(text[:begin], after)
}

// apart reports whether a line stands apart between what is before and after it: below
// a blank line and a text that has ended, with a blank line and not much below.
func apart(before, after string) bool {
	const most = 12 // lines below
	next, _, _ := strings.Cut(after, "\n")
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " \t\r\n>"))
	blank := strings.HasSuffix(strings.TrimRight(strings.TrimSuffix(before, "\n"), " \t\r>"), "\n")
	return blank && strings.ContainsRune(".!?", last) && strings.Trim(next, " \t\r>") == "" &&
		strings.Count(strings.TrimSpace(after), "\n") < most
}

// alone reports whether nothing but a name of a few words stands on the rest of a
// word's line.
func (s *Spotter) alone(text string, t token) bool {
	line, _, _ := strings.Cut(text[t.begin:], "\n")
	line, _, _ = strings.Cut(line, ",")
	line, _, _ = strings.Cut(line, "|")
	words := s.word.FindAllString(line, -1)
	desk := func(w string) bool { return in(s.desks, w) && !in(s.given, w) }
	return len(words) < 3 && !slices.ContainsFunc(words, desk) || len(words) == 3 || len(words) == 4
}

// ends reports whether a greeting ends with a word, or with the one behind it.
func (s *Spotter) ends(text string, t token) bool {
	rest := text[t.end:]
	if strings.HasPrefix(rest, " ") {
		next := s.word.FindString(rest[1:])
		if next != "" && capital(next) {
			rest = strings.TrimPrefix(rest[1:], next)
		}
	}
	return rest == "" || slices.ContainsFunc([]string{",", "!", ".", ":", ";", ")", "\n", "\r", " -", " –"}, func(end string) bool {
		return strings.HasPrefix(rest, end)
	})
}
