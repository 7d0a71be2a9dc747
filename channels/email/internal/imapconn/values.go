package imapconn

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Inbox is the one folder that each mailbox has (RFC 3501 section 5.1).
const Inbox = "INBOX"

// cutWord returns the first word of b and what follows it, however many spaces
// stand around.
func cutWord(b []byte) (word string, rest []byte) {
	b = bytes.TrimLeft(b, " \t")
	end := bytes.IndexAny(b, " \t")
	if end < 0 {
		return string(b), nil
	}
	return string(b[:end]), bytes.TrimLeft(b[end:], " \t")
}

// cutCode returns the code in brackets at the beginning of a status, its
// arguments, and the text that follows. A code that is none belongs to the text,
// and a status never lacks one (RFC 3501 section 9, resp-text).
func cutCode(b []byte) (code string, arguments []byte, text string) {
	inner, opened := bytes.CutPrefix(b, []byte("["))
	inside, after, closed := bytes.Cut(inner, []byte("]"))
	if name, args := cutWord(inside); opened && closed && isName(name) {
		code, arguments, b = strings.ToUpper(name), args, after
	}
	if text = printable(string(b)); text == "" {
		text = "-"
	}
	return code, arguments, text
}

// isName reports whether s may name a code or a capability.
func isName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.=+/:@,;&", r)
	}) < 0
}

// capabilities returns those words of b that can be capabilities.
func capabilities(b []byte) string {
	words := strings.Fields(string(b))
	words = slices.DeleteFunc(words, func(word string) bool { return !isName(word) })
	return strings.Join(words, " ")
}

// printable returns s in one line, with "[" at its beginning taken for what it
// is: text.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") {
		s = "- " + s
	}
	return s
}

// number32 reads a number of 32 bits without a sign.
func number32(s string) (uint32, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil && s[0] != '+'
}

// numbers returns the numbers at the beginning of b. What is no number is passed over;
// a parenthesis ends them (RFC 7162 section 3.1.5).
func numbers(b []byte) (all [][2]uint32) {
	if end := bytes.IndexByte(b, '('); end >= 0 {
		b = b[:end]
	}
	for word := range strings.FieldsSeq(string(b)) {
		if n, ok := number32(word); ok && n > 0 {
			all = append(all, [2]uint32{n, n})
		}
	}
	return all
}

// extended returns the numbers that an extended search has found (RFC 4731).
func extended(b []byte) [][2]uint32 {
	words := strings.Fields(string(b))
	i := slices.IndexFunc(words, func(word string) bool { return strings.EqualFold(word, "ALL") })
	if i < 0 || i+1 == len(words) {
		return nil
	}
	open := func(r [2]uint32) bool { return r[1] == 0 } // which no answer is
	return slices.DeleteFunc(ranges(words[i+1]), open)
}

// within returns the lowest of the numbers that are both found and asked for, each once
// and in order, and so many at most. Nothing asked for: all are.
func within(found, asked [][2]uint32, most int) []uint32 {
	if asked == nil {
		asked = [][2]uint32{{1, 0}}
	}
	slices.SortFunc(found, func(a, b [2]uint32) int { return cmp.Compare(a[0], b[0]) })
	var all []uint32
	for _, f := range found {
		for _, a := range asked {
			first, last := max(f[0], a[0]), min(upTo(f), upTo(a))
			for n := uint64(first); n <= uint64(last) && len(all) < most; n++ {
				all = append(all, uint32(n))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// upTo returns the end of a range, which is open where it is 0.
func upTo(r [2]uint32) uint32 {
	if r[1] == 0 {
		return math.MaxUint32
	}
	return r[1]
}

// ranges reads a set of numbers. A star, which stands for the highest, is 0
// behind a colon. What is none is passed over.
func ranges(set string) [][2]uint32 {
	var all [][2]uint32
	for part := range strings.SplitSeq(set, ",") {
		from, to, isRange := strings.Cut(part, ":")
		if !isRange {
			to = from
		}
		first, ok := number32(from)
		last, alsoOK := number32(to)
		if to == "*" {
			last, alsoOK = 0, true
		}
		if last != 0 && last < first {
			first, last = last, first
		}
		if ok && alsoOK && first > 0 {
			all = append(all, [2]uint32{first, last})
		}
	}
	return all
}

// literalSize returns how many octets follow a line that announces a literal: {n}, or
// with one of the marks of RFC 7888 and RFC 3516.
func literalSize(line []byte) (size int64, follows bool) {
	inner, closed := bytes.CutSuffix(line, []byte("}"))
	open := bytes.LastIndexByte(inner, '{')
	if !closed || open < 0 {
		return 0, false
	}
	digits := strings.TrimSuffix(string(inner[open+1:]), "+")
	if len(digits) > 18 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	size, err := strconv.ParseInt(digits, 10, 64)
	return size, err == nil
}

// isStatus reports whether a line is words for people, in which {n} is no
// literal.
func isStatus(line []byte) bool {
	tag, rest := cutWord(line)
	if strings.HasPrefix(tag, "+") || isTag(strings.ToUpper(tag)) {
		return true
	}
	word, _ := cutWord(rest)
	return slices.Contains([]string{"OK", "NO", "BAD", "BYE", "PREAUTH"}, strings.ToUpper(word))
}

// isFetch reports whether a line begins a FETCH response.
func isFetch(line []byte) bool {
	tag, rest := cutWord(line)
	_, rest = cutWord(rest)
	word, _ := cutWord(rest)
	return tag == "*" && strings.EqualFold(word, "FETCH")
}

// unclosed reports whether a quoted string is open at the end of line.
func unclosed(line []byte) bool {
	open := false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			if open {
				i++
			}
		case '"':
			open = !open
		}
	}
	return open
}

// mostRecounted is by how many octets a text is counted anew at most.
const mostRecounted = 16 << 10

// sizeOf returns what the server says elsewhere of the size of the text that a response
// ends in, if that differs from the count before it by little; else the count.
func (r response) sizeOf(l literal) int64 {
	found := patternSize.FindSubmatch(r.texts[0])
	if found == nil || !patternText.Match(r.texts[len(r.texts)-1]) || int64(len(l.bytes)) != l.size {
		return l.size
	}
	size, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil || size < l.size-1 || size > min(l.size+mostRecounted, Largest) {
		return l.size
	}
	return size
}

// recount returns a text as the server's own size has it, where what follows shows that
// the count before it is wrong and the size is right. A count may take in the
// parenthesis behind the text (closed), or count one octet for each end of a line
// that has two.
func (c *Conn) recount(l literal, size int64) (_ literal, closed bool) {
	if size == l.size {
		return l, false
	}
	if next, err := c.in.Peek(1); err != nil || next[0] == ')' || next[0] == ' ' {
		return l, false
	}
	if size < l.size {
		if ends, err := c.in.Peek(2); err != nil || string(ends) != "\r\n" || l.bytes[size] != ')' {
			return l, false
		}
		_, _ = c.in.Discard(2) // they are there
		return literal{size: size, bytes: l.bytes[:size]}, true
	}
	lacks := int(size - l.size)
	rest, err := c.in.Peek(lacks + 2)
	if err != nil || string(rest[lacks:]) != ")\r" {
		return l, false
	}
	l = literal{size: size, bytes: append(l.bytes, rest[:lacks]...)}
	_, _ = c.in.Discard(lacks) // they are there
	return l, false
}
