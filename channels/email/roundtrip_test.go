package email

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
)

// homeward returns what three personas send to themselves, and the address of
// each.
func homeward(t *testing.T, c *Channel) (all []channels.Opening, addresses []string) {
	t.Helper()
	for _, name := range []string{"kari", "ola", "liv"} {
		o := testCanary()
		o.Token = name + o.Token
		o.ID, o.Persona = "canary-"+o.Token, channels.Persona{Name: name, Address: name + "@example.no", Tag: "plus"}
		prepared, err := c.Prepare(channels.Opening{Token: o.Token, Persona: o.Persona, Reach: "a@example.no"})
		if err != nil {
			t.Fatal(err)
		}
		all, addresses = append(all, o), append(addresses, prepared.Address)
	}
	return all, addresses
}

// One persona's mail is delivered to another mailbox, as by a forgotten rule, and
// one's to a folder that nobody listens to.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	a := startMailPair(t)
	for _, folder := range []string{"Junk", "Archive"} {
		a.first.create(t, folder)
	}
	a.cfg.IMAP.Folders = []string{"INBOX", "Junk"}
	a.cfg.IMAP.Poll = 50 * time.Millisecond
	c := newTestChannel(t, a.cfg)
	all, addresses := homeward(t, c)
	var to []string
	a.relay.mu.Lock() // as its sessions do
	a.relay.keep = func(rcpt string, raw []byte) {
		to = append(to, rcpt)
		home, folder := a.first, "Junk"
		switch rcpt {
		case addresses[1]:
			home, folder = a.second, "INBOX"
		case addresses[2]:
			folder = "Archive"
		}
		_, _ = home.Append(folder, textLiteral{strings.NewReader(string(raw))}, &imap.AppendOptions{})
	}
	a.relay.mu.Unlock()
	homes := c.RoundTrips(t.Context(), all, 5*time.Second)
	for i, home := range homes {
		switch {
		case home.Address != addresses[i]:
			t.Errorf("it went to %s, want %s", home.Address, addresses[i])
		case i == 0 && (home.Folder != "Junk" || home.After <= 0 || home.Err != nil):
			t.Errorf("home: got %+v", home)
		case i > 0 && (home.Folder != "" || home.Err != nil):
			t.Errorf("elsewhere: got %+v", home)
		}
	}
	a.relay.mu.Lock()
	defer a.relay.mu.Unlock()
	if got, want := strings.Join(to, " "), strings.Join(addresses, " "); got != want {
		t.Errorf("sent to %s, want %s, each once", got, want)
	}
}

// What does not leave is said, and waited for by no one; what may have left is
// looked for.
func TestRoundTripsThatFail(t *testing.T) {
	t.Parallel()
	for fate, want := range map[channeltest.Fate]struct {
		home bool
		err  error
	}{
		channeltest.Refused:    {err: channels.ErrRefused},
		channeltest.UnsureLeft: {home: true},
		channeltest.UnsureLost: {},
	} {
		a := startMailPair(t)
		a.cfg.IMAP.Poll = 50 * time.Millisecond
		a.relay.decide(fate)
		c := newTestChannel(t, a.cfg)
		all, _ := homeward(t, c)
		within := time.Minute
		if fate == channeltest.UnsureLost {
			within = 3 * time.Second
		}
		for _, home := range c.RoundTrips(t.Context(), all, within) {
			if (home.Folder != "") != want.home || !errors.Is(home.Err, want.err) {
				t.Errorf("%v: got %+v, want %+v", fate, home, want)
			}
		}
	}
	a := startMailPair(t)
	a.first.stop()
	c := newTestChannel(t, a.cfg)
	all, _ := homeward(t, c)
	for _, home := range c.RoundTrips(t.Context(), all, 2*time.Second) {
		if home.Folder != "" || home.Err == nil || home.Address == "" {
			t.Errorf("no mailbox: got %+v", home)
		}
	}
}
