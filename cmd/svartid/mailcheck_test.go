package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// A mailCheck compares what svartid has recorded with the firms' own log.
type mailCheck struct {
	t       *testing.T
	firms   *surveyed
	ledger  archive
	records []contactRecord

	toTheSecond, raw, unsure drift
}

// await returns once every contact is decided, every reply is heard, and so is
// every bounce.
func (r *mailCheck) await() {
	r.t.Helper()
	rounds := 3 * len(behaviours())
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
		contacts := r.ledger.contacts(r.t)
		pending, _ := r.ledger.standing(r.t)
		delivered, due := r.firms.expected()
		heard, bounces, bounced := r.heard(contacts)
		if len(contacts) == rounds && pending == 0 && delivered == due && heard == due && bounced == bounces {
			return
		}
		if time.Now().After(deadline) {
			r.t.Errorf("not settled in time: %d of %d contacts, %d are pending; %d replies are due, %d delivered, %d heard; %d bounces are due, %d heard",
				len(contacts), rounds, pending, due, delivered, heard, bounces, bounced)
			return
		}
	}
}

// heard counts the replies that were heard, the bounces to come, and those that
// were heard.
func (r *mailCheck) heard(contacts []probes.Contact) (replies, bounces, bounced int) {
	for _, c := range contacts {
		m := r.behaviour(c)
		if c.Current().State == probes.AttemptSent && (m == unknown || m == gone) {
			bounces++
		}
		for _, turn := range c.Current().Readings {
			switch turn.Kind {
			case reading.Bounce:
				bounced++
			case reading.Delay:
			default:
				replies++
			}
		}
	}
	return replies, bounces, bounced
}

func (r *mailCheck) behaviour(c probes.Contact) behaviour {
	for n, m := range behaviours() {
		if firmID(n) == c.Plan.Company {
			return m
		}
	}
	r.t.Fatalf("%s: no firm is named %s", c.ID, c.Plan.Company)
	return ""
}

// check compares everything.
func (r *mailCheck) check() {
	records := byOpener(r.records)
	asked := map[string]bool{}
	for id, turn := range r.firms.turns {
		b, known := records[id]
		key := fmt.Sprint(turn.firm, b.Plan.Probe)
		switch {
		case !known:
			r.t.Errorf("opener %s was taken by %s, and no contact knows of it", id, firmID(turn.firm))
		case turn.copies > 1 || asked[key]:
			r.t.Errorf("%s: was asked more than once in a round: %s has %d copies", firmID(turn.firm), id, turn.copies)
		}
		asked[key] = true
	}
	for _, b := range r.records {
		turn := r.firms.turns[b.opener()]
		m := r.behaviour(b.Contact)
		switch {
		case turn != nil:
			r.checkTaken(b, m, turn)
		case b.Current().State == probes.AttemptSent && (m == unknown || m == gone):
			r.checkBounced(b)
		case b.Outcome != probes.Void || !b.has(probes.Unsure):
			r.t.Errorf("%s: no firm took its opener, and it is %s: %s%s", b.ID, b.Outcome, b.Reason, b.tell())
		}
	}
	for sender, n := range r.firms.refused {
		if n > 1 {
			r.t.Errorf("%s wrote %d times to an unknown user", sender, n)
		}
	}
}

// checkTaken wants each reply to be heard once, and the outcome and the wait to
// follow.
func (r *mailCheck) checkTaken(b contactRecord, m behaviour, t *turn) {
	heard, arrivals := map[string][]hearing{}, 0
	for _, h := range b.heard {
		if h.Kind == reading.Delay { // our own server had to wait for a busy machine
			continue
		}
		arrivals++
		heard[h.id] = append(heard[h.id], h)
	}
	if arrivals != len(t.replies) {
		r.t.Errorf("%s: got %d arrivals, want %d%s", b.ID, arrivals, len(t.replies), b.tell())
	}
	for _, reply := range t.replies {
		hs := heard[reply.id]
		if len(hs) != 1 || hs[0].Kind != reply.kind {
			r.t.Errorf("%s: %s was heard as %v, want it once, as %s", b.ID, reply.id, hs, reply.kind)
			continue
		}
		if reply.kind == reading.Answer {
			r.checkWait(b, t, reply)
		}
	}
	want := map[behaviour]probes.Outcome{tardy: probes.Late, mute: probes.Unanswered}[m]
	switch {
	case want != "":
	case b.Wait > r.firms.within: // measured rightly, as checkWait has seen: the machine was slow
		want = probes.Late
	default:
		want = probes.Answered
	}
	if b.Outcome != want {
		r.t.Errorf("%s of %s: got %s, want %s%s", b.ID, m, b.Outcome, want, b.tell())
	}
}

// checkWait compares the wait's ends to the firm's own log: that it ended when the
// answer was handed in, and began before the firm took the opener. How long before is
// our own server's pace, which a busy machine slows. That our server took the answer in
// counts, as its Received line has it, in whole seconds, cut down; a second may have
// begun while it was handed in. Of an opener that was unsure, when it left is known from
// its copy, which counts the same way.
func (r *mailCheck) checkWait(b contactRecord, t *turn, reply scripted) {
	sent := b.Answer.Add(-b.Wait)
	if early := t.took.Sub(sent); early < -time.Second || early > realWithin {
		r.t.Errorf("%s: its wait began %v before the firm took it%s", b.ID, early, b.tell())
	}
	from := b.Answer.Sub(reply.begun.Truncate(time.Second))
	to := b.Answer.Sub(reply.done.Truncate(time.Second))
	off := min(max(0, to), from)
	if b.has(probes.Unsure) {
		r.unsure = append(r.unsure, off)
		return
	}
	r.toTheSecond = append(r.toTheSecond, off)
	r.raw = append(r.raw, b.Wait-reply.done.Sub(t.took))
	if off.Abs() > time.Second {
		r.t.Errorf("%s: its wait of %v is %v from the log%s", b.ID, b.Wait, off, b.tell())
	}
}

// checkBounced wants an opener that could not be delivered to have come back,
// once.
func (r *mailCheck) checkBounced(b contactRecord) {
	bounces, delays := 0, 0
	for _, h := range b.heard {
		switch h.Kind {
		case reading.Bounce:
			bounces++
		case reading.Delay:
			delays++
		}
	}
	if bounces != 1 || delays > 1 || len(b.heard) != bounces+delays || b.Outcome != probes.Unanswered {
		r.t.Errorf("%s: got %d bounces, %d delays and %s; want one bounce, and unanswered%s", b.ID, bounces, delays, b.Outcome, b.tell())
	}
}

// summary tells what happened.
func (r *mailCheck) summary() string {
	outcomes := map[probes.Outcome]int{}
	kinds := map[reading.Kind]int{}
	events := map[probes.EventKind]int{}
	for _, b := range r.records {
		outcomes[b.Outcome]++
		for _, h := range b.heard {
			kinds[h.Kind]++
		}
		for _, e := range b.events {
			events[e.Kind]++
		}
	}
	return fmt.Sprintf("%d openers taken, events %v, heard %v, outcomes %v; waits off by, to the second: %v; as they are: %v; of unsure ones: %v",
		len(r.firms.turns), events, kinds, outcomes, r.toTheSecond, r.raw, r.unsure)
}
