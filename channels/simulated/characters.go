package simulated

import (
	"math/rand/v2"
	"time"
)

// A Character is how a company treats those who write to it.
type Character string

// The characters. What each does, and when, is the table in scripts.
const (
	Quick        Character = "quick"        // answers at once
	Steady       Character = "steady"       // answers, now sooner, now later
	Slow         Character = "slow"         // answers near the end
	Acknowledges Character = "acknowledges" // confirms by machine, then answers
	Promises     Character = "promises"     // confirms by machine, and leaves it at that
	Away         Character = "away"         // is out of office
	Deflects     Character = "deflects"     // sends the customer elsewhere
	Recovers     Character = "recovers"     // sends the customer elsewhere, then answers
	Bounces      Character = "bounces"      // has a dead address
	Delays       Character = "delays"       // has a server that is down for a while, then answers
	Elsewhere    Character = "elsewhere"    // answers from another address, outside the thread
	Fades        Character = "fades"        // answers twice, then never more
	Late         Character = "late"         // answers after the deadline
	Silent       Character = "silent"       // never answers
	Refuses      Character = "refuses"      // its server refuses the opener for policy
)

// A Kind is what a reply is, in the words that svartid judges arrivals by.
type Kind string

// The kinds of reply that a company, or the mail server for it, sends.
const (
	Answer          Kind = "answer"
	Deflection      Kind = "deflection"
	Acknowledgement Kind = "acknowledgement"
	Absence         Kind = "absence"
	Bounce          Kind = "bounce"
	Delay           Kind = "delay"
)

// A script is what a character does with an opener.
type script struct {
	beats []beat
	times int // how many openers it is played for; 0 = all
}

// A beat is one reply, at a moment drawn between two fractions of the deadline.
type beat struct {
	kind     Kind
	from, to float64
}

// scripts is the table of characters. An answer in time keeps clear of the
// deadline, and a late one too, because the mailbox counts in whole seconds.
func scripts() map[Character]script {
	return map[Character]script{
		Quick:        {beats: []beat{{Answer, 0.05, 0.15}}},
		Steady:       {beats: []beat{{Answer, 0.15, 0.60}}},
		Slow:         {beats: []beat{{Answer, 0.60, 0.95}}},
		Acknowledges: {beats: []beat{{Acknowledgement, 0.01, 0.03}, {Answer, 0.30, 0.70}}},
		Promises:     {beats: []beat{{Acknowledgement, 0.01, 0.03}}},
		Away:         {beats: []beat{{Absence, 0.01, 0.03}}},
		Deflects:     {beats: []beat{{Deflection, 0.10, 0.40}}},
		Recovers:     {beats: []beat{{Deflection, 0.10, 0.25}, {Answer, 0.50, 0.85}}},
		Bounces:      {beats: []beat{{Bounce, 0.02, 0.05}}},
		Delays:       {beats: []beat{{Delay, 0.15, 0.25}, {Answer, 0.50, 0.90}}},
		Elsewhere:    {beats: []beat{{Answer, 0.25, 0.70}}},
		Fades:        {beats: []beat{{Answer, 0.15, 0.50}}, times: 2},
		Late:         {beats: []beat{{Answer, 1.30, 1.70}}},
		Silent:       {},
		Refuses:      {}, // the server has refused it before the company could read it
	}
}

// repertoire is the usual cast: a row is dealt to the four classes in turn, so
// that a column is a class of six.
func repertoire() []Character {
	return []Character{
		Quick, Steady, Acknowledges, Slow,
		Deflects, Promises, Elsewhere, Quick,
		Acknowledges, Quick, Steady, Promises,
		Late, Recovers, Fades, Deflects,
		Elsewhere, Acknowledges, Slow, Delays,
		Bounces, Refuses, Away, Silent,
	}
}

// A cue is a reply that is settled: its kind, and how long after the opener.
type cue struct {
	kind  Kind
	after time.Duration
}

// cues returns the replies to a company's n-th opener, counted from 1, in
// order of time.
func (c Character) cues(n int, scale time.Duration, r *rand.Rand) []cue {
	s := scripts()[c]
	if s.times > 0 && n > s.times {
		return nil
	}
	cues := make([]cue, 0, len(s.beats))
	for _, b := range s.beats {
		fraction := b.from + (b.to-b.from)*r.Float64()
		cues = append(cues, cue{b.kind, time.Duration(fraction * float64(scale))})
	}
	return cues
}
