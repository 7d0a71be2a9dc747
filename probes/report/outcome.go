package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/naming"
)

// ruled writes what became of the contact, and what that is worth.
func (x *Explanation) ruled(t textWriter) {
	c := x.Contact
	t.head("Outcome")
	t.row(string(c.Outcome), "%s", x.Why)
	if !c.Ack.IsZero() {
		t.row("confirmed", "automatically after %s, which neither stops the clock nor counts", hms(c.AckWait))
	}
	if _, wait, wrote := c.Person(); wrote && !c.SelfReported {
		t.row("a person", "first wrote after %s, whether or not that dealt with the matter", hms(wait))
	}
	if wrote, says := c.Machine(); wrote {
		t.row("a machine", "wrote, and %s", map[bool]string{true: "has said what it is", false: "has not said what it is"}[says])
	}
	if c.Centre != "" {
		t.row("answered by", "centre %s", c.Centre)
	}
	if c.LastAnswer.After(c.Answer) {
		t.row("last answer", "%s; the first in time counts", t.at(c.LastAnswer))
	}
	if x.Zero != "" {
		t.row("counts as", "unanswered in the standings, because %s", x.Zero)
	} else {
		t.row("clock", "%s", x.clock())
	}
	t.row("score", "%s", x.scored())
	if x.Waiting {
		t.row("", "as before what was amended, which would change the winner: %s", SecondPerson(x.Lone))
	}
	if x.Score != nil && x.Score.Score.Known() && x.Zero == "" {
		t.row("", "%s", x.Score.sum())
	}
}

// SecondPerson says whom an amendment waits for that changes a winner: it takes two people
// who say the same. Those who have said something alone are given; none: it was erased.
func SecondPerson(lone []string) string {
	if len(lone) == 0 {
		return "it takes two people, and who has said it is not known any more: two others have to say it"
	}
	if len(lone) > 1 {
		return fmt.Sprintf("it takes two people who say the same, and %s have each said something alone", strings.Join(lone, " and "))
	}
	return fmt.Sprintf("it takes two people, %s, who has said so alone, and a second person who is not %s", lone[0], lone[0])
}

// clock says which of the two counts, and why.
func (x *Explanation) clock() string {
	switch {
	case x.Score == nil:
		return "none counts yet"
	case x.Score.Clock == fairness.OpeningTime:
		return "opening time counts, because the promise is in working days; the hours are the same for every company"
	case x.account.Within.WorkingDays > 0:
		return "calendar time counts: there is no opening time to the deadline"
	}
	return "calendar time counts, because the promise is in real time"
}

// scored says what the contact gives the company.
func (x *Explanation) scored() string {
	switch {
	case x.selfReported:
		return "none: the company itself says how it went, which is shown and never ranked"
	case x.Score == nil:
		return "none yet: nothing has been put to the company"
	case x.Score.Score.Known():
		return fmt.Sprintf("%.4f of 1, by %s", float64(x.Score.Score), x.Score.Policy)
	case x.Score.State == fairness.Pending, x.Score.State == fairness.BrokenOff:
		return fmt.Sprintf("not decided: silence is proven for %s of %s", seconds(x.Score.Wait), seconds(x.Score.Promise))
	}
	return fmt.Sprintf("none: by %s a contact that is %s does not count", x.Score.Policy, x.Score.State)
}

// sum writes the arithmetic of the score.
func (w Worth) sum() string {
	share := fmt.Sprintf("wait ÷ promise = %s s ÷ %s s = %.4f", number(w.Wait), number(w.Promise), w.Share)
	switch {
	case w.State != fairness.Answered:
		return fmt.Sprintf("0: a person's answer in time scores, and this is %s", w.State)
	case w.Policy == fairness.WithinThird:
		return share + "; 1 if that is a third at most, else 0"
	case w.Policy == fairness.ReachGate:
		return "1 towards the share that must be answered; above it speed counts: " + share
	case w.Policy == fairness.Award:
		return fmt.Sprintf("0.95 + 0.05 × (1 - wait ÷ promise); %s", share)
	}
	return fmt.Sprintf("1 - wait ÷ promise; %s", share)
}

// number writes seconds with as many decimals as there are.
func number(seconds float64) string { return strconv.FormatFloat(seconds, 'f', -1, 64) }

// seconds writes so many of them as a length of time.
func seconds(s float64) string { return hms(time.Duration(math.Round(s*1e6)) * time.Microsecond) }

// amendments writes what people have corrected.
func (x *Explanation) amendments(t textWriter) {
	for _, e := range x.told {
		if e.Kind != probes.Amended {
			continue
		}
		a := probes.Payload[probes.Amendment](e)
		t.head("Amended at %s by %s", t.at(e.At), a.By)
		switch {
		case a.Linked:
			t.row("linked", "arrival %s belongs to this contact, and is %s", a.Arrival, a.Kind)
		case a.Arrival != "":
			t.row("read", "arrival %s is %s", a.Arrival, a.Kind)
		default:
			t.row("outcome", "%s", a.Outcome)
		}
		t.row("reason", "%s", a.Reason)
		if x.Waiting && slices.ContainsFunc(x.Lone, func(by string) bool { return naming.Same(by, a.By) }) {
			t.row("counts", "not yet: it waits for a second person who is not %s", a.By)
		}
	}
}

// events writes the chain, link by link.
func (x *Explanation) events(t textWriter) {
	t.head("Events, each with a SHA-256 over all that it holds and that of the one before: the chain %s", x.Chain)
	for i, e := range x.told {
		t.row(fmt.Sprint(e.Seq), "%s  %s", t.at(e.At), x.History[i].What)
		t.row("", "%s", e.Hash)
	}
}
