// Package webhook will speak with any other chat, or a company's own system,
// in signed JSON over HTTP (Standard Webhooks). It is configuration only so
// far.
package webhook

import (
	"github.com/svartid/svartid/channels"
)

// Schemes by which what comes in is proven.
const (
	Standard     = "standard"      // Standard Webhooks 1.0.0
	Hub256       = "hub256"        // X-Hub-Signature-256
	Chatwoot     = "chatwoot"      // X-Chatwoot-Signature
	StaticHeader = "static-header" // the secret itself in a header: no proof of what was sent
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
	AllowUnsigned bool   `yaml:"allow_unsigned"` // static-header needs it, and the company's page shows it
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
	return faults
}

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
