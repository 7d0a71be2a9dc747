package messenger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// A batch is what Meta delivers: up to a thousand events, of several pages, in
// no order.
type batch struct {
	Object string `json:"object"`
	Entry  []struct {
		ID        id                `json:"id"`
		Time      stamp             `json:"time"`
		Messaging []json.RawMessage `json:"messaging"`
		Standby   []json.RawMessage `json:"standby"`
		Changes   []json.RawMessage `json:"changes"`
	} `json:"entry"`
}

// An envelope is all that is read of an event before it is known to concern
// one of our personas.
type envelope struct {
	Sender    party           `json:"sender"`
	Recipient party           `json:"recipient"`
	Timestamp stamp           `json:"timestamp"`
	Message   json.RawMessage `json:"message"`
	Referral  referral        `json:"referral"`
	Postback  struct {
		Referral referral `json:"referral"`
	} `json:"postback"`
}

type party struct {
	ID id `json:"id"`
}

type referral struct {
	Ref string `json:"ref"`
}

// A message is what was said.
type message struct {
	MID         string `json:"mid"`
	Text        string `json:"text"`
	AppID       id     `json:"app_id"` // empty: Meta does not say
	Attachments []struct {
		Type string `json:"type"`
	} `json:"attachments"`
	QuickReplies []json.RawMessage `json:"quick_replies"`
	ReplyTo      struct {
		MID string `json:"mid"` // of the message that it is pinned to; empty: to none
	} `json:"reply_to"`
}

// An event is one thing that happened between a page and a customer.
type event struct {
	page     string
	customer string // the page's id of the customer
	byPage   bool   // the page says it
	ref      string // of a link that the customer came by
	at       time.Time
	within   time.Duration // how exact at is
	message  json.RawMessage
	raw      json.RawMessage // all of it
	came     time.Time       // when we had it
}

// An id is a number, which Meta writes as text, and here and there bare.
type id string

// UnmarshalJSON reads either form.
func (i *id) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*i = id(text)
		return nil
	}
	var number json.Number
	err := json.Unmarshal(b, &number)
	*i = id(number)
	return err
}

// A stamp is a time: milliseconds, or seconds in some of Meta's own samples,
// as a number or as text. What is neither is no time.
type stamp struct {
	at     time.Time
	within time.Duration
}

// UnmarshalJSON reads any form. It never fails: an event without a time is
// still one.
func (s *stamp) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(bytes.Trim(b, `"`)), 10, 64)
	const second, milli, end = 1e9, 1e12, 1e14 // before 2001; seconds until here; after 5138
	switch {
	case err != nil || n < second || n >= end:
	case n < milli:
		*s = stamp{time.Unix(n, 0), time.Second}
	default:
		*s = stamp{time.UnixMilli(n), time.Millisecond}
	}
	return nil
}

// parse takes a delivery apart without reading what was said. Of the
// pages that are not known nothing is read at all. The events come in the
// order of their times; drop is told of each that is left out, and why.
func parse(body []byte, known func(page string) bool, drop func(hook.Code)) ([]event, error) {
	var b batch
	if json.Unmarshal(body, &b) != nil {
		return nil, hook.Malformed // the fault itself may quote the body
	}
	if b.Object != "page" {
		drop(hook.UnknownEvent)
		return nil, nil
	}
	var events []event
	for _, entry := range b.Entry {
		if !known(string(entry.ID)) {
			drop(hook.UnknownPlace)
			continue
		}
		for range entry.Changes {
			drop(hook.UnknownEvent)
		}
		for _, raw := range slices.Concat(entry.Messaging, entry.Standby) {
			e, refused := open(string(entry.ID), entry.Time, raw)
			if refused != "" {
				drop(refused)
				continue
			}
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	return events, nil
}

// open reads the envelope of one event on a page. It is of no use if a code is
// returned.
func open(page string, entry stamp, raw json.RawMessage) (e event, refused hook.Code) {
	var env envelope
	if json.Unmarshal(raw, &env) != nil {
		return event{}, hook.Malformed
	}
	e = event{page: page, at: env.Timestamp.at, within: env.Timestamp.within, message: env.Message, raw: raw}
	if e.at.IsZero() {
		e.at, e.within = entry.at, entry.within
	}
	switch page {
	case string(env.Sender.ID):
		e.byPage, e.customer = true, string(env.Recipient.ID)
	case string(env.Recipient.ID):
		e.customer = string(env.Sender.ID)
		e.ref = cmp.Or(env.Referral.Ref, env.Postback.Referral.Ref)
	}
	if e.customer == "" || e.customer == page || len(e.message) == 0 && e.ref == "" {
		return event{}, hook.UnknownEvent
	}
	return e, ""
}

// key names what was said for ever: the page and Meta's id of the message,
// which is the same in every delivery and under standby.
func (e event) key(m message) string {
	if key := e.page + " " + m.MID; m.MID != "" && channels.IsName(key) {
		return key
	}
	sum := sha256.Sum256(e.raw)
	return e.page + " " + hex.EncodeToString(sum[:])
}
