package chatwoot

import (
	"context"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	fake "github.com/svartid/svartid/channels/simulated/chatwoot"
)

const hmacKey = "hemmelig-hmac-nokkel"

// inboxes has one inbox for each behaviour that tests ask for.
func inboxes() []fake.Inbox {
	return []fake.Inbox{
		{ID: "mute", Behaviour: simulated.Mute, Language: "nb"},
		{ID: "brisk", Behaviour: simulated.Brisk, Language: "nb"},
		{ID: "bots", Behaviour: simulated.BotFirst, Language: "nb"},
		{ID: "away", Behaviour: simulated.Offline, Language: "nb"},
		{ID: "greets", Behaviour: simulated.Brisk, Language: "nb", Greeting: "Velkommen! Vi svarer snart."},
		{ID: "proof", Behaviour: simulated.Mute, Language: "nb", HMAC: channels.Inline(hmacKey)},
	}
}

// start runs a server until the test ends.
func start(t testing.TB, opt fake.Options) *fake.Server {
	t.Helper()
	if opt.Inboxes == nil {
		opt.Inboxes = inboxes()
	}
	s := fake.New(opt)
	channeltest.Play(t, s)
	return s
}

// connect returns a channel to the server at url that reads often and follows
// all of open.
func connect(t testing.TB, url string, open ...channels.Conversation) *Channel {
	t.Helper()
	c, err := New(Config{URL: url}, Options{
		Timeout: 5 * time.Second, Poll: 20 * time.Millisecond,
		HMAC: func(inbox string) channels.Secret {
			if inbox == "proof" {
				return channels.Inline(hmacKey)
			}
			return channels.Secret{}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return open, nil })
	return c
}

// unprepared returns an opening with the given token, for the mute inbox.
func unprepared(token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token, Token: token, Reach: "mute",
		Persona: channels.Persona{Name: "Kari Nordmann"},
		Body:    "Hei! Hva koster det å flytte abonnementet?",
	}
}

// prepared returns an opening for an inbox, ready to open.
func prepared(t testing.TB, token, inbox string) channels.Opening {
	t.Helper()
	o := unprepared(token)
	o.Reach = inbox
	o, err := (&Channel{}).Prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// met returns a conversation that was opened before the test.
func met(t testing.TB, s *fake.Server, token, inbox string) channels.Conversation {
	t.Helper()
	o := prepared(t, token, inbox)
	receipt, err := connect(t, s.URL()).Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	return channels.Conversation{Opening: o, At: receipt.At, Names: receipt.Names}
}

// fates are the suite's, as this server brings them about.
func fates() map[channeltest.Fate]chats.Mischief {
	return map[channeltest.Fate]chats.Mischief{
		channeltest.Refused:    {Refuse: 1},
		channeltest.UnsureLeft: {Drop: 1},
		channeltest.UnsureLost: {Lose: 1},
		channeltest.Failing:    {Limit: 1},
	}
}

// wrongly returns the errors that a channel makes of a wrong HMAC key.
func wrongly(t *testing.T, url string) func(context.Context) []error {
	return func(ctx context.Context) []error {
		c := connect(t, url)
		c.opt.HMAC = func(string) channels.Secret { return channels.Inline("feil-" + hmacKey) }
		_, open := c.Open(ctx, prepared(t, "x7f3", "proof"), channels.Unrecorded)
		c.opt.HMAC = func(string) channels.Secret { return channels.InFile("/there/is/none") }
		_, unread := c.Open(ctx, prepared(t, "x7f3", "proof"), channels.Unrecorded)
		return []error{open, unread}
	}
}

func TestSuite(t *testing.T) {
	channeltest.RunParallel(t, func(t *testing.T) channeltest.World {
		s := start(t, fake.Options{})
		open := met(t, s, "before1", "mute")
		c := connect(t, s.URL(), open)
		return channeltest.World{
			Opener: c, Listener: c, Settler: c,
			Opening: unprepared,
			Decide:  func(f channeltest.Fate) { s.Learn(fates()[f]) },
			Got:     func(o channels.Opening) int { return s.Accepted()[o.ID] },
			Deliver: func(text string) {
				if _, err := s.Say("mute", open.Opening.ID, channels.Human, text); err != nil {
					t.Error(err)
				}
			},
			Break:   s.Cut,
			Secrets: []string{hmacKey, visitorOf(prepared(t, "x7f3", "proof")).hash("feil-" + hmacKey)},
			Trouble: wrongly(t, s.URL()),
		}
	})
}
