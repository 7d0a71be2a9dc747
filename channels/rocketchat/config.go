package rocketchat

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// Config is the server on which companies are met.
type Config struct {
	URL string `yaml:"url" need:"" form:"url"`
	// Bots are the user names under which machines answer.
	Bots []string `yaml:"bots,omitempty"`
	// Poll is how long we wait between two readings. 0 = 10 s: the server's
	// own limit is ten in a minute.
	Poll time.Duration `yaml:"poll,omitempty"`
	// UserAgent is shown to agents as the visitor's browser. Empty: none is.
	UserAgent string `yaml:"user_agent,omitempty"`
	// HookToken is what the server puts in X-RocketChat-Livechat-Token. None:
	// it is asked, and not listened to.
	HookToken     channels.Secret `yaml:"hook_token"`
	HookTokenFile string          `yaml:"hook_token_file"`
}

// Check returns what is wrong, each fault with its key below the channel.
func (c Config) Check() []channels.Fault {
	if c.Poll < 0 {
		return []channels.Fault{{Key: "poll", Text: fmt.Sprintf("%v is no time to wait", c.Poll)}}
	}
	return nil
}

// hookToken returns the hook's secret, wherever it is kept.
func (c Config) hookToken() channels.Secret {
	if c.HookToken.IsZero() && c.HookTokenFile != "" {
		return channels.InFile(c.HookTokenFile)
	}
	return c.HookToken
}

// A Reach is a company's department on the server.
type Reach struct {
	Department string `yaml:"department,short"` // its name or id
	// URL is the company's own server, if the department is on one. None: the
	// channel's.
	URL string `yaml:"url" form:"url"`
}

// String returns the department, and the company's own server behind an @.
func (r Reach) String() string { return named(r.Department, r.URL) }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() []channels.Fault {
	if strings.TrimSpace(r.Department) == "" {
		return []channels.Fault{{Key: "department", Text: fmt.Sprintf("%q is no department", r.Department)}}
	}
	return nil
}
