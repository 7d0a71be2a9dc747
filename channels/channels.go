package channels

import (
	"context"
	"net/http"
	"time"
)

// An Opening is one question, ready to be put to one company. It is complete
// once an Opener has prepared it; the ledger keeps it word for word.
type Opening struct {
	Attempt string  `json:"attempt"` // the attempt's id, unique in the ledger
	Token   string  `json:"token"`   // lower-case letters and digits, unique to this attempt
	Reach   string  `json:"reach"`   // where the company is reached: an address, an inbox, a page
	Persona Persona `json:"persona"`
	Subject string  `json:"subject,omitempty"`
	Body    string  `json:"body"`

	// What Prepare fills.
	Address string `json:"address,omitempty"` // the sender's address, unique to this attempt
	ID      string `json:"id,omitempty"`      // the message's own id on the wire
}

// Names returns every name by which an arrival may point at the opening.
func (o Opening) Names() []string {
	var names []string
	for _, name := range []string{o.Address, o.ID, o.Token} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Trial begins the attempts of trials. A name of an arrival's that begins so says that
// it belongs to none of the attempts that are planned.
const Trial = "trial."

// A Persona is the customer that a channel appears as.
type Persona struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"` // on a channel that has addresses
	Tag     string `json:"tag,omitempty"`     // how the address is made unique: "plus" or "catchall"
}

// A Receipt proves that an opener left.
type Receipt struct {
	At       time.Time `json:"at"`                 // when the channel's server took it
	ID       string    `json:"id,omitempty"`       // the server's own name for it, such as a queue id
	Response string    `json:"response,omitempty"` // the server's last words
	Names    []string  `json:"names,omitempty"`    // names learnt on opening, such as a conversation's id
	// Precision is how far At may be from the truth. 0 = not known to be off.
	Precision time.Duration `json:"precision,omitempty"`
	// Clock is what the server's clock showed as it took the opener.
	Clock ClockReading `json:"-"`
	// Picture is what was on the screen then, as WebP; nil: the channel shows none.
	Picture []byte `json:"-"`
}

// An Opener opens conversations.
type Opener interface {
	// Prepare returns o with the marks by which it will be known. It is pure:
	// the same opening gets the same marks.
	Prepare(o Opening) (Opening, error)
	// Open hands o to the company and returns what proves it. It calls leave
	// once, at the last instant at which nothing has left. The error wraps
	// ErrRefused if trying again cannot help, ErrUnsure if the opener may have
	// left, and leave's own error if that kept it back. Any error but ErrUnsure
	// means that nothing left; one that comes before leave may be tried again
	// as if there had been no call.
	Open(ctx context.Context, o Opening, leave Leave) (Receipt, error)
}

// A Leave makes the intent to send durable, and lets the opener go if it
// returns nil. After an error nothing may be sent any more. It may take as long
// as a disk or a database does, and ends when ctx does.
type Leave func(ctx context.Context) error

// Unrecorded is the Leave of what no ledger has to know of, such as a canary or
// a trial: it may always go.
func Unrecorded(context.Context) error { return nil }

// A Reconciler can find out whether an unsure opener left. The error wraps
// ErrNotFound if the place where a trace would be has been read and holds none.
type Reconciler interface {
	Reconcile(ctx context.Context, o Opening) (Receipt, error)
}

// A Locator is a channel that can ask whether a company's place is there, and
// writes nothing to it.
type Locator interface {
	// Locate returns nil if reach is there. The error holds a Refusal or a Deferral
	// with SignMissing if it is not, and wraps errors.ErrUnsupported if that cannot
	// be asked of such a place without entering it.
	Locate(ctx context.Context, reach string) error
}

// A FlowLocator is a Locator that gets to a company's place by a flow, which the company's
// page may outgrow at any time: it is walked now and then where no opener is due.
type FlowLocator interface {
	Locator
	// Flow names the way by which reach is got to; places may share one.
	Flow(reach string) string
}

// A Copier is a channel whose openers may come back to one of its sources as
// blind copies. Where they do, what has left is known once these are read.
type Copier interface {
	// Copies reports whether every opener comes back.
	Copies() bool
}

// A Listed is a channel that can ask public block lists about our sender.
type Listed interface {
	// Listings returns the lists on which our sender stands; none if it stands on
	// none, or no list is configured. The error is of a list that gave no answer.
	Listings(ctx context.Context) ([]string, error)
}

// An Arrival is anything a channel hears: not yet judged.
type Arrival struct {
	Key     string   `json:"key"` // names the arrival for ever: offered twice, it is kept once
	Media   string   `json:"media"`
	Raw     []byte   `json:"-"`               // as it came; the evidence
	Text    string   `json:"-"`               // what was said, where Raw is JSON that wraps it
	Names   []string `json:"names,omitempty"` // names of the opening that the platform itself gives
	Times   Times    `json:"times"`
	Flagged string   `json:"flagged,omitempty"` // where it was put aside, such as the Junk folder

	Opener       bool      `json:"opener,omitempty"`     // it is our own opener, as the platform shows it
	Submission   bool      `json:"submission,omitempty"` // our own submission server made it, as the mailbox itself proves
	Relay        Relay     `json:"relay,omitempty"`      // what a report that it has made tells of another server of ours
	Unproven     string    `json:"unproven,omitempty"`   // the check of its sender that it failed, by the mailbox's server, such as dmarc
	Responder    Responder `json:"responder,omitempty"`
	Because      string    `json:"because,omitempty"`       // what the platform shows that makes it this responder
	SelfReported bool      `json:"self_reported,omitempty"` // the company says so itself: kept out of standings
	// Picture is what was on our own screen as it was first seen, as WebP; nil: the channel shows none.
	Picture []byte `json:"-"`
}

// A Responder is who the platform says has answered. No platform says it
// reliably; the zero value says nothing, and the words decide alone.
type Responder string

// The responders.
const (
	Human         Responder = "human"
	Bot           Responder = "bot"
	Acknowledging Responder = "acknowledgement"
	Unknown       Responder = "unknown" // the platform was asked and cannot tell: a person has to look
	// Unreadable says that there is a message and its words could not be had, so that
	// Raw holds none of them: a person has to look. Because says why.
	Unreadable Responder = "unreadable"
)

// Media types of an arrival's Raw.
const (
	Mail  = "message/rfc822"
	Plain = "text/plain"
	JSON  = "application/json" // as the platform has it; the words are in Text
)

// Times says when an arrival came, by every clock that has seen it.
type Times struct {
	Arrived time.Time `json:"arrived"`          // when the customer could have it; the one that counts
	Server  time.Time `json:"server,omitzero"`  // the mailbox's or the platform's own time
	Hop     time.Time `json:"hop,omitzero"`     // the newest trusted relay's
	Sender  time.Time `json:"sender,omitzero"`  // the sender's claim
	Noticed time.Time `json:"noticed,omitzero"` // when the channel saw it: an upper bound
	// Precision is how far Arrived may be from the truth, such as a second
	// where the platform counts in seconds. 0 = not known to be off.
	Precision time.Duration `json:"precision,omitempty"`
	// Looked is when the channel could last have had it and had not, where its
	// checkpoint stands for less than that. It bounds what is Claimed, and is not kept.
	Looked time.Time `json:"-"`
	// Claimed is true where Arrived is the word of a server that the company
	// runs, or may run: it is believed only as far as our own looks allow.
	Claimed bool `json:"claimed,omitempty"`
	// Offset is how far the server's clock was ahead of ours, taken out of
	// Arrived. Channels leave it 0.
	Offset time.Duration `json:"offset,omitempty"`
}

// A ClockReading is what a foreign clock showed at some instant between two of
// ours.
type ClockReading struct {
	Shown         time.Time // zero: the clock was not read
	After, Before time.Time // by our clock
	// Precision is how far Shown may be from what the clock showed.
	Precision time.Duration
	Claimed   bool // a company keeps the clock, or may
}

// A Checkpoint says how far a source has been heard.
type Checkpoint struct {
	Source   string `json:"source"`
	Position string `json:"position"` // opaque; where to go on from. Empty: from the beginning
	// Until is the instant, by our clock, before which all that arrived has been
	// offered. On servers that companies run it is a look at what they show.
	Until time.Time `json:"until"`
	// Corrects is true of a checkpoint that is right where the one before it was wrong,
	// by a clock that was: Until may go back. Channels leave it false.
	Corrects bool `json:"-"`
}

// A Batch is what a source has to say at once: arrivals, what can no longer
// be heard, and how far it has listened when these are kept. Any may be
// missing.
type Batch struct {
	Arrivals   []Arrival
	Gaps       []Gap
	Checkpoint Checkpoint // zero Until: the source has not been read to its end
	// Unread are companies' own places that could not be read, while others
	// could. The Checkpoint holds for all others.
	Unread []Unread
	// Alone are the openers, by their IDs, with which no one of the company has come into the
	// conversation by now, on platforms that tell that from silence.
	Alone []string
	// UntilIfTheirs takes the place of the Checkpoint's Until where no place could
	// be read at all: how far the source has been read if it is the company in
	// Unread that failed, and not the server or our own line.
	UntilIfTheirs time.Time
	// Clock is what the source's server showed as it was asked, such as in the
	// Date of an HTTP answer.
	Clock ClockReading
}

// An Unread is a company's own place on a server, such as an inbox or a page,
// that could not be read as it was looked at. Once it can be, all that was said
// there is offered.
type Unread struct {
	Reach  string
	Reason string
	// Answered is true where the server has said of the place that it is not
	// there any more, or lets us in no more.
	Answered bool
	// Ours is true where the fault may be ours: we ask too much, or were given what
	// we do not understand.
	Ours bool
}

// A Gap is a time in which a source that remembers nothing was not heard. What
// the company may have answered in it is lost, and no fault of the company's.
type Gap struct {
	From, To time.Time
	Reach    string // the company's place that was not heard; empty: the whole source
	Reason   string
}

// A Hear takes a batch. The arrivals count as heard, and the checkpoint as
// reached, once it returns nil; after any error all of it is offered again.
type Hear func(context.Context, Batch) error

// A Listener hears what comes in, from one or more sources.
type Listener interface {
	// Sources names what is listened to, each on its own: folders, pages.
	Sources() []string
	// Listen hears one source, on from the checkpoint, until ctx ends or
	// the source breaks. It blocks; the caller calls again after an error.
	Listen(ctx context.Context, from Checkpoint, hear Hear) error
}

// A Hooked channel is told of arrivals over HTTP. It answers 200 once the
// arrival is heard, and refuses every request while Listen is not running.
type Hooked interface {
	http.Handler
}

// A Conversation is an opener that left, and that is still listened to.
type Conversation struct {
	Opening Opening
	At      time.Time // when it left
	// Precision is how far At may be from the truth. 0 = not known to be off.
	Precision time.Duration
	Names     []string // those that its receipt gave
	Over      bool     // its contact is decided: what comes now is late
}

// A Follower hears conversations one by one, and has to be told which. Follow
// is called once, before Listen; open returns those to listen to by now.
type Follower interface {
	Follow(open func(context.Context) ([]Conversation, error))
}

// An Inspector hears its sources to their end, and reads conversations besides one
// by one: that its own message stands in each, and what is said there after it.
// Inspect is called once, before Listen; open returns those that there are by now.
type Inspector interface {
	Inspect(open func(context.Context) ([]Conversation, error))
}

// CanarySource names what a canary proves where the sources of a channel are
// named: no source of a channel that has one may bear it.
const CanarySource = "canary"

// A Canary is a channel that can send our own message to our own second
// mailbox. If that is lost, our listening is down, and no company is blamed.
type Canary interface {
	// HasCanary reports whether there is a second mailbox.
	HasCanary() bool
	// SendCanary sends a message as o's persona, under o's ID, to which the channel
	// may add @ and its domain, and with the copy to ourselves that openers
	// have. It returns nil once the message lies in the second mailbox; else
	// it looks and, as long as nothing has left, sends until ctx ends. The
	// error says where the message was lost, and wraps ErrRefused if it never
	// left and never will.
	SendCanary(ctx context.Context, o Opening) error
}

// A Closer can end a conversation politely, so that no agent is left waiting.
// An error is logged and not tried again: nothing depends on it.
type Closer interface {
	Close(ctx context.Context, c Conversation, words string) error
}

// A Prompter is a channel whose openers a person sends. Prompt returns what the person
// needs; false means that this one the channel opens itself.
type Prompter interface {
	Prompt(o Opening) (Prompt, bool)
}

// A ReportKind is what a person reports of a conversation, by a button.
type ReportKind string

// The taps. Those of a call begin with Ringing, all others with TapSent.
const (
	TapSent    ReportKind = "sent"
	FirstReply ReportKind = "first reply"
	Person     ReportKind = "a person answered"
	Elsewhere  ReportKind = "sent elsewhere" // a person, and only to say where else to ask
	Ringing    ReportKind = "ringing"
	Menu       ReportKind = "menu"
	InLine     ReportKind = "queue"
	CallBack   ReportKind = "call-back offered" // noted, never scored
	GaveUp     ReportKind = "gave up"
	CouldNot   ReportKind = "could not send" // for a reason of ours
	Busy       ReportKind = "busy"           // the line: theirs
	Shut       ReportKind = "closed"         // the line, or what it says: theirs
)

// Begins reports whether a tap fits an opener that has not been sent.
func (k ReportKind) Begins() bool {
	switch k {
	case TapSent, Ringing, CouldNot, Busy, Shut:
		return true
	}
	return false
}

// Follows reports whether a tap fits an opener that has been sent. A line may
// say that it is closed before it rings or after.
func (k ReportKind) Follows() bool { return !k.Begins() || k == Shut }

// A Prompt is what a person needs to open a conversation for svartid.
type Prompt struct {
	How   string // "phone", "form" or "messenger"
	Link  string // where it is done: a tel: or https: link
	Text  string // what is pasted or asked
	Typed string // the address to type into a form; empty elsewhere
	// Heard is true where a channel hears the answer, so that no tap is needed
	// to know of it; Seen where it also sees the opener leave.
	Heard, Seen bool
	Taps        []ReportKind // what the person can report, in order
	// Notify names who is told when it is due. Empty: the queue alone.
	Notify []string
}
