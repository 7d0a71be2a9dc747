package messenger

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// challenge answers Meta's question before it delivers: the right word is
// answered with what it asks to be told.
func (c *Channel) challenge(r *http.Request) (string, bool) {
	want, err := c.cfg.VerifyToken.Reveal()
	q := r.URL.Query()
	same := hmac.Equal([]byte(q.Get("hub.verify_token")), []byte(want))
	return q.Get("hub.challenge"), err == nil && want != "" && same && q.Get("hub.mode") == "subscribe"
}

// Listen hears what the hook takes, and asks the pages whether they still let
// us listen, until ctx ends.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if from.Source != source {
		return fmt.Errorf("listen: %q is not a source", from.Source)
	}
	remembered, err := parseRoll(from.Position)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	c.mu.Lock()
	c.roll = remembered
	c.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	asking.Go(func() { c.reconcile(ctx, from) })
	defer asking.Wait()
	defer cancel()
	return c.receiver.Listen(ctx, from, hear)
}

// take offers what a delivery holds of our personas. Of all others nothing
// is looked at or kept.
func (c *Channel) take(ctx context.Context, d hook.Delivery) error {
	known := func(page string) bool { reach, ok := c.pages[page]; return ok && reach.heard() }
	events, err := parse(d.Body, known, c.count)
	if err != nil {
		return err
	}
	if !c.receiver.Listening() {
		return hook.NotListening // who is enrolled is not known
	}
	events = c.ours(events)
	if len(events) == 0 {
		return nil
	}
	for i := range events {
		events[i].came = d.Came
	}
	c.mu.Lock()
	follow := c.follow
	c.mu.Unlock()
	var open []channels.Conversation
	if follow != nil {
		if open, err = follow(ctx); err != nil {
			return fmt.Errorf("look for open conversations: %w", err)
		}
	}
	return c.receiver.Offer(ctx, func(at channels.Checkpoint) channels.Batch { return c.tell(at, events, open) })
}

// ours returns the events that concern an enrolled persona, or enrol one.
func (c *Channel) ours(events []event) []event {
	c.mu.Lock()
	defer c.mu.Unlock()
	type customer struct{ page, id string }
	known := map[customer]bool{}
	for _, e := range events {
		who := customer{e.page, e.customer}
		known[who] = known[who] || c.roll.persona(e.page, e.customer) != "" || c.enrolling(e.ref) != ""
	}
	return slices.DeleteFunc(events, func(e event) bool {
		stranger := !known[customer{e.page, e.customer}]
		if stranger {
			c.count(hook.Stranger)
		}
		return stranger
	})
}

// tell makes a batch of events. It is called by Listen, one at a time.
func (c *Channel) tell(at channels.Checkpoint, events []event, open []channels.Conversation) channels.Batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	var h channels.Batch
	for _, e := range events { // before anything is said, whatever the clocks say
		if persona := c.enrolling(e.ref); persona != "" {
			c.roll.enrol(e.page, e.customer, persona)
		}
	}
	for _, e := range events {
		var m message
		if len(e.message) == 0 {
			continue
		}
		if json.Unmarshal(e.message, &m) != nil {
			c.count(hook.Malformed)
			continue
		}
		t := threadOf(open, e.page, c.roll.persona(e.page, e.customer))
		if a, ok := c.arrival(e, m, t); ok {
			h.Arrivals = append(h.Arrivals, a)
		}
	}
	h.Checkpoint = channels.Checkpoint{Source: at.Source, Position: c.roll.position()}
	return h
}

// arrival is what was heard by one message; false: nothing that counts.
func (c *Channel) arrival(e event, m message, t thread) (channels.Arrival, bool) {
	now := e.came
	a := channels.Arrival{
		Key: e.key(m), Media: channels.JSON, Raw: e.raw, Text: m.Text,
		Times: channels.Times{Arrived: e.at, Server: e.at, Noticed: now, Precision: e.within},
	}
	switch {
	case e.at.IsZero():
		a.Times.Arrived = now
	case e.at.After(now.Add(skew)):
		// Both the opener's and the answer's time are Meta's, so the wait
		// is right all the same.
		c.count(hook.ClockSkew)
	}
	if !e.byPage {
		return c.opener(e, a, t)
	}
	answered, err := t.answered(a.Times.Arrived)
	if pinned, known := t.named(c.mids[e.page+" "+m.ReplyTo.MID]); known {
		answered, err = pinned, nil
	}
	if err != nil {
		c.count(hook.BeforeOpener)
		return a, false
	}
	h := heard{message: m, wait: -1, repeated: c.roll.repeated(e.page, e.customer, m.Text)}
	if answered.Opening.Token != "" {
		a.Names = []string{answered.Opening.Token}
		if left, seen := c.seen[answered.Opening.Token]; seen {
			h.wait = a.Times.Arrived.Sub(left)
		}
	}
	if c.answersTrial(e, t) {
		a.Names = []string{channels.Trial + e.page + "." + e.customer}
	}
	a.Responder, a.Because = c.pages[e.page].who(h)
	return a, true
}

// opener returns a message of a persona's as the opener that it is; false: it is the
// shopper's small talk, or a trial.
func (c *Channel) opener(e event, a channels.Arrival, t thread) (channels.Arrival, bool) {
	with := talk{e.page, e.customer}
	opened, ok := t.opener(a.Times.Arrived, a.Text)
	if !ok {
		if t.idle() {
			c.talks[with] = a.Times.Arrived
		}
		return a, false
	}
	delete(c.talks, with)
	token := opened.Opening.Token
	a.Opener, a.Names = true, []string{token}
	c.mids[a.Key] = token
	if first, before := c.seen[token]; !before || a.Times.Arrived.Before(first) {
		c.seen[token] = a.Times.Arrived
	}
	return a, true
}

// answersTrial reports whether what a page says answers a persona that has said
// something while nothing was open: a trial, or a word of thanks.
func (c *Channel) answersTrial(e event, t thread) bool {
	said, ok := c.talks[talk{e.page, e.customer}]
	return ok && t.idle() && e.at.Before(said.Add(talkFor))
}
