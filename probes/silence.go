package probes

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// A Hold says what a verdict of silence waits for.
type Hold string

// The holds. A verdict that waits for nothing has none.
const (
	HoldBlind  Hold = "blind"  // not everything that arrived before the deadline has been read
	HoldCopy   Hold = "copy"   // our own opener is not yet seen where the answer would be
	HoldReview Hold = "review" // a letter that may be the answer waits for a person
)

// Holds returns every hold, in the order in which they are looked at.
func Holds() []Hold { return []Hold{HoldBlind, HoldCopy, HoldReview} }

// A Proof is what is known of how well an attempt was heard, once everything
// that arrived before its deadline has been read.
type Proof struct {
	Now      time.Time
	Shows    bool          // the channel shows us our own openers where the answers come
	Patience time.Duration // past the deadline, for our own opener to be seen
	Letters  []Letter      // unread ones that may be the answer
	Closed   bool          // judging is over
}

// Silence says what keeps the attempt from being taken for unanswered; empty if
// nothing does. It is lost if our own opener was not seen in all the time that
// it may take: then we may not have heard the answer either. An opener that did
// not reach the company, by what its side or a report says, rests on that and
// not on silence.
func (a Attempt) Silence(p Proof) (hold Hold, lost bool) {
	asked := a.State == AttemptSent && a.Blame() == ""
	switch {
	case p.Shows && asked && a.Seen.IsZero() && p.Now.Before(a.Deadline.Add(p.Patience)):
		return HoldCopy, false
	case p.Shows && asked && a.Seen.IsZero():
		return "", true
	case len(p.Letters) > 0 && !p.Closed:
		return HoldReview, false
	}
	return "", false
}

// A Lapse is a contact that its company let pass, which is proven: it is unanswered.
type Lapse struct {
	Since time.Time `json:"since"` // the customer began to wait
	Until time.Time `json:"until"` // the company could answer in time, or turned the opener away for the last time
}

// lapse returns that of a contact that is unanswered.
func (c Contact) lapse() Lapse {
	first, last := c.Attempts[0], c.Current()
	l := Lapse{Until: calendar.Later(last.Deadline, calendar.Later(last.Barred, last.Due))}
	for _, at := range []time.Time{first.Knocked, first.Sent, first.Intended, first.Due} {
		if l.Since.IsZero() {
			l.Since = at
		}
	}
	return l
}

// standLapse adds a contact that passed unanswered after the last answer, or takes it
// away.
func (t *Tally) standLapse(c Contact, by int) {
	delete(t.Lapses, c.ID)
	if by < 0 || c.Outcome != Unanswered || len(c.Attempts) == 0 {
		return
	}
	if l := c.lapse(); l.Until.After(t.LastAnswer) {
		t.Lapses[c.ID] = l
	}
}

// heardFrom notes when a person answered: what the company had let pass by then is no
// sign of its silence any more.
func (t *Tally) heardFrom(answer time.Time) {
	if !answer.After(t.LastAnswer) {
		return
	}
	t.LastAnswer = answer
	maps.DeleteFunc(t.Lapses, func(_ string, l Lapse) bool { return !l.Until.After(answer) })
}

// A Quiet is how long a company has been silent on a channel.
type Quiet struct {
	Contacts int       // that it let pass in a row, since a person last answered
	Since    time.Time // it has been silent: since its last answer, or since the first of them began to wait; zero: it is not
	// Chance is how likely so many in a row are of a company that answers as it did
	// before them, by Laplace's rule of succession: of n decided contacts before them s
	// were unanswered, and each of these would be at (s + 1) ÷ (n + 2). It is 1 of a
	// company that never answered: it has not stopped.
	Chance float64
}

// Quiet returns how long the company has been silent.
func (t *Tally) Quiet() Quiet {
	q := Quiet{Contacts: len(t.Lapses), Chance: 1}
	if q.Contacts == 0 {
		return q
	}
	for _, l := range t.Lapses {
		if q.Since.IsZero() || l.Since.Before(q.Since) {
			q.Since = l.Since
		}
	}
	q.Since = calendar.Later(q.Since, t.LastAnswer)
	if t.LastAnswer.IsZero() {
		return q
	}
	_, valid := t.Reach()
	before := float64(valid - q.Contacts)
	silent := float64(t.Outcomes[Unanswered] - q.Contacts)
	q.Chance = math.Pow((silent+1)/(before+2), float64(q.Contacts))
	return q
}

// A Letter is an arrival that no person has read yet: no attempt was found for
// it, or its words could not be had.
type Letter struct {
	Key     string    // of the arrival
	At      time.Time // when it came
	To      []string  // the addresses that it was for
	From    string    // the sender's address; empty: not known
	Contact string    // whose it is, of one that could not be read; empty: it was matched to none
	Attempt int
}

// A Question is what a letter may answer.
type Question struct {
	Contact     string
	Attempt     int
	Address     string   // the attempt's own
	Persona     string   // the address of the customer whom it came from
	Catchall    bool     // every address of the persona's domain is the persona's
	From        []string // domains and addresses that the company and its centres write from, as reading.CentreRule has them
	Left, Until time.Time
}

// MayAnswer reports whether a letter may be the answer: it came between opener
// and deadline, to the attempt's own address from any sender, or to the customer
// from where the company or a centre of it writes.
func (l Letter) MayAnswer(q Question) bool {
	switch {
	case l.At.Before(q.Left) || l.At.After(q.Until):
		return false
	case l.Contact != "":
		return l.Contact == q.Contact && l.Attempt == q.Attempt
	case q.Address != "" && slices.ContainsFunc(l.To, func(to string) bool { return message.Same(to, q.Address) }):
		return true
	}
	return slices.ContainsFunc(l.To, q.isPersona) &&
		slices.ContainsFunc(q.From, func(from string) bool { return match.WrittenFrom(from, l.From) })
}

// isPersona reports whether an address is the customer's, whatever tag it has.
func (q Question) isPersona(address string) bool {
	if q.Persona == "" {
		return false
	}
	local, domain := halves(address)
	own, home := halves(q.Persona)
	return domain == home && (q.Catchall || local == own)
}

// halves returns the local part of an address without its tag, and its domain.
func halves(address string) (local, domain string) {
	address = message.Normal(address)
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, ""
	}
	local, _, _ = strings.Cut(address[:at], "+")
	return local, address[at+1:]
}

// Unread returns the letters that may answer a question, by when they came.
func Unread(letters []Letter, q Question) []Letter {
	var may []Letter
	for _, l := range letters {
		if l.MayAnswer(q) {
			may = append(may, l)
		}
	}
	slices.SortStableFunc(may, func(a, b Letter) int { return a.At.Compare(b.At) })
	return may
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

// UnopenedOf names letters.
func UnopenedOf(letters []Letter) []Unopened {
	var all []Unopened
	for _, l := range letters {
		all = append(all, Unopened{l.Key, l.At.UTC()})
	}
	return all
}

// HangsOn reports whether the contact's outcome hangs on an unread letter that
// came on a channel. Channels do not agree on keys: two mailboxes count alike.
func (c Contact) HangsOn(l StoredArrival, ed *edition.Edition) bool {
	return l.Channel == ed.Hearer(c.Plan.Channel) &&
		slices.ContainsFunc(c.Letters, func(u Unopened) bool { return u.Arrival == l.Arrival.Key })
}

// Same reports whether two suspensions say the same.
func (h Suspension) Same(other Suspension) bool {
	return h.For == other.For && slices.EqualFunc(h.Letters, other.Letters, func(a, b Unopened) bool {
		return a.Arrival == b.Arrival && a.At.Equal(b.At)
	})
}
