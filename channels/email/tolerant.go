package email

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
)

// A tolerant is an IMAP connection as the library should find it. The library
// breaks a connection at the first response that it cannot parse, although a
// client must bear what it does not know (RFC 3501 section 2.2.2). So every
// response is read here first: what we asked for is written anew in the form
// that the library knows, and all else is dropped.
//
// Nothing is guessed: a message is handed on only if its UID, its text and the
// count of its octets are beyond doubt.
type tolerant struct {
	net.Conn // the talk
	in       *bufio.Reader
	out      net.Buffers // mended, and not yet read by the library
	line     *line
	talk     *talk
	news     func() // called when the folder holds more messages than before

	mu        sync.Mutex
	typed     typed
	orders    []*order // commands that await their reply, oldest first
	greeted   bool
	exists    uint32 // how many messages the folder holds, as far as we were told
	asksFirst bool   // AUTHENTICATE goes on only when the server asks (no SASL-IR)
	challenge string // the last that it asked in a login
}

func newTolerant(t *talk, news func()) *tolerant {
	return &tolerant{Conn: t, talk: t, line: t.line, in: bufio.NewReaderSize(t, 32<<10), news: news}
}

// Read returns mended responses.
func (t *tolerant) Read(p []byte) (int, error) {
	for len(t.out) == 0 {
		r, err := t.readResponse()
		if err != nil {
			return 0, err
		}
		if t.out, err = t.mend(r); err != nil {
			return 0, t.line.fail(err)
		}
	}
	n, _ := t.out.Read(p) // the error is the end of the buffers
	return n, nil
}

// Write takes note of the commands that we give.
func (t *tolerant) Write(p []byte) (int, error) {
	var sent []byte
	t.mu.Lock()
	for _, part := range t.typed.cut(p) {
		if part.line {
			part.octets = t.give(part.octets)
		}
		sent = append(sent, part.octets...)
	}
	t.mu.Unlock()
	if len(sent) == 0 {
		return len(p), nil
	}
	t.line.await()
	if _, err := t.Conn.Write(sent); err != nil {
		return 0, err
	}
	return len(p), nil
}

// mend returns r as the library is to see it; nothing if it is not.
func (t *tolerant) mend(r answer) (net.Buffers, error) {
	tag, rest := cutWord(r.text(0))
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case strings.HasPrefix(tag, "+"):
		return t.proceed(strings.TrimSpace(strings.TrimPrefix(string(r.text(0)), "+")))
	case tag == "*":
		return t.untagged(r, rest)
	}
	return t.reply(tag, rest), nil
}

// untagged mends a response that no tag leads.
func (t *tolerant) untagged(r answer, rest []byte) (net.Buffers, error) {
	word, rest := cutWord(rest)
	number := uint32(0)
	if n, ok := number32(word); ok {
		number = n
		word, rest = cutWord(rest)
	}
	switch strings.ToUpper(word) {
	case "OK", "PREAUTH", "BYE":
		return t.status(strings.ToUpper(word), rest)
	case "CAPABILITY":
		return t.able(rest), nil
	case "EXISTS":
		return t.counted(number), nil
	case "EXPUNGE":
		t.exists -= min(1, t.exists)
	case "SEARCH":
		return t.found(numbers(rest)), nil
	case "ESEARCH":
		return t.found(extended(rest)), nil
	case "LIST":
		return t.listed(r), nil
	case "FETCH":
		t.talk.taken()
		if r.miscounted() {
			return nil, errors.New("server has miscounted the octets of a text")
		}
		return t.fetched(number, r), nil
	}
	return nil, nil
}

// plain returns a line for the library.
func plain(line string) net.Buffers { return net.Buffers{[]byte(line + "\r\n")} }

// able returns what the server can do, if it says anything.
func (t *tolerant) able(arguments []byte) net.Buffers {
	all := t.capabilities(arguments)
	if all == "" {
		return nil
	}
	return plain("* CAPABILITY " + all)
}

// capabilities returns what the server says that it can do. To the library every
// server takes what there is to say first with the command (RFC 4959): we see
// to it.
func (t *tolerant) capabilities(arguments []byte) string {
	all := capabilities(arguments)
	if !strings.Contains(strings.ToUpper(all), "AUTH=") {
		return all
	}
	if t.asksFirst = !strings.Contains(" "+strings.ToUpper(all)+" ", " SASL-IR "); t.asksFirst {
		all += " SASL-IR"
	}
	return all
}

// status mends a condition of the server. After the greeting only those count
// that tell of the folder or of what the server can do.
func (t *tolerant) status(word string, rest []byte) (net.Buffers, error) {
	code, arguments, text := cutCode(rest)
	if !t.greeted {
		t.greeted = true
		return plain("* " + word + " " + t.inBrackets(code, arguments) + text), nil
	}
	switch {
	case word == "BYE" && t.find("LOGOUT") == nil:
		return nil, fmt.Errorf("server said BYE: %s", text)
	case code == "CAPABILITY":
		return t.able(arguments), nil
	case code != "UIDVALIDITY" && code != "UIDNEXT" || t.selecting() == nil:
		return nil, nil
	}
	first, _ := cutWord(arguments)
	if n, ok := number32(first); ok && n > 0 {
		return plain(fmt.Sprintf("* OK [%s %d] %s", code, n, text)), nil
	}
	return nil, nil
}

// counted takes note of how many messages the folder holds. It is news if
// there are more than before: some servers repeat the number in every reply.
func (t *tolerant) counted(n uint32) net.Buffers {
	before := t.exists
	t.exists = n
	if t.selecting() != nil {
		return plain(fmt.Sprintf("* %d EXISTS", n))
	}
	if n > before && t.news != nil {
		t.news()
	}
	return nil
}

// proceed hands on a request to go on, if one of our commands awaits it. To what
// is asked in a login we answer here: the library waits for ever if the reply
// comes before its answer. The first answer is what there is to say, whatever
// the words of the question; any other is an error that wants an empty answer
// (RFC 7628 section 3.2.3).
func (t *tolerant) proceed(text string) (net.Buffers, error) {
	for _, o := range t.orders {
		if !o.awaits() {
			continue
		}
		o.asked++
		if o.verb != "AUTHENTICATE" {
			return plain("+ " + printable(text)), nil
		}
		answer := o.initial
		if answer == "" {
			mechanism, _, _ := strings.Cut(o.words, " ")
			answer = base64.StdEncoding.EncodeToString([]byte(bearerAnswer(mechanism)))
		}
		o.initial, t.challenge = "", text
		_, err := t.Conn.Write([]byte(answer + "\r\n"))
		return nil, err
	}
	return nil, nil
}

// challenged returns what the server asked last in a login.
func (t *tolerant) challenged() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.challenge
}

// reply mends the reply to one of our commands. That to a command which we
// never gave, or whose reply has come, is dropped.
func (t *tolerant) reply(tag string, rest []byte) net.Buffers {
	o := t.take(tag)
	if o == nil {
		return nil
	}
	word, rest := cutWord(rest)
	word = strings.ToUpper(word)
	code, arguments, text := cutCode(rest)
	switch {
	case word != "OK" && word != "NO":
		word = "BAD"
	case word == "OK" && o.verb == "IDLE" && o.asked == 0:
		// A server that knows the command and does not do it.
		word, text = "NO", "IDLE ended before it began"
	}
	return plain(o.tag + " " + word + " " + t.inBrackets(code, arguments) + text)
}

// inBrackets returns a status's code as the library bears it, with a space
// behind it.
func (t *tolerant) inBrackets(code string, arguments []byte) string {
	switch code {
	case "", "APPENDUID", "COPYUID", "UIDNEXT", "UIDVALIDITY", "PERMANENTFLAGS", "HIGHESTMODSEQ":
		return ""
	case "CAPABILITY":
		if code += " " + t.capabilities(arguments); strings.HasSuffix(code, " ") {
			return ""
		}
	}
	return "[" + code + "] "
}

// An answer is a response: one of a server's: the text of its lines, each without its
// end, and after each but the last the literal that it announces.
type answer struct {
	texts    [][]byte
	literals []octets
}

// An octets is a literal: text that a server has counted (RFC 3501 section 4.3).
type octets struct {
	size int64
	text []byte // no more than the largest part that we want
}

func (r answer) text(i int) []byte { return r.texts[i] }

// mostLiterals is how many literals of one response are kept. A message has
// one; more would be the strings of its envelope.
const mostLiterals = 32

// readResponse reads one response with all its literals.
func (t *tolerant) readResponse() (answer, error) {
	var r answer
	for {
		text, err := t.readLine()
		if err != nil {
			return r, err
		}
		if len(text) == 0 && len(r.literals) > 0 {
			// The parenthesis stands on a line of its own.
			if text, err = t.readLine(); err != nil {
				return r, err
			}
		}
		r.texts = append(r.texts, text)
		size, follows := announced(text)
		if !follows || len(r.texts) == 1 && speaks(text) {
			return r, nil
		}
		l, err := t.readLiteral(size, r.room())
		if err != nil {
			return r, err
		}
		r.literals = append(r.literals, l)
	}
}

// readLine reads one line, and the next as well if a quoted string of a FETCH
// response goes on there, as some servers have it. The talk bounds its length.
func (t *tolerant) readLine() ([]byte, error) {
	var whole []byte
	for {
		part, err := t.in.ReadSlice('\n')
		whole = append(whole, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return nil, err
		case !t.goesOn(whole):
			return bytes.TrimRight(whole, "\r\n"), nil
		}
	}
}

// goesOn reports whether a quoted string is open at the end of a FETCH
// response's line, and the next line is not the command's reply.
func (t *tolerant) goesOn(line []byte) bool {
	if _, follows := announced(bytes.TrimRight(line, "\r\n")); follows || !isFetch(line) || !unclosed(line) {
		return false
	}
	next, err := t.in.Peek(2)
	return err == nil && next[0] != '*' && !(next[0] == 'T' && next[1] >= '0' && next[1] <= '9')
}

// room returns how much of the next literal is kept: of one too many, nothing.
func (r answer) room() int64 {
	if len(r.literals) < mostLiterals {
		return largest
	}
	return 0
}

// readLiteral reads a literal, and keeps as much of it as there is room for.
func (t *tolerant) readLiteral(size, room int64) (octets, error) {
	t.talk.allow(size)
	l := octets{size: size, text: make([]byte, 0, min(size, room))}
	for left := size; left > 0; {
		chunk, err := t.in.Peek(int(min(left, 16<<10)))
		if room := cap(l.text) - len(l.text); err == nil && room > 0 {
			l.text = append(l.text, chunk[:min(room, len(chunk))]...)
		}
		if err != nil {
			return l, err
		}
		left -= int64(len(chunk))
		if _, err := t.in.Discard(len(chunk)); err != nil {
			return l, err
		}
	}
	return l, nil
}
