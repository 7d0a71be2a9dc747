package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/svartid/svartid/probes"
)

// A textWriter writes sections of rows, with the times of one zone.
type textWriter struct {
	out  io.Writer
	zone *time.Location
	Style
}

// head begins a section.
func (t textWriter) head(format string, args ...any) {
	fmt.Fprintf(t.out, "\n"+format+"\n", args...)
}

// row writes one thing that is known under its name. Of several lines, the
// later ones stand below the first.
func (t textWriter) row(name, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i > 0 {
			name = ""
		}
		fmt.Fprintln(t.out, strings.TrimRight(fmt.Sprintf("  %-12s  %s", name, printable(line)), " "))
	}
}

// at writes an instant with its zone.
func (t textWriter) at(at time.Time) string {
	return at.In(t.zone).Format("Mon 2006-01-02 15:04:05.999999 MST")
}

// printable leaves out of a line what would steer a terminal.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, line)
}

// A Style says what a text for a person holds.
type Style struct {
	Words bool // what was answered too, word for word, with the names that are in it
}

// Print tells the history to a person. What out fails with is lost: give it a
// writer that keeps its error.
func (x *Explanation) Print(out io.Writer, style Style) {
	t, c := textWriter{out, x.account.Zone, style}, x.Contact
	fmt.Fprintf(t.out, "contact %s: %s, class %s, over %s\n", c.ID, x.companyName(), c.Plan.Class, c.Plan.Channel)
	t.row("outcome", "%s", c.Outcome)
	if x.Zero != "" {
		t.row("counts as", "unanswered, because %s", x.Zero)
	}
	x.hangs(t)
	if !c.Answer.IsZero() {
		t.row("wait", "%s by the calendar, %s of opening time", hms(c.Wait), hms(c.OpenWait))
	}
	t.row("score", "%s", x.scored())
	t.row("proof", "chain of %d events %s", len(x.Events), x.Chain)
	if x.Worded > 0 {
		t.row("", "%d of them hold words, as an earlier version recorded them: they cannot be erased", x.Worded)
	}
	t.row("rules", "%s", x.Rules)
	x.cell(t)
	for _, a := range c.Attempts {
		x.attempt(t, a)
	}
	x.deadlines(t)
	x.waits(t)
	x.ruled(t)
	x.amendments(t)
	x.events(t)
}

// hangs writes what a person has to look at for the outcome to stand, or what the
// verdict waits for.
func (x *Explanation) hangs(t textWriter) {
	c := x.Contact
	if c.Provisional {
		t.row("provisional", "a person's look settles it")
	}
	switch c.Held {
	case probes.HoldBlind:
		t.row("waits for", "all that arrived before the deadline to be read")
	case probes.HoldCopy:
		t.row("waits for", "our own opener to come home")
	}
	for _, l := range c.Letters {
		t.row("hangs on", "arrival %s of %s, which may be the answer and is unread", l.Arrival, t.at(l.At))
	}
}

// companyName is what the company is called, with its id.
func (x *Explanation) companyName() string {
	id := x.Contact.Plan.Company
	if x.company.Name == "" || x.company.Name == id {
		return id
	}
	return x.company.Name + " (" + id + ")"
}

// cell writes where in the plan the contact is.
func (x *Explanation) cell(t textWriter) {
	p := x.Contact.Plan
	t.head("Plan")
	slot := p.Slot.In(t.zone)
	t.row("cell", "%s, %s, between %02d and %02d o'clock; probe %s, round of %s",
		p.Channel, slot.Weekday(), slot.Hour(), slot.Hour()+1, p.Probe, t.at(p.Round))
	t.row("asks", "%s, as %s", p.Scenario, p.Persona)
	t.row("due", "%s", t.at(p.Slot))
	switch {
	case p.Attempts > 1 && p.Second.IsZero():
		t.row("again", "on another day, if it must be: %d attempts at most", p.Attempts)
	case p.Attempts > 1:
		t.row("again", "%s, if it must be: %d attempts at most", t.at(p.Second), p.Attempts)
	}
	if p.Moved != "" {
		t.row("moved", "%s", p.Moved)
	}
	if p.Replaces != "" {
		t.row("replaces", "contact %s, in its cell of the plan", p.Replaces)
	}
	if x.ReplacedBy != "" {
		t.row("replaced by", "contact %s", x.ReplacedBy)
	}
	if x.Drawn != nil {
		since := "which the ledger does not know"
		if !x.Drawn.Since.IsZero() {
			since = "followed from " + t.at(x.Drawn.Since)
		}
		t.row("drawn", "plan %s, %s", x.Drawn.Digest, since)
	}
}

// attempt writes what was asked, and what came.
func (x *Explanation) attempt(t textWriter, a probes.Attempt) {
	t.head("Attempt %d", a.Number)
	x.sent(t, a)
	for _, heard := range x.arrivals {
		if heard.attempt == a.Number {
			x.heard(t, heard)
		}
	}
	for _, e := range x.told {
		if e.Attempt != a.Number {
			continue
		}
		switch e.Kind {
		case probes.Covered:
			x.covered(t, probes.Payload[probes.Coverage](e))
		case probes.Broken:
			f := probes.Payload[probes.Failure](e)
			t.row("unheard", "from %s%s: %s", t.at(e.At), map[bool]string{false: " to " + t.at(f.Until)}[f.Until.IsZero()], f.Reason)
		}
	}
}

// sent writes the opener, and how it is known to have left.
func (x *Explanation) sent(t textWriter, a probes.Attempt) {
	if a.Sent.IsZero() {
		t.row("state", "%s; due %s", a.State, t.at(a.Due))
	} else {
		t.row("sent", "%s%s, %s", t.at(a.Sent), off(a.Receipt.Precision), x.seen(a))
	}
	if a.Failure.Reason != "" {
		t.row("failure", "%s", a.Failure.Reason)
	}
	if a.Failure.Reached != "" {
		t.row("reached", "meanwhile others answered us: %s", a.Failure.Reached)
	}
	if a.Receipt.Response != "" {
		t.row("receipt", "%s", a.Receipt.Response)
	}
	for _, digest := range []string{a.Receipt.Picture, a.Failure.Picture} {
		if digest != "" {
			x.evidence(t, "screen", digest)
		}
	}
	if a.Intent.Words == "" {
		return
	}
	if o, kept := x.openings[a.Intent.Words]; kept {
		t.row("to", "%s, from %s as %s", o.Reach, first(o.Address, o.Persona.Address, o.Persona.Name), first(o.ID, o.Token))
		if o.Subject != "" {
			t.row("subject", "%s", o.Subject)
		}
		t.row("text", "%s", o.Body)
	}
	x.evidence(t, "evidence", a.Intent.Words)
}

// seen says whose clock saw an opener leave.
func (x *Explanation) seen(a probes.Attempt) string {
	for _, e := range x.told {
		switch {
		case e.Attempt != a.Number || !e.At.Equal(a.Sent):
		case e.Kind == probes.Sent && a.Receipt.Reported != nil:
			return "as a person tapped"
		case e.Kind == probes.Sent:
			return "when the channel's server took it, by whose clock all is counted"
		case e.Kind == probes.Copied:
			return "when our own copy of it arrived"
		}
	}
	return "when it was made ready: what came because of it proves that it left"
}

// evidence writes a digest, and whether what it is of is still kept.
func (x *Explanation) evidence(t textWriter, of, digest string) {
	kept := "kept"
	if !x.kept[digest] {
		kept = "erased: the words are gone, their digest stays"
	}
	t.row(of, "SHA-256 %s (%s)", digest, kept)
}

// off says how far a time may be from the truth.
func off(by time.Duration) string {
	if by == 0 {
		return ""
	}
	return fmt.Sprintf(" (to within %s)", by)
}

// first returns the first of some texts that says anything.
func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return "-"
}

// Counted writes a number with its noun in English, such as "1 contact".
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
