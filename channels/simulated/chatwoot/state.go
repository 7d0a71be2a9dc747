package chatwoot

import (
	"crypto/hmac"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

// An inbox is one as the server keeps it.
type inbox struct {
	Inbox
	number   int
	contacts map[string]*contact // by source_id
}

// A contact is a visitor of an inbox.
type contact struct {
	id            int
	inbox         *inbox
	source        string
	token         string // opens its stream
	name          string
	identifier    string
	conversations []*conversation
}

// The statuses of a conversation.
const (
	open     = "open"
	pending  = "pending" // with the bot
	resolved = "resolved"
)

// A conversation is one of a contact's.
type conversation struct {
	id       int64
	contact  *contact
	status   string
	messages []*message // the oldest first
}

// The message types.
const (
	incoming = iota
	outgoing
	activity
	template
)

// A message is one thing said.
type message struct {
	id      int64
	room    *conversation
	kind    int
	who     channels.Responder // empty: the visitor
	content string
	echo    string
	at      time.Time
}

// meet returns the contact of a source_id, and makes it known if it is not. The
// caller holds the lock.
func (s *Server) meet(box *inbox, source, name, identifier string) *contact {
	if known := box.contacts[source]; known != nil {
		return known
	}
	c := &contact{
		id: len(s.contacts) + 1, inbox: box, source: source, token: cryptorand.Text()[:24], name: name, identifier: identifier,
	}
	box.contacts[source], s.contacts[c.token] = c, c
	return c
}

// proven reports whether a visitor may call itself what it does.
func (b *inbox) proven(identifier, hash string) bool {
	key, err := b.HMAC.Reveal()
	if err != nil {
		return false
	}
	if key == "" {
		return true
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(identifier))
	return hmac.Equal([]byte(hash), []byte(hex.EncodeToString(mac.Sum(nil))))
}

// converse begins a conversation. The caller holds the lock.
func (s *Server) converse(c *contact) *conversation {
	s.rooms++
	r := &conversation{id: s.rooms, contact: c, status: open}
	if c.inbox.Behaviour == simulated.BotFirst || c.inbox.Behaviour == simulated.BotOnly {
		r.status = pending
	}
	c.conversations = append(c.conversations, r)
	return r
}

// add keeps a message and tells all who listen. The caller holds the lock.
func (s *Server) add(r *conversation, m message) *message {
	s.lastID++
	m.id, m.room, m.at = s.lastID, r, s.Clock()
	r.messages = append(r.messages, &m)
	s.broadcast(&m)
	s.tell(&m)
	return &m
}

// take keeps what a visitor says. The first of a conversation, and the same once
// more, is an opener, and has it answered by the inbox's behaviour; the rest are
// thanks. The caller holds the lock.
func (s *Server) take(r *conversation, content, echo string) *message {
	if r.status == resolved {
		r.status = open
	}
	m := s.add(r, message{kind: incoming, content: content, echo: echo})
	box := r.contact.inbox
	if first := r.opener(); first.content != content {
		s.Closed(name(r), content)
		return m
	}
	lines := box.Behaviour.Lines(r.contact.source, box.Language, s.Scale)
	if at := away(box.Inbox); at != "" {
		lines = append([]simulated.Line{{Who: channels.Acknowledging, Text: at}}, lines...)
	}
	s.Play(chats.Turn{Desk: box.ID, Room: name(r), ID: r.contact.source, Text: content, Received: m.at}, lines,
		func(line chats.Line) { s.reply(r, line) })
	return m
}

// away returns the template that answers at once: that no agent is online, where
// this is so; elsewhere the inbox's greeting.
func away(b Inbox) string {
	if b.Behaviour != simulated.Offline {
		return b.Greeting
	}
	switch b.Language {
	case "sv":
		return "Vi är inte här just nu. Lämna din e-postadress, så svarar vi när vi öppnar."
	case "da":
		return "Vi er her ikke lige nu. Læg din e-mailadresse, så svarer vi, når vi åbner."
	case "en":
		return "We are away at the moment. Leave your e-mail address and we will answer when we open."
	}
	return "Vi er ikke til stede akkurat nå. Legg igjen e-postadressen din, så svarer vi når vi åpner."
}

// opener returns the first thing that the visitor said.
func (r *conversation) opener() *message {
	for _, m := range r.messages {
		if m.kind == incoming {
			return m
		}
	}
	return nil
}

// name is what the log calls a conversation: inbox and number.
func name(r *conversation) string { return r.contact.inbox.ID + "/" + strconv.FormatInt(r.id, 10) }

// reply says one line of a behaviour.
func (s *Server) reply(r *conversation, line chats.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.told(r, line.Who, line.Text)
	line.Said(m.at, strconv.FormatInt(m.id, 10))
}

// told keeps what the company says. A person takes the conversation over from
// the bot. The caller holds the lock.
func (s *Server) told(r *conversation, who channels.Responder, text string) *message {
	m := message{kind: outgoing, who: who, content: text}
	switch {
	case who == channels.Acknowledging:
		m.kind = template
	case who == channels.Human && r.status == pending:
		r.status = open
		s.add(r, message{kind: activity, who: who, content: "Ingrid self-assigned this conversation"})
	}
	return s.add(r, m)
}
