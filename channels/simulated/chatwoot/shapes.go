package chatwoot

import (
	"strconv"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

// account is the one that all inboxes are in.
const account = 1

// A shape is JSON as the server writes it.
type shape map[string]any

// shape is a contact as the client API tells of it to itself.
func (c *contact) shape() shape {
	return shape{
		"source_id": c.source, "pubsub_token": c.token, "id": c.id, "name": c.name, "email": nil, "phone_number": nil,
	}
}

// shape is an inbox as the client API tells of it.
func (b *inbox) shape() shape {
	return shape{
		"identifier": b.ID, "identity_validation_enabled": !b.HMAC.IsZero(), "name": b.Name, "timezone": "Europe/Oslo",
		"working_hours": []any{}, "working_hours_enabled": b.Behaviour == simulated.Offline, "csat_survey_enabled": false,
		"greeting_enabled": b.Greeting != "",
	}
}

// shape is a conversation as the client API tells of it.
func (r *conversation) shape() shape {
	messages := []shape{}
	for _, m := range r.shown() {
		messages = append(messages, m.shape())
	}
	return shape{
		"id": r.id, "uuid": "8f0c1e52-6a54-4b6f-9c9f-" + pad(r.id), "inbox_id": r.contact.inbox.number, "status": r.status,
		"contact_last_seen_at": 0, "agent_last_seen_at": 0, "messages": messages, "contact": r.contact.person(),
	}
}

// pad returns n in twelve digits.
func pad(n int64) string {
	digits := strconv.FormatInt(n, 10)
	return "000000000000"[:12-len(digits)] + digits
}

// shown returns what the visitor may see.
func (r *conversation) shown() []*message {
	var shown []*message
	for _, m := range r.messages {
		if m.kind != activity {
			shown = append(shown, m)
		}
	}
	return shown
}

// shape is a message as the client API tells of it.
func (m *message) shape() shape {
	s := shape{
		"id": m.id, "content": m.content, "message_type": m.kind, "content_type": m.contentType(), "content_attributes": shape{},
		"created_at": m.at.Unix(), "conversation_id": m.room.id,
	}
	if who := m.sender(); who != nil {
		s["sender"] = who
	}
	return s
}

// contentType is text, but for a form.
func (m *message) contentType() string {
	if m.kind == template && m.room.contact.inbox.Behaviour == simulated.Offline {
		return "input_email"
	}
	return "text"
}

// sender is who said it, as visitors and agents' browsers are told.
func (m *message) sender() shape {
	if m.kind == incoming {
		return m.room.contact.person()
	}
	switch m.who {
	case channels.Human:
		return shape{
			"id": 3, "name": "Ingrid", "available_name": "Ingrid", "avatar_url": "", "type": "user",
			"availability_status": "online", "thumbnail": "",
		}
	case channels.Bot:
		return shape{"id": 1, "name": "Assistent", "avatar_url": "", "type": "agent_bot"}
	}
	return nil
}

// person is a contact as a sender.
func (c *contact) person() shape {
	var identifier any
	if c.identifier != "" {
		identifier = c.identifier
	}
	return shape{
		"additional_attributes": shape{}, "custom_attributes": shape{}, "email": nil, "id": c.id, "identifier": identifier,
		"name": c.name, "phone_number": nil, "thumbnail": "", "blocked": false, "type": "contact",
	}
}

// pushed is a message as the websocket brings it.
func (m *message) pushed() shape {
	s := m.shape()
	for key, value := range map[string]any{
		"account_id": account, "inbox_id": m.room.contact.inbox.number, "private": false, "status": "sent", "source_id": nil,
		"updated_at": m.at.UTC().Format(iso), "external_source_ids": shape{}, "additional_attributes": shape{},
		"processed_message_content": m.content, "sentiment": shape{}, "sender_type": m.senderType(), "sender_id": nil,
		"conversation": shape{
			"assignee_id": nil, "unread_count": 1, "last_activity_at": m.at.Unix(),
			"contact_inbox": shape{"source_id": m.room.contact.source},
		},
	} {
		s[key] = value
	}
	if who := m.sender(); who != nil {
		s["sender_id"] = who["id"]
	}
	if m.echo != "" {
		s["echo_id"] = m.echo
	}
	return s
}

// iso is how the server writes a time where it does not count seconds.
const iso = "2006-01-02T15:04:05.000Z"

// senderType is the name of the sender's table.
func (m *message) senderType() any {
	switch {
	case m.kind == incoming:
		return "Contact"
	case m.who == channels.Human:
		return "User"
	case m.who == channels.Bot:
		return "AgentBot"
	}
	return nil
}

// hooked is a message as a webhook brings it.
func (m *message) hooked() shape {
	c := m.room.contact
	s := shape{
		"event": "message_created", "id": m.id, "content": m.content, "created_at": m.at.UTC().Format(iso),
		"message_type": []string{"incoming", "outgoing", "activity", "template"}[m.kind], "content_type": m.contentType(),
		"content_attributes": shape{}, "additional_attributes": shape{}, "private": false, "source_id": nil, "sender": nil,
		"inbox": shape{"id": c.inbox.number, "name": c.inbox.Name}, "account": shape{"id": account, "name": "Kundeservice"},
		"conversation": shape{
			"id": m.room.id, "inbox_id": c.inbox.number, "status": m.room.status, "channel": "Channel::Api", "can_reply": true,
			"messages": []any{}, "labels": []any{}, "unread_count": 1, "timestamp": m.at.Unix(),
			"contact_inbox": shape{
				"id": c.id, "contact_id": c.id, "inbox_id": c.inbox.number, "source_id": c.source, "hmac_verified": false,
			},
		},
	}
	if who := m.sender(); who != nil {
		s["sender"] = shape{"id": who["id"], "name": who["name"], "type": who["type"]}
	}
	return s
}
