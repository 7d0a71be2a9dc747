package webhook

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	"github.com/svartid/svartid/channels/simulated/courier"
	"github.com/svartid/svartid/channels/simulated/relay"
)

const word = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// unprepared returns an opening with the given token.
func unprepared(token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token + ".1", Token: token, Reach: "nordlys",
		Persona: channels.Persona{Name: "Kari Nordmann"},
		Subject: "Pris", Body: "Hei! Hva koster det?\n",
	}
}

// startRelay runs a relay until the test ends.
func startRelay(t *testing.T, opt relay.Options) *relay.Relay {
	t.Helper()
	opt.Secret = channels.Inline(word)
	opt.Companies = append(opt.Companies, relay.Company{Reach: "nordlys", Language: "nb", Behaviour: simulated.Mute})
	r := relay.New(opt)
	channeltest.Play(t, r)
	return r
}

// newChannel returns a channel to url that marks its time quickly.
func newChannel(t *testing.T, cfg Config, opt Options) *Channel {
	t.Helper()
	if cfg.Secret.IsZero() {
		cfg.Secret = channels.Inline(word)
	}
	if cfg.URL == "" {
		cfg.URL = "http://127.0.0.1:1"
	}
	if opt.Beat == 0 {
		opt.Beat = 20 * time.Millisecond
	}
	c, err := New(cfg, opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// mischief is how a relay brings a fate about.
func mischief(fate channeltest.Fate) chats.Mischief {
	switch fate {
	case channeltest.Refused:
		return chats.Mischief{Refuse: 1}
	case channeltest.UnsureLeft:
		return chats.Mischief{Drop: 1}
	case channeltest.UnsureLost:
		return chats.Mischief{Lose: 1}
	case channeltest.Failing:
		return chats.Mischief{Fail: 1}
	}
	return chats.Mischief{}
}

func TestSuite(t *testing.T) {
	channeltest.RunParallel(t, func(t *testing.T) channeltest.World {
		r := startRelay(t, relay.Options{})
		cfg := Config{URL: r.URL(), Secret: channels.Inline(word)}
		c := newChannel(t, cfg, Options{})
		return channeltest.World{
			Opener: c, Listener: c, Opening: unprepared,
			Decide:  func(fate channeltest.Fate) { r.Learn(mischief(fate)) },
			Got:     func(o channels.Opening) int { return r.Accepted()[messageID(o)] },
			Secrets: []string{word},
			Trouble: func(ctx context.Context) []error {
				cfg.Secret = channels.Inline("whsec_YW5uZXQ=")
				wrong := newChannel(t, cfg, Options{})
				cfg.Secret = channels.Inline(word + "hunter2")
				none := newChannel(t, cfg, Options{})
				o, _ := wrong.Prepare(unprepared("x7f3"))
				_, one := wrong.Open(ctx, o, channels.Unrecorded)
				_, two := none.Open(ctx, o, channels.Unrecorded)
				return []error{one, two}
			},
		}
	})
}

func TestHookSuite(t *testing.T) {
	for _, scheme := range []string{Standard, Hub256, Chatwoot} {
		t.Run(scheme, func(t *testing.T) {
			channeltest.RunHook(t, func(t *testing.T) channeltest.HookWorld {
				c := newChannel(t, Config{Scheme: scheme}, Options{})
				return channeltest.HookWorld{
					Listener: c, Hook: c, Secrets: []string{word},
					Delivery: func(text string) *http.Request {
						return delivery(t, c.inward(), courier.Parcel{ID: "msg_" + text, Body: replying("a-x7f3.1", text)})
					},
				}
			})
		})
	}
}
