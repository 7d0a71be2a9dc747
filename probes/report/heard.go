package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// heard writes an arrival: when it came, what it was read as, and why.
func (x *Explanation) heard(t textWriter, a arrival) {
	what := string(a.Kind)
	if a.Final {
		what = "permanent " + what
	}
	if a.Status != "" {
		what += " " + a.Status
	}
	if a.Doubtful {
		what += ", doubtful"
	}
	counts := ""
	if x.counts(a) {
		counts = "; this is the answer that counts"
	}
	t.row("heard", "%s: %s%s", t.at(a.Times.Arrived), what, counts)
	if said, by := x.overruled(a); by != "" {
		t.row("", "a person reads it as %s: %s", said, by)
	}
	if a.Reported != nil {
		t.row("", "known by a person's tap alone")
		return
	}
	t.row("", "matched by %s", x.matched(a.Rule))
	for _, why := range a.Because {
		saw := why.Saw
		if !t.Words {
			saw = x.redactor.HideReason(why, x.names)
		}
		t.row("", "%+d %s%s", why.Weight, why.Signal, quoted(saw))
	}
	x.clocks(t, a)
	t.row("", "arrival %s%s", a.Arrival, in(a.Flagged))
	x.evidence(t, "evidence", a.Evidence)
	if t.Words {
		t.row("words", "%s", a.said())
	}
}

// counts reports whether an arrival is the answer that the wait ends with.
func (x *Explanation) counts(a arrival) bool {
	kind, _ := x.overruled(a)
	return !x.Contact.Answer.IsZero() && a.Times.Arrived.Equal(x.Contact.Answer) && kind != reading.Acknowledgement
}

// overruled returns what an arrival is and, if a person has said so, why.
func (x *Explanation) overruled(a arrival) (kind reading.Kind, by string) {
	kind = a.Kind
	for _, e := range probes.InForce(x.told) {
		if e.Kind != probes.Amended || a.Arrival == "" {
			continue
		}
		if said := probes.Payload[probes.Amendment](e); said.Arrival == a.Arrival && said.Kind != "" {
			kind, by = said.Kind, said.Reason
		}
	}
	return kind, by
}

// clocks writes when an arrival came, by each clock that saw it.
func (x *Explanation) clocks(t textWriter, a arrival) {
	times := a.Times
	for _, clock := range []struct {
		name string
		at   time.Time
	}{
		{"counts: when the customer could have it" + off(times.Precision), times.Arrived},
		{"the mailbox's or the platform's", times.Server},
		{"the newest relay's that we trust", times.Hop},
		{"the sender's claim", times.Sender},
		{"when we noticed", times.Noticed},
	} {
		if !clock.at.IsZero() {
			t.row("", "%-31s %s", t.at(clock.at), clock.name)
		}
	}
}

// said returns the words of an arrival, without what it quotes.
func (a arrival) said() string {
	if !a.heard.Kept {
		return "(erased)"
	}
	return a.heard.Text()
}

// matched says by which rule an arrival was tied to the attempt, and how
// strong that is.
func (x *Explanation) matched(rule match.Rule) string {
	rules := []match.Rule{"platform", match.ByCopy, match.ByAddress, match.ByThread, match.ByReport, match.ByReference}
	i := slices.Index(rules, rule)
	if i < 0 {
		return x.printer.Rule(rule)
	}
	return fmt.Sprintf("%s (%s, rule %d of %d, the surest first)", x.printer.Rule(rule), rule, i+1, len(rules))
}

// covered writes the proof that nothing more had come.
func (x *Explanation) covered(t textWriter, c probes.Coverage) {
	if c.Reported != nil {
		t.row("silence", "nothing more had come, as a person tapped")
		return
	}
	var sources []string
	for _, m := range c.Sources {
		sources = append(sources, fmt.Sprintf("%s to %s", m.Source, t.at(m.Until)))
	}
	if c.Closed {
		t.row("silence", "the company's own place could not be read any more after it had taken the opener, while others could: the clock runs on")
		return
	}
	t.row("silence", "proven: all that arrived before %s had been read (%s)", t.at(c.Until), strings.Join(sources, ", "))
	if c.Alone {
		t.row("", "no one of the company had come into the conversation by then")
	}
}

func quoted(saw string) string {
	if saw == "" {
		return ""
	}
	return fmt.Sprintf(": %q", saw)
}

func in(folder string) string {
	if folder == "" {
		return ""
	}
	return ", put aside in " + folder
}
