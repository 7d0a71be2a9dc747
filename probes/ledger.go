package probes

import (
	"context"
	"errors"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

var (
	// ErrTaken says that a name by which an opening would be known already
	// belongs to another: draw a new token.
	ErrTaken = errors.New("name is taken")
	// ErrNoContact says that the ledger holds no such contact.
	ErrNoContact = errors.New("no such contact")
	// ErrNoArrival says that the ledger has heard no such arrival.
	ErrNoArrival = errors.New("no such arrival")
	// ErrSealed says that evidence is there and encrypted, and that the key was not
	// given: it cannot be shown, and was not erased.
	ErrSealed = errors.New("evidence is encrypted, and the key to it is missing or is another one")
)

// DrawnPlans is the name under which the ledger keeps which plans were drawn: checkpoints
// whose source is the plan's digest, under which its canonical text is kept as
// evidence, from the instant at which it was first followed.
const DrawnPlans = "drawn"

// Missed is the name under which the ledger keeps how many rounds svartid was
// down for: checkpoints whose source is the probe, at the last such round's tick, and
// whose position is their number.
const Missed = "missed"

// Heads is the name under which the ledger keeps which heads of it were
// published: marks whose source is the head's number and whose position is the
// digest of its paper, at the instant at which it was made. See package head.
const Heads = "heads"

// HeadsSent is the name of the mark whose position is the number of the last head
// that was sent by mail.
const HeadsSent = "heads sent"

// A Ledger keeps events, arrivals and evidence durable.
type Ledger interface {
	// Update runs fn in one transaction that is durable once Update returns
	// nil, and undone if fn or the commit fails. Updates come one at a time.
	Update(ctx context.Context, fn func(Tx) error) error
	// View runs fn on one consistent state. It never waits for an Update, and
	// fn must not write.
	View(ctx context.Context, fn func(Tx) error) error
}

// A ChangeCounter is a Ledger that knows whether contacts have changed, whichever process
// has changed them. A Ledger may be one: it is found by type assertion.
type ChangeCounter interface {
	// Changes returns a number that grows with every update that changes a contact, and
	// with no other. A View that is begun later shows all that it counts.
	Changes(ctx context.Context) (int64, error)
}

// A Tx is what can be asked and done inside one transaction of a ledger. It is
// dead once the function that was given it returns.
type Tx interface {
	ContactStore
	ArrivalStore
	TotalsStore
}

// TotalsStore keeps the figures, and how far the ledger has come.
type TotalsStore interface {
	Figures
	Versions
}

// ArrivalStore keeps what was heard, and what a person has to look at of it.
type ArrivalStore interface {
	Arrivals
	Doubts
}

// A ContactStore holds contacts, which are folded from their events.
type ContactStore interface {
	// Append adds events to the end of a contact's chain and returns the
	// contact folded anew. The first event of a contact must be Planned.
	// Seq, Contact, Recorded, Prev and Hash are filled by the ledger. The
	// error wraps ErrTaken if an Intent's names belong to another attempt.
	Append(ctx context.Context, contact string, events ...Event) (Contact, error)
	// Story returns a contact and all its events, in order. The error wraps
	// ErrNoContact.
	Story(ctx context.Context, contact string) (Contact, []Event, error)
	// Find returns the contacts that match every field of q that is not
	// zero, by due time, then id.
	Find(ctx context.Context, q Query) ([]Contact, error)
}

// Many reads of many contacts at once what [ContactStore], [Figures] and [Doubts] tell of
// one. A Tx may have it: it is found by type assertion.
type Many interface {
	// Stories returns the events of contacts, in order, by contact. One that does
	// not exist has none.
	Stories(ctx context.Context, contacts []string) (map[string][]Event, error)
	// Papers returns evidence by digest. What is not kept, or larger than most
	// bytes, is left out.
	Papers(ctx context.Context, digests []string, most int) (map[string][]byte, error)
	// Media returns what each arrival of contacts is, by its key, by contact.
	Media(ctx context.Context, contacts []string) (map[string]map[string]string, error)
}

// A Query picks contacts. Zero fields pick all.
type Query struct {
	Edition        string
	Class          string
	Channel        string
	Company        string
	Probe          string
	Names          []string      // an attempt's intent holds one of these (with Channel)
	States         []State       // of the current attempt
	Outcomes       []Outcome     // as it stands
	Faults         []fault.Fault // an opener of it failed or came back, and that was said to be one of these
	DueBefore      time.Time     // current attempt's slot is before
	DueFrom        time.Time     // current attempt's slot is at or after
	DeadlineBefore time.Time     // sent, and current attempt's deadline is at or before
	ChangedSince   int64         // changed after this version of the ledger
	After          string        // ids after this one: paging; orders by id
	Newest         bool          // latest slot first
	Limit          int           // 0 = all
}

// Arrivals are what was heard, each kept once.
type Arrivals interface {
	// Hear keeps an arrival with its evidence and reports whether it is new.
	Hear(ctx context.Context, h StoredArrival) (fresh bool, err error)
	// Advance moves a channel's checkpoint for a source. Checkpoints never go back in time,
	// but to correct one that was wrong; their position may.
	Advance(ctx context.Context, channel string, checkpoint channels.Checkpoint) error
	// Checkpoints returns a channel's checkpoints by source.
	Checkpoints(ctx context.Context, channel string) ([]channels.Checkpoint, error)
}

// A StoredArrival is an arrival as the ledger keeps it.
type StoredArrival struct {
	Channel string           `json:"channel"`
	Source  string           `json:"source"`
	Arrival channels.Arrival `json:"arrival"`
	Contact string           `json:"contact,omitempty"` // empty: unmatched, it waits for a person
	Attempt int              `json:"attempt,omitempty"`
	Rule    match.Rule       `json:"rule,omitempty"`
	Kind    reading.Kind     `json:"kind"`
	From    string           `json:"from,omitempty"`    // personal; erasable
	Subject string           `json:"subject,omitempty"` // personal; erasable
	Copy    bool             `json:"copy,omitempty"`    // our own blind copy, or a canary's
	Digest  string           `json:"digest,omitempty"`  // of Raw; filled by the ledger

	Company     string   `json:"company,omitempty"` // of the contact
	Centre      string   `json:"centre,omitempty"`  // who answered
	Fingerprint string   `json:"voice,omitempty"`   // of its words: see fingerprint.Of
	Doubtful    bool     `json:"doubtful,omitempty"`
	Unread      bool     `json:"unread,omitempty"`  // its words could not be had, so that its kind is no more than other
	Words       string   `json:"words,omitempty"`   // digest of Text, where Raw is more than that; filled by the ledger
	Verdict     *Verdict `json:"verdict,omitempty"` // what a person said of it; nil: nothing yet
	Erased      bool     `json:"erased,omitempty"`  // what is personal in it was taken out
}

// A Verdict is a person's word on an arrival.
type Verdict struct {
	Kind   reading.Kind `json:"kind"`
	Reason string       `json:"reason"`
	By     string       `json:"by"`
	At     time.Time    `json:"at"`
}

// An ArrivalQuery picks arrivals. Zero fields pick all.
type ArrivalQuery struct {
	Contact   string // matched to this contact
	Channel   string
	Key       string // with Channel: one arrival
	Unmatched bool   // matched to none, not a copy of our own, and no person has said what it is
	Doubtful  bool   // matched, read with doubt, and no person has said what it is
	Unread    bool   // the reader failed at it
	Judged    bool   // matched, and a person has said what it is
	Limit     int    // 0 = all
	// From and Until are when it came, to the microsecond, both included. Zero: at any time.
	From, Until time.Time
}

// Doubts are what a person has to look at, and what helps the reader to doubt
// less.
type Doubts interface {
	// Arrivals returns the arrivals that match every field of q that is not
	// zero, earliest first, without what came.
	Arrivals(ctx context.Context, q ArrivalQuery) ([]StoredArrival, error)
	// Judge notes h's Verdict, if it has one, the attempt that it belongs to
	// now, and whether it is Doubtful. The error wraps ErrNoArrival.
	Judge(ctx context.Context, h StoredArrival) error
	// Fingerprints returns what a company's centre has sounded like because of other
	// contacts than besides.
	Fingerprints(ctx context.Context, company, centre, besides string) ([]string, error)
}

// Figures are the papers and running totals.
type Figures interface {
	// Keep stores evidence, compressed, under its SHA-256 and returns that.
	// Kept twice, it is stored once.
	Keep(ctx context.Context, evidence []byte) (digest string, err error)
	// Evidence returns what was kept. The error wraps ErrNoEvidence.
	Evidence(ctx context.Context, digest string) ([]byte, error)
	// Totals returns the running totals of all that has changed after
	// version since, and the version they stand at. Since 0 returns all.
	Totals(ctx context.Context, since int64) (Totals, error)
}

// Versions tell the states of a ledger apart.
type Versions interface {
	// Snapshot says which state the transaction sees.
	Snapshot(ctx context.Context) (Snapshot, error)
}

// A Snapshot is one state of one ledger.
type Snapshot struct {
	Ledger  string // names the ledger for ever, in copies too
	Epoch   string // names a stretch of its life in which versions only grow; another after it was copied back or moved
	Version int64  // every update that writes raises it
	Rules   string // digest of the rules by which its contacts were folded; empty: not known, or by another FoldVersion
	Erased  int    // how many erasures there were: another number, and evidence that was there may be gone
}

// Totals are the ledger's running figures at one version.
type Totals struct {
	Version     int64
	Tallies     []Tally        // those changed since
	Bases       []Basis        // of scores: those changed since
	Arrivals    []ArrivalCount // all
	Failures    []FailureCount // all
	Faults      []FaultCount   // all
	Unmatched   map[string]int // arrivals that wait for a person, by channel
	Unread      map[string]int // arrivals at which the reader failed when they came, by channel
	Unsure      int            // attempts that may or may not have left
	Checkpoints map[string][]channels.Checkpoint
}

// An ArrivalCount counts what a channel has heard of one kind.
type ArrivalCount struct {
	Channel string
	Kind    reading.Kind
	Count   int
}

// A FaultCount counts what failed by whose fault it was: openers that did not
// leave, each time that they were tried, and those that came back.
type FaultCount struct {
	Channel string
	Fault   fault.Fault
	Count   int
}

// A FailureCount counts openers that did not leave, by channel and event kind.
type FailureCount struct {
	Channel string
	Reason  EventKind
	Count   int
}

// An Erasure is what is to be erased of a ledger: papers and personal columns.
// Figures, chains and digests stay.
type Erasure struct {
	// Scope says for the record what was asked for, and names no person.
	Scope    string
	Contacts []string     // all that these hold, their arrivals too
	Arrivals []ArrivalKey // that belong to no contact
	// Decisions are digests of what was said with decisions on who takes part. They go
	// with what is Personal.
	Decisions []string
	// Evidence takes what was said and written, as it came and what was made of
	// it; Personal takes who wrote, who reported and who corrected, and why.
	Evidence, Personal bool
}

// An ArrivalKey names an arrival.
type ArrivalKey struct{ Channel, Key string }

// An ErasureCount says what an erasure has taken out.
type ErasureCount struct {
	Contacts int `json:"contacts"` // that lost something
	Arrivals int `json:"arrivals"` // whose personal columns went
	Papers   int `json:"papers"`   // that are gone
	Shared   int `json:"shared"`   // that stay, because what is not erased names them too
}

// An AccessChain is the chain of who has read evidence. A Tx may have it: it is found by
// type assertion.
type AccessChain interface {
	// AccessHashes returns the hash of each look at evidence that is still recorded, by its
	// number from 1. The oldest go by age, and the newest never does.
	AccessHashes(ctx context.Context) (map[int64]string, error)
}

// A DigestOrigin is of a ledger with digests of rows of which no event tells. A Tx may have
// it: it is found by type assertion.
type DigestOrigin interface {
	// DigestOrigin returns a name that was drawn as the digests were first made, and how many
	// rows there were by then, which an earlier version had written. An empty name: it is
	// not there any more.
	DigestOrigin(ctx context.Context) (name string, earlier int, err error)
}

// An Access is one look at evidence with the names that are in it.
type Access struct {
	At     time.Time `json:"at"`
	Reader string    `json:"reader"` // personal; goes by age
	What   string    `json:"what"`
}
