package imapconn

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// A command is one of ours that awaits its reply.
type command struct {
	tag, verb string
	arguments string   // what follows the verb
	answers   []string // AUTHENTICATE: what is said to the first questions, in base64
	literals  int      // literals that we may send only when asked to
	asked     int      // how often the server has asked us to go on

	wanted     imap.UIDSet       // FETCH: which messages
	single     imap.UID          // FETCH: the message, if it is but one
	text       bool              // FETCH: their text is wanted
	given      map[imap.UID]bool // FETCH: those that were handed on
	attributes map[imap.UID]attributes
}

// Attributes are what a server says of a message beside its text.
type attributes struct {
	date string // in the form that the library knows; empty = none that is one
	size int64
}

// awaits reports whether the server may ask us to go on.
func (cmd *command) awaits() bool {
	switch cmd.verb {
	case "AUTHENTICATE":
		return true
	case "IDLE":
		return cmd.asked == 0
	}
	return cmd.asked < cmd.literals
}

// noteCommand notes a command, and returns it as it is sent. A line that follows a
// literal belongs to the command before it.
func (c *Conn) noteCommand(sent []byte) []byte {
	line := string(bytes.TrimRight(sent, "\r\n"))
	tag, rest, _ := strings.Cut(line, " ")
	if line == "DONE" && c.pending("IDLE") == nil {
		return nil // the server has ended IDLE by itself, and would take this for a command
	}
	if !isTag(tag) || rest == "" {
		if n := len(c.commands); n > 0 && strings.HasSuffix(line, "}") {
			c.commands[n-1].literals++
		}
		return sent
	}
	cmd := newCommand(tag, rest)
	if strings.HasSuffix(line, "}") {
		cmd.literals++
	}
	c.commands = append(c.commands, cmd)
	switch mechanism, initial, _ := strings.Cut(cmd.arguments, " "); cmd.verb {
	case "FETCH":
		cmd.parseFetch()
	case "AUTHENTICATE":
		if c.asksFirst || mechanism == "LOGIN" {
			cmd.answers = answersOf(mechanism, initial)
			return []byte(cmd.tag + " AUTHENTICATE " + mechanism + "\r\n")
		}
	}
	return sent
}

// answersOf returns what is said to a server that asks: LOGIN wants a name and a
// password in two answers, which the library is given as one, with a zero between.
func answersOf(mechanism, initial string) []string {
	plain, err := base64.StdEncoding.DecodeString(initial)
	name, password, two := strings.Cut(string(plain), "\x00")
	if mechanism != "LOGIN" || err != nil || !two {
		return []string{initial}
	}
	encode := base64.StdEncoding.EncodeToString
	return []string{encode([]byte(name)), encode([]byte(password))}
}

// newCommand returns the command with a tag.
func newCommand(tag, rest string) *command {
	verb, words, _ := strings.Cut(rest, " ")
	if strings.EqualFold(verb, "UID") {
		verb, words, _ = strings.Cut(words, " ")
	}
	return &command{tag: tag, verb: strings.ToUpper(verb), arguments: words}
}

// parseFetch reads which messages are wanted.
func (cmd *command) parseFetch() {
	set, items, _ := strings.Cut(cmd.arguments, " ")
	for _, r := range ranges(set) {
		cmd.wanted = append(cmd.wanted, imap.UIDRange{Start: imap.UID(r[0]), Stop: imap.UID(r[1])})
	}
	if len(cmd.wanted) == 1 && cmd.wanted[0].Start == cmd.wanted[0].Stop {
		cmd.single = cmd.wanted[0].Start
	}
	cmd.text = strings.Contains(items, "BODY")
	cmd.given, cmd.attributes = map[imap.UID]bool{}, map[imap.UID]attributes{}
}

// pending returns the oldest command of a kind that awaits its reply; nil if none
// does.
func (c *Conn) pending(verb string) *command {
	i := slices.IndexFunc(c.commands, func(cmd *command) bool { return cmd.verb == verb })
	if i < 0 {
		return nil
	}
	return c.commands[i]
}

// selecting returns the command that opens a folder, if one is under way.
func (c *Conn) selecting() *command {
	if cmd := c.pending("EXAMINE"); cmd != nil {
		return cmd
	}
	return c.pending("SELECT")
}

// complete returns the command with a tag, which awaits no more; nil if there is
// none. Some servers give a tag back in other letters than it had.
func (c *Conn) complete(tag string) *command {
	i := slices.IndexFunc(c.commands, func(cmd *command) bool { return strings.EqualFold(cmd.tag, tag) })
	if i < 0 {
		return nil
	}
	cmd := c.commands[i]
	c.commands = slices.Delete(c.commands, i, i+1)
	return cmd
}

// isTag reports whether a word is a tag as the library makes them.
func isTag(word string) bool {
	digits, ok := strings.CutPrefix(word, "T")
	_, isNumber := number32(digits)
	return ok && isNumber
}

// lineSplitter holds what we write until a line is whole, and passes the octets of
// literals on: a password may hold anything.
type lineSplitter struct {
	part []byte
	skip int64
}

// cut returns the lines that p ends, each with its end, and octets of literals.
func (w *lineSplitter) cut(p []byte) (parts []sentPart) {
	for len(p) > 0 {
		if w.skip > 0 {
			n := min(w.skip, int64(len(p)))
			parts = append(parts, sentPart{octets: p[:n]})
			p, w.skip = p[n:], w.skip-n
			continue
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			w.part = append(w.part, p...)
			break
		}
		line := append(w.part, p[:end+1]...)
		p, w.part = p[end+1:], nil
		w.skip, _ = literalSize(bytes.TrimRight(line, "\r\n"))
		parts = append(parts, sentPart{octets: line, line: true})
	}
	return parts
}

// A sentPart is a line of ours, or octets of a literal.
type sentPart struct {
	octets []byte
	line   bool
}
