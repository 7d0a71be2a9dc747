package flow

import (
	"slices"
	"strings"
	"time"
)

// A Flow is the way through one kind of widget.
type Flow struct {
	Name    string // of its file, without .yml
	Open    []Step // up to the moment at which only the message is missing
	Ready   Ready  // what shows that a message would leave
	Message Find   // the field in which it is written
	Send    Send
	Heard   Heard
	States  map[State][]Find
	Finish  []Step // how the conversation is ended politely; none: the page is just left
	// Forgets is true of a widget that shows a visitor who comes back nothing of what
	// was said. An opener that may have left can then not be settled by looking.
	Forgets bool
}

// A Verb is what a step does. Its zero value does nothing.
type Verb string

// The verbs.
const (
	Accept Verb = "accept" // clicks on a banner, such as one about cookies
	Click  Verb = "click"
	Fill   Verb = "fill"   // writes into a field
	Choose Verb = "choose" // takes an option of a list by its words
	Wait   Verb = "wait"   // until the element is there
)

// Verbs returns every verb.
func Verbs() []Verb { return []Verb{Accept, Click, Fill, Choose, Wait} }

// DefaultWithin is how long a step waits for its element unless it says so itself.
const DefaultWithin = 15 * time.Second

// A Step is one act of the visitor.
type Step struct {
	Do       Verb
	At       Find
	With     string        // what is written or chosen; see Said
	Optional bool          // the element may not come
	Quiet    bool          // the company sees nothing of it
	Within   time.Duration // how long its element is waited for
	Line     int           // in the file, from 1
}

// Seen reports whether the company sees the step.
func (s Step) Seen() bool { return !s.Quiet && s.Do != Accept && s.Do != Wait }

// Words are what a flow may write, by the names that stand in braces.
type Words map[string]string

// placeholders are the names that may stand in braces.
var placeholders = []string{"name", "email", "question", "company"} //nolint:gochecknoglobals // it is never changed

// Said returns the text of a step with its placeholders, such as {name}, filled in.
func (s Step) Said(words Words) string {
	text := s.With
	for name, value := range words {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// A Find names an element; all that is given must hold. The zero value finds
// nothing.
type Find struct {
	Role  string // as assistive technology has it, such as button
	Name  string // the accessible name
	Text  string // a part of its words; without CSS, of the innermost element that holds them
	Label string // the label, placeholder or aria-label of a field
	Test  string // data-testid, data-test-id, data-test, data-qa or data-cy
	CSS   string
	Frame string // a part of the address of its frame
}

// IsZero reports whether nothing is named.
func (f Find) IsZero() bool { return f == Find{} }

// String returns f as it would be written.
func (f Find) String() string {
	var parts []string
	for _, p := range [][2]string{
		{"role", f.Role},
		{"name", f.Name},
		{"text", f.Text},
		{"label", f.Label},
		{"test", f.Test},
		{"css", f.CSS},
		{"frame", f.Frame},
	} {
		if p[1] != "" {
			parts = append(parts, p[0]+": "+quoted(p[1]))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Ready is what shows that a message would leave.
type Ready struct {
	Find
	// Socket is true where the widget speaks over a websocket: one must be open.
	Socket bool
}

// Send is how a message is sent: by a button, or by the key Enter in its field.
type Send struct {
	Button Find
	Enter  bool
}

// Heard is where the conversation is read.
type Heard struct {
	Item   Find            // one message, whoever wrote it
	Text   Find            // its words, within the item; zero: all of them
	Mine   Find            // what an item of our own is, is within, or holds
	Who    map[string]Find // the same for bot, human and acknowledgement
	Failed Find            // what says that a message of ours was not sent; never pressed
}

// Authors returns what may stand in Who.
func Authors() []string { return []string{"bot", "human", "acknowledgement"} }

// A State is what a page shows instead of a chat, or beside one.
type State string

// The states.
const (
	Offline State = "offline" // a form, or a note that nobody is there: the company's closed door
	Captcha State = "captcha" // a proof is asked for that we are no machine
	Login   State = "login"
	Payment State = "payment"
	Blocked State = "blocked" // the page turns us away, or does not get through to its own server
	Closed  State = "closed"  // the conversation is over
	Queue   State = "queue"   // we wait in line
	Joined  State = "joined"  // a person has come
	Left    State = "left"    // and gone
)

// States returns every state in the order in which they are looked at: first what ends a flow.
func States() []State {
	return []State{Offline, Captcha, Login, Payment, Blocked, Closed, Queue, Joined, Left}
}

// Ends reports whether a flow may go no further once the page shows the state.
func (s State) Ends() bool {
	return slices.Contains([]State{Offline, Captcha, Login, Payment, Blocked, Closed}, s)
}

// Quiet returns how many of the steps that open a chat the company sees nothing of,
// counted from the first.
func (f Flow) Quiet() int {
	for i, s := range f.Open {
		if s.Seen() {
			return i
		}
	}
	return len(f.Open)
}
