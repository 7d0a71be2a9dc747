package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// A Line is one event of a contact's history, told to a person.
type Line struct {
	At      time.Time        `json:"at"`            // by the clock that saw it first
	What    string           `json:"what"`          // one sentence, without what the company wrote
	Why     []string         `json:"why,omitempty"` // the signals of a reading, strongest first
	Hash    string           `json:"hash"`          // of the event
	Ref     string           `json:"ref,omitempty"` // digest of the evidence
	Kind    probes.EventKind `json:"kind"`
	Reading reading.Kind     `json:"-"` // of what was heard; empty: nothing was
}

// Describe returns a contact's history in the order in which it was written
// down, which is that of the chain.
func (p *Printer) Describe(history []probes.Event) []Line {
	var lines []Line
	for _, e := range history {
		line := Line{At: e.At, Kind: e.Kind, Hash: e.Hash, What: p.Sentence(e)}
		switch e.Kind {
		case probes.Intended:
			line.Ref = probes.Payload[probes.Intent](e).Words
		case probes.Heard, probes.Reread:
			j := probes.Payload[probes.Classification](e)
			line.Ref, line.Why, line.Reading = j.Evidence, p.Reasons(j.Because), j.Kind
		}
		lines = append(lines, line)
	}
	return lines
}

// Sentence says what an event was. Of a kind that is not known, as of a later
// version, it is the kind's name.
func (p *Printer) Sentence(e probes.Event) string {
	switch e.Kind {
	case probes.Planned:
		return p.planned(probes.Payload[probes.Plan](e), e.Attempt)
	case probes.Heard:
		return p.heard(probes.Payload[probes.Classification](e))
	case probes.Reread:
		return p.T("Read again, in the light of what came later: %s", p.reading(probes.Payload[probes.Classification](e)))
	case probes.Covered:
		return p.covered(probes.Payload[probes.Coverage](e))
	case probes.Held:
		return p.held(probes.Payload[probes.Suspension](e))
	case probes.Ruled:
		return p.ruled(probes.Payload[probes.Ruling](e))
	case probes.Amended:
		return p.amended(probes.Payload[probes.Amendment](e))
	case probes.Retracted:
		r := probes.Payload[probes.Retraction](e)
		return p.T("Event %d was taken back by %s, and does not count any more", r.Event, r.By)
	case probes.Noted:
		by := probes.Payload[probes.Reported](e)
		return p.T("Noted: %s", p.Tap(by.Report)) + p.reported(&by)
	case probes.Intended, probes.Sent, probes.Copied, probes.Prompted, probes.Closed:
		return p.ours(e)
	case probes.Corroborated:
		return p.corroborated(probes.Payload[probes.Corroboration](e))
	}
	f := probes.Payload[probes.Failure](e)
	return joined(p.failure(e.Kind)+p.fault(e.Kind, f.Fault), f.Reason) + p.reported(f.Reported)
}

// fault says whose fault it was that an opener was not taken.
func (p *Printer) fault(kind probes.EventKind, whose fault.Fault) string {
	if kind != probes.Deferred && kind != probes.Refused {
		return ""
	}
	switch whose {
	case fault.Ours:
		return p.T(", by our own fault")
	case fault.Policy:
		return p.T(", for spam, reputation or authentication")
	case fault.Address:
		return p.T(", because the address does not exist")
	case fault.Theirs:
		return p.T(", because the company's side did not take it")
	case fault.Unclear:
		return p.T(", and it is not said why")
	}
	return ""
}

// corroborated says how we know ourselves why we were refused.
func (p *Printer) corroborated(c probes.Corroboration) string {
	if c.By == probes.ByCopy {
		return p.T("We know ourselves why we were refused: our own copy fails %s", c.Check)
	}
	if c.By == probes.ByList {
		return p.T("We know ourselves why we were refused: our sender is on the block list %s", c.Check)
	}
	if c.By == probes.ByLine {
		return p.T("Most companies that were asked at that time were not found or not reached: it was our own line or name server")
	}
	return p.T("We know ourselves why we were refused: companies of two other centres refused us the same day")
}

// planned says of the first attempt what is asked, and of others when.
func (p *Printer) planned(plan probes.Plan, attempt int) string {
	if attempt > 1 {
		return p.T("To be asked again %s, as attempt %d of %d", p.Moment(plan.Slot), attempt, plan.Attempts)
	}
	text := p.T("Planned by %s for %s over %s", plan.Probe, p.Moment(plan.Slot), plan.Channel)
	if plan.Scenario != "" {
		text += p.T(", asking %q as %s", plan.Scenario, plan.Persona)
	}
	text += p.T("; %s to answer", p.Within(plan.Within))
	if plan.Replaces != "" {
		text += p.T("; in place of %s", plan.Replaces)
	}
	if plan.Moved != "" {
		text += p.T("; moved: %s", p.Moved(plan.Moved))
	}
	return text
}

// ours says what our own side did.
func (p *Printer) ours(e probes.Event) string {
	switch e.Kind {
	case probes.Intended:
		return p.intended(probes.Payload[probes.Intent](e))
	case probes.Sent:
		s := probes.Payload[probes.Sending](e)
		if s.Reported != nil {
			return p.T("Sent") + p.reported(s.Reported)
		}
		return joined(p.T("Taken by the channel's server"), s.Response)
	case probes.Copied:
		return joined(p.T("Found as a copy of our own: it has left"), probes.Payload[probes.Sending](e).Response)
	case probes.Prompted:
		return p.T("Shown to a person, who is to open it by %s", p.How(probes.Payload[probes.Prompting](e).How))
	}
	return p.T("About to say goodbye: %s", probes.Payload[probes.Closing](e).Words)
}

// intended says from where an opener is to leave, and as what.
func (p *Printer) intended(i probes.Intent) string {
	text := p.T("Made ready to send")
	if i.Adopted {
		text = p.T("Found to have left, by its own marks, and not to be in the ledger: taken in")
	}
	if i.Address != "" {
		text += p.T(" from %s", i.Address)
	}
	if i.ID != "" {
		text += p.T(" as %s", i.ID)
	}
	return text
}

// failure says how an opener did not leave, or that listening was lost.
func (p *Printer) failure(kind probes.EventKind) string {
	switch kind {
	case probes.Deferred:
		return p.T("Did not leave, and will be tried again")
	case probes.Refused:
		return p.T("Was refused and did not leave")
	case probes.Dropped:
		return p.T("Was not sent: its time had passed")
	case probes.Unsure:
		return p.T("May have left")
	case probes.Unsent:
		return p.T("Did not leave")
	case probes.Broken:
		return p.T("Listening was lost")
	}
	return string(kind)
}

// heard says what an arrival was read as.
func (p *Printer) heard(j probes.Classification) string {
	text := p.T("Heard: %s", p.reading(j))
	if j.Rule != "" && j.Reported == nil {
		text += p.T(", matched by %s", p.Rule(j.Rule))
	}
	if j.Responder != "" && j.Responder != channels.Unreadable {
		text += p.T(", of what the platform calls %s", string(j.Responder))
	}
	if j.Flagged != "" {
		text += p.T(", put aside in %s", j.Flagged)
	}
	return text + p.reported(j.Reported)
}

// reading names what an arrival was read as, and how surely.
func (p *Printer) reading(j probes.Classification) string {
	what := p.Kind(j.Kind)
	if j.Kind == reading.Bounce && j.Final {
		what = p.T("permanent bounce")
	}
	if j.Status != "" {
		what += " " + j.Status
	}
	if j.Doubtful {
		what += p.T(", doubtful")
	}
	return what
}

// covered says how far all had been heard.
func (p *Printer) covered(c probes.Coverage) string {
	if c.Reported != nil {
		return p.T("Nothing more had come") + p.reported(c.Reported)
	}
	text := p.T("Everything that arrived before %s had been read", p.Moment(c.Until))
	if c.Closed {
		text = p.T("Everything else that arrived before %s had been read; the company's own place could not be", p.Moment(c.Until))
	}
	if c.Alone {
		text += p.T("; no one of the company had come into the conversation")
	}
	if len(c.Letters) > 0 {
		text += p.T("; judging closed with %s unread that may be the answer", p.letters(c.Letters))
	}
	return text
}

// held says what a verdict waits for.
func (p *Printer) held(s probes.Suspension) string {
	switch s.For {
	case probes.HoldCopy:
		return p.T("No verdict yet: our own opener has not come home")
	case probes.HoldReview:
		return p.T("No verdict yet: %s may be the answer, and waits for a person", p.letters(s.Letters))
	}
	return p.T("No verdict yet")
}

// letters names letters.
func (p *Printer) letters(all []probes.Unopened) string {
	var names []string
	for _, l := range all {
		names = append(names, l.Arrival)
	}
	return strings.Join(names, ", ")
}

// ruled says how a contact ended.
func (p *Printer) ruled(r probes.Ruling) string {
	if r.Answer.IsZero() {
		return p.T("Ruled %s", p.Outcome(r.Outcome))
	}
	return p.T("Ruled %s after %s", p.Outcome(r.Outcome), p.Wait(time.Duration(r.Wait*float64(time.Second))))
}

// amended says what a person has corrected.
func (p *Printer) amended(a probes.Amendment) string {
	switch {
	case a.Linked:
		return p.T("Arrival %s linked to this contact, as %s, by %s: %s", a.Arrival, p.Kind(a.Kind), a.By, a.Reason)
	case a.Arrival != "":
		return p.T("Arrival %s read as %s by %s: %s", a.Arrival, p.Kind(a.Kind), a.By, a.Reason)
	}
	if !a.Answered.IsZero() {
		return p.T("Amended to %s, with an answer %s, by %s: %s", p.Outcome(a.Outcome), p.Moment(a.Answered), a.By, a.Reason)
	}
	return p.T("Amended to %s by %s: %s", p.Outcome(a.Outcome), a.By, a.Reason)
}

// reported says that a person reported it, and who; nothing if none did.
func (p *Printer) reported(by *probes.Reported) string {
	switch {
	case by == nil:
		return ""
	case by.By == "" && by.Received.IsZero():
		return p.T(", as a person tapped")
	case by.By == "":
		return p.T(", as a person tapped; we were told %s", p.Moment(by.Received))
	case by.Received.IsZero():
		return p.T(", as %s tapped", by.By)
	}
	return p.T(", as %s tapped; we were told %s", by.By, p.Moment(by.Received))
}

// joined puts a server's or a person's words behind a sentence, if there are
// any.
func joined(what, words string) string {
	if words == "" {
		return what
	}
	return what + ": " + words
}

// Reasons writes the signals of a reading, strongest first, with the words that
// they saw.
func (p *Printer) Reasons(because []reading.Reason) []string {
	var why []string
	for _, r := range because {
		saw := r.Saw
		if kind, rest, opinion := strings.Cut(saw, ", "); opinion && slices.Contains(reading.Kinds(), reading.Kind(kind)) {
			saw = p.Kind(reading.Kind(kind)) + ", " + rest // what one of the readers that have learnt takes it for
		}
		why = append(why, fmt.Sprintf("%s (%+d): %s", p.Signal(r.Signal), r.Weight, saw))
	}
	return why
}

// ReasonsOf writes why an arrival was last read as it was; nil if the history
// does not hold it.
func (p *Printer) ReasonsOf(history []probes.Event, arrival string) (why []string) {
	for _, e := range history {
		if e.Kind != probes.Heard && e.Kind != probes.Reread {
			continue
		}
		if j := probes.Payload[probes.Classification](e); j.Arrival == arrival {
			why = p.Reasons(j.Because)
		}
	}
	return why
}
