package messenger

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/meta"
)

// TestPinned: an answer that is pinned to an opener answers that one, though a later one is open; one that is pinned to
// what we do not know is heard as any other. Words that a shopper puts in place of the opener's open nothing, and answer nothing.
func TestPinned(t *testing.T) {
	p := startMeta(t, meta.Options{Pages: []meta.Page{{ID: page, Token: pageToken, Language: "nb", Behaviour: simulated.Mute}}})
	c := newChannel(t, p.URL(), Options{Pages: []Reach{{Page: page, PageToken: channels.Inline(pageToken)}}})
	words := []string{"Hei! Hva koster det hos dere i måneden?", "Har dere åpent på lørdag og søndag?"}
	var open []channels.Conversation
	for i, token := range []string{"first", "second"} {
		open = append(open, channels.Conversation{Opening: channels.Opening{
			Token: token, Reach: page, Body: words[i], Persona: channels.Persona{Name: persona},
		}})
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return open, nil })
	server := httptest.NewServer(c)
	defer server.Close()
	p.SetHook(server.URL)
	l := newKeeper()
	end := listenTo(t, c, l)
	defer end()
	token, err := c.token(persona)
	if err != nil {
		t.Fatal(err)
	}
	p.Follow(page, persona, token)
	channeltest.Until(t, "the shopper is enrolled", func() bool {
		r, err := parseRoll(l.Mark().Position)
		return err == nil && len(r.Enrolled) == 1
	})
	kept := func(n int) map[string]channels.Arrival {
		t.Helper()
		channeltest.Until(t, "it is heard", func() bool { all, _ := l.Kept(); return len(all) >= n })
		all, _ := l.Kept()
		return all
	}
	for i, text := range words {
		p.Say(page, persona, text)
		kept(i + 1)
		time.Sleep(20 * time.Millisecond)
	}
	log := p.Log()
	for i, tt := range []struct{ pinned, want string }{{log[0].ID, "first"}, {log[1].ID, "second"}, {log[0].ID, "first"}} {
		mid := p.Pin(page, persona, tt.pinned, "Det koster 49 kroner, og vi har stengt.")
		if got := kept(3 + i)[page+" "+mid]; len(got.Names) != 1 || got.Names[0] != tt.want {
			t.Errorf("pinned to %s: it answers %v", tt.want, got.Names)
		}
	}
	p.Edit(page, persona, log[0].ID, words[1])
	p.Pin(page, persona, "m_unknown", "Hei!")
	if all := kept(6); len(all) != 6 {
		t.Errorf("heard %d, want 6: other words in a message's place are none", len(all))
	}
}
