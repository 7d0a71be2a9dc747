package board

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// decoded returns the payload of an event. What cannot be read, as of an event
// of a later version, says nothing.
func decoded[T any](e probes.Event) T {
	var v T
	if err := json.Unmarshal(e.Data, &v); err != nil {
		var zero T
		return zero
	}
	return v
}

// sentence tells what an event was, in the reader's language.
func (t *tongue) sentence(e probes.Event) string {
	switch e.Kind {
	case probes.Planned:
		return t.planned(decoded[probes.Plan](e), e.Attempt)
	case probes.Heard:
		return t.heard(decoded[probes.Classification](e))
	case probes.Covered:
		c := decoded[probes.Coverage](e)
		if c.Reported != nil {
			return t.T("Nothing more had come") + t.tapped(c.Reported)
		}
		return t.T("Everything that arrived before %s had been read", t.moment(c.Until))
	case probes.Ruled:
		return t.ruled(decoded[probes.Ruling](e))
	case probes.Amended:
		return t.amended(decoded[probes.Amendment](e))
	case probes.Noted:
		by := decoded[probes.Reported](e)
		return t.T("Noted: %s", t.tap(by.Report)) + t.tapped(&by)
	case probes.Intended, probes.Sent, probes.Copied, probes.Prompted, probes.Closed:
		return t.left(e)
	}
	f := decoded[probes.Failure](e)
	return said(t.failure(e.Kind), f.Reason) + t.tapped(f.Reported)
}

// planned says of the first attempt what is asked, and of others when.
func (t *tongue) planned(p probes.Plan, attempt int) string {
	if attempt > 1 {
		return t.T("To be asked again %s, as attempt %d of %d", t.moment(p.Slot), attempt, p.Attempts)
	}
	text := t.T("Planned by %s for %s over %s; %s to answer", p.Probe, t.moment(p.Slot), p.Channel, p.Within)
	if p.Replaces != "" {
		text += t.T("; in place of %s", p.Replaces)
	}
	if p.Moved != "" {
		text += t.T("; moved: %s", p.Moved)
	}
	return text
}

// left says what our own side did.
func (t *tongue) left(e probes.Event) string {
	switch e.Kind {
	case probes.Intended:
		i := decoded[probes.Intent](e)
		if i.Address == "" {
			return t.T("Made ready to send")
		}
		return t.T("Made ready to send from %s", i.Address)
	case probes.Sent:
		s := decoded[probes.Sending](e)
		if s.Reported != nil {
			return t.T("Sent") + t.tapped(s.Reported)
		}
		return said(t.T("Taken by the channel's server"), s.Response)
	case probes.Copied:
		return t.T("Found as a copy of our own: it has left")
	case probes.Prompted:
		return t.T("Shown to a person, who is to open it by %s", t.T("how: "+decoded[probes.Prompting](e).How))
	}
	return t.T("About to say goodbye: %s", decoded[probes.Closing](e).Words)
}

func (t *tongue) failure(kind probes.EventKind) string {
	switch kind {
	case probes.Deferred:
		return t.T("Did not leave, and will be tried again")
	case probes.Refused:
		return t.T("Was refused and did not leave")
	case probes.Dropped:
		return t.T("Was not sent: its time had passed")
	case probes.Unsure:
		return t.T("May have left")
	case probes.Unsent:
		return t.T("Did not leave")
	case probes.Broken:
		return t.T("Listening was lost")
	}
	return string(kind)
}

func (t *tongue) heard(j probes.Classification) string {
	what := t.kind(j.Kind)
	if j.Kind == reading.Bounce && j.Final {
		what = t.T("permanent bounce")
	}
	if j.Status != "" {
		what += " " + j.Status
	}
	if j.Doubtful {
		what += t.T(", doubtful")
	}
	text := t.T("Heard: %s", what)
	if j.Responder != "" {
		text += t.T(", of what the platform calls %s", string(j.Responder))
	}
	if j.Flagged != "" {
		text += t.T(", put aside in %s", j.Flagged)
	}
	return text + t.tapped(j.Reported)
}

func (t *tongue) ruled(r probes.Ruling) string {
	if r.Answer.IsZero() {
		return t.T("Ruled %s", t.outcome(r.Outcome))
	}
	return t.T("Ruled %s after %s", t.outcome(r.Outcome), t.wait(time.Duration(r.Wait*float64(time.Second))))
}

func (t *tongue) amended(a probes.Amendment) string {
	switch {
	case a.Linked:
		return t.T("Linked to this contact, as %s, by %s: %s", t.kind(a.Kind), a.By, a.Reason)
	case a.Arrival != "":
		return t.T("Read as %s by %s: %s", t.kind(a.Kind), a.By, a.Reason)
	}
	return t.T("Amended to %s by %s: %s", t.outcome(a.Outcome), a.By, a.Reason)
}

// tapped says that a person reported it, and who; nothing if none did.
func (t *tongue) tapped(by *probes.Reported) string {
	switch {
	case by == nil:
		return ""
	case by.By == "":
		return t.T(", as a person tapped")
	}
	return t.T(", as %s tapped", by.By)
}

func said(what, words string) string {
	if words == "" {
		return what
	}
	return what + ": " + words
}

// because tells the signals of a reading, strongest first.
func because(reasons []reading.Reason) []string {
	var why []string
	for _, r := range reasons {
		why = append(why, fmt.Sprintf("%s (%+d): %s", r.Signal, r.Weight, r.Saw))
	}
	return why
}
