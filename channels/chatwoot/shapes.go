package chatwoot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels/httpapi"
)

// A contact is the answer to its creation.
type contact struct {
	SourceID    string `json:"source_id"`
	PubsubToken string `json:"pubsub_token"`
}

// A conversation is one of a visitor's.
type conversation struct {
	ID     number `json:"id"`
	Status string `json:"status"`
}

// resolved is the status of a conversation that the company has ended.
const resolved = "resolved"

// A message is one thing said, in the shape of the client API, of the websocket
// or of a webhook. They differ in how they write type and time.
type message struct {
	raw []byte // as it came

	ID           number       `json:"id"`
	Content      string       `json:"content"`
	Type         messageType  `json:"message_type"`
	ContentType  string       `json:"content_type"`
	Private      bool         `json:"private"`
	CreatedAt    stamp        `json:"created_at"`
	Sender       *sender      `json:"sender"`
	Attachments  []attachment `json:"attachments"`
	Attributes   attributes   `json:"content_attributes"`
	In           number       `json:"conversation_id"` // not in a webhook
	Conversation struct {
		ID number `json:"id"` // in a webhook alone
	} `json:"conversation"`
}

// A sender is who said it.
type sender struct {
	Type string `json:"type"`
}

// An attachment is a file that goes with a message.
type attachment struct {
	FileType string `json:"file_type"`
}

// attributes are what a message says of itself.
type attributes struct {
	Automation bool // an automation rule sent it
	Deleted    bool
}

// UnmarshalJSON reads what we use. Anything but an object says nothing: the
// documentation has a text here, and the server an object or null.
func (a *attributes) UnmarshalJSON(b []byte) error {
	var raw struct {
		Rule    json.RawMessage `json:"automation_rule_id"`
		Deleted json.RawMessage `json:"deleted"`
	}
	if json.Unmarshal(b, &raw) == nil {
		a.Automation = len(raw.Rule) > 0 && string(raw.Rule) != "null"
		a.Deleted = string(raw.Deleted) == "true"
	}
	return nil
}

// conversation returns the id of the conversation that m is in, 0 if it says none.
func (m message) conversation() int64 {
	if m.In != 0 {
		return int64(m.In)
	}
	return int64(m.Conversation.ID)
}

func (m message) id() int64 { return int64(m.ID) }

// check says what keeps m from being a message, if anything. The error wraps
// [httpapi.ErrShape].
func (m message) check() error {
	switch {
	case m.ID <= 0:
		return fmt.Errorf("%w: a message without an id", httpapi.ErrShape)
	case m.CreatedAt.IsZero():
		return fmt.Errorf("%w: message %d has no created_at", httpapi.ErrShape, m.ID)
	case m.Type == "":
		return fmt.Errorf("%w: message %d has no message_type", httpapi.ErrShape, m.ID)
	}
	return nil
}

// parseMessage reads a message as the websocket or a webhook bring it. The
// error wraps [httpapi.ErrShape] and holds nothing of what was said. What is kept
// of it as evidence holds no token: with it anybody could read the conversation
// for as long as the visitor lives.
func parseMessage(b []byte) (message, error) {
	var m message
	if err := json.Unmarshal(b, &m); err != nil {
		return message{}, fmt.Errorf("%w: %w", httpapi.ErrShape, err)
	}
	m.raw = newMask(secretFields).hide(b)
	return m, m.check()
}

// A messageType is a word: the client API and the websocket number them in this
// order, webhooks write them out.
type messageType string

// The message types.
const (
	incoming messageType = "incoming" // 0: the customer's
	outgoing messageType = "outgoing" // 1: from the company
	activity messageType = "activity" // 2: shown to the company alone
	template messageType = "template" // 3: greeting, away, form
)

func messageTypes() []messageType { return []messageType{incoming, outgoing, activity, template} }

// UnmarshalJSON takes a number or a word. Others than the four are an error:
// who does not know a type does not know who speaks.
func (t *messageType) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	for i, known := range messageTypes() {
		if text == string(known) || text == strconv.Itoa(i) {
			*t = known
			return nil
		}
	}
	return errors.New("message_type is none of 0 to 3")
}

// A number is an id, which the documentation has as a text and the server sends
// as a number.
type number int64

// UnmarshalJSON takes either; null is 0.
func (n *number) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	v, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err != nil {
		return errors.New("an id is no number")
	}
	*n = number(v)
	return nil
}

// A stamp is a time, cut to the second.
type stamp struct{ time.Time }

// lastStamp is 2100-01-01 in Unix seconds. What is later was not in seconds.
const lastStamp = 4102444800

// UnmarshalJSON takes Unix seconds (client API, websocket) and the two ways that
// webhooks write a time; null is the zero time.
func (s *stamp) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "null" || text == "" {
		return nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds > 0 && seconds < lastStamp) {
			return errors.New("a time is not in Unix seconds")
		}
		s.Time = time.Unix(int64(math.Floor(seconds)), 0).UTC()
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05 MST"} {
		if t, err := time.Parse(layout, text); err == nil && t.Unix() > 0 && t.Unix() < lastStamp {
			s.Time = t.UTC().Truncate(time.Second)
			return nil
		}
	}
	return errors.New("a time is neither Unix seconds nor a date")
}
