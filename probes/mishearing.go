package probes

import (
	"fmt"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// The rules by which an arrival is matched that are none of the reader's.
const (
	RuleCopy     = match.Rule("copy")     // our own opener, received as its blind copy
	RuleCanary   = match.Rule("canary")   // a canary of ours, or what answers it: no company's
	RuleTrial    = match.Rule("trial")    // a trial of ours, or what answers it: no company's
	RulePlatform = match.Rule("platform") // the platform itself names the conversation
	RuleGuess    = match.Rule("guess")    // too weak to act on
)

// A Mishearing is an arrival that is not as the events of its contact say.
type Mishearing struct {
	Arrival string // its key and, if it is there, its channel
	What    string
}

// Misheard holds the arrivals that belong to a contact against its story, with
// the words that [Reveal] puts back: each
// Heard event against its arrival and back, copies of the opener, and what a
// person has said. What an event does not repeat of its arrival (who sent it,
// its media and names, what it sounds like) cannot be told so.
func Misheard(story []Event, arrivals []StoredArrival) (all []Mishearing) {
	left := slices.Clone(arrivals)
	story = InForce(story)
	for _, e := range story {
		if e.Kind != Heard {
			continue
		}
		j := Payload[Classification](e)
		if j.Reported != nil || j.Merged {
			continue // there is no arrival, or it is another contact's
		}
		i := slices.IndexFunc(left, func(h StoredArrival) bool { return !h.Copy && h.Arrival.Key == j.Arrival })
		if i < 0 {
			all = append(all, Mishearing{j.Arrival, fmt.Sprintf("is missing, and event %d of contact %s has heard it", e.Seq, e.Contact)})
			continue
		}
		j.Doubtful = lastDoubt(story, j)
		if what := left[i].unlike(e, j); what != "" {
			all = append(all, Mishearing{left[i].name(), what})
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, h := range left {
		if what := h.uncopied(story); what != "" {
			all = append(all, Mishearing{h.name(), what})
		}
	}
	for _, h := range arrivals {
		if !sameVerdict(h.Verdict, LastVerdict(story, h.Arrival.Key)) {
			all = append(all, Mishearing{h.name(), "its verdict is not what a person's amendment says"})
		}
	}
	return all
}

// lastDoubt reports whether an arrival is doubtful, as it was last read.
func lastDoubt(story []Event, heard Classification) bool {
	doubt := heard.Doubtful
	for _, e := range story {
		if e.Kind != Reread {
			continue
		}
		if j := Payload[Classification](e); j.Arrival == heard.Arrival {
			doubt = j.Doubtful
		}
	}
	return doubt
}

// name names an arrival in what does not hold.
func (h StoredArrival) name() string { return h.Arrival.Key + " on " + h.Channel }

// unlike says in what an arrival is not as the event that has heard it says; ""
// if it is. The kind as which it was counted may be another where it could be
// matched later, by the platform's names or by a person: then it was read again.
func (h StoredArrival) unlike(e Event, j Classification) string {
	again := h.Rule == RulePlatform || h.Rule == RulePerson
	for _, c := range []struct {
		column string
		differ bool
	}{
		{"attempt", h.Attempt != e.Attempt},
		{"rule", h.Rule != j.Rule},
		{"digest", h.Digest != j.Evidence},
		{"words", h.Words != j.Words},
		{"flagged", h.Arrival.Flagged != j.Flagged},
		{"times", !sameTimes(h.Arrival.Times, j.Times) || h.Arrival.Times.Arrived.UnixMicro() != e.At.UnixMicro()},
		{"kind", !again && h.Kind != j.Kind},
		{"doubtful", h.Doubtful != j.Doubtful},
		{"centre", h.Centre != claimedCentre(h.Rule, j)},
		{"platform", h.Arrival.Responder != j.Responder || h.Arrival.SelfReported != j.SelfReported ||
			h.Arrival.Submission != j.Submission},
	} {
		if c.differ {
			return fmt.Sprintf("%s is not as event %d of contact %s has heard it", c.column, e.Seq, e.Contact)
		}
	}
	return ""
}

// claimedCentre returns which centre an arrival is of, as an event says: of one that
// a person linked, none.
func claimedCentre(rule match.Rule, j Classification) string {
	if rule == RulePerson {
		return ""
	}
	return j.Centre
}

// uncopied says what does not hold of an arrival that no Heard event tells of:
// it must be a copy of the opener, with an event of that.
func (h StoredArrival) uncopied(story []Event) string {
	if !h.Copy {
		return fmt.Sprintf("no event of contact %s has heard it", h.Contact)
	}
	for _, e := range story {
		if e.Kind != Copied || e.Attempt != h.Attempt || e.At.UnixMicro() != h.Arrival.Times.Arrived.UnixMicro() {
			continue
		}
		s := Payload[Sending](e)
		if Digested(s.ID) == Digested(h.Arrival.Key) && seenIn(s.Response, h.Source) && s.Precision == h.Arrival.Times.Precision {
			return ""
		}
	}
	return fmt.Sprintf("no event of contact %s tells of this copy of its opener", h.Contact)
}

// seenIn reports whether a response is what we say of a copy in a source, or what the first
// versions said.
func seenIn(response, source string) bool {
	return response == SeenIn(source) || response == "blind copy in "+source
}

// SeenIn is what Copied says of a copy that was heard in a source.
func SeenIn(source string) string { return "our own opener, seen in " + source }

// LastVerdict returns what a person has last said of an arrival, by the events of its
// contact that count; nil if nothing.
func LastVerdict(story []Event, arrival string) (last *Verdict) {
	for _, e := range story {
		if e.Kind != Amended {
			continue
		}
		if a := Payload[Amendment](e); a.Arrival == arrival && a.Kind != "" {
			last = &Verdict{Kind: a.Kind, Reason: a.Reason, By: a.By, At: e.At}
		}
	}
	return last
}

// sameVerdict compares what an arrival holds with what an amendment says, whose
// words may have been erased.
func sameVerdict(held, said *Verdict) bool {
	if held == nil || said == nil {
		return held == said
	}
	same := func(held, said string) bool { return held == said || said == Erased }
	return held.Kind == said.Kind && same(held.Reason, said.Reason) && same(held.By, said.By) &&
		held.At.UnixMicro() == said.At.UnixMicro()
}

// sameTimes compares times as they are written down, whatever zone they are
// held in.
func sameTimes(a, b channels.Times) bool {
	return a.Arrived.Equal(b.Arrived) && a.Server.Equal(b.Server) && a.Hop.Equal(b.Hop) &&
		a.Sender.Equal(b.Sender) && a.Noticed.Equal(b.Noticed) && a.Precision == b.Precision
}

// Amiss says what in an arrival does not agree with itself; "" if all does. One
// that belongs to no contact, such as a canary's, can say nothing of one.
func (h StoredArrival) Amiss() string {
	switch {
	case h.Copy != h.ours():
		return "copied is not what its rule and its platform say"
	case h.Contact == "" && h.claims():
		return "belongs to no contact, and says of which attempt, rule, company or centre it is"
	case h.Contact != "" && (h.Rule == RuleCanary || h.Rule == RuleTrial):
		return "belongs to a contact, and is a " + string(h.Rule) + "'s"
	case h.Copy && h.wasRead():
		return "is a copy of our own opener, and was read as something else"
	}
	return ""
}

// ours reports whether an arrival says that we have sent it ourselves.
func (h StoredArrival) ours() bool {
	return h.Rule == RuleCopy || h.Rule == RuleCanary || h.Rule == RuleTrial || h.Arrival.Opener
}

// claims reports whether an arrival says whose it is.
func (h StoredArrival) claims() bool {
	ruled := h.Rule != "" && h.Rule != RuleCanary && h.Rule != RuleTrial
	return ruled || h.Attempt != 0 || h.Company != "" || h.Centre != ""
}

// wasRead reports whether anything was made of what an arrival says.
func (h StoredArrival) wasRead() bool {
	return h.Doubtful || h.Kind != reading.Other || h.Fingerprint != "" || h.Centre != ""
}
