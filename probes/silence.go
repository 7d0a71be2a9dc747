package probes

import (
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

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

// UnreadOf returns the letters that may answer a question, by when they came.
func UnreadOf(letters []Letter, q Question) []Letter {
	var may []Letter
	for _, l := range letters {
		if l.MayAnswer(q) {
			may = append(may, l)
		}
	}
	slices.SortStableFunc(may, func(a, b Letter) int { return a.At.Compare(b.At) })
	return may
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
