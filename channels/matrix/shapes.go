package matrix

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// What the server says, as far as we read it: client-server API, sections
// "Syncing", "Room events" and "Standard error response".
type (
	event struct {
		Type     string  `json:"type"`
		ID       string  `json:"event_id"`
		Sender   string  `json:"sender"`
		StateKey *string `json:"state_key"`
		At       int64   `json:"origin_server_ts"` // unix ms
		Content  content `json:"content"`
		Unsigned struct {
			Transaction string          `json:"transaction_id"` // for the device that sent it
			Redacted    json.RawMessage `json:"redacted_because"`
		} `json:"unsigned"`
	}
	timeline struct {
		Events  []event `json:"events"`
		Limited bool    `json:"limited"`
		Before  string  `json:"prev_batch"`
	}
	syncReply struct {
		Next  string `json:"next_batch"`
		Rooms struct {
			Join   map[string]roomReply `json:"join"`
			Leave  map[string]roomReply `json:"leave"`
			Invite map[string]struct {
				State struct {
					Events []event `json:"events"`
				} `json:"invite_state"`
			} `json:"invite"`
		} `json:"rooms"`
	}
	roomReply struct {
		Timeline timeline `json:"timeline"`
	}
	messagesReply struct {
		Chunk []event `json:"chunk"`
		End   string  `json:"end"` // missing: there is no more
	}
	named struct {
		Room  string `json:"room_id"`
		Event string `json:"event_id"`
	}
)

// A content is what an event says. Whatever is not as documented is missing.
type content struct {
	Type       string
	Body       string
	Membership string
	Moved      string // the room that takes this one's place
	Reply      string // the event that it answers
}

// UnmarshalJSON takes what it can: any user in a room may send any content, and
// one odd event must not hide the others.
func (c *content) UnmarshalJSON(b []byte) error {
	*c = content{}
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields) != nil {
		return nil
	}
	for name, into := range map[string]*string{
		"msgtype": &c.Type, "body": &c.Body, "membership": &c.Membership, "replacement_room": &c.Moved,
	} {
		if json.Unmarshal(fields[name], into) != nil {
			*into = ""
		}
	}
	var relation struct {
		Reply struct {
			Event string `json:"event_id"`
		} `json:"m.in_reply_to"`
	}
	if json.Unmarshal(fields["m.relates_to"], &relation) == nil {
		c.Reply = relation.Reply.Event
	}
	return nil
}

// at returns when an event was made.
func (e event) at() time.Time { return time.UnixMilli(e.At).UTC() }

// Codes of errors that mean something to us.
const (
	limitExceeded = "M_LIMIT_EXCEEDED"
	forbidden     = "M_FORBIDDEN"
	notFound      = "M_NOT_FOUND"
	roomInUse     = "M_ROOM_IN_USE"
)

// A fault is the specification's standard error.
type fault struct {
	Code  string `json:"errcode"`
	Text  string `json:"error"`
	After int64  `json:"retry_after_ms"`
}

// faultOf reads what the server said no with; empty if err is no such no.
func faultOf(err error) (f fault, code int) {
	var no *httpapi.Answer
	if !errors.As(err, &no) {
		return fault{}, 0
	}
	if json.Unmarshal(no.Body, &f) != nil {
		return fault{}, no.Code
	}
	return f, no.Code
}

// limited reports whether the server wants us to slow down, and for how long.
func limited(err error) (pause time.Duration, ok bool) {
	f, code := faultOf(err)
	if code != http.StatusTooManyRequests && f.Code != limitExceeded {
		return 0, false
	}
	var no *httpapi.Answer
	errors.As(err, &no)
	return max(no.RetryAfter, time.Duration(min(max(f.After, 0), 3600_000))*time.Millisecond), true
}

// Whose business a call is, which tells what a no to it means.
const (
	ours   = "ours"   // our account, our own room
	theirs = "theirs" // the company's user or room
)

// refused makes a refusal of a final no: of our account, unless the company
// takes no invitation, admits no guest, or is not there.
func refused(err error, whose string) error {
	f, _ := faultOf(err)
	if f.Code == limitExceeded {
		return &channels.Deferral{No: channels.Refusal{Step: channels.StepDoor, Code: http.StatusTooManyRequests, Ours: true}, Err: err}
	}
	if httpapi.Unreached(err) || errors.Is(err, httpapi.ErrShape) {
		return &channels.Deferral{No: channels.Refusal{Step: channels.StepDoor, Sign: channels.SignUnreachable, Ours: true}, Err: err}
	}
	return httpapi.Refused(err, func(a *httpapi.Answer) channels.Refusal {
		r := channels.Refusal{Status: f.Code, Text: f.Text, Key: channels.KeyOurs}
		switch {
		case whose == theirs && f.Code == forbidden:
			r.Sign = channels.SignClosed
		case whose == theirs && f.Code == notFound:
			r.Sign = channels.SignMissing
		case whose == ours || a.Code/100 == 5: // the homeserver is ours
			r.Ours = true
		}
		if !strings.HasPrefix(f.Code, "M_") {
			r.Status, r.Text = "", a.Excerpt()
		}
		return r
	})
}
