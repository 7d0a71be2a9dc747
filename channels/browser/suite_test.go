package browser

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/webchat"
)

// chromium ends the test if there is no browser.
func chromium(t testing.TB) {
	t.Helper()
	if _, err := page.Look(); err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// meet starts a company with a widget, and a channel to it that follows all of open.
func meet(t testing.TB, w webchat.Widget, opt Options) (*Channel, *webchat.Company, *[]channels.Conversation) {
	t.Helper()
	chromium(t)
	company, err := webchat.Start(t.Context(), w, webchat.Find(t, w))
	if err != nil {
		t.Fatal(err)
	}
	opt.Places = []Reach{{URL: company.URL(), Flow: w.Name, Consent: "KSP-2027/114"}}
	c := connect(t, opt)
	open := &[]channels.Conversation{}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return *open, nil })
	return c, company, open
}

// connect returns a channel whose browser ends with the test.
func connect(t testing.TB, opt Options) *Channel {
	t.Helper()
	cfg := Config{Flows: "testdata/flows", Poll: 50 * time.Millisecond}
	if os.Geteuid() == 0 {
		cfg.WithoutSandbox = "accepted" // the pages are our own
	}
	c, err := New(cfg, opt)
	if err != nil {
		t.Fatal(err)
	}
	c.behind = 300 * time.Millisecond
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// unprepared returns an opening with the given token for a company.
func unprepared(company *webchat.Company, flow, token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token, Token: token, Reach: Reach{URL: company.URL(), Flow: flow}.String(),
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@shopper.example"},
		Body:    "Hei! Hva koster det å flytte abonnementet?\nKundenummeret er " + token + ".",
	}
}

// prepared returns an opening that is ready to open.
func prepared(t testing.TB, c *Channel, o channels.Opening) channels.Opening {
	t.Helper()
	o, err := c.Prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// fates are the suite's, as a company brings them about.
func fates() map[channeltest.Fate]webchat.Mood {
	return map[channeltest.Fate]webchat.Mood{
		channeltest.Refused:    {Offline: true},
		channeltest.UnsureLeft: {Drop: 1},
		channeltest.UnsureLost: {Lose: 1},
		channeltest.Failing:    {Down: true},
	}
}

// inShort are the ends of the names of those cases that the short run plays too.
func inShort() []string {
	return []string{"an_opener_is_handed_over_once", "an_unsure_opener_is_settled_by_looking", "was_heard_is_not_offered_again", "the_end_of_the_context_ends_all"}
}

func TestSuite(t *testing.T) {
	for i, w := range webchat.Widgets() {
		if testing.Short() && i > 0 {
			break // each takes a minute
		}
		t.Run(w.Title, func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.World {
				if !slices.ContainsFunc(inShort(), func(of string) bool { return strings.HasSuffix(t.Name(), of) }) {
					long.Only(t, "one case of each kind, since each starts a browser")
				}
				c, company, open := meet(t, w, Options{})
				before := prepared(t, c, unprepared(company, w.Name, "before1"))
				listens := strings.Contains(t.Name(), "arriv") || strings.Contains(t.Name(), "heard") || strings.Contains(t.Name(), "covers") ||
					strings.Contains(t.Name(), "connection") || strings.Contains(t.Name(), "ends_all")
				if listens {
					company.Be(webchat.Mood{Mute: true})
					if _, err := c.Open(t.Context(), before, channels.Unrecorded); err != nil {
						t.Fatal(err)
					}
					*open = append(*open, channels.Conversation{Opening: before, At: time.Now()})
				}
				var settler channels.Reconciler = c
				if w.Forgets {
					settler = nil
				}
				return channeltest.World{
					Opener: c, Listener: c, Settler: settler,
					Opening: func(token string) channels.Opening { return unprepared(company, w.Name, token) },
					Decide:  func(f channeltest.Fate) { company.Be(fates()[f]) },
					Got:     func(o channels.Opening) int { return company.Got(o.Body) },
					Deliver: func(text string) {
						if _, err := company.Say(before.Body, "agent", text); err != nil {
							t.Error(err)
						}
						drawn(t, c, before, text)
					},
					Break: company.Cut,
				}
			})
		})
	}
}

// drawn waits until the page of a conversation has drawn a text.
func drawn(t testing.TB, c *Channel, o channels.Opening, text string) {
	t.Helper()
	channeltest.Until(t, text+" is drawn", func() bool {
		seen, err := c.inside(o.ID).page.Look(t.Context())
		return err == nil && slices.ContainsFunc(seen.Lines, func(l page.Line) bool { return strings.Contains(l.Text, text) })
	})
}

// alive returns the browser that runs.
func (c *Channel) alive() *page.Browser {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.browser
}
