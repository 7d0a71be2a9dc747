package chatwoot

import (
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
)

// Config is the server whose inboxes companies are met in.
type Config struct {
	URL string `yaml:"url" need:"" form:"url"`
	// Webhook signs what the server sends to our hook. None: it is asked,
	// and not listened to.
	Webhook     channels.Secret `yaml:"webhook_secret"`
	WebhookFile string          `yaml:"webhook_secret_file"`
}

// Check returns nothing: that there is a URL, and a good one, the keys
// themselves say.
func (c Config) Check() []channels.Fault { return nil }

// A Reach is a company's inbox.
type Reach struct {
	Inbox string `yaml:"inbox,short"` // its identifier, as in the inbox's settings
	// URL is the company's own server, if the inbox is on one. None: the channel's.
	URL      string          `yaml:"url" form:"url"`
	HMAC     channels.Secret `yaml:"hmac"` // proves our visitors to the inbox, where it asks for it
	HMACFile string          `yaml:"hmac_file"`
}

// String returns the inbox's identifier, and the company's own server behind an @.
func (r Reach) String() string { return named(r.Inbox, r.URL) }

// Secret returns the HMAC, wherever it is kept.
func (r Reach) Secret() channels.Secret {
	if r.HMAC.IsZero() && r.HMACFile != "" {
		return channels.InFile(r.HMACFile)
	}
	return r.HMAC
}

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() []channels.Fault {
	if r.Inbox == "" || strings.ContainsAny(r.Inbox, " /?#%@") {
		return []channels.Fault{{
			Key: "inbox", Text: fmt.Sprintf("%q is no inbox identifier; want one such as 6fKq2", r.Inbox),
		}}
	}
	return nil
}
