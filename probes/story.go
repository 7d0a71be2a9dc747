package probes

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading"
)

// A Line is one event of a contact's story, told to a person.
type Line struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`          // one sentence, without personal content
	Why  []string  `json:"why,omitempty"` // the signals of a reading, strongest first
	Hash string    `json:"hash"`          // of the event
	Ref  string    `json:"ref,omitempty"` // digest of the evidence
	Kind EventKind `json:"kind"`
}

// Tell returns a contact's story in the order in which it was written down,
// which is that of the chain. Times are of whoever saw it first.
func Tell(story []Event) []Line {
	var lines []Line
	for _, e := range story {
		line := Line{At: e.At, Kind: e.Kind, Hash: e.Hash, What: sentence(e)}
		switch e.Kind {
		case Intended:
			line.Ref = Payload[Intent](e).Words
		case Heard:
			j := Payload[Classification](e)
			line.Ref, line.Why = j.Evidence, because(j)
		}
		lines = append(lines, line)
	}
	return lines
}

// sentence says what an event was.
func sentence(e Event) string {
	switch e.Kind {
	case Planned:
		p := Payload[Plan](e)
		return plannedSentence(p, e.Attempt)
	case Intended:
		i := Payload[Intent](e)
		return fmt.Sprintf("made ready to send as %s from %s", i.ID, i.Address)
	case Sent:
		s := Payload[Sending](e)
		if s.Reported != nil {
			return "sent" + s.Reported.aside()
		}
		return said("taken by the channel's server", s.Response)
	case Copied:
		return said("found as a copy of our own: it has left", Payload[Sending](e).Response)
	case Heard:
		return heardSentence(Payload[Classification](e))
	case Covered:
		c := Payload[Coverage](e)
		if c.Reported != nil {
			return "nothing more had come" + c.Reported.aside()
		}
		return fmt.Sprintf("everything that arrived before %s had been read", stamp(c.Until))
	case Ruled:
		return ruledSentence(Payload[Ruling](e))
	case Amended:
		return amendedSentence(Payload[Amendment](e))
	}
	if text := personSentence(e); text != "" {
		return text
	}
	return said(failureSentence(e.Kind), Payload[Failure](e).Reason)
}

// personSentence says what a person did, or was asked to do; "" of all else.
func personSentence(e Event) string {
	switch e.Kind {
	case Prompted:
		return "shown to a person, who is to open it by " + Payload[Prompting](e).How
	case Noted:
		t := Payload[Reported](e)
		return string(t.Report) + t.aside()
	case Closed:
		return "about to say goodbye: " + Payload[Closing](e).Words
	}
	return ""
}

// plannedSentence says of the first attempt what is asked, and of others when.
func plannedSentence(p Plan, attempt int) string {
	if attempt > 1 {
		return fmt.Sprintf("to be asked again at %s, attempt %d of %d", stamp(p.Slot), attempt, p.Attempts)
	}
	text := fmt.Sprintf("planned by %s for %s on %s, asking %q as %s; %s to answer",
		p.Probe, stamp(p.Slot), p.Channel, p.Scenario, p.Persona, p.Within)
	if p.Replaces != "" {
		text += "; in place of " + p.Replaces
	}
	if p.Moved != "" {
		text += "; moved: " + p.Moved
	}
	return text
}

func amendedSentence(a Amendment) string {
	switch {
	case a.Linked:
		return fmt.Sprintf("linked %s to this contact, as %s, by %s: %s", a.Arrival, a.Kind, a.By, a.Reason)
	case a.Arrival != "":
		return fmt.Sprintf("%s read as %s by %s: %s", a.Arrival, a.Kind, a.By, a.Reason)
	}
	return fmt.Sprintf("amended to %s by %s: %s", a.Outcome, a.By, a.Reason)
}

// aside says that a person reported it, and who.
func (t Reported) aside() string {
	if t.By == "" {
		return ", as a person tapped"
	}
	return ", as " + t.By + " tapped"
}

func failureSentence(kind EventKind) string {
	switch kind {
	case Deferred:
		return "did not leave, and will be tried again"
	case Refused:
		return "was refused and did not leave"
	case Dropped:
		return "was not sent: its time had passed"
	case Unsure:
		return "may have left"
	case Unsent:
		return "did not leave"
	case Broken:
		return "listening was lost"
	}
	return string(kind)
}

func heardSentence(j Classification) string {
	what := string(j.Kind)
	if j.Kind == reading.Bounce && j.Final {
		what = "permanent bounce"
	}
	if j.Status != "" {
		what += " " + j.Status
	}
	if j.Doubtful {
		what += ", doubtful"
	}
	if j.Reported != nil {
		return fmt.Sprintf("heard %s %s%s", article(what), what, j.Reported.aside())
	}
	if j.Responder != "" {
		what += ", of a responder that the platform calls " + string(j.Responder)
	}
	return fmt.Sprintf("heard %s %s (by %s)%s", article(what), what, j.Rule, aside(j.Flagged))
}

func ruledSentence(r Ruling) string {
	if r.Answer.IsZero() {
		return "ruled " + string(r.Outcome)
	}
	wait := time.Duration(r.Wait * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("ruled %s after %v", r.Outcome, wait)
}

// because tells the signals of a reading.
func because(j Classification) []string {
	var why []string
	for _, r := range j.Because {
		why = append(why, fmt.Sprintf("%s (%+d): %s", r.Signal, r.Weight, r.Saw))
	}
	return why
}

func said(what, words string) string {
	if words == "" {
		return what
	}
	return what + ": " + words
}

func aside(folder string) string {
	if folder == "" {
		return ""
	}
	return ", put aside in " + folder
}

func article(word string) string {
	if strings.ContainsAny(word[:min(1, len(word))], "aeiou") {
		return "an"
	}
	return "a"
}

// ByRecency orders contacts by slot, newest first, then by id.
func ByRecency(a, b Contact) int {
	return cmp.Or(b.Plan.Slot.Compare(a.Plan.Slot), cmp.Compare(a.ID, b.ID))
}
