package webhook

import (
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// Schemes by which what comes in is proven.
const (
	Standard     = string(hook.SchemeStandard) // Standard Webhooks 1.0.0
	Hub256       = string(hook.SchemeHub256)   // X-Hub-Signature-256
	Chatwoot     = string(hook.SchemeChatwoot) // X-Chatwoot-Signature
	StaticHeader = string(hook.SchemeStatic)   // the secret itself in a header: no proof of what was sent
)

// What Beats may be.
const (
	BeatsSigned = "signed"
	BeatsNone   = "none"
)

// Config is the other end: where openers go, and how both sides prove
// themselves.
type Config struct {
	URL        string          `yaml:"url" need:"" form:"url"`
	Secret     channels.Secret `yaml:"secret"`
	SecretFile string          `yaml:"secret_file"`
	// PreviousSecret is still taken while secrets are rotated.
	PreviousSecret     channels.Secret `yaml:"previous_secret"`
	PreviousSecretFile string          `yaml:"previous_secret_file"`

	Scheme        string `yaml:"scheme" default:"standard" enum:"standard|hub256|chatwoot|static-header"`
	Header        string `yaml:"header" default:"X-Webhook-Token"` // that static-header's secret is in
	AllowUnsigned bool   `yaml:"allow_unsigned"`                   // static-header needs it, and the company's page shows it

	// SelfReported says that the other end is the companies' own: what it
	// reports is labelled so, and kept out of standings.
	SelfReported bool `yaml:"self_reported"`
	// Patience is how long the other end tries again while we are away: 0s, not at all, so that
	// whatever time we are away is one in which an answer may have been lost.
	Patience time.Duration `yaml:"patience" default:"15m"`
	// Beats say how it is known that everything was brought to us that came
	// before a deadline: signed, by the other end's own svartid.beat, which names
	// the attempts it still listens for; or none, by our endpoint alone.
	Beats string `yaml:"beats" default:"none" enum:"signed|none"`
}

// Check returns what is wrong, each fault with its key below the channel.
func (c Config) Check() []channels.Fault {
	var faults []channels.Fault
	if c.Secret.IsZero() {
		faults = append(faults, channels.Fault{Key: "secret", Text: "is missing; want secret or secret_file"})
	}
	if c.Scheme == StaticHeader && !c.AllowUnsigned {
		faults = append(faults, channels.Fault{
			Key: "scheme", Text: "static-header proves nothing of what was sent; it needs allow_unsigned: true",
		})
	}
	if c.Scheme == StaticHeader && c.signed() {
		faults = append(faults, channels.Fault{Key: "beats", Text: "signed needs a scheme that signs; static-header proves nothing of what was sent"})
	}
	return faults
}

// Doubts returns what the configuration leaves unproven although nothing is wrong
// with it.
func (c Config) Doubts() []channels.Fault {
	if c.signed() {
		return nil
	}
	return []channels.Fault{{
		Key: "beats", Text: "is none: that an answer could still come rests on our own endpoint alone; want signed, " +
			"where the other end sends svartid.beat once a minute with the attempts that it still listens for",
	}}
}

// secrets are those that live, the newest first.
func (c Config) secrets() []channels.Secret { return []channels.Secret{c.Secret, c.PreviousSecret} }

// A Reach is the name by which the other end knows a company.
type Reach struct {
	Name string `yaml:"name,short"`
}

// String returns the name.
func (r Reach) String() string { return r.Name }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() []channels.Fault {
	if r.Name == "" {
		return []channels.Fault{{Key: "name", Text: "is missing"}}
	}
	return nil
}
