package meta

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/svartid/svartid/channels/simulated/courier"
)

// An event is one that the app is told of.
type event struct {
	page     string
	from, to string
	at       time.Time
	message  *message
	referral *referral
	postback *postback
	edit     *edit
}

// The shapes of a delivery.
type (
	delivery struct {
		Object string  `json:"object"`
		Entry  []entry `json:"entry"`
	}
	entry struct {
		ID        string      `json:"id"`
		Time      int64       `json:"time"` // ms
		Messaging []messaging `json:"messaging,omitempty"`
		Standby   []messaging `json:"standby,omitempty"`
	}
	messaging struct {
		Sender    party     `json:"sender"`
		Recipient party     `json:"recipient"`
		Timestamp int64     `json:"timestamp"` // ms
		Message   *message  `json:"message,omitempty"`
		Referral  *referral `json:"referral,omitempty"`
		Postback  *postback `json:"postback,omitempty"`
		Edit      *edit     `json:"message_edit,omitempty"`
	}
	party struct {
		ID string `json:"id"`
	}
	message struct {
		IsEcho       bool         `json:"is_echo,omitempty"`
		AppID        uint64       `json:"app_id,omitempty"`
		MID          string       `json:"mid"`
		Text         string       `json:"text,omitempty"`
		QuickReplies []quickReply `json:"quick_replies,omitempty"`
		ReplyTo      *pin         `json:"reply_to,omitempty"`
	}
	pin struct {
		MID string `json:"mid"`
	}
	edit struct {
		MID   string `json:"mid"`
		Text  string `json:"text"`
		Edits int    `json:"num_edit"`
	}
	quickReply struct {
		ContentType string `json:"content_type"`
		Title       string `json:"title"`
	}
	referral struct {
		Ref    string `json:"ref"`
		Source string `json:"source"`
		Type   string `json:"type"`
	}
	postback struct {
		Title    string    `json:"title"`
		Payload  string    `json:"payload"`
		Referral *referral `json:"referral,omitempty"`
	}
)

// emit delivers an event, by itself or with those of the next moment.
func (p *Platform) emit(e event) {
	if p.opt.Gather == 0 {
		p.bring([]event{e})
		return
	}
	p.mu.Lock()
	first := len(p.waiting) == 0
	p.waiting = append(p.waiting, e)
	p.mu.Unlock()
	if first {
		p.After(p.opt.Gather, p.flush)
	}
}

// flush delivers what waits, in an order of its own, and with it what was
// delivered last.
func (p *Platform) flush() {
	p.mu.Lock()
	events := append(append([]event(nil), p.waiting...), p.last...)
	p.last, p.waiting = p.waiting, nil
	p.sent++
	seed := sha256.Sum256(fmt.Appendf(nil, "shuffle %q %d", p.opt.Seed, p.sent))
	p.mu.Unlock()
	rand.New(rand.NewChaCha8(seed)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	p.bring(events)
}

// bring has events delivered, while the caller goes on.
func (p *Platform) bring(events []event) {
	body, err := json.Marshal(p.delivery(events))
	if err == nil {
		p.Deliver(courier.Parcel{Body: escaped(body)})
	}
}

// delivery returns events as Meta delivers them, an entry for each page.
func (p *Platform) delivery(events []event) delivery {
	d := delivery{Object: "page"}
	at := map[string]int{}
	for _, e := range events {
		i, known := at[e.page]
		if !known {
			i = len(d.Entry)
			at[e.page] = i
			d.Entry = append(d.Entry, entry{ID: e.page, Time: p.Clock().UnixMilli()})
		}
		m := messaging{party{e.from}, party{e.to}, e.at.UnixMilli(), e.message, e.referral, e.postback, e.edit}
		if p.standby(e.page) {
			d.Entry[i].Standby = append(d.Entry[i].Standby, m)
		} else {
			d.Entry[i].Messaging = append(d.Entry[i].Messaging, m)
		}
	}
	return d
}

func (p *Platform) standby(page string) bool {
	for _, known := range p.opt.Pages {
		if known.ID == page {
			return known.Standby
		}
	}
	return false
}

// escaped writes all that is not ASCII as Meta does, and signs it so.
func escaped(body []byte) []byte {
	var out []byte
	for _, r := range string(body) {
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return out
}
