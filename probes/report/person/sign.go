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
	if t.text == "" || in(s.desks, t.text) && !s.isGiven(t.text) {
		return false
	}
	before := text[max(0, t.begin-far):t.begin]
	switch {
	case initial(t.text):
		return s.initialled(before, tokens, i)
	case !capital(t.text):
		return s.led(before, tokens, i) && s.small(text, before, t)
	}
	return !shouted(t.text) && s.likely(text, before, t)
}

// initialled reports whether an initial is of a name that begins with it, or goes on.
func (s *Spotter) initialled(before string, tokens []token, i int) bool {
	leads := i+1 < len(tokens) && tokens[i+1].close && capital(tokens[i+1].text)
	return leads && (i > 0 && tokens[i].close && tokens[i-1].name || s.closing.MatchString(before))
}

// led reports whether the word before another may say that that one is a name: most words
// in small letters need no closer look.
func (s *Spotter) led(before string, tokens []token, i int) bool {
	stroke := strings.HasSuffix(before, "/") || strings.HasSuffix(before, "/ ")
	return stroke || i > 0 && (s.leads[strings.ToLower(tokens[i-1].text)] || utf8.RuneCountInString(tokens[i-1].text) == 1)
}

// small reports whether a word in small letters signs, is greeted or is named, as chats
// have it.
func (s *Spotter) small(text, before string, t token) bool {
	const shortest = 3
	if capital(t.text) || utf8.RuneCountInString(t.text) < shortest {
		return false
	}
	if s.told.MatchString(before) || s.smallSigned(text, before, t) {
		return true
	}
	if !s.isGiven(t.text) {
		return false
	}
	if s.closing.MatchString(before) {
		return s.alone(text, t)
	}
	if s.opening.MatchString(before) {
		return s.ends(text, t)
	}
	sure := utf8.RuneCountInString(t.text) > shortest && !in(s.ambiguous, t.text)
	return sure && (s.asks.MatchString(before) || s.calls.MatchString(before) && strings.HasPrefix(text[t.end:], " som "))
}

// smallSigned reports whether a word in small letters, of whatever list, stands where a
// letter is signed, and is no word of every day.
func (s *Spotter) smallSigned(text, before string, t token) bool {
	if in(s.none, t.text) {
		return false
	}
	signs := s.signs.MatchString(before)
	switch {
	case (signs || s.slash.MatchString(before)) && s.lastOfLine(text, t):
		return true
	case strings.HasSuffix(before, " /") && len(text)-t.end < longestLine && strings.TrimSpace(text[t.end:]) == "":
		return !digit(before)
	}
	return signs && !in(s.desks, t.text) && !s.firm.MatchString(t.text) && s.ofDesk(text, t)
}

// digit reports whether a figure, or the sign of a currency, stands before a stroke, as in
// "149 kr /mnd".
func digit(before string) bool {
	words := strings.Fields(strings.TrimSuffix(before, "/"))
	return len(words) > 0 && (strings.ContainsAny(words[len(words)-1], "0123456789") || slices.Contains(
		[]string{"kr", "kr.", "NOK", "SEK", "DKK", "€", "euro", "kroner", "kronor", ",-"}, words[len(words)-1]))
}

// ofDesk reports whether a word is followed by where someone works, as in
// "hilsen nabil kundeservice" and "hilsen kari i butikken".
func (s *Spotter) ofDesk(text string, t token) bool {
	next := strings.Fields(text[t.end:min(t.end+40, len(text))])
	return len(next) > 0 && (in(s.desks, next[0]) || s.firm.MatchString(next[0]) ||
		slices.Contains([]string{"i", "på", "hos", "ved", "fra", "frå", "från", "at", "from", "in", "in the"}, next[0]))
}

// likely reports whether a word that is written as names are is one, by what stands
// before it.
func (s *Spotter) likely(text, before string, t token) bool {
	listed := s.isGiven(t.text)
	plain := listed || !s.ofFirm(t.text)
	switch {
	case s.firmLine(text, t):
		return false
	case s.lastOfLine(text, t) && s.ended(before):
		return true
	case s.closing.MatchString(before):
		return s.alone(text, t) && plain
	case s.opening.MatchString(before):
		return s.greeted(text, t)
	case plain && s.presented(text, before, t):
		return true
	}
	return listed && s.named(before)
}

// greeted reports whether a greeting ends with a word that is not one of other meaning.
func (s *Spotter) greeted(text string, t token) bool {
	return s.ends(text, t) && (s.isGiven(t.text) || !in(s.ambiguous, t.text))
}

// ofFirm reports whether a word is written as the names of firms are.
func (s *Spotter) ofFirm(word string) bool {
	return s.firm.MatchString(word) || s.inner.MatchString(word)
}

// ended reports whether a sentence or a wish has ended, so that who signs may follow.
func (s *Spotter) ended(before string) bool {
	return s.last.MatchString(before) || s.wish.MatchString(before)
}

// named reports whether a given name follows.
func (s *Spotter) named(before string) bool {
	return s.role.MatchString(before) || s.field.MatchString(before)
}

// presented reports whether a word, of whatever list, is said to be who signs or speaks.
func (s *Spotter) presented(text, before string, t token) bool {
	return s.slash.MatchString(before) || s.told.MatchString(before) || s.present(text, before, t)
}

// present reports whether a word that no list has is one who says to be there: "This is
// Nkechi from FlexiGym", "Xandra her, jeg ordner det".
func (s *Spotter) present(text, before string, t token) bool {
	rest := text[t.end:min(t.end+80, len(text))]
	if s.calls.MatchString(before) {
		next := strings.Fields(rest)
		return strings.HasPrefix(rest, " ") && len(next) > 0 && slices.Contains(
			[]string{"from", "fra", "från", "frå", "hos", "again", "igjen", "igen", "here", "her", "här"}, strings.Trim(next[0], ".,!"))
	}
	definite := strings.HasSuffix(t.text, "en") || strings.HasSuffix(t.text, "et") || strings.HasSuffix(t.text, "ne")
	return t.first && !definite && !in(s.none, t.text) && (s.here.MatchString(rest) || s.works.MatchString(rest))
}

// firmLine reports whether a word's line is a company's name: it ends as those do.
func (s *Spotter) firmLine(text string, t token) bool {
	line, whole := restOf(text, t.begin)
	words := strings.Fields(strings.TrimRight(line, " \t\r.,"))
	return whole && len(words) > 1 && slices.Contains([]string{
		"AS", "ASA", "AB", "ApS", "A/S", "Oy", "Oyj", "Ltd", "Limited", "GmbH", "SA", "BA", "HF", "Inc", "PLC", "Plc", "Group", "Gruppen",
	}, words[len(words)-1])
}

// longestLine is how many octets of a line are looked at before and behind a word: no
// signature is longer, and a letter of one line without end costs no more than others.
const longestLine = 160

// restOf returns the rest of a line from an octet of a text on; false if it is too long to
// be part of a signature.
func restOf(text string, from int) (rest string, whole bool) {
	near := text[from:min(from+longestLine, len(text))]
	rest, _, ended := strings.Cut(near, "\n")
	return rest, ended || from+longestLine >= len(text)
}

// lineAround returns where the line of a word begins and ends; false if it is too long to
// be a signature.
func lineAround(text string, t token) (begin, end int, whole bool) {
	from := max(0, t.begin-longestLine)
	i := strings.LastIndexByte(text[from:t.begin], '\n')
	if i < 0 && from > 0 {
		return 0, 0, false
	}
	rest, whole := restOf(text, t.begin)
	return from + i + 1, t.begin + len(rest), whole
}

// lastOfLine reports whether a word ends its line without a stop, as in
// "Det er i orden. Mel" and "/Steffe".
func (s *Spotter) lastOfLine(text string, t token) bool {
	line, whole := restOf(text, t.end)
	return whole && s.faces.MatchString(line) && !in(s.desks, t.text) && !s.firm.MatchString(t.text)
}

// signed reports whether a word stands on a line of its own as a signature does: the
// text before it has ended, and nothing follows at once.
func (s *Spotter) signed(text string, t token) bool {
	if !capital(t.text) || shouted(t.text) || in(s.desks, t.text) {
		return false
	}
	begin, end, whole := lineAround(text, t)
	if !whole {
		return false
	}
	line, after := text[begin:end], strings.TrimPrefix(text[end:], "\n")
	line = strings.Join(strings.Fields(strings.ReplaceAll(strings.Trim(line, " \t\r>,.!:-–"), ".", " ")), " ")
	words := wordsOf(line)
	if len(words) == 0 || len(words) > 3 || strings.Join(words, " ") != line || words[0] != t.text {
		return false
	}
	if s.isGiven(t.text) {
		return true // Even and Gry are no words where nothing follows
	}
	return s.signedBy(words) && apart(text[:begin], after)
}

// signedBy reports whether the words of a line can be a name of which no list has the first:
// one that is no firm's, or several, another of which is a name.
func (s *Spotter) signedBy(words []string) bool {
	if len(words) == 1 {
		return !s.firm.MatchString(words[0])
	}
	other := func(w string) bool {
		return !capital(w) || shouted(w) && !initial(w) || in(s.desks, w) || s.firm.MatchString(w)
	}
	named := func(w string) bool { return s.isGiven(w) || in(s.family, w) || s.ending.MatchString(w) }
	return !slices.ContainsFunc(words, other) && slices.ContainsFunc(words[1:], named)
}

// apart reports whether a line stands apart between what is before and after it: below
// a blank line and a text that has ended, with a blank line and not much below.
func apart(before, after string) bool {
	const most, near = 12, 2000 // lines and octets below
	if len(after) > near {
		return false
	}
	next, _, _ := strings.Cut(after, "\n")
	before = before[max(0, len(before)-near):]
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " \t\r\n>"))
	blank := strings.HasSuffix(strings.TrimRight(strings.TrimSuffix(before, "\n"), " \t\r>"), "\n")
	return blank && strings.ContainsRune(".!?", last) && strings.Trim(next, " \t\r>") == "" &&
		strings.Count(strings.TrimSpace(after), "\n") < most
}

// alone reports whether nothing but a name of a few words stands on the rest of a
// word's line.
func (s *Spotter) alone(text string, t token) bool {
	line, _ := restOf(text, t.begin)
	line, _, _ = strings.Cut(line, ",")
	line, _, _ = strings.Cut(line, "|")
	words := wordsOf(line)
	desk := func(w string) bool { return in(s.desks, w) && !s.isGiven(w) }
	return len(words) < 3 && !slices.ContainsFunc(words, desk) || len(words) == 3 || len(words) == 4
}

// ends reports whether a greeting ends with a word, or with the one behind it.
func (s *Spotter) ends(text string, t token) bool {
	rest := text[t.end:min(t.end+longestLine, len(text))]
	if strings.HasPrefix(rest, " ") {
		at := nextWord(rest, 1)
		if next := rest[at[0]:at[1]]; next != "" && capital(next) {
			rest = strings.TrimPrefix(rest[1:], next)
		}
	}
	return rest == "" || slices.ContainsFunc([]string{",", "!", ".", ":", ";", ")", "\n", "\r", " -", " –"}, func(end string) bool {
		return strings.HasPrefix(rest, end)
	})
}
