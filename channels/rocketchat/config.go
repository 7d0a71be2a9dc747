// Package rocketchat will chat with companies through Rocket.Chat's Livechat,
// as a visitor. It is configuration only so far.
package rocketchat

import (
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
)

// Config is the server on which companies are met.
type Config struct {
	URL string `yaml:"url" need:"" form:"url"`
	// HookToken is what the server puts in X-RocketChat-Livechat-Token. None:
	// it is asked, and not listened to.
	HookToken     channels.Secret `yaml:"hook_token"`
	HookTokenFile string          `yaml:"hook_token_file"`
}

// Check returns nothing: that there is a URL, and a good one, the keys
// themselves say.
func (c Config) Check() []channels.Fault { return nil }

// A Reach is a company's department on the server.
type Reach struct {
	Department string `yaml:"department,short"` // its name or id
}

// String returns the department.
func (r Reach) String() string { return r.Department }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() []channels.Fault {
	if strings.TrimSpace(r.Department) == "" {
		return []channels.Fault{{Key: "department", Text: fmt.Sprintf("%q is no department", r.Department)}}
	}
	return nil
}
