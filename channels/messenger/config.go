package messenger

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// Config is the survey's own app, by which companies' pages are heard.
type Config struct {
	AppID           string          `yaml:"app_id"`     // its number; none: any app that a page names
	AppSecret       channels.Secret `yaml:"app_secret"` // signs what Meta sends us
	AppSecretFile   string          `yaml:"app_secret_file"`
	VerifyToken     channels.Secret `yaml:"verify_token"` // proves our hook to Meta
	VerifyTokenFile string          `yaml:"verify_token_file"`

	Notify   []string      `yaml:"notify" form:"email"` // who is told by mail when a prompt is due; none: the queue alone
	GraphURL string        `yaml:"graph_url" default:"https://graph.facebook.com" form:"url"`
	Look     time.Duration `yaml:"look" default:"5m"` // how often each page is asked whether it still lets us listen
}

// Check returns what is wrong, each fault with its key below the channel.
func (c Config) Check() []channels.Fault {
	var faults []channels.Fault
	if c.AppSecret.IsZero() {
		faults = append(faults, channels.Fault{Key: "app_secret", Text: "is missing; want app_secret or app_secret_file"})
	}
	if c.VerifyToken.IsZero() {
		faults = append(faults, channels.Fault{
			Key: "verify_token", Text: "is missing; want verify_token or verify_token_file",
		})
	}
	if c.AppID != "" && !isNumber(c.AppID) {
		faults = append(faults, noNumber("app_id", c.AppID))
	}
	return faults
}

// A Reach is a company's page.
type Reach struct {
	Page          string          `yaml:"page,short"` // its number
	PageToken     channels.Secret `yaml:"page_token"` // none: the conversation is timed by taps
	PageTokenFile string          `yaml:"page_token_file"`
	Me            string          `yaml:"me" form:"url"` // the link that opens the conversation; none: by the page
	DeskApps      []string        `yaml:"desk_apps"`     // app ids of what its people answer with
	BotApps       []string        `yaml:"bot_apps"`      // app ids of what answers by itself
}

// String returns the page's number.
func (r Reach) String() string { return r.Page }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() []channels.Fault {
	var faults []channels.Fault
	number := func(key, s string) {
		if !isNumber(s) {
			faults = append(faults, noNumber(key, s))
		}
	}
	number("page", r.Page)
	for i, app := range r.DeskApps {
		number(fmt.Sprintf("desk_apps[%d]", i), app)
	}
	for i, app := range r.BotApps {
		number(fmt.Sprintf("bot_apps[%d]", i), app)
	}
	return faults
}

// heard reports whether the page lets us listen.
func (r Reach) heard() bool { return !r.PageToken.IsZero() }

// link returns what opens a conversation with the page.
func (r Reach) link() string {
	if r.Me != "" {
		return r.Me
	}
	return "https://m.me/" + r.Page
}

// isNumber reports whether s is an id as Meta has them.
func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func noNumber(key, s string) channels.Fault {
	return channels.Fault{Key: key, Text: fmt.Sprintf("%q is no number of Meta's; want digits alone", s)}
}
