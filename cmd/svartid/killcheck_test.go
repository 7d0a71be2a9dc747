package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// A killCheck compares what svartid has recorded with what the simulated
// companies know.
type killCheck struct {
	t       *testing.T
	world   *simulated.World
	ledger  archive
	records []contactRecord
	within  time.Duration

	sure, unsure drift
	misread      int
}

// conclude waits until all is decided, ends the processes, those that stand by first, and
// holds what they leave against what companies saw.
func (a *killCheck) conclude(config string, running ...*process) {
	a.t.Helper()
	a.await()
	a.records = a.ledger.contactRecords(a.t)
	var active *process
	waitFor(a.t, "one runs the edition and all others stand by", func() bool {
		active = nil
		for _, p := range running {
			if p.isReady() && active == nil {
				active = p
			} else if !p.standsBy() {
				return false
			}
		}
		return active != nil
	})
	checkMetrics(a.t, active.metrics(), a.records)
	for _, p := range running {
		if p != active {
			p.stop()
		}
	}
	active.stop()
	a.ledger.checkChains(a.t, a.records)
	holds(a.t, config)
	a.check()
}

// await returns once svartid knows what became of every contact, every reply
// is delivered, and as many are heard.
func (a killCheck) await() {
	a.t.Helper()
	deadline := time.Now().Add(2*a.within + 2*time.Minute)
	for ; ; time.Sleep(500 * time.Millisecond) {
		waiting, heard := a.ledger.standing(a.t)
		due, delivered := 0, 0
		for _, turn := range a.world.Log() {
			for _, r := range turn.Replies {
				due++
				if !r.Delivered.IsZero() {
					delivered++
				}
			}
		}
		if waiting == 0 && due == delivered && heard == due {
			return
		}
		if time.Now().After(deadline) {
			a.t.Errorf("not settled in time: %d contacts are pending, %d of %d replies are delivered, %d are heard",
				waiting, delivered, due, heard)
			return
		}
	}
}

// check compares everything.
func (a *killCheck) check() {
	turns, refused := a.turns()
	if got, want := len(a.records), len(a.world.Companies()); got != want {
		a.t.Errorf("got %d contacts, want one for each of %d companies", got, want)
	}
	records := byOpener(a.records)
	for id := range turns {
		if _, ok := records[id]; !ok {
			a.t.Errorf("opener %s was taken by %s, and no contact knows of it", id, turns[id].Company)
		}
	}
	for _, b := range a.records {
		turn, taken := turns[b.opener()]
		switch {
		case taken:
			a.checkTaken(b, turn)
		case refused[b.Plan.Company]:
			a.checkRefused(b)
		default:
			a.checkUnsent(b)
		}
	}
}

// turns returns what the companies took, by Message-ID, and the companies whose
// server refused an opener. No company may have taken more than one opener.
func (a *killCheck) turns() (taken map[string]simulated.Turn, refused map[string]bool) {
	taken, refused = map[string]simulated.Turn{}, map[string]bool{}
	for id, copies := range a.world.Accepted() {
		if copies > 1 {
			a.t.Errorf("opener %s was taken %d times", id, copies)
		}
	}
	companies := map[string]int{}
	for _, turn := range a.world.Log() {
		if turn.Refused {
			refused[turn.Company] = true
			continue
		}
		if companies[turn.Company]++; companies[turn.Company] > 1 {
			a.t.Errorf("company %s was written to %d times", turn.Company, companies[turn.Company])
		}
		taken[turn.ID] = turn
	}
	return taken, refused
}

// checkTaken wants an opener that was taken to be known as sent, each of its
// replies to be heard once, and the outcome and the wait to follow from them.
func (a *killCheck) checkTaken(b contactRecord, turn simulated.Turn) {
	if b.Current().State != probes.AttemptSent {
		a.t.Errorf("%s: its opener was taken, and is known as %s", b.ID, b.Current().State)
	}
	if got, want := len(b.heard), len(turn.Replies); got != want {
		a.t.Errorf("%s: got %d arrivals, want %d", b.ID, got, want)
	}
	replies := slices.Clone(turn.Replies)
	for i, reply := range replies {
		heard := slices.DeleteFunc(slices.Clone(b.heard), func(h hearing) bool { return h.id != reply.ID })
		if len(heard) != 1 {
			a.t.Errorf("%s: its %s %s was heard %d times, want once", b.ID, reply.Kind, reply.ID, len(heard))
			continue
		}
		replies[i].Kind = a.read(b, reply, heard[0])
	}
	deadline := turn.Received.Add(a.within)
	early, late := outcome(replies, deadline.Add(-near)), outcome(replies, deadline.Add(near))
	if b.Outcome != early && b.Outcome != late {
		a.t.Errorf("%s: got outcome %s, want %s or %s", b.ID, b.Outcome, early, late)
	}
	a.checkWait(b, turn.Received, replies)
}

// read returns as what a reply counts: an answer must count as one. Of what
// machines and salesmen write the reader may think otherwise, and has tests of
// its own.
func (a *killCheck) read(b contactRecord, reply simulated.Reply, h hearing) simulated.Kind {
	if h.Kind == reading.Kind(reply.Kind) {
		return reply.Kind
	}
	a.misread++
	if reply.Kind == simulated.Answer {
		a.t.Errorf("%s: got %s, want an answer (%v)", b.ID, h.Kind, h.Because)
	}
	return simulated.Kind(h.Kind)
}

// checkWait compares the wait to the truth, to the second that mail is
// delivered in: the mailbox and the Received lines count whole seconds, cut
// down. Of an opener that was unsure, when it was taken is known from its
// copy, which counts the same way.
func (a *killCheck) checkWait(b contactRecord, received time.Time, replies []simulated.Reply) {
	for _, reply := range replies {
		if reply.Kind != simulated.Answer {
			continue
		}
		off := b.Wait - max(0, reply.Delivered.Truncate(time.Second).Sub(received))
		limit := time.Second
		if b.has(probes.Unsure) {
			a.unsure = append(a.unsure, off)
			limit = 2 * time.Second
		} else {
			a.sure = append(a.sure, off)
		}
		if off.Abs() > limit {
			a.t.Errorf("%s: its wait of %v is %v from the truth: %+v%s", b.ID, b.Wait, off, replies, b.tell())
		}
		return
	}
}

// near is how near to the deadline whole seconds do not tell what is in time.
const near = 1500 * time.Millisecond

// outcome is the rule, told anew and in brief.
func outcome(replies []simulated.Reply, deadline time.Time) probes.Outcome {
	became := probes.Unanswered
	for _, reply := range replies {
		inTime := reply.Delivered.Before(deadline)
		switch {
		case reply.Kind == simulated.Answer && inTime:
			return probes.Answered
		case reply.Kind == simulated.Deflection && inTime:
			became = probes.Deflected
		case reply.Kind == simulated.Answer && became == probes.Unanswered:
			became = probes.Late
		}
	}
	return became
}

// checkRefused wants a refusal for policy to be contested, or unanswered and
// provisional where nothing corroborates it: a server refuses before the opener
// is intended, so that no kill can leave it in doubt.
func (a *killCheck) checkRefused(b contactRecord) {
	counted := b.Outcome == probes.Contested || b.Outcome == probes.Unanswered && b.Provisional
	if !counted || b.Fault != fault.Policy || b.has(probes.Unsure) {
		a.t.Errorf("%s: its opener was refused, and it is %s", b.ID, b.Outcome)
	}
}

// checkUnsent wants an opener that no company took to be known as unsent.
func (a *killCheck) checkUnsent(b contactRecord) {
	if b.Current().State != probes.AttemptUnsent || b.Outcome != probes.Void || len(b.heard) > 0 {
		a.t.Errorf("%s: no company took its opener, and it is %s and %s (%s)", b.ID, b.Current().State, b.Outcome, b.Reason)
	}
}

// summary tells what happened. A doubt is an opener that was unsure; of those
// that a kill caught the reason says so.
func (a *killCheck) summary() string {
	outcomes := map[probes.Outcome]int{}
	var all, caught doubts
	heard := 0
	for _, b := range a.records {
		outcomes[b.Outcome]++
		heard += len(b.heard)
		all.add(b, b.has(probes.Unsure))
		caught.add(b, b.caught())
	}
	return fmt.Sprintf("%d openers taken, of %d; unsure: %v; caught by a kill: %v; %d replies heard, %d misread; "+
		"outcomes %v; waits off by: %v; of unsure ones: %v",
		len(a.world.Accepted()), len(a.records), all, caught, heard, a.misread, outcomes, a.sure, a.unsure)
}

// checkCaught wants hardly any opener that had not left to be in doubt because
// of a kill: with the intent made before svartid connected it was every third,
// with leave it is one in fifty.
func (a *killCheck) checkCaught() {
	var caught doubts
	for _, b := range a.records {
		caught.add(b, b.caught())
	}
	if caught.stayed*10 > len(a.records) {
		a.t.Errorf("of %d openers kills left in doubt %v, want no tenth that had not left", len(a.records), caught)
	}
}

// doubts count openers that were unsure at some time, by
// what was found in the end.
type doubts struct{ left, stayed int }

// add counts a contact's opener if it was in doubt.
func (d *doubts) add(b contactRecord, doubted bool) {
	switch {
	case !doubted:
	case b.Current().State == probes.AttemptSent:
		d.left++
	default:
		d.stayed++
	}
}

// String gives the number, and how many were found to have left and to have
// stayed.
func (d doubts) String() string {
	return fmt.Sprintf("%d (%d had left, %d had not)", d.left+d.stayed, d.left, d.stayed)
}

// caught reports whether svartid was killed while the opener may have been
// leaving.
func (b contactRecord) caught() bool {
	return slices.ContainsFunc(b.events, func(e probes.Event) bool {
		return e.Kind == probes.Unsure && strings.Contains(string(e.Data), "svartid was stopped")
	})
}
