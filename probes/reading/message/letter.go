package message

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A Letter is a text cut into what its sender wrote and what came with it.
type Letter struct {
	Own       string // without quote and signature
	Signature string // what followed the closing words, down to the quote
	Quoted    bool   // whether a quote was found
	Agent     bool   // whether it came as a helpdesk's block of a named agent
}

// A letterOnce is a text and, once it has been asked for, the letter in it: who
// compares a message, matches it and reads it asks for the same one.
type letterOnce struct {
	text   string
	once   sync.Once
	done   bool // false of a text that could not be cut
	letter Letter
}

// Letter returns m cut into what its sender wrote and what came with it. Copies of
// a message share it, and may ask for it at once.
func (m Message) Letter() Letter {
	if m.letter == nil || m.letter.text != m.Text {
		return cut(m.Text)
	}
	m.letter.once.Do(func() { m.letter.letter, m.letter.done = cut(m.Text), true })
	if !m.letter.done {
		return cut(m.Text) // it panics as it did before
	}
	return m.letter.letter
}

// cut finds what the sender of text wrote himself. It knows the marks by which mail programs
// set off what they quote; a ">" line is a quote wherever it stands, so that answers written
// between the quoted lines are kept.
func cut(text string) Letter {
	var l Letter
	lines := strings.Split(strings.ReplaceAll(text, "\u00a0", " "), "\n")
	lines = slices.DeleteFunc(lines, stencilled)
	lines, l.Agent = agentBlock(lines)
	lines, l.Quoted = withoutQuote(lines)
	at := signatureAt(lines)
	l.Own = Tidy(lines[:at])
	l.Signature = Tidy(lines[at:])
	return l
}

// stencilled reports whether a line is one that a helpdesk prints around every message.
func stencilled(line string) bool {
	return len(line) <= 160 && patterns().stencils[firstWord(line)] && patterns().stencil.MatchString(line)
}

// firstWord returns the first word of a line behind blanks and drawn lines, in lower case.
func firstWord(line string) string {
	line = strings.TrimLeft(line, "-_=*#—– \t\r\n\f\v")
	for i, r := range line {
		if !unicode.IsLetter(r) {
			line = line[:i]
			break
		}
	}
	if len(line) > longestFirst {
		return ""
	}
	return strings.ToLower(line)
}

// longestFirst is the length of the longest word that a printed line begins with.
const longestFirst = 16

// withoutQuote drops the quoted message and says whether there was one.
func withoutQuote(lines []string) ([]string, bool) {
	own := make([]string, 0, len(lines))
	quoted, written := false, false
	for i := 0; i < len(lines); {
		if marked(lines[i]) {
			i, quoted = afterQuote(lines, i), true
			continue
		}
		n, final := quoteBegins(lines, i)
		switch {
		case n == 0:
			own, written = append(own, lines[i]), written || strings.TrimSpace(lines[i]) != ""
			i++
		case final && written:
			return own, true
		default:
			i, quoted = i+n, true
		}
	}
	return own, quoted
}

// marked reports whether a line is quoted: by ">", or by that behind somebody's initials ("KH> ").
func marked(line string) bool {
	line = strings.TrimSpace(line)
	at := strings.IndexByte(line, '>')
	return at == 0 || at > 0 && at <= 3 && strings.Trim(line[:at], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// afterQuote returns the first line after the ">" lines at i. A mail program that wraps long
// quoted lines leaves their ends without the mark. Such an end is short, goes on in the middle of
// a sentence, and mostly more of the quote follows it; what people type below a quoted line does
// not look like it.
func afterQuote(lines []string, i int) int {
	for i < len(lines) && marked(lines[i]) {
		i++
		if i < len(lines) && wrappedAway(lines[i-1], lines[i]) {
			i++
		}
	}
	return i
}

// wrappedAway reports whether line is the end of the quoted line above it.
func wrappedAway(quoted, line string) bool {
	const narrow = 58 // characters; programs wrap at 65 and more
	quoted, line = strings.TrimSpace(quoted), strings.TrimSpace(line)
	if line == "" || line[0] == '>' || utf8.RuneCountInString(quoted) < narrow || utf8.RuneCountInString(line) > narrow {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(quoted)
	first, _ := utf8.DecodeRuneInString(line)
	return !strings.ContainsRune(".?!:;", last) && (unicode.IsLower(first) || unicode.IsDigit(first) || first == '(')
}

// quoteBegins reports how many lines at i introduce a quote, 0 for none, and whether all that
// follows is quoted.
func quoteBegins(lines []string, i int) (n int, final bool) {
	line := strings.TrimSpace(lines[i])
	if line == "" {
		return 0, false
	}
	switch {
	case strings.IndexByte("-_=*BbSs", line[0]) >= 0 && patterns().divider.MatchString(line):
		return 1 + headerLength(lines[i+1:]), true
	case headerLine(line) != "" && headerBlock(lines, i):
		return headerLength(lines[i:]), true
	case ruled(line) && headerBlock(lines, i+1):
		return 1 + headerLength(lines[i+1:]), true
	}
	if comment(lines, i) {
		return 2, true
	}
	if n = loneHeader(lines, i); n > 0 {
		return n, true
	}
	if n = attributed(lines, i); n == 0 {
		return 0, false
	}
	return n, !quoteFollows(lines[i+n:])
}

// comment reports whether the lines at i are the head of an older comment, as desks print it below the newest:
// a name, and a day and a time on the next line, between empty ones.
func comment(lines []string, i int) bool {
	empty := func(i int) bool { return i < 0 || i >= len(lines) || strings.TrimSpace(lines[i]) == "" }
	return i+1 < len(lines) && empty(i-1) && empty(i+2) && timed(strings.TrimSpace(lines[i+1])) && aName(lines[i])
}

// loneHeader returns how many lines at i are the head of a quoted message of which only the sender is named, or the words
// for an older message by themselves; 0 where there are none. "Fra: Oslo", "Til: Bergen" are a journey.
func loneHeader(lines []string, i int) int {
	line := strings.TrimSpace(lines[i])
	if patterns().older.MatchString(line) {
		return 1 + headerLength(lines[i+1:])
	}
	if headerLine(line) != "from" {
		return 0
	}
	above, next := "", ""
	if i > 0 {
		above = strings.TrimSpace(lines[i-1])
	}
	if i+1 < len(lines) {
		next = headerLine(strings.TrimSpace(lines[i+1]))
	}
	if ruled(above) || above == "" && sentBy(line, next) {
		return max(1, headerLength(lines[i:]))
	}
	return 0
}

// sentBy reports whether a line that begins with "From:" names who sent a message, and no journey; next is the field of the
// line below it.
func sentBy(line, next string) bool {
	_, value, _ := strings.Cut(line, ":")
	value, _, mailed := strings.Cut(strings.Trim(value, " *"), "<")
	if mailed || strings.Contains(value, "@") || next == "subject" || next == "sent" {
		return true
	}
	return aName(value) && (next != "to" || strings.Contains(strings.TrimSpace(value), " "))
}

// timed reports whether a line is a day and a time, and next to nothing else.
func timed(line string) bool {
	if len(line) > 60 || strings.ContainsAny(line, "@?!;<>") || strings.HasSuffix(line, ":") {
		return false
	}
	words := strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(words) <= 5 && patterns().clock.MatchString(line) && patterns().day.MatchString(line)
}

// headerLength returns how many lines the header of a quoted message takes, its wrapped lines with it; 0
// where there is none.
func headerLength(lines []string) int {
	if len(lines) == 0 || headerLine(strings.TrimSpace(lines[0])) == "" {
		return 0
	}
	for n, line := range lines {
		if strings.TrimSpace(line) == "" || n > 12 {
			return n
		}
	}
	return len(lines)
}

// ruled reports whether a line is a rule drawn with dashes or the like.
func ruled(line string) bool { return len(line) >= 4 && strings.Trim(line, "_-=*") == "" }

// attributed returns how many lines at i make up an attribution, which mail programs wrap, or
// 0. The bracket that closes an address may have been wrapped away by itself.
func attributed(lines []string, i int) int {
	line, whole := strings.TrimSpace(lines[i]), ""
	for n := 1; n <= 3 && i+n <= len(lines) && (n == 1 || opensAttribution(line)); n++ {
		next := strings.TrimSpace(lines[i+n-1])
		if next == "" || n > 1 && breaksOff(lines, i, n) {
			return 0
		}
		if n == 1 {
			whole = next
		} else {
			whole += " " + next
		}
		if attribution(whole) {
			return n
		}
	}
	return 0
}

// breaksOff reports whether the nth line from i cannot go on an attribution that line i began: it is
// quoted, or an attribution by itself, so that what stands above it was written.
func breaksOff(lines []string, i, n int) bool {
	line, next := strings.TrimSpace(lines[i]), strings.TrimSpace(lines[i+n-1])
	return next[0] == '>' && line[0] != '>' && next != ">:" || n == 2 && beginsAttribution(next) && attributed(lines, i+1) > 0
}

// opensAttribution reports whether line can be the first of several that introduce a quote.
func opensAttribution(line string) bool {
	return beginsAttribution(line) || strings.ContainsAny(line, "0123456789")
}

// beginsAttribution reports whether line has the first word of what introduces a quote.
func beginsAttribution(line string) bool {
	const longest = 3 // octets
	first, _, _ := strings.Cut(strings.TrimLeft(line, "> "), " ")
	if len(first) > longest {
		return false
	}
	switch strings.ToLower(first) {
	case "on", "den", "le", "am", "il", "el", "em", "op", "på", "the":
		return true
	}
	return false
}

// quoteFollows reports whether the next line with anything on it is marked as quoted.
func quoteFollows(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return strings.HasPrefix(line, ">")
		}
	}
	return false
}

// attribution reports whether line introduces a quote: "On … Kari <kari@x> wrote:".
func attribution(line string) bool {
	if len(line) > 300 || !strings.HasSuffix(line, ":") {
		return false
	}
	dated := strings.ContainsAny(line, "0123456789")
	switch {
	case patterns().wrote.MatchString(line):
		return dated || strings.Contains(line, "@")
	case strings.Contains(line, "@"):
		return dated && patterns().clock.MatchString(line)
	}
	return false
}

// headerBlock reports whether the lines at i are the header that Outlook and others put
// above the message they quote.
func headerBlock(lines []string, i int) bool {
	seen := map[string]bool{}
	for _, line := range lines[min(i, len(lines)):min(i+8, len(lines))] {
		if name := headerLine(strings.TrimSpace(line)); name != "" {
			seen[name] = true
		}
	}
	return seen["from"] && (seen["sent"] || seen["to"] && seen["subject"]) || seen["subject"] && seen["to"] && seen["sent"]
}

// headerLine says which field of a quoted header line is, in any of the languages that mail
// programs write it in, or is empty.
func headerLine(line string) string {
	name, _, ok := strings.Cut(strings.TrimLeft(line, "*_> "), ":")
	if !ok || len(name) > 24 {
		return ""
	}
	return patterns().quoted[strings.ToLower(strings.Trim(name, "* "))]
}

// quotedNames are the names of the fields above a quoted message, as mail programs write them
// in the languages that are met.
func quotedNames() map[string]string {
	return map[string]string{
		"from":    "from|fra|från|frå|avsender|avsändare|afsender|lähettäjä|von|de|da|van|od|от|від|expéditeur",
		"sent":    "sent|sendt|skickat|mottatt|mottaget|modtaget|received|lähetetty|saapunut|gesendet|envoyé|envoyé le|enviado|inviato|verzonden|wysłano|date|dato|datum|päivämäärä|päiväys|fecha|data|дата|отправлено|enviado el|message du|надіслано",
		"to":      "to|til|till|vastaanottaja|an|à|a|para|aan|do|кому",
		"subject": "subject|emne|ämne|aihe|betreff|objet|asunto|oggetto|onderwerp|temat|тема|assunto|sujet",
	}
}

// Tidy joins lines without the empty ones at both ends and without runs of them.
func Tidy(lines []string) string {
	out := make([]string, 0, len(lines))
	for i, line := range lines {
		if line = strings.TrimRight(line, " \t\r"); line != "" {
			if next := i + 1; next == len(lines) || strings.TrimRight(lines[next], " \t\r") != "" {
				line = lines[i] // only blanks before an empty line are dropped
			}
			out = append(out, line)
		} else if len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, "")
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// agentBlock looks for the blocks in which Zendesk sets what each person wrote: a dashed rule,
// then "Name, 15 Dec 2020, 11:05 PST". The newest stands first; it is returned alone.
func agentBlock(lines []string) ([]string, bool) {
	begin := -1
	for i, line := range lines {
		if len(line) < 20 || strings.Trim(line, "- ") != "" {
			continue
		}
		if begin >= 0 && i >= begin {
			return lines[begin:i], true
		}
		for j := i + 1; j < min(i+4, len(lines)); j++ {
			if byline := strings.TrimSpace(lines[j]); patterns().byline.MatchString(byline) {
				begin = j + 1
				break
			}
		}
	}
	if begin >= 0 {
		return lines[begin:], true
	}
	return lines, false
}
