package rocketchat

import (
	"context"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	fake "github.com/svartid/svartid/channels/simulated/rocketchat"
)

// desks has one department for each behaviour that tests ask for.
func desks() []fake.Desk {
	return []fake.Desk{
		{ID: "d1", Name: "mute", Behaviour: simulated.Mute, Language: "nb"},
		{ID: "d2", Name: "brisk", Behaviour: simulated.Brisk, Language: "nb"},
		{ID: "d3", Name: "offline", Behaviour: simulated.Offline, Language: "nb"},
		{ID: "d4", Name: "form", Behaviour: simulated.Mute, Language: "nb", Form: true},
		{ID: "d5", Name: "curt", Behaviour: simulated.Mute, Language: "nb", Longest: 10},
		{ID: "d6", Name: "bot-first", Behaviour: simulated.BotFirst, Language: "nb"},
	}
}

// start runs a server until the test ends, one that does not limit us unless it is told to.
func start(t testing.TB, opt fake.Options) *fake.Server {
	t.Helper()
	if opt.Desks == nil {
		opt.Desks = desks()
	}
	if opt.PerWindow == 0 && opt.Window == 0 {
		opt.PerWindow = fake.Unlimited
	}
	s := fake.New(opt)
	channeltest.Play(t, s)
	return s
}

// connect returns a channel to s that reads often and follows all of open.
func connect(t testing.TB, s *fake.Server, open ...channels.Conversation) *Channel {
	t.Helper()
	c, err := New(Config{URL: s.URL(), Poll: 5 * time.Millisecond, Bots: []string{fake.Robot}}, Options{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c.behind = 20 * time.Millisecond
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return open, nil })
	return c
}

// unprepared returns an opening with the given token, for the mute desk.
func unprepared(token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token, Token: token, Reach: "mute",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@shopper.example", Tag: "plus"},
		Body:    "Hei! Hva koster det å flytte abonnementet?",
	}
}

// prepared returns an opening for a desk, ready to open.
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

// met returns a conversation that was opened before the test.
func met(t testing.TB, s *fake.Server, token string) channels.Conversation {
	t.Helper()
	silent := entered(t, s, token)
	s.Ask(silent.Names[0], silent.Opening.ID, silent.Opening.Body)
	return silent
}

// entered returns a conversation in which nothing has been said.
func entered(t testing.TB, s *fake.Server, token string) channels.Conversation {
	t.Helper()
	o, err := (&Channel{}).Prepare(unprepared(token))
	if err != nil {
		t.Fatal(err)
	}
	room, err := s.Meet("mute", o.Address)
	if err != nil {
		t.Fatal(err)
	}
	return channels.Conversation{Opening: o, At: time.Now(), Names: []string{room}}
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

func TestSuite(t *testing.T) {
	channeltest.RunParallel(t, func(t *testing.T) channeltest.World {
		s := start(t, fake.Options{})
		open := met(t, s, "before1")
		c := connect(t, s, open)
		return channeltest.World{
			Opener: c, Listener: c, Settler: c,
			Opening: unprepared,
			Decide:  func(f channeltest.Fate) { s.Learn(fates()[f]) },
			Got:     func(o channels.Opening) int { return s.Accepted()[o.ID] },
			Deliver: func(text string) { s.Say(open.Names[0], channels.Human, text) },
			Break:   s.Cut,
			Secrets: []string{open.Opening.Address},
		}
	})
}
