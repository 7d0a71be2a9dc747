package chatwoot

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// heard reports whether the customer is shown m, and has not said it.
func (m message) heard() bool {
	return !m.Private && (m.Type == outgoing || m.Type == template)
}

// ours reports whether the customer has said m.
func (m message) ours() bool { return m.Type == incoming }

// arrival says what m, heard in r, is to those who hear it.
func (r room) arrival(m message, noticed time.Time) channels.Arrival {
	who, because := m.responder()
	server := m.CreatedAt.Time
	if r.own() {
		server = time.Time{} // of another clock than the source's
	}
	return channels.Arrival{
		Key:   fmt.Sprintf("%s/%d", r, m.ID),
		Media: channels.JSON,
		Raw:   m.raw,
		Text:  m.text(),
		Names: []string{r.source, r.String()},
		Times: channels.Times{
			Arrived: m.CreatedAt.Time, Server: server, Noticed: noticed, Precision: precision, Claimed: true,
		},
		Responder: who, Because: because,
	}
}

// text returns what was said. A file that came without a word is named for its
// kind, so that it is not taken for silence.
func (m message) text() string {
	if m.Content != "" || len(m.Attachments) == 0 {
		return m.Content
	}
	var kinds []string
	for _, a := range m.Attachments {
		kinds = append(kinds, "["+a.FileType+"]")
	}
	return strings.Join(kinds, " ")
}

// responder returns who the server says has said m, and what makes it so. A
// template has no sender; an automation rule is not a person, though a person
// wrote it.
func (m message) responder() (channels.Responder, string) {
	kind := "nobody"
	if m.Sender != nil {
		kind = m.Sender.Type
	}
	because := fmt.Sprintf("message_type %s, sender.type %s", m.Type, kind)
	switch {
	case m.Attributes.Deleted:
		return channels.Unreadable, because + ", deleted by the company before it was read"
	case kind == "agent_bot" || kind == "captain_assistant":
		return channels.Bot, because
	case m.Attributes.Automation:
		return channels.Acknowledging, because + ", sent by an automation rule"
	case m.Type == template && m.asks():
		return channels.Acknowledging, because + ", a form: content_type " + m.ContentType
	case m.Type == template:
		return channels.Acknowledging, because
	case kind == "user":
		return channels.Human, because
	}
	return channels.Unknown, because
}

// asks reports whether m is a form to fill in or an offer to choose from.
func (m message) asks() bool {
	switch m.ContentType {
	case "", "text", "article":
		return false
	}
	return true
}
