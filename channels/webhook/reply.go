package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// What comes in.
const (
	typeReply  = "svartid.reply"
	typeOpened = "svartid.opened" // the other end has the opener
	typeBeat   = "svartid.beat"   // which attempts the other end still listens for
)

// An event is what comes in.
type event struct {
	Type string `json:"type"`
	Data struct {
		Attempt    string   `json:"attempt"`
		OccurredAt string   `json:"occurred_at"` // RFC 3339; empty: when it came
		Responder  string   `json:"responder"`   // empty: unknown
		ExternalID string   `json:"external_id"`
		Text       string   `json:"text"`
		Attempts   []string `json:"attempts"` // of a beat: those that the other end still listens for
	} `json:"data"`
}

// parse reads an event. The error is UnknownEvent or Malformed.
func parse(body []byte) (event, error) {
	var e event
	if json.Unmarshal(body, &e) != nil {
		return e, hook.Malformed // the fault itself may quote the body
	}
	if e.Type == typeBeat {
		return e, nil
	}
	if e.Type != typeReply && e.Type != typeOpened {
		return e, hook.UnknownEvent
	}
	switch channels.Responder(e.Data.Responder) {
	case "", channels.Unknown, channels.Human, channels.Bot, channels.Acknowledging:
	default:
		return e, hook.Malformed
	}
	if !channels.IsName(e.Data.Attempt) || e.Data.ExternalID != "" && !channels.IsName(e.Data.ExternalID) {
		return e, hook.Malformed
	}
	return e, nil
}

// arrival is what the channel has heard by e. The error is Malformed or
// ClockSkew.
func (c *Channel) arrival(e event, d hook.Delivery) (channels.Arrival, error) {
	a := channels.Arrival{
		Key: key(e, d), Media: channels.JSON, Raw: d.Body, Text: e.Data.Text,
		Names: []string{e.Data.Attempt}, SelfReported: c.cfg.SelfReported,
	}
	if e.Type == typeOpened {
		a.Opener = true
	} else {
		a.Responder, a.Because = channels.Responder(e.Data.Responder), "the other end says so"
		if a.Responder == "" || a.Responder == channels.Unknown {
			a.Responder, a.Because = channels.Unknown, "the other end cannot tell"
		}
	}
	a.Times = channels.Times{Arrived: d.Came, Noticed: d.Came, Claimed: true}
	if e.Data.OccurredAt == "" {
		return a, nil
	}
	at, precision, err := moment(e.Data.OccurredAt)
	if err != nil {
		return a, hook.Malformed
	}
	if at.After(d.Came.Add(skew)) {
		return a, hook.ClockSkew
	}
	a.Times.Arrived, a.Times.Server, a.Times.Precision = at, at, precision
	return a, nil
}

// key names an event for ever.
func key(e event, d hook.Delivery) string {
	switch {
	case channels.IsName(d.ID):
		return d.ID
	case e.Data.ExternalID != "":
		return e.Type + " " + e.Data.ExternalID
	}
	sum := sha256.Sum256(d.Body)
	return hex.EncodeToString(sum[:])
}

// plausible refuses an event that says to be older than its opener. Where it
// is not known when that left, as with a late reply, nothing is refused.
func plausible(a channels.Arrival, left time.Time) error {
	if !left.IsZero() && a.Times.Arrived.Before(left.Add(-skew)) {
		return hook.BeforeOpener
	}
	return nil
}
