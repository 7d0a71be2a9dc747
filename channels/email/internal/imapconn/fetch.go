package imapconn

import (
	"bytes"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// A message is one as a FETCH response shows it.
type message struct {
	uid     imap.UID // 0 = it does not say
	date    string   // INTERNALDATE as it stands
	size    int64
	section string // what is between the brackets of BODY[]
	text    literal
	whole   bool // it came with a text, which has at least one octet
}

// fetchLine rewrites a FETCH response: it is handed on once, to the command that
// asked for this message, with nothing but what that asked for, and its UID
// first. Where the text is NIL or empty there is no message: it is not handed
// on, so that it is asked for again.
func (c *Conn) fetchLine(number uint32, r response) net.Buffers {
	cmd := c.pending("FETCH")
	if cmd == nil {
		return nil
	}
	m, ok := readMessage(r)
	if m.uid == 0 && m.whole {
		m.uid = cmd.single
	}
	if !ok || m.uid == 0 || !cmd.wanted.Contains(m.uid) || cmd.given[m.uid] {
		return nil
	}
	known := cmd.attributes[m.uid]
	if date := internalDate(m.date); date != "" {
		known.date = date
	}
	known.size = max(known.size, m.size)
	cmd.attributes[m.uid] = known
	if cmd.text && !m.whole {
		return nil
	}
	cmd.given[m.uid] = true
	c.timed.Await()
	head := m.head(max(number, 1), known)
	if !cmd.text {
		return plain(head + ")")
	}
	return m.withText(head)
}

// head returns the beginning of m as the library knows it: all but its text.
func (m message) head(number uint32, known attributes) string {
	head := fmt.Sprintf("* %d FETCH (UID %d", number, m.uid)
	if known.date != "" {
		head += fmt.Sprintf(" INTERNALDATE %q", known.date)
	}
	return head + fmt.Sprintf(" RFC822.SIZE %d", known.size)
}

// withText returns m whole, after its head.
func (m message) withText(head string) net.Buffers {
	head += fmt.Sprintf(" BODY[%s] {%d}\r\n", m.section, len(m.text.bytes))
	return net.Buffers{[]byte(head), m.text.bytes, []byte(")\r\n")}
}

// readMessage reads a FETCH response by its grammar, and loosely where that does
// not hold, as with an envelope whose quotes are not escaped. Not ok: its
// text cannot be told from the rest.
func readMessage(r response) (m message, ok bool) {
	p := parser{response: r, text: r.texts[0]}
	p.text = p.text[1+bytes.IndexByte(p.text, '('):]
	if m, ok = p.items(); ok {
		return m, true
	}
	return readLoosely(r)
}

// A parser reads values one after the other.
type parser struct {
	response
	at   int    // the part that text is the rest of
	text []byte // not yet read
}

// items reads names and values up to the closing parenthesis.
func (p *parser) items() (m message, ok bool) {
	for {
		p.text = bytes.TrimLeft(p.text, " \t")
		if len(p.text) == 0 {
			return m, false
		}
		if p.text[0] == ')' {
			return m, p.at == len(p.literals) && (m.uid != 0 || len(bytes.TrimSpace(p.text)) == 1)
		}
		name, ok := p.name()
		if !ok {
			return m, false
		}
		v, ok := p.value()
		if !ok {
			return m, false
		}
		m.put(name, v)
	}
}

// put takes the value of a name.
func (m *message) put(name string, v value) {
	switch name = strings.ToUpper(name); {
	case name == "UID":
		n, _ := number32(v.atom + string(v.text.bytes))
		m.uid = imap.UID(n)
	case name == "INTERNALDATE":
		m.date = string(v.text.bytes)
	case name == "RFC822.SIZE":
		if n, err := strconv.ParseInt(v.atom, 10, 64); err == nil && n > 0 {
			m.size = n
		}
	case name == "RFC822":
		m.text, m.whole = v.text, v.text.size > 0
	default:
		if section, isBody := bodySection(name); isBody {
			m.section, m.text, m.whole = section, v.text, v.text.size > 0
		}
	}
}

// bodySection returns what is between the brackets of a text's name, such as
// BODY[HEADER]<0>. Only the sections that we ask for are one.
func bodySection(name string) (section string, ok bool) {
	inner, opened := strings.CutPrefix(strings.Replace(name, "BODY.PEEK[", "BODY[", 1), "BODY[")
	section, _, closed := strings.Cut(inner, "]")
	return section, opened && closed && slices.Contains([]string{"", "HEADER"}, section)
}

// A value is what stands behind a name: an atom, or a string. Of a list it is
// not told what it holds.
type value struct {
	atom string
	text literal
}

// name reads a name; brackets may hold spaces and lists.
func (p *parser) name() (string, bool) {
	end, inside := 0, false
	for end < len(p.text) && (inside || p.text[end] != ' ' && p.text[end] != '(' && p.text[end] != ')') {
		switch p.text[end] {
		case '[':
			inside = true
		case ']':
			inside = false
		}
		end++
	}
	name := string(p.text[:end])
	p.text = p.text[end:]
	return name, end > 0 && !inside
}

// value reads one value.
func (p *parser) value() (v value, ok bool) {
	p.text = bytes.TrimLeft(p.text, " \t")
	if len(p.text) == 0 {
		return v, false
	}
	switch p.text[0] {
	case '"':
		v.text.bytes, ok = p.quoted()
		v.text.size = int64(len(v.text.bytes))
		return v, ok
	case '(':
		return v, p.list()
	case '{', '~':
		v.text, ok = p.literal()
		return v, ok
	case ')':
		return v, false
	}
	end := bytes.IndexAny(p.text, " ()")
	if end < 0 {
		end = len(p.text)
	}
	v.atom, p.text = string(p.text[:end]), p.text[end:]
	return v, true
}

// quoted reads a string in quotes.
func (p *parser) quoted() ([]byte, bool) {
	var b []byte
	for i := 1; i < len(p.text); i++ {
		switch p.text[i] {
		case '"':
			p.text = p.text[i+1:]
			return b, true
		case '\\':
			i++
		}
		if i < len(p.text) {
			b = append(b, p.text[i])
		}
	}
	return nil, false
}

// literal takes the literal that the rest of the text announces.
func (p *parser) literal() (literal, bool) {
	brace := bytes.IndexByte(p.text, '{')
	if _, follows := literalSize(p.text); !follows || p.at >= len(p.literals) || brace < 0 || bytes.IndexByte(p.text, ' ') >= 0 {
		return literal{}, false
	}
	l := p.literals[p.at]
	p.at++
	p.text = p.texts[p.at]
	return l, true
}

// list passes over a list and all that it holds.
func (p *parser) list() bool {
	for depth := 0; len(p.text) > 0; {
		switch c := p.text[0]; {
		case c == '"':
			if _, ok := p.quoted(); !ok {
				return false
			}
			continue
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '{':
			if _, ok := p.literal(); ok {
				continue
			}
		}
		if p.text = p.text[1:]; depth == 0 {
			return true
		}
	}
	return false
}

// patterns find what is of use in a FETCH response where its grammar does not hold.
var (
	patternUID  = regexp.MustCompile(`(?i)(?:^|[( )])UID +([0-9]+)(?:[ )]|$)`)
	patternDate = regexp.MustCompile(`(?i)INTERNALDATE +"([^"]*)"`)
	patternSize = regexp.MustCompile(`(?i)RFC822\.SIZE +([0-9]+)`)
	patternText = regexp.MustCompile(`(?i)(?:BODY(?:\.PEEK)?\[(HEADER|)\](?:<[0-9.]*>)?|RFC822) +~?\{[0-9]+\+?\}$`)
	// What may follow a message's text: the end of the response, or another item.
	patternAfterText = regexp.MustCompile(`(?i)^ *(?:\)|(?:UID|FLAGS|INTERNALDATE|RFC822|BODY|BINARY|ENVELOPE|MODSEQ|SAVEDATE|EMAILID|THREADID|X-)\b)`)
)

// readLoosely reads a FETCH response by patterns. The text is the literal right
// behind its name.
func readLoosely(r response) (m message, ok bool) {
	for n, text := range r.texts {
		if found := patternUID.FindSubmatch(text); found != nil && m.uid == 0 {
			m.put("UID", value{atom: string(found[1])})
		}
		if found := patternDate.FindSubmatch(text); found != nil {
			m.date = string(found[1])
		}
		if found := patternSize.FindSubmatch(text); found != nil {
			m.put("RFC822.SIZE", value{atom: string(found[1])})
		}
		found := patternText.FindSubmatch(text)
		if found == nil || n >= len(r.literals) || m.whole {
			continue
		}
		m.section, m.text, m.whole = strings.ToUpper(string(found[1])), r.literals[n], r.literals[n].size > 0
	}
	return m, m.uid != 0 || m.whole
}

// miscounted reports whether the server has counted the octets of a text
// wrongly: what follows is then part of the text, or of what comes behind it.
// Such a text is not whole, and nothing after it can be believed.
func (r response) miscounted() bool {
	for n := range r.literals {
		if patternText.Match(r.texts[n]) && !patternAfterText.Match(r.texts[n+1]) {
			return true
		}
	}
	return false
}

// dateLayouts are the forms in which servers give INTERNALDATE. The first is
// the one of RFC 3501.
func dateLayouts() []string {
	return []string{
		"_2-Jan-2006 15:04:05 -0700", "2-Jan-2006 15:04:05 -0700", "2-Jan-2006 15:04:05", "2-Jan-2006 15:04:05 MST",
		"2-Jan-2006 15.04.05 -0700",
		"2-Jan-2006 15:04:05 Z07:00", "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "2-1-2006 15:04:05 -0700",
		"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05Z07:00",
	}
}

// oldest is the year before which a date is a server's way to say none.
const oldest = 1990

// internalDate returns a date in the form that the library knows, or "" if s is
// none.
func internalDate(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return ""
	}
	for _, layout := range dateLayouts() {
		if at, err := time.Parse(layout, s); err == nil && at.Year() >= oldest {
			return at.Format(dateLayouts()[0])
		}
	}
	return ""
}

// mostInvented is how many more numbers than the folder has messages are handed on of
// what a search has found: enough to see that it cannot be believed.
const mostInvented = 1000

// searchLine hands on the numbers of a search, if one is under way: those that it was
// asked for.
func (c *Conn) searchLine(found [][2]uint32) net.Buffers {
	cmd := c.pending("SEARCH")
	if cmd == nil {
		return nil
	}
	var asked [][2]uint32
	if set, ok := strings.CutPrefix(cmd.arguments, "UID "); ok {
		asked = ranges(set)
	}
	b := []byte("* SEARCH")
	for _, n := range within(found, asked, int(c.exists)+mostInvented) {
		b = strconv.AppendUint(append(b, ' '), uint64(n), 10)
	}
	return net.Buffers{append(b, "\r\n"...)}
}

// listLine hands on a LIST response about the folder that was asked for, with
// what it says of its use.
func (c *Conn) listLine(r response) net.Buffers {
	cmd := c.pending("LIST")
	text := r.texts[0]
	open, shut := bytes.IndexByte(text, '('), bytes.IndexByte(text, ')')
	if cmd == nil || open < 0 || shut < open {
		return nil
	}
	p := parser{response: r, text: text[shut+1:]}
	if _, ok := p.value(); !ok { // the delimiter
		return nil
	}
	v, ok := p.value()
	if !ok {
		return nil
	}
	name := v.atom + string(v.text.bytes)
	if strings.EqualFold(name, Inbox) {
		name = Inbox
	}
	if name == "" || !strings.Contains(cmd.arguments, name) {
		return nil
	}
	var uses []string
	for use := range strings.FieldsSeq(string(text[open+1 : shut])) {
		if isName(strings.TrimPrefix(use, `\`)) {
			uses = append(uses, use)
		}
	}
	return plain(fmt.Sprintf("* LIST (%s) NIL %q", strings.Join(uses, " "), name))
}
