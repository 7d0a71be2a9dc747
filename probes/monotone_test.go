package probes_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// score is what the standings give for a contact; NaN if it does not count.
func score(c probes.Contact, rules probes.Rules) float64 {
	sample := probes.Sample{Edition: &edition.Edition{Rules: edition.Rules(rules)}}
	f, seen := sample.Fair(c, slot.Add(1000*time.Hour))
	if !seen {
		return math.NaN()
	}
	return float64(fairness.Rules{}.Worth(f).Score)
}

// Exemptions that are no outcomes of a fault: between is the award's rule, and
// elsewhere compares no answer.
const (
	between   = "late: the answer fell between the attempts, and the second went without one"
	beside    = "beside: one attempt was excused, by our own fault or corroborated, and the other was answered"
	elsewhere = "deflected: who sends the customer elsewhere is not asked again, and who is closed is"
)

// fellBetween reports whether an answer came after the first attempt's deadline
// and before the second was handed over, if it was.
func fellBetween(c probes.Contact) bool {
	if c.Outcome == probes.Answered || c.Answer.IsZero() || c.Plan.Attempts < 2 || !c.Answer.After(c.Attempts[0].Deadline) {
		return false
	}
	return len(c.Attempts) == 1 || c.Attempts[1].Sent.IsZero() || c.Answer.Before(c.Attempts[1].Sent)
}

// exempt says by which permitted exception a contact does not count; "" if by
// none. Nothing that a company's side does is among them, but a refusal for
// what we are that we corroborate ourselves, once a cell.
func exempt(l fate, c probes.Contact) string {
	ours := func(a probes.Attempt) bool { return a.Blame() == fault.Ours }
	judges := func(a probes.Attempt) bool { return a.Blame() == fault.Policy || a.Blame() == fault.Unclear }
	switch {
	case c.Outcome == probes.Void && !slices.ContainsFunc(c.Attempts, func(a probes.Attempt) bool { return !ours(a) }):
		return "void: every attempt failed by our own fault"
	case c.Outcome == probes.Contested && l.corroborated && !l.contested &&
		!slices.ContainsFunc(c.Attempts, func(a probes.Attempt) bool { return !ours(a) && !judges(a) }):
		return "contested: refused for what we are, corroborated, the first time in its cell"
	}
	return ""
}

// lives returns how many lives are told: some thousands, or a million where
// SVARTID_LONG asks for the whole.
func fates() int {
	if os.Getenv("SVARTID_LONG") != "" {
		return 1_000_000
	}
	return long.Tries(10_000, 2_000)
}

// TestMonotone tells random lives of a contact, with refusals, reports, closed
// chats, second attempts and late answers, and holds that nothing which a
// company's side does scores more than answering at that instant, that an
// answer which comes earlier never scores less, and that no report of another
// than our own server changes anything. What is exempt is listed and counted.
func TestMonotone(t *testing.T) {
	exceptions, compared := map[string]int{}, map[string]int{}
	for i := range fates() {
		r := rand.New(rand.NewPCG(17, uint64(i)))
		l := drawFate(r)
		m := &monotone{T: t, fate: l, told: tell(l), exceptions: exceptions, compared: compared}
		m.score = m.of(l, m.told)
		m.counts()
		m.answering()
		m.opening()
		m.earlier(r)
		m.strangers()
		if t.Failed() {
			t.Fatalf("fate %d: %+v\n%s after %v of %v", i, l, m.told.Outcome, m.told.Wait, m.told.Promise)
		}
	}
	for what, n := range compared {
		t.Logf("%8d compared: %s", n, what)
		if n == 0 {
			t.Errorf("%s: nothing was compared", what)
		}
	}
	for why, n := range exceptions {
		t.Logf("%8d exempt: %s", n, why)
	}
	if len(compared) < 6 || len(exceptions) < 3 {
		t.Errorf("compared %v, exempt %v; the stories are too plain", compared, exceptions)
	}
}

// A monotone compares a fate with others that differ in one thing.
type monotone struct {
	*testing.T
	fate
	told                 probes.Contact
	score                float64
	exceptions, compared map[string]int
}

func (m *monotone) of(l fate, c probes.Contact) float64 {
	return score(c, probes.Rules{LateEnds: map[string]bool{"email": l.lateEnds}})
}

// counts holds that a contact which is over counts, unless it is exempt.
func (m *monotone) counts() {
	m.compared["decided"]++
	if !math.IsNaN(m.score) {
		return
	}
	why := exempt(m.fate, m.told)
	if why == "" {
		m.Errorf("does not count, and is not exempt")
	}
	m.exceptions[why]++
}

// answering holds that the first thing which the company's side does would have
// scored at least as much if it had been an answer.
func (m *monotone) answering() {
	first, found := m.firstAct()
	if !found || math.IsNaN(m.score) {
		return
	}
	better := m.fate
	better.replies = slices.DeleteFunc(slices.Clone(m.replies), func(p reply) bool { return !p.submission || p.fault != fault.Ours })
	better.replies = append(better.replies, reply{at: first.at + time.Microsecond, attempt: first.attempt, kind: reading.Answer})
	for i := range better.tries {
		if i > first.attempt || i == first.attempt && !first.left {
			better.tries[i] = oursFirst(better.tries[i])
		}
	}
	m.compared["answering instead of the first act"]++
	c := tell(better)
	got := m.of(better, c)
	switch {
	case got >= m.score-1e-9:
	case m.exempts(c):
	default:
		m.Errorf("scores %v, and %v by an answer instead of the first act, %+v", m.score, got, first)
	}
}

// An act is what the company's side did first.
type act struct {
	at      time.Duration
	attempt int
	left    bool
}

// oursFirst returns the failures of our own before any of the company's side. That a
// door wants us slower is ours as long as we have not rested often enough.
func oursFirst(tries []fault.Fault) []fault.Fault {
	inRow := 0
	for i, f := range tries {
		switch f {
		case slower:
			if inRow++; inRow > probes.RestsEnough {
				return tries[:i+1-inRow]
			}
			continue
		case fault.Ours:
		default:
			return tries[:i]
		}
		inRow = 0
	}
	return tries
}

// firstAct finds it: the first try that was turned away, or the first arrival
// of the company's.
func (m *monotone) firstAct() (first act, found bool) {
	for i, a := range m.told.Attempts[:min(2, len(m.told.Attempts))] {
		var acts []act
		if !a.Knocked.IsZero() {
			acts = append(acts, act{at: a.Knocked.Sub(slot), attempt: i})
		}
		if blame := a.Blame(); a.State == probes.AttemptSent && blame != "" && blame != fault.Ours {
			acts = append(acts, act{at: a.Sent.Sub(slot), attempt: i, left: true}) // turned away as it was handed over
		}
		for _, reply := range a.Readings {
			if !reply.Submission && reply.Kind != reading.Other && reply.Kind != reading.Delay {
				acts = append(acts, act{at: reply.At.Sub(slot), attempt: i, left: true})
			}
		}
		for _, a := range acts {
			if !found || a.at < first.at {
				first, found = a, true
			}
		}
	}
	return first, found
}

// earlier holds that an answer which comes earlier never scores less.
func (m *monotone) earlier(r *rand.Rand) {
	if math.IsNaN(m.score) || m.told.Answer.IsZero() {
		return
	}
	from := m.told.Attempts[0].Sent
	if from.IsZero() || !m.told.Answer.After(from) {
		return
	}
	earliest := from.Sub(slot)
	sooner := m.fate
	sooner.replies = slices.DeleteFunc(slices.Clone(m.replies), func(p reply) bool { return p.kind == reading.Answer })
	sooner.replies = append(sooner.replies, reply{
		kind: reading.Answer, at: earliest + time.Duration(r.Int64N(int64(m.told.Answer.Sub(from))+1)),
	})
	c := tell(sooner)
	m.compared["an earlier answer"]++
	got := m.of(sooner, c)
	switch {
	case got >= m.score-1e-9:
	case m.exempts(c):
	case math.IsNaN(got) && exempt(sooner, c) != "":
		m.exceptions[exempt(sooner, c)]++
	default:
		m.Errorf("scores %v, and %v with an earlier answer: %+v", m.score, got, sooner.replies)
	}
}

// opening holds that a chat which opens at the first try never scores less
// than one that is closed for a while or for good, whatever comes afterwards.
func (m *monotone) opening() {
	opened, closed := m.fate, false
	for i, tries := range m.tries {
		if ours := oursFirst(tries); len(ours) < len(tries) {
			opened.tries[i], closed = ours, true
		}
	}
	if !closed || math.IsNaN(m.score) {
		return
	}
	c := tell(opened)
	m.compared["with every company open"]++
	got := m.of(opened, c)
	switch {
	case got >= m.score-1e-9:
	case m.exempts(c):
	case c.Outcome == probes.Deflected:
		m.exceptions[elsewhere]++
	case math.IsNaN(got) && exempt(opened, c) != "":
		m.exceptions[exempt(opened, c)]++
	default:
		m.Errorf("scores %v, and %v with every company open: %s", m.score, got, c.Outcome)
	}
}

// exempts reports whether a life may score more than one that is better but for
// an exemption, and counts it: the better one's answer fell between its attempts,
// or an attempt of this one is excused beside another that was answered.
func (m *monotone) exempts(better probes.Contact) bool {
	switch {
	case m.told.Outcome != probes.Answered:
		return false
	case fellBetween(better):
		m.exceptions[between]++
	case m.excusedBeside():
		m.exceptions[beside]++
	default:
		return false
	}
	return true
}

// excusedBeside reports whether one of the attempts says nothing of the company.
func (m *monotone) excusedBeside() bool {
	return slices.ContainsFunc(m.told.Attempts, func(a probes.Attempt) bool {
		return a.Blame() == fault.Ours || a.Blame().Judges() && m.corroborated && !m.contested
	})
}

// strangers holds that reports of others than our own server change nothing,
// nor do its own once the company's side has written.
func (m *monotone) strangers() {
	m.same("without the reports of strangers", func(p reply) bool { return p.kind == reading.Bounce && !p.submission })
	m.same("without reports on letters that were taken", func(p reply) bool {
		return p.kind == reading.Bounce && p.attempt < len(m.told.Attempts) &&
			slices.ContainsFunc(m.told.Attempts[p.attempt].Readings, func(t probes.Reply) bool {
				ofServers := slices.Contains([]reading.Kind{reading.Bounce, reading.Delay, reading.Other}, t.Kind)
				return !ofServers && !t.At.After(slot.Add(p.at))
			})
	})
}

// same holds that a life is the same without some of its arrivals.
func (m *monotone) same(name string, these func(reply) bool) {
	if !slices.ContainsFunc(m.replies, these) {
		return
	}
	without := m.fate
	without.replies = slices.DeleteFunc(slices.Clone(m.replies), these)
	c := tell(without)
	m.compared[name]++
	if got := m.of(without, c); c.Outcome != m.told.Outcome || got != m.score && !(math.IsNaN(got) && math.IsNaN(m.score)) {
		m.Errorf("is %s and scores %v; %s %s and %v", m.told.Outcome, m.score, name, c.Outcome, got)
	}
}
