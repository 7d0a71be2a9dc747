package probes

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/edition"
)

// worded returns an empty payload of the event's kind; nil if that kind never
// holds words.
func (e Event) worded() worded {
	switch e.Kind {
	case Planned:
		return new(Plan)
	case Sent, Copied:
		return new(Sending)
	case Deferred, Refused, Dropped, Unsure, Unsent, Broken:
		return new(Failure)
	case Heard, Reread:
		return new(Classification)
	case Covered:
		return new(Coverage)
	case Noted:
		return new(Reported)
	case Closed:
		return new(Closing)
	case Amended:
		return new(Amendment)
	case Retracted:
		return new(Retraction)
	}
	return nil
}

func (p *Plan) detail() *string           { return &p.Detail }
func (s *Sending) detail() *string        { return &s.Detail }
func (r *Reported) detail() *string       { return &r.Detail }
func (c *Closing) detail() *string        { return &c.Detail }
func (f *Failure) detail() *string        { return &f.Detail }
func (c *Classification) detail() *string { return &c.Detail }
func (c *Coverage) detail() *string       { return &c.Detail }
func (a *Amendment) detail() *string      { return &a.Detail }
func (r *Retraction) detail() *string     { return &r.Detail }

// words are why a company's calendar or a pause has moved it: a pause's reason
// is free text.
func (p *Plan) words() []word { return []word{{"moved", &p.Moved, unlessPaused}} }

// words are what the server said, and the names that it gave. Names stay as
// digests, by which arrivals are still matched.
func (s *Sending) words() []word {
	all := append(s.Reported.words(), word{"id", &s.ID, Digested}, word{"response", &s.Response, ourSight})
	for i := range s.Names {
		all = append(all, word{fmt.Sprint("name ", i+1), &s.Names[i], Digested})
	}
	return all
}

// words are who reported it: a shopper is a person too.
func (r *Reported) words() []word {
	if r == nil {
		return nil
	}
	return []word{{"by", &r.By, nil}, {"key", &r.Key, statusCode}}
}

func (c *Closing) words() []word { return []word{{"words", &c.Words, nil}} }

// words are all reasons but our own: a server's reply quotes addresses.
func (f *Failure) words() []word {
	return append(f.Reported.words(), word{"reason", &f.Reason, ourReason}, word{"status", &f.Status, statusCode})
}

// words are what the reader saw, signal by signal.
func (c *Classification) words() []word {
	all := append(c.Reported.words(), word{"status", &c.Status, statusCode})
	for i := range c.Because {
		all = append(all, word{fmt.Sprint("because ", i+1), &c.Because[i].Saw, nil})
	}
	return all
}

func (c *Coverage) words() []word { return c.Reported.words() }

// words are who corrects, and why: both may identify a person. That there was a
// correction, when, and to what stays in the chain.
func (a *Amendment) words() []word {
	return []word{{"reason", &a.Reason, nil}, {"by", &a.By, nil}}
}

// words are who takes it back.
func (r *Retraction) words() []word { return []word{{"by", &r.By, nil}} }

// unlessPaused keeps the plan's own reasons whole, and of a pause that it was
// one.
func unlessPaused(moved string) string {
	if strings.HasPrefix(moved, paused+": ") {
		return paused
	}
	return moved
}

// paused is what the reason of a pause begins with.
const paused = "paused"

// ourReason keeps the reasons that svartid itself gives. Any other is words,
// and of one that only begins like ours the beginning is kept.
func ourReason(reason string) string {
	head, _, _ := strings.Cut(reason, ": ")
	if slices.Contains(ourReasons(), head) {
		return head
	}
	return ""
}

// ourReasons are the reasons for a failure that svartid words itself.
func ourReasons() []string {
	return []string{
		paused, "no consent", "day off", "outside the edition", edition.OutsideHours,
		"no longer in the configuration", "missed its day",
		"the company's limit for the day is reached", "the company's limit for the edition is reached",
		"svartid was stopped while it was leaving", "nobody wrote down what became of it", Untraced, NotTaken,
		"nobody sent it in its slot", "the channel never saw the opener that was tapped as sent",
		"nobody said how it ended", "the shopper could not send it", "the shopper gave up before the deadline",
		"the line was busy", "the line was closed",
		Unheard, "not listened to for longer than senders try again", "the server knows the conversation no more",
	}
}

// Untraced is why an opener is known not to have left.
const Untraced = "no trace of it in all the time that one may take"

// NotTaken is why an opener counts as turned away that the company's own server
// may have: it said that it had failed, or nothing, and nothing shows that the
// opener arrived.
const NotTaken = "the company's server failed as it was handed over, and nothing shows that it was taken"

// Unheard is why an attempt is broken off whose own copy is missing.
const Unheard = "our own copy of it never came home"

// ourSight keeps what svartid says of a copy of its own opener.
func ourSight(response string) string {
	if strings.HasPrefix(response, SeenIn("")) {
		return response
	}
	return ""
}

// statusCode keeps a code such as 5.7.1 or M_FORBIDDEN, or a key that a page has drawn:
// one short word.
func statusCode(status string) string {
	const longest = 32
	plain := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("._-", r)
	}
	if len(status) > longest || strings.ContainsFunc(status, func(r rune) bool { return !plain(r) }) {
		return ""
	}
	return status
}

// PapersOf returns the digests of the evidence that an event names: what was said
// and written, and the words of the event itself. Zero digests are left out.
func PapersOf(e Event) (evidence, personal []string) {
	add := func(list *[]string, digest string) {
		if digest != "" {
			*list = append(*list, digest)
		}
	}
	add(&personal, Details(e))
	add(&evidence, PictureIn(e))
	switch e.Kind {
	case Intended:
		var i Intent
		if json.Unmarshal(e.Data, &i) == nil {
			add(&evidence, i.Words)
		}
	case Heard, Reread:
		var j Classification
		if json.Unmarshal(e.Data, &j) == nil {
			add(&evidence, j.Evidence)
			add(&evidence, j.Words)
			add(&evidence, j.Prints)
		}
	}
	return evidence, personal
}

// WithPicture returns an event of an opener with the digest of what was on the screen.
func WithPicture(e Event, digest string) Event {
	if e.Kind == Sent {
		sending := Payload[Sending](e)
		sending.Picture = digest
		return NewEvent(e.Kind, e.Attempt, e.At, sending)
	}
	failure := Payload[Failure](e)
	failure.Picture = digest
	return NewEvent(e.Kind, e.Attempt, e.At, failure)
}

// PictureIn returns the digest of what was on the screen at an event; empty if none was kept.
func PictureIn(e Event) string {
	switch e.Kind {
	case Sent:
		return Payload[Sending](e).Picture
	case Deferred, Refused, Unsure:
		return Payload[Failure](e).Picture
	case Heard:
		return Payload[Classification](e).Picture
	}
	return ""
}
