package imapconn

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/svartid/svartid/channels/email/internal/oauth"
)

// A Conn is an IMAP connection as the library should find it. The library
// breaks a connection at the first response that it cannot parse, although a
// client must ignore what it does not know (RFC 3501 section 2.2.2). So every
// response is read here first: what we asked for is written anew in the form
// that the library knows, and all else is dropped.
//
// Nothing is guessed: a message is handed on only if its UID, its text and the
// count of its octets are beyond doubt.
type Conn struct {
	net.Conn // the bounded one
	in       *bufio.Reader
	out      net.Buffers // rewritten, and not yet read by the library
	timed    *TimedConn
	bounded  *boundedConn
	news     func() // called when the folder holds more messages than before

	mu        sync.Mutex
	splitter  lineSplitter
	commands  []*command // commands that await their reply, oldest first
	greeted   bool
	exists    uint32 // how many messages the folder holds, as far as we were told
	asksFirst bool   // AUTHENTICATE goes on only when the server asks (no SASL-IR)
	challenge string // the last that it asked in a login
}

// NewConn returns conn, which ends in timed, as the library should find it. It
// calls news when the folder holds more messages than before.
func NewConn(conn net.Conn, timed *TimedConn, news func()) *Conn {
	b := &boundedConn{Conn: conn, timed: timed}
	return &Conn{Conn: b, bounded: b, timed: timed, in: bufio.NewReaderSize(b, 32<<10), news: news}
}

// Read returns responses as the library knows them.
func (c *Conn) Read(p []byte) (int, error) {
	for len(c.out) == 0 {
		r, err := c.readResponse()
		if err != nil {
			return 0, err
		}
		if c.out, err = c.rewrite(r); err != nil {
			return 0, c.timed.fail(err)
		}
	}
	n, _ := c.out.Read(p) // the error is the end of the buffers
	return n, nil
}

// Write notes the commands that we give.
func (c *Conn) Write(p []byte) (int, error) {
	var sent []byte
	c.mu.Lock()
	for _, part := range c.splitter.cut(p) {
		if part.line {
			part.octets = c.noteCommand(part.octets)
		}
		sent = append(sent, part.octets...)
	}
	c.mu.Unlock()
	if len(sent) == 0 {
		return len(p), nil
	}
	c.timed.Await()
	if _, err := c.Conn.Write(sent); err != nil {
		return 0, err
	}
	return len(p), nil
}

// rewrite returns r as the library is to see it; nothing if it is not.
func (c *Conn) rewrite(r response) (net.Buffers, error) {
	tag, rest := cutWord(r.text(0))
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case strings.HasPrefix(tag, "+"):
		return c.continuation(strings.TrimSpace(strings.TrimPrefix(string(r.text(0)), "+")))
	case tag == "*":
		return c.untagged(r, rest)
	}
	return c.reply(tag, rest), nil
}

// untagged rewrites a response without a tag.
func (c *Conn) untagged(r response, rest []byte) (net.Buffers, error) {
	word, rest := cutWord(rest)
	number := uint32(0)
	if n, ok := number32(word); ok {
		number = n
		word, rest = cutWord(rest)
	}
	switch strings.ToUpper(word) {
	case "OK", "PREAUTH", "BYE":
		return c.status(strings.ToUpper(word), rest)
	case "CAPABILITY":
		return c.capabilityLine(rest), nil
	case "EXISTS":
		return c.existsLine(number), nil
	case "EXPUNGE":
		c.exists -= min(1, c.exists)
	case "ENABLED":
		return c.enabledLine(rest), nil
	case "SEARCH":
		return c.searchLine(numbers(rest)), nil
	case "ESEARCH":
		return c.searchLine(extended(rest)), nil
	case "LIST":
		return c.listLine(r), nil
	case "FETCH":
		c.bounded.read()
		if r.miscounted() {
			return nil, errors.New("server has miscounted the octets of a text")
		}
		return c.fetchLine(number, r), nil
	}
	return nil, nil
}

// plain returns a line for the library.
func plain(line string) net.Buffers { return net.Buffers{[]byte(line + "\r\n")} }

// capabilityLine returns what the server can do, if it says anything.
func (c *Conn) capabilityLine(arguments []byte) net.Buffers {
	all := c.capabilities(arguments)
	if all == "" {
		return nil
	}
	return plain("* CAPABILITY " + all)
}

// enabledLine hands on what the server has enabled, if it was asked to.
func (c *Conn) enabledLine(arguments []byte) net.Buffers {
	if c.pending("ENABLE") == nil {
		return nil
	}
	return plain("* ENABLED " + capabilities(arguments))
}

// capabilities returns what the server says that it can do. To the library every
// server takes what there is to say first with the command (RFC 4959): we see
// to it.
func (c *Conn) capabilities(arguments []byte) string {
	all := capabilities(arguments)
	if !strings.Contains(strings.ToUpper(all), "AUTH=") {
		return all
	}
	if c.asksFirst = !strings.Contains(" "+strings.ToUpper(all)+" ", " SASL-IR "); c.asksFirst {
		all += " SASL-IR"
	}
	return all
}

// status rewrites a status response. After the greeting only those count
// that tell of the folder or of what the server can do.
func (c *Conn) status(word string, rest []byte) (net.Buffers, error) {
	code, arguments, text := cutCode(rest)
	if !c.greeted {
		c.greeted = true
		return plain("* " + word + " " + c.inBrackets(code, arguments) + text), nil
	}
	switch {
	case word == "BYE" && c.pending("LOGOUT") == nil:
		return nil, fmt.Errorf("server said BYE: %s", text)
	case code == "CAPABILITY":
		return c.capabilityLine(arguments), nil
	case code != "UIDVALIDITY" && code != "UIDNEXT" || c.selecting() == nil:
		return nil, nil
	}
	first, _ := cutWord(arguments)
	if n, ok := number32(first); ok && n > 0 {
		return plain(fmt.Sprintf("* OK [%s %d] %s", code, n, text)), nil
	}
	return nil, nil
}

// existsLine notes how many messages the folder holds. It is news if
// there are more than before: some servers repeat the number in every reply.
func (c *Conn) existsLine(n uint32) net.Buffers {
	before := c.exists
	c.exists = n
	if c.selecting() != nil {
		return plain(fmt.Sprintf("* %d EXISTS", n))
	}
	if n > before && c.news != nil {
		c.news()
	}
	return nil
}

// Exists returns how many messages the folder holds, as far as we were told.
func (c *Conn) Exists() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.exists)
}

// continuation hands on a request to go on, if one of our commands awaits it. What
// a server asks in a login is answered here, because the library waits for ever if
// the reply comes before its answer. The first answer is the initial response,
// whatever the question says; any later question is an error that wants an empty
// answer (RFC 7628 section 3.2.3).
func (c *Conn) continuation(text string) (net.Buffers, error) {
	for _, cmd := range c.commands {
		if !cmd.awaits() {
			continue
		}
		asked := cmd.asked
		cmd.asked++
		if cmd.verb != "AUTHENTICATE" {
			return plain("+ " + printable(text)), nil
		}
		var answer string
		if asked < len(cmd.answers) {
			answer = cmd.answers[asked]
		} else {
			mechanism, _, _ := strings.Cut(cmd.arguments, " ")
			answer = base64.StdEncoding.EncodeToString([]byte(oauth.ErrorAnswer(mechanism)))
		}
		c.challenge = text
		_, err := c.Conn.Write([]byte(answer + "\r\n"))
		return nil, err
	}
	return nil, nil
}

// Challenge returns what the server asked last in a login.
func (c *Conn) Challenge() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.challenge
}

// reply rewrites the reply to one of our commands. That to a command which we
// never gave, or whose reply has come, is dropped.
func (c *Conn) reply(tag string, rest []byte) net.Buffers {
	cmd := c.complete(tag)
	if cmd == nil {
		return nil
	}
	word, rest := cutWord(rest)
	word = strings.ToUpper(word)
	code, arguments, text := cutCode(rest)
	switch {
	case word != "OK" && word != "NO":
		word = "BAD"
	case word == "OK" && cmd.verb == "IDLE" && cmd.asked == 0:
		// A server that knows the command and does not do it.
		word, text = "NO", "IDLE ended before it began"
	}
	return plain(cmd.tag + " " + word + " " + c.inBrackets(code, arguments) + text)
}

// inBrackets returns a status's code as the library bears it, with a space
// behind it.
func (c *Conn) inBrackets(code string, arguments []byte) string {
	switch code {
	case "", "APPENDUID", "COPYUID", "UIDNEXT", "UIDVALIDITY", "PERMANENTFLAGS", "HIGHESTMODSEQ":
		return ""
	case "CAPABILITY":
		if code += " " + c.capabilities(arguments); strings.HasSuffix(code, " ") {
			return ""
		}
	}
	return "[" + code + "] "
}

// A response is what a server sends at once: the text of its lines, each without its end, and after
// each but the last the literal that it announces.
type response struct {
	texts    [][]byte
	literals []literal
}

// A literal is text that a server has counted (RFC 3501 section 4.3).
type literal struct {
	size  int64
	bytes []byte // no more than the largest part that we want
}

func (r response) text(i int) []byte { return r.texts[i] }

// mostLiterals is how many literals of one response are kept. A message has
// one; more would be the strings of its envelope.
const mostLiterals = 32

// readResponse reads one response with all its literals.
func (c *Conn) readResponse() (response, error) {
	var r response
	for {
		text, err := c.readLine()
		if err == nil && len(text) == 0 && len(r.literals) > 0 && c.closesNext() {
			text, err = c.readLine()
		}
		if err != nil {
			return r, err
		}
		r.texts = append(r.texts, text)
		size, follows := literalSize(text)
		if !follows || len(r.texts) == 1 && c.isWords(text) {
			return r, nil
		}
		l, err := c.readLiteral(size, r.room())
		if err != nil {
			return r, err
		}
		l, closed := c.recount(l, r.sizeOf(l))
		r.literals = append(r.literals, l)
		if closed {
			r.texts = append(r.texts, []byte(")"))
			return r, nil
		}
	}
}

// isWords reports whether a line that ends as one with a literal does has none behind
// it: words for people, or what we do not know and what a response follows.
func (c *Conn) isWords(text []byte) bool {
	return isStatus(text) || !isFetch(text) && c.beginsResponse()
}

// closesNext reports whether the parenthesis that closes a response stands on a line
// of its own, the next.
func (c *Conn) closesNext() bool {
	next, err := c.in.Peek(1)
	return err == nil && next[0] == ')'
}

// readLine reads one line, and the next as well if a quoted string of a FETCH
// response goes on there, as some servers have it. The bounded connection limits
// its length.
func (c *Conn) readLine() ([]byte, error) {
	var whole []byte
	for {
		part, err := c.in.ReadSlice('\n')
		whole = append(whole, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return nil, err
		case !c.continues(whole):
			return lineText(whole), nil
		}
	}
}

// continues reports whether a quoted string is open at the end of a FETCH
// response's line, and the next line is not the command's reply.
func (c *Conn) continues(line []byte) bool {
	if _, follows := literalSize(lineText(line)); follows || !isFetch(line) || !unclosed(line) {
		return false
	}
	return !c.beginsResponse()
}

// beginsResponse reports whether what comes next begins a response.
func (c *Conn) beginsResponse() bool {
	next, err := c.in.Peek(2)
	return err != nil || next[0] == '*' || next[0] == 'T' && next[1] >= '0' && next[1] <= '9'
}

// lineText returns a line without its end, and without spaces behind the count of a
// literal.
func lineText(line []byte) []byte {
	line = bytes.TrimRight(line, "\r\n")
	if text := bytes.TrimRight(line, " \t"); bytes.HasSuffix(text, []byte("}")) {
		return text
	}
	return line
}

// room returns how much of the next literal is kept: of one too many, nothing.
func (r response) room() int64 {
	if len(r.literals) < mostLiterals {
		return Largest
	}
	return 0
}

// readLiteral reads a literal, and keeps as much of it as there is room for.
func (c *Conn) readLiteral(size, room int64) (literal, error) {
	c.bounded.allow(size)
	l := literal{size: size, bytes: make([]byte, 0, min(size, room))}
	for left := size; left > 0; {
		chunk, err := c.in.Peek(int(min(left, 16<<10)))
		if room := cap(l.bytes) - len(l.bytes); err == nil && room > 0 {
			l.bytes = append(l.bytes, chunk[:min(room, len(chunk))]...)
		}
		if err != nil {
			return l, err
		}
		left -= int64(len(chunk))
		if _, err := c.in.Discard(len(chunk)); err != nil {
			return l, err
		}
	}
	return l, nil
}
