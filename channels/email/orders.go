package email

import (
	"bytes"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// An order is a command of ours that awaits its reply.
type order struct {
	tag, verb string
	words     string // what follows the verb
	initial   string // AUTHENTICATE: what is said first, in base64
	literals  int    // literals that we may send only when asked to
	asked     int    // how often the server has asked us to go on

	wanted imap.UIDSet       // FETCH: which messages
	alone  imap.UID          // FETCH: the message, if it is but one
	text   bool              // FETCH: their text is wanted
	given  map[imap.UID]bool // FETCH: those that were handed on
	noted  map[imap.UID]facts
}

// Facts are what a server says of a message beside its text.
type facts struct {
	date string // in the form that the library knows; empty = none that is one
	size int64
}

// awaits reports whether the server may ask us to go on.
func (o *order) awaits() bool {
	switch o.verb {
	case "AUTHENTICATE":
		return true
	case "IDLE":
		return o.asked == 0
	}
	return o.asked < o.literals
}

// give takes note of a command, and returns it as it is sent. A line that goes on
// after a literal of its own belongs to the command before it.
func (t *tolerant) give(sent []byte) []byte {
	line := string(bytes.TrimRight(sent, "\r\n"))
	tag, rest, _ := strings.Cut(line, " ")
	if line == "DONE" && t.find("IDLE") == nil {
		return nil // the server has ended IDLE by itself, and would take this for a command
	}
	if !isTag(tag) || rest == "" {
		if n := len(t.orders); n > 0 && strings.HasSuffix(line, "}") {
			t.orders[n-1].literals++
		}
		return sent
	}
	o := newOrder(tag, rest)
	if strings.HasSuffix(line, "}") {
		o.literals++
	}
	t.orders = append(t.orders, o)
	switch mechanism, initial, _ := strings.Cut(o.words, " "); o.verb {
	case "FETCH":
		o.fetches()
	case "AUTHENTICATE":
		if t.asksFirst {
			o.initial = initial
			return []byte(o.tag + " AUTHENTICATE " + mechanism + "\r\n")
		}
	}
	return sent
}

// newOrder returns the command with a tag.
func newOrder(tag, rest string) *order {
	verb, words, _ := strings.Cut(rest, " ")
	if strings.EqualFold(verb, "UID") {
		verb, words, _ = strings.Cut(words, " ")
	}
	return &order{tag: tag, verb: strings.ToUpper(verb), words: words}
}

// fetches reads which messages are wanted.
func (o *order) fetches() {
	set, items, _ := strings.Cut(o.words, " ")
	for _, r := range ranges(set) {
		o.wanted = append(o.wanted, imap.UIDRange{Start: imap.UID(r[0]), Stop: imap.UID(r[1])})
	}
	if len(o.wanted) == 1 && o.wanted[0].Start == o.wanted[0].Stop {
		o.alone = o.wanted[0].Start
	}
	o.text = strings.Contains(items, "BODY")
	o.given, o.noted = map[imap.UID]bool{}, map[imap.UID]facts{}
}

// find returns the oldest command of a kind that awaits its reply; nil if none
// does.
func (t *tolerant) find(verb string) *order {
	i := slices.IndexFunc(t.orders, func(o *order) bool { return o.verb == verb })
	if i < 0 {
		return nil
	}
	return t.orders[i]
}

// selecting returns the command that opens a folder, if one is under way.
func (t *tolerant) selecting() *order {
	if o := t.find("EXAMINE"); o != nil {
		return o
	}
	return t.find("SELECT")
}

// take returns the command with a tag, which awaits no more; nil if there is
// none. Some servers give a tag back in other letters than it had.
func (t *tolerant) take(tag string) *order {
	i := slices.IndexFunc(t.orders, func(o *order) bool { return strings.EqualFold(o.tag, tag) })
	if i < 0 {
		return nil
	}
	o := t.orders[i]
	t.orders = slices.Delete(t.orders, i, i+1)
	return o
}

// isTag reports whether a word is a tag as the library makes them.
func isTag(word string) bool {
	digits, ok := strings.CutPrefix(word, "T")
	_, isNumber := number32(digits)
	return ok && isNumber
}

// typed holds what we write until a line is whole, and passes the octets of
// literals on: a password may hold anything.
type typed struct {
	part []byte
	skip int64
}

// cut returns the lines that p ends, each with its end, and octets of literals.
func (w *typed) cut(p []byte) (parts []typedPart) {
	for len(p) > 0 {
		if w.skip > 0 {
			n := min(w.skip, int64(len(p)))
			parts = append(parts, typedPart{octets: p[:n]})
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
		w.skip, _ = announced(bytes.TrimRight(line, "\r\n"))
		parts = append(parts, typedPart{octets: line, line: true})
	}
	return parts
}

// A typedPart is a line of ours, or octets of a literal.
type typedPart struct {
	octets []byte
	line   bool
}
