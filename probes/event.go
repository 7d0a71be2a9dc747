package probes

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// An EventKind says what happened to a contact.
type EventKind string

// The kinds of event, in the order of a contact's life.
const (
	Planned  EventKind = "planned"  // Plan: an attempt has its slot
	Intended EventKind = "intended" // Intent: durable before anything leaves; it may be leaving now
	Sent     EventKind = "sent"     // Sending: the server took it
	Deferred EventKind = "deferred" // Failure: nothing left, intended or not; may be tried again
	Refused  EventKind = "refused"  // Failure: nothing left, intended or not, and never will
	Dropped  EventKind = "dropped"  // Failure: nothing left, and its time is over
	Unsure   EventKind = "unsure"   // Failure: it may have left
	Copied   EventKind = "copied"   // Sending: the blind copy proves that it left
	Unsent   EventKind = "unsent"   // Failure: no trace where one would be
	Heard    EventKind = "heard"    // Classification: an arrival was matched and read
	Covered  EventKind = "covered"  // Coverage: listening has passed the deadline
	Held     EventKind = "held"     // Suspension: the deadline is covered, and the verdict waits for something
	Broken   EventKind = "broken"   // Failure: listening was lost, for good or for a while
	Prompted EventKind = "prompted" // Prompting: a person is asked to open
	Noted    EventKind = "noted"    // Reported: a person's tap that changes nothing
	Closed   EventKind = "closed"   // Closing: about to say goodbye, once
	Ruled    EventKind = "ruled"    // Ruling: the outcome as it fell
	Amended  EventKind = "amended"  // Amendment: a person's correction

	Retracted    EventKind = "retracted"    // Retraction: a person takes back what a person has said
	Corroborated EventKind = "corroborated" // Corroboration: that we were refused for what we are
	Reread       EventKind = "reread"       // Classification: what was heard is another thing in the light of what came later
)

// An Event is one thing that happened to a contact. Events are appended and
// never changed. Each holds the hash of the one before it, so that nothing in it
// can be erased: what people and servers have said is evidence, and the event
// holds its digest ([Detach]). Names of our own stay in events, because they
// identify no person: those of editions, companies, channels, probes, scenarios, sources
// and centres, as they are configured, and those of personas, who are invented,
// with the addresses that they write from. So do the numbers that platforms give
// to messages ([PlainKey]).
type Event struct {
	Contact  string          `json:"contact"`
	Seq      int             `json:"seq"`               // 1, 2, 3 … within the contact
	Attempt  int             `json:"attempt,omitempty"` // 1, 2 …; 0 = the contact as a whole
	Kind     EventKind       `json:"kind"`
	At       time.Time       `json:"at"`       // when it happened, by the clock of the first system that saw it
	Recorded time.Time       `json:"recorded"` // when we wrote it down
	Data     json.RawMessage `json:"data"`     // the payload named at the kind, as it was hashed
	Prev     string          `json:"prev"`     // Hash of the event before; empty for the first
	Hash     string          `json:"hash"`     // Sum, in hex
}

// Sum returns the event's link in the chain: SHA-256 over each field, preceded
// by its length in eight bytes, in the order of the struct, Hash apart. Times
// count as Unix microseconds.
func (e Event) Sum() string {
	h := sha256.New()
	for _, field := range []string{
		e.Contact, fmt.Sprint(e.Seq), fmt.Sprint(e.Attempt), string(e.Kind),
		fmt.Sprint(e.At.UnixMicro()), fmt.Sprint(e.Recorded.UnixMicro()),
		string(e.Data), e.Prev,
	} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// CheckChain returns an error that names the first event of a contact's story
// whose number, link or hash does not hold; nil if all do.
func CheckChain(story []Event) error {
	prev := ""
	for i, e := range story {
		switch {
		case e.Seq != i+1:
			return fmt.Errorf("contact %s: event %d follows event %d", e.Contact, e.Seq, i)
		case e.Prev != prev:
			return fmt.Errorf("contact %s: event %d does not link to the one before", e.Contact, e.Seq)
		case e.Hash != e.Sum():
			return fmt.Errorf("contact %s: event %d was changed", e.Contact, e.Seq)
		}
		prev = e.Hash
	}
	return nil
}

// NewEvent makes an event of kind with its payload. The ledger numbers and links it.
func NewEvent(kind EventKind, attempt int, at time.Time, payload any) Event {
	data, err := json.Marshal(payload)
	if err != nil {
		panic(err) // the payloads below always encode
	}
	return Event{Kind: kind, Attempt: attempt, At: at, Data: data}
}

// A Plan is the payload of Planned: what the contact is, and by which rules.
type Plan struct {
	Edition  string    `json:"edition"`
	Company  string    `json:"company"`
	Class    string    `json:"class"`
	Channel  string    `json:"channel"`
	Probe    string    `json:"probe"`
	Round    time.Time `json:"round"`              // the tick
	Slot     time.Time `json:"slot"`               // when the attempt's opener is due
	Attempts int       `json:"attempts,omitempty"` // how often it is asked who does not answer; 0 = once
	Second   time.Time `json:"second,omitzero"`    // when the plan would have it asked again; zero = found when needed
	Scenario string    `json:"scenario"`
	Persona  string    `json:"persona"`
	Within   string    `json:"within"` // the promise, as configured
	DayEnds  string    `json:"day_ends,omitempty"`
	Replaces string    `json:"replaces,omitempty"`
	// Contested is true of one that replaces a contested contact: a second
	// refusal for policy is not excused.
	Contested bool   `json:"contested,omitempty"`
	Moved     string `json:"moved,omitempty"`  // why it is not where the plan would have put it
	Drawn     string `json:"drawn,omitempty"`  // digest of the plan that it is from
	Detail    string `json:"detail,omitempty"` // digest of its words, see Detach
}

// An Intent is the payload of Intended: what is about to leave, durable first.
// The words themselves are evidence, kept under their digest.
type Intent struct {
	Token   string `json:"token"`
	Address string `json:"address,omitempty"`
	ID      string `json:"id,omitempty"`
	Words   string `json:"words"` // digest of the opening as JSON
	// Adopted is true of what was found to have left and was not in the ledger:
	// written down afterwards, from the opener's own marks.
	Adopted bool `json:"adopted,omitempty"`
}

// A Sending is the payload of Sent and Copied.
type Sending struct {
	ID       string   `json:"id,omitempty"`
	Response string   `json:"response,omitempty"`
	Names    []string `json:"names,omitempty"` // learnt on opening
	// Precision is how far the time may be off; 0 = not known to be.
	Precision time.Duration `json:"precision,omitempty"`
	// Dated is true of a copy whose time is the word of a server that no company runs,
	// within Precision: it takes the place of a receipt's that is less exact.
	Dated bool `json:"dated,omitempty"`
	// Handed names the handing over that a copy shows; empty if it shows none.
	Handed   string    `json:"handed,omitempty"`
	Picture  string    `json:"picture,omitempty"` // digest of what was on the screen
	Reported *Reported `json:"tapped,omitempty"`  // a person says so; nil: the channel does
	Detail   string    `json:"detail,omitempty"`  // digest of its words, see Detach
}

// A Reported says who reported something by a tap.
type Reported struct {
	Report channels.ReportKind `json:"tap"`
	By     string              `json:"by,omitempty"`
	Detail string              `json:"detail,omitempty"` // digest of its words, see Detach
	// Received is when we were told, where that was later than the tap by more than
	// a connection takes; zero: at once.
	Received time.Time `json:"received,omitzero"`
	// Key names the tap, so that it is noted once however often it is sent; empty: it
	// is known by what it reports.
	Key string `json:"key,omitempty"`
}

// A Prompting is the payload of Prompted. Without Heard, listening rests on a
// person's taps alone.
type Prompting struct {
	How   string `json:"how"`
	Heard bool   `json:"heard,omitempty"` // the channel hears the answer
	Seen  bool   `json:"seen,omitempty"`  // the channel sees the opener leave
}

// A Closing is the payload of Closed.
type Closing struct {
	Words  string `json:"words,omitempty"`
	Detail string `json:"detail,omitempty"` // digest of its words, see Detach
}

// A Corroboration is the payload of Corroborated: what we know ourselves that
// makes a refusal for policy no choice of the company's.
type Corroboration struct {
	By       Corroborator `json:"by"`
	Check    string       `json:"check,omitempty"`    // of ByCopy: which check of the sender our own copy failed; of ByList: the list
	Contacts []string     `json:"contacts,omitempty"` // of ByCentres: those that were refused the same day
}

// A Corroborator is what corroborates a refusal.
type Corroborator string

// The corroborators.
const (
	ByCopy    Corroborator = "copy"    // our own copy of the opener fails authentication
	ByList    Corroborator = "list"    // our sender stands on a public block list
	ByCentres Corroborator = "centres" // companies of two other centres refused the same sender that day
	// ByLine: most companies that were asked within the hour, of three centres at least,
	// were not found or not reached either. It makes the failure our own.
	ByLine Corroborator = "line"
)

// A Failure is the payload of Deferred, Refused, Dropped, Unsure, Unsent and Broken.
type Failure struct {
	Reason string `json:"reason,omitempty"`
	Code   int    `json:"code,omitempty"`
	Status string `json:"status,omitempty"`
	// Step is where a server said no; empty where none did.
	Step  channels.Step `json:"step,omitempty"`
	Fault fault.Fault   `json:"fault,omitempty"`
	// Reached is what else answered us meanwhile, channels and vantage points by
	// name: it proves that the company was closed, and not our own line.
	Reached string `json:"reached,omitempty"`
	// Until is when listening came back, of what was lost for a while.
	Until    time.Time `json:"until,omitzero"`
	Picture  string    `json:"picture,omitempty"` // digest of what was on the screen
	Reported *Reported `json:"tapped,omitempty"`  // a person says so
	Detail   string    `json:"detail,omitempty"`  // digest of its words, see Detach
}

// UnmarshalJSON also reads what earlier versions wrote in place of a fault.
func (f *Failure) UnmarshalJSON(data []byte) error {
	type failure Failure
	var read struct {
		*failure
		Ours   bool `json:"ours"`
		Policy bool `json:"policy"`
	}
	read.failure = (*failure)(f)
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	switch {
	case f.Fault != "":
	case read.Ours:
		f.Fault = fault.Ours
	case read.Policy:
		f.Fault = fault.Policy
	}
	return nil
}

// A Classification is the payload of Heard and Reread: which arrival, matched how, read as what. Of an
// arrival that was read again the latest reading counts.
type Classification struct {
	Arrival  string         `json:"arrival"`  // the arrival's key
	Evidence string         `json:"evidence"` // digest of what came
	Rule     match.Rule     `json:"rule"`     // what matched it
	Times    channels.Times `json:"times"`
	Flagged  string         `json:"flagged,omitempty"`
	Kind     reading.Kind   `json:"kind"`
	Doubtful bool           `json:"doubtful,omitempty"`
	// Probability is how likely Kind is right, as the reader has it; 0 of readings that say nothing
	// of it.
	Probability float64 `json:"probability,omitempty"`

	Final bool        `json:"final,omitempty"` // of a bounce: permanent
	Fault fault.Fault `json:"fault,omitempty"` // of a bounce: whose fault it tells of
	// Submission is true where our own submission server made the arrival, as
	// our mailbox proves. Of reports on delivery only such count.
	Submission bool `json:"submission,omitempty"`
	// Taken is true of such a report that the company's server took the opener.
	Taken    bool             `json:"taken,omitempty"`
	Status   string           `json:"status,omitempty"`
	Language string           `json:"language,omitempty"`
	Centre   string           `json:"centre,omitempty"`
	Because  []reading.Reason `json:"because,omitempty"`
	Words    string           `json:"words,omitempty"` // digest of what was said, where Evidence is more than that
	// Prints is the digest of the keyed fingerprints of its lines, which are evidence too.
	Prints  string `json:"prints,omitempty"`
	Picture string `json:"picture,omitempty"` // digest of what was on our own screen; none of a Reread

	Responder    channels.Responder `json:"responder,omitempty"` // as the platform has it
	SelfReported bool               `json:"self_reported,omitempty"`
	Reported     *Reported          `json:"tapped,omitempty"` // a person says so: there is no arrival
	Detail       string             `json:"detail,omitempty"` // digest of its words, see Detach
	// Merged is true where the arrival names the question of another contact too,
	// and is kept as that one's.
	Merged bool `json:"merged,omitempty"`
}

// A Coverage is the payload of Covered: the proof of silence. All that arrived
// before Until had been offered by every source when it was written.
type Coverage struct {
	Until   time.Time             `json:"until"`
	Sources []channels.Checkpoint `json:"sources"`
	// Corrects is true where the coverage so far was wrong, by a clock that
	// was: listening has not come further than Until.
	Corrects bool `json:"corrects,omitempty"`
	// Letters are those that may be the answer, and that were still unread when
	// judging closed.
	Letters []Unopened `json:"letters,omitempty"`
	// Closed is true where the company's own place could not be read any more, after
	// it had taken the opener, while others could.
	Closed bool `json:"closed,omitempty"`
	// Alone is true where no one of the company had come into the conversation by then, on a
	// platform that tells that from silence.
	Alone    bool      `json:"alone,omitempty"`
	Reported *Reported `json:"tapped,omitempty"` // a person says so
	Detail   string    `json:"detail,omitempty"` // digest of its words, see Detach
}

// A Ruling is the payload of Ruled: the outcome as it fell, with the answer
// that was known then. It is what counters count, so that another calendar or
// policy, by which the contact is folded anew, takes nothing back from them.
type Ruling struct {
	Outcome  Outcome   `json:"outcome"`
	Answer   time.Time `json:"answer,omitzero"` // when it came; zero = there was none
	Wait     float64   `json:"wait,omitempty"`  // seconds
	OpenWait float64   `json:"open_wait,omitempty"`
	Centre   string    `json:"centre,omitempty"`
}

// An Amendment is the payload of Amended: a person's word, on the outcome of
// the contact or on what one arrival is. Of each the latest counts.
type Amendment struct {
	Outcome Outcome      `json:"outcome,omitempty"` // with Arrival: none
	Arrival string       `json:"arrival,omitempty"` // the key of the arrival that it is about
	Kind    reading.Kind `json:"kind,omitempty"`    // what that is
	Linked  bool         `json:"linked,omitempty"`  // that it belongs to this contact
	// Answered is when the answer came that no channel has heard; with Outcome
	// Answered or Late. The wait runs until then.
	Answered time.Time `json:"answered,omitzero"`
	Confirms bool      `json:"confirms,omitempty"` // another person has said the same before
	Reason   string    `json:"reason,omitempty"`
	By       string    `json:"by,omitempty"`
	Detail   string    `json:"detail,omitempty"` // digest of its words, see Detach
}

// A Retraction is the payload of Retracted: an event of the contact that says what a
// person has said, and that does not count any more. It stays in the chain.
type Retraction struct {
	Event int `json:"event"` // its Seq
	// Planned is the Seq of the plan of a further attempt that followed from it, and
	// does not count any more either; 0: there is none.
	Planned int    `json:"planned,omitempty"`
	By      string `json:"by,omitempty"`
	Detail  string `json:"detail,omitempty"` // digest of its words, see Detach
}

// Failures returns the kinds of event that say an opener did not leave, or may
// not have.
func Failures() []EventKind { return []EventKind{Deferred, Refused, Dropped, Unsure, Unsent} }

// Payload reads what an event holds. What cannot be read is the zero value.
func Payload[T any](e Event) T {
	var v T
	if err := json.Unmarshal(e.Data, &v); err != nil {
		var zero T // an event of a later version: what cannot be read says nothing
		return zero
	}
	return v
}

// A Suspension is the payload of Held: that silence would be proven, and what its
// verdict waits for.
type Suspension struct {
	For     Hold       `json:"for"`
	Letters []Unopened `json:"letters,omitempty"` // of HoldReview
}

// An Unopened names a letter that may be the answer, and when it came.
type Unopened struct {
	Arrival string    `json:"arrival"` // its key
	At      time.Time `json:"at"`
}

// Same reports whether two suspensions say the same.
func (h Suspension) Same(other Suspension) bool {
	return h.For == other.For && slices.EqualFunc(h.Letters, other.Letters, func(a, b Unopened) bool {
		return a.Arrival == b.Arrival && a.At.Equal(b.At)
	})
}
