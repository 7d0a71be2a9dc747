package browser

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// Config is the browser in which companies are met.
type Config struct {
	// Flows is the folder with a file for each kind of widget, such as rocketchat.yml.
	Flows string `yaml:"flows" need:"" form:"folder"`
	// Chromium is the browser's program. None: it is looked for.
	Chromium string `yaml:"chromium,omitempty"`
	// Language is what the browser asks pages for. None: nb-NO.
	Language string `yaml:"language,omitempty"`
	// Conversations is how many may be open at once. 0 = 20; each takes about 130 MB of memory.
	Conversations int `yaml:"conversations,omitempty"`
	// Poll is how often a page is looked at that tells of no change. 0 = 1 s.
	Poll time.Duration `yaml:"poll,omitempty"`
	// WithoutSandbox is what a browser is that runs as root, where it has no sandbox: not
	// started, or accepted.
	WithoutSandbox string `yaml:"without_sandbox" default:"refused" enum:"refused|accepted"`
}

// Most conversations that one browser holds.
const (
	defaultConversations = 20
	mostConversations    = 200
)

// Check returns what is wrong, each fault with its key below the channel.
func (c Config) Check() (faults []channels.Fault) {
	if c.Conversations < 0 || c.Conversations > mostConversations {
		faults = append(faults, channels.Fault{
			Key: "conversations", Text: fmt.Sprintf("%d is out of reach; want 1 to %d", c.Conversations, mostConversations),
		})
	}
	if c.Poll < 0 {
		faults = append(faults, channels.Fault{Key: "poll", Text: fmt.Sprintf("%v is no time to wait", c.Poll)})
	}
	return faults
}

// A Reach is a company's page with its chat.
type Reach struct {
	URL string `yaml:"url" need:"" form:"url"`
	// Flow is the name of the way through its widget, as its file has it.
	Flow string `yaml:"flow" need:"" form:"id"`
	// Consent names the arrangement with the company, such as a case number. Without it nothing is opened.
	Consent string `yaml:"consent" need:""`
}

// String returns the page, and the flow before an @.
func (r Reach) String() string { return r.Flow + "@" + r.URL }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() (faults []channels.Fault) {
	if strings.TrimSpace(r.Consent) == "" {
		faults = append(faults, channels.Fault{Key: "consent", Text: "names no arrangement with the company"})
	}
	if _, err := url.Parse(r.URL); err != nil {
		faults = append(faults, channels.Fault{Key: "url", Text: "is no URL"})
	}
	return faults
}
