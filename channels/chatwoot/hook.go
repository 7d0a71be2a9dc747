package chatwoot

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// ServeHTTP takes the server's webhooks, signed as Chatwoot signs them since
// March 2026. It answers 200 once a message is heard, and for what is passed
// over: other events, and conversations that are not followed; nothing of those
// is kept. Without a secret, and while Listen is not running, it refuses.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.hook().ServeHTTP(w, r)
}

func (c *Channel) hook() hook.Endpoint {
	secret := c.cfg.Webhook
	if secret.IsZero() && c.cfg.WebhookFile != "" {
		secret = channels.InFile(c.cfg.WebhookFile)
	}
	return hook.Endpoint{
		Signature: hook.Signature{Scheme: hook.SchemeChatwoot, Secrets: []channels.Secret{secret}, Clock: c.opt.Clock},
		Take:      c.take,
		Count:     c.opt.Count,
	}
}

// take hears what a webhook brings. The one who signs it is the company's server,
// and most of what it tells is between the company and others: whose it is, is
// looked at first, and of strangers nothing else.
func (c *Channel) take(ctx context.Context, d hook.Delivery) error {
	var about struct {
		Event        string `json:"event"`
		Conversation struct {
			ContactInbox struct {
				SourceID string `json:"source_id"`
			} `json:"contact_inbox"`
		} `json:"conversation"`
	}
	if json.Unmarshal(d.Body, &about) != nil {
		return hook.Malformed
	}
	if about.Event != "message_created" {
		return c.passed(hook.UnknownEvent)
	}
	r, ok, err := c.at(ctx, about.Conversation.ContactInbox.SourceID)
	if err != nil {
		return err
	}
	if !ok {
		return c.passed(hook.Stranger)
	}
	m, err := parseMessage(d.Body)
	if err != nil {
		return hook.Malformed
	}
	if r.id == 0 {
		r.id = m.conversation()
	}
	return c.offer(ctx, r, m, d.Came)
}

// passed counts an event that is not kept.
func (c *Channel) passed(why hook.Code) error {
	if c.opt.Count != nil {
		c.opt.Count(why)
	}
	return nil
}

// at returns where the visitor with the given source_id is listened to; without
// an id if it has been followed since the last poll.
func (c *Channel) at(ctx context.Context, source string) (r room, ok bool, err error) {
	if source == "" {
		return room{}, false, nil
	}
	if r, ok := c.followed(source); ok {
		return r, true, nil
	}
	if c.open == nil {
		return room{}, false, hook.NotListening
	}
	followed, err := c.open(ctx)
	if err != nil {
		return room{}, false, err
	}
	for _, f := range followed {
		if v := visitorOf(f.Opening); v.source == source {
			return room{visitor: v}, true, nil
		}
	}
	return room{}, false, nil
}
