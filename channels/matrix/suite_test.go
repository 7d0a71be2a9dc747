package matrix

import (
	"context"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

// Users of the companies that tests ask.
const (
	mute    = "@mute:chat.example"
	brisk   = "@brisk:chat.example"
	offline = "@offline:chat.example"
	robot   = "@robot:chat.example"
	abroad  = "@desk:abroad.example"
)

// start runs a server until the test ends.
func start(t testing.TB, opt fake.Options) *fake.Server {
	t.Helper()
	if opt.Desks == nil {
		opt.Desks = []fake.Desk{
			{User: mute, Behaviour: simulated.Mute, Language: "nb"},
			{User: brisk, Behaviour: simulated.Brisk, Language: "nb"},
			{User: offline, Behaviour: simulated.Offline, Language: "nb"},
			{User: robot, Behaviour: simulated.BotFirst, Language: "nb"},
			{User: abroad, Behaviour: simulated.Mute, Language: "nb", Skew: time.Hour},
		}
	}
	s := fake.New(opt)
	channeltest.Play(t, s)
	return s
}

// account is the configuration of our account on s.
func account(s *fake.Server) Config {
	return Config{URL: s.URL(), User: s.User(), AccessToken: s.AccessToken()}
}

// connect returns a channel whose polls are short.
func connect(t testing.TB, cfg Config) *Channel {
	t.Helper()
	c, err := New(cfg, Options{Timeout: 5 * time.Second, Wait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	c.behind = 20 * time.Millisecond
	return c
}

// unprepared returns an opening with the given token, for the mute company.
func unprepared(token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token, Token: token, Reach: mute,
		Persona: channels.Persona{Name: "Kari Nordmann"}, Body: "Hei! Hva koster det å flytte abonnementet?",
	}
}

// prepared returns an opening for a company, ready to open.
func prepared(t testing.TB, c *Channel, token, reach string) channels.Opening {
	t.Helper()
	o := unprepared(token)
	o.Reach = reach
	o, err := c.Prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	return o
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

// wrongly returns the errors that a channel makes of a wrong access token,
// which this server repeats in its answer.
func wrongly(t *testing.T, cfg Config, secret string) func(context.Context) []error {
	return func(ctx context.Context) []error {
		cfg.AccessToken = channels.Inline(secret)
		c := connect(t, cfg)
		o := prepared(t, c, "x7f3", mute)
		_, open := c.Open(ctx, o, channels.Unrecorded)
		_, settle := c.Reconcile(ctx, o)
		listen := c.Listen(ctx, channels.Checkpoint{Source: source}, func(context.Context, channels.Batch) error { return nil })
		closing := c.Close(ctx, channels.Conversation{Opening: o, Names: []string{"!x:y"}}, "Takk!")
		return []error{open, settle, listen, closing}
	}
}

func TestSuite(t *testing.T) {
	channeltest.RunParallel(t, func(t *testing.T) channeltest.World {
		s := start(t, fake.Options{})
		c := connect(t, account(s))
		room := s.Meet(mute)
		right, err := s.AccessToken().Reveal()
		if err != nil {
			t.Fatal(err)
		}
		return channeltest.World{
			Opener: c, Listener: c, Settler: c,
			Opening: unprepared,
			Decide:  func(f channeltest.Fate) { s.Learn(fates()[f]) },
			Got:     func(o channels.Opening) int { return s.Accepted()[o.ID] },
			Deliver: func(text string) { s.Say(room, mute, channels.Human, text) },
			Break:   s.Cut,
			Secrets: []string{right, "wrong-" + right},
			Trouble: wrongly(t, account(s), "wrong-"+right),
		}
	})
}
