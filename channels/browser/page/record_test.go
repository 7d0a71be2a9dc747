package page

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"

	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/channeltest/webchat"
)

// A tape keeps what was done.
type tape struct {
	mu   sync.Mutex
	acts []flow.Act
}

func (r *tape) act(a flow.Act) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = append(r.acts, a)
}

func (r *tape) all() []flow.Act {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.acts)
}

// point clicks with Alt on the one element that fits.
func point(t testing.TB, p *Page, f flow.Find) {
	t.Helper()
	aim, err := p.Aim(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	const alt = 1
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		step := input.DispatchMouseEventParams{Type: kind, X: aim.at.x, Y: aim.at.y, Button: input.MouseButtonLeft, ClickCount: 1, Modifiers: alt}
		if err := call(t.Context(), p.top, input.DispatchMouseEvent, step); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecord records a conversation as a person would have it, and walks the flow that comes of it on a fresh
// page.
func TestRecord(t *testing.T) {
	w := webchat.DeepChat()
	c, err := webchat.Start(t.Context(), w, webchat.Find(t, w))
	if err != nil {
		t.Fatal(err)
	}
	b := launch(t, Options{})
	taken := &tape{}
	p, err := b.Record(t.Context(), c.URL(), taken.act)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for _, f := range []flow.Find{{Role: "button", Name: "Godta alle"}, {Role: "button", Name: "Chat med oss"}} {
		aim, err := p.Aim(ctx, f)
		if err == nil {
			err = aim.Click(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the socket is open", p.Socket)
	const asked = "Hemmelig spørsmål om 4111 1111"
	say(t, p, flow.Flow{Message: flow.Find{CSS: "#text-input"}}, asked)
	eventually(t, "the company has it", func() bool { return c.Got(asked) == 1 })
	if _, err := c.Say(asked, "agent", "Hei, jeg er et menneske."); err != nil {
		t.Fatal(err)
	}
	shown := map[flow.Mark]flow.Act{}
	for mark, f := range map[flow.Mark]flow.Find{
		flow.MarkMine: {CSS: ".message-bubble", Text: asked}, flow.MarkHuman: {Text: "Hei, jeg er et menneske.", CSS: ".message-bubble p"},
		flow.MarkBot: {Text: "Takk, jeg setter deg over til en medarbeider.", CSS: ".message-bubble p"},
	} {
		if err := p.Wait(ctx, f); err != nil {
			t.Fatal(err)
		}
		before := len(taken.all())
		point(t, p, f)
		eventually(t, "it is shown", func() bool { return len(taken.all()) > before })
		shown[mark] = taken.all()[before]
	}
	p.Close()
	acts := slices.DeleteFunc(taken.all(), func(a flow.Act) bool { return a.Kind == flow.ActPoint })
	drafted, notes := flow.Draft(acts, shown)
	drafted.States[flow.Offline] = []flow.Find{{Text: "Vi har stengt nå"}}
	text := string(drafted.Text())
	t.Logf("%s\n%s", text, strings.Join(notes, "\n"))
	if strings.Contains(text, "4111") {
		t.Error("what was typed is in the flow")
	}
	again, err := flow.Parse("recorded.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := b.Open(t.Context(), again, Kept{}, func() {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fresh.Close)
	if _, err := fresh.Navigate(ctx, c.URL(), u.Hostname()); err != nil {
		t.Fatal(err)
	}
	walk(t, fresh, again)
	eventually(t, "the socket is open", fresh.Socket)
	say(t, fresh, again, "Et nytt spørsmål om strøm")
	if l := shows(t, fresh, "Et nytt spørsmål om strøm"); l.Author != "mine" {
		t.Errorf("our own line is %+v", l)
	}
	if _, err := c.Say("Et nytt spørsmål om strøm", "agent", "Hei igjen, fra et menneske."); err != nil {
		t.Fatal(err)
	}
	if l := shows(t, fresh, "Hei igjen"); l.Author != "human" {
		t.Errorf("an agent's line is %+v", l)
	}
	if l := shows(t, fresh, "setter deg over"); l.Author != "bot" {
		t.Errorf("a bot's line is %+v", l)
	}
}
