package probes_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// A fate is all that may happen to one contact: what is said to each try of each
// attempt, and what comes after an opener has left.
type fate struct {
	attempts     int
	contested    bool // it replaces one that was contested
	corroborated bool // a refusal for policy is
	lateEnds     bool
	tries        [2][]fault.Fault // by attempt: whose fault each try's failure is; "" = it leaves
	final        [2]bool          // the last failure is for good
	replies      []reply
}

// A reply is an arrival, so long after the first opener is due.
type reply struct {
	at         time.Duration
	attempt    int
	kind       reading.Kind
	fault      fault.Fault
	submission bool
	doubtful   bool
}

// The clock of a fate: each attempt has an hour to be answered and three to
// leave in, and the second comes a day after the first.
const (
	fatePromise = time.Hour
	fateHours   = 3 * time.Hour
	fateBetween = 24 * time.Hour
)

// slower is what a door says that wants us slower, in place of a fault: ours until we
// have rested, then theirs.
const slower fault.Fault = "slower"

// drawFate draws a fate.
func drawFate(r *rand.Rand) fate {
	l := fate{
		attempts: 1 + r.IntN(2), contested: r.IntN(4) == 0, corroborated: r.IntN(2) == 0, lateEnds: r.IntN(4) == 0,
	}
	for i := range l.tries {
		for r.IntN(3) == 0 && len(l.tries[i]) < 6 {
			l.tries[i] = append(l.tries[i], append(fault.All(), slower)[r.IntN(len(fault.All())+1)])
		}
		if r.IntN(6) == 0 { // for as long as it likes
			l.tries[i] = append(l.tries[i], slices.Repeat([]fault.Fault{slower}, 1+r.IntN(8))...)
		}
		l.final[i] = r.IntN(2) == 0
		if !l.final[i] && r.IntN(4) == 0 && len(l.tries[i]) > 0 { // the company stays closed
			l.tries[i] = append(l.tries[i], slices.Repeat([]fault.Fault{fault.Theirs}, 20)...)
		}
	}
	for range r.IntN(4) {
		l.replies = append(l.replies, drawReply(r))
	}
	return l
}

// drawReply draws an arrival: soon after one of the openers, or long after.
func drawReply(r *rand.Rand) reply {
	p := reply{attempt: r.IntN(2), kind: reading.Kinds()[r.IntN(len(reading.Kinds()))], doubtful: r.IntN(4) == 0}
	p.at = time.Duration(p.attempt)*fateBetween + time.Duration(r.Int64N(int64(2*fatePromise)))
	if r.IntN(5) == 0 {
		p.at += time.Duration(r.IntN(6)) * 24 * time.Hour
	}
	if p.kind == reading.Bounce {
		p.fault, p.submission = fault.All()[r.IntN(len(fault.All()))], r.IntN(2) == 0
	}
	return p
}

// A telling plays a fate as the engine would, event by event.
type telling struct {
	fate
	rules probes.Rules
	story []probes.Event
	heard int // replies so far
}

// tell returns the contact that a fate makes.
func tell(l fate) probes.Contact {
	t := &telling{fate: l, rules: probes.Rules{Retry: fatePromise / 6, LateEnds: map[string]bool{"email": l.lateEnds}}}
	slices.SortStableFunc(t.replies, func(a, b reply) int { return int(a.at - b.at) })
	for number := 1; number <= 4; number++ {
		due := min(time.Duration(number-1), 1)*fateBetween + max(0, time.Duration(number-2))*2*time.Hour
		t.note(probes.Planned, number, due, probes.Plan{
			Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Probe: "email", Within: "1h",
			Slot: slot.Add(due), Attempts: l.attempts, Second: slot.Add(fateBetween), Contested: l.contested,
		})
		t.attempt(number, due)
		if c := t.fold(); !c.Again {
			break
		}
	}
	t.hear(math.MaxInt64)
	return t.fold()
}

func (t *telling) fold() probes.Contact { return t.rules.Fold("c", t.story) }

func (t *telling) note(kind probes.EventKind, attempt int, at time.Duration, payload any) {
	e := probes.NewEvent(kind, attempt, slot.Add(at), payload)
	t.story = append(t.story, e)
}

// attempt tries until the opener has left, is refused, or has no more hours.
func (t *telling) attempt(number int, due time.Duration) {
	tries := t.tries[min(number, 2)-1]
	if number > 2 {
		tries = nil
	}
	for i, at := 0, due; ; i++ {
		if at > due+fateHours {
			t.note(probes.Dropped, number, at, probes.Failure{Reason: "missed its hours", Fault: fault.Ours})
			return
		}
		t.hear(at)
		t.note(probes.Intended, number, at, probes.Intent{Token: fmt.Sprint("t", number)})
		if i == len(tries) {
			t.note(probes.Sent, number, at, probes.Sending{})
			t.silence(number)
			return
		}
		failure := probes.Failure{Reason: "no", Fault: tries[i]}
		if tries[i] == slower {
			failure.Step, failure.Code, failure.Fault = channels.StepDoor, 429, fault.Of(channels.Refusal{
				Step: channels.StepDoor, Code: 429, Rested: t.fold().Current().Slowed.Times >= probes.RestsEnough,
			})
		}
		if t.final[min(number, 2)-1] && i == len(tries)-1 && tries[i] != fault.Ours && tries[i] != slower {
			t.note(probes.Refused, number, at, failure)
			t.corroborate(number, at)
			return
		}
		t.note(probes.Deferred, number, at, failure)
		c := t.fold()
		if a := c.Current(); a.Blame() != "" { // closed until the time to answer was over
			t.corroborate(number, at)
			t.note(probes.Covered, number, at, probes.Coverage{Until: slot.Add(at + time.Minute)})
			return
		}
		at = c.Current().Due.Sub(slot)
	}
}

// silence lets the time pass in which an opener can be answered.
func (t *telling) silence(number int) {
	end := t.fold().Current().Deadline.Sub(slot) + time.Minute
	t.hear(end)
	t.corroborate(number, end)
	t.note(probes.Covered, number, end, probes.Coverage{Until: slot.Add(end)})
}

// corroborate writes down that we know why we were refused.
func (t *telling) corroborate(number int, at time.Duration) {
	if t.corroborated {
		t.note(probes.Corroborated, number, at, probes.Corroboration{By: probes.ByCentres})
	}
}

// hear takes in what has come until an instant.
func (t *telling) hear(until time.Duration) {
	for ; t.heard < len(t.replies) && t.replies[t.heard].at <= until; t.heard++ {
		p := t.replies[t.heard]
		attempts := t.fold().Attempts
		number := min(p.attempt+1, len(attempts))
		if number == 0 || attempts[number-1].Sent.IsZero() {
			continue // what names an opener has had it
		}
		t.note(probes.Heard, number, p.at, probes.Classification{
			Arrival: fmt.Sprint(t.heard), Kind: p.kind, Doubtful: p.doubtful, Fault: p.fault, Submission: p.submission,
			Times: channels.Times{Arrived: slot.Add(p.at)},
		})
	}
}
