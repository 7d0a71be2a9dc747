package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// An opener is what the other end is asked to put to a company.
type opener struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      asked     `json:"data"`
}

type asked struct {
	Attempt string  `json:"attempt"`
	Token   string  `json:"token"`
	Reach   string  `json:"reach"`
	Persona persona `json:"persona"`
	Subject string  `json:"subject,omitempty"`
	Text    string  `json:"text"`
}

type persona struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// A taken is what the other end may answer an opener with.
type taken struct {
	AcceptedAt string `json:"accepted_at"`
	ID         string `json:"id"` // its own name for the conversation
}

// Prepare makes the attempt's id the opener's: it is what replies name.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Attempt == "" {
		return o, errors.New("prepare: the opening has no attempt")
	}
	o.ID = o.Attempt
	return o, nil
}

// Open posts o, and asks leave once the connection stands. The error wraps
// ErrRefused if the other end said a final no, and ErrUnsure if it may have o
// all the same. After any other error it has taken nothing.
func (c *Channel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	body, err := json.Marshal(opener{"svartid.opener", c.clock().UTC(), asked{
		Attempt: o.Attempt, Token: o.Token, Reach: o.Reach, Subject: o.Subject, Text: o.Body,
		Persona: persona{o.Persona.Name, o.Persona.Address},
	}})
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("compose: %w", err)
	}
	header := http.Header{}
	if err := c.outward().Sign(header, messageID(o), body); err != nil {
		return channels.Receipt{}, fmt.Errorf("open: %w", &channels.Refusal{Text: err.Error(), Ours: true})
	}
	call := httpapi.Call{Step: "open", Method: http.MethodPost, Header: header, Body: json.RawMessage(body), Leave: leave}
	var answer taken
	m, err := c.client.Exchange(ctx, call, &answer)
	switch {
	case errors.Is(err, httpapi.ErrShape):
		answer = taken{} // 2xx, with a body of another shape
	case err != nil:
		return channels.Receipt{}, httpapi.Refused(err, func(a *httpapi.Answer) channels.Refusal {
			if a.Code/100 == 3 {
				return channels.Refusal{Text: "the URL has moved; openers follow no redirect"}
			}
			return channels.Refusal{Text: a.Excerpt(), Key: channels.KeyGiven}
		})
	}
	return answer.receipt(m), nil
}

// messageID is the webhook-id: the attempt's id, without the full stops that
// divide what is signed.
func messageID(o channels.Opening) string { return strings.ReplaceAll(o.ID, ".", "-") }

// receipt is the proof of an opener that was taken. accepted_at is believed if
// it lies around the exchange.
func (a taken) receipt(m httpapi.Moment) channels.Receipt {
	r := channels.Receipt{At: m.Answered, ID: a.ID, Precision: m.Answered.Sub(m.Asked)}
	r.Clock = m.Clock()
	r.Clock.Claimed = true
	at, precision, err := moment(a.AcceptedAt)
	if err == nil && !at.Before(m.Asked.Add(-skew)) && !at.After(m.Answered.Add(skew)) {
		r.At, r.Precision, r.Response = at, precision, "accepted_at "+a.AcceptedAt
	}
	if a.ID != "" {
		r.Names = []string{a.ID}
	}
	return r
}

// moment reads an RFC 3339 time, and how exact it is: to what its last digit
// counts.
func moment(s string) (at time.Time, precision time.Duration, err error) {
	at, err = time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return at, 0, errors.New("not a time of RFC 3339")
	}
	precision = time.Second
	if _, fraction, ok := strings.Cut(s, "."); ok {
		for i := 0; i < len(fraction) && '0' <= fraction[i] && fraction[i] <= '9'; i++ {
			precision /= 10
		}
	}
	return at, max(precision, time.Millisecond), nil
}
