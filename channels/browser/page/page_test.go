package page

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/webchat"
)

// launch starts a browser until the test ends.
func launch(t testing.TB, opt Options) *Browser {
	t.Helper()
	if _, err := Look(); err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	opt.Unguarded = os.Geteuid() == 0 // the pages are our own
	b, err := Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// visit opens the page of a company with a widget.
func visit(t testing.TB, w webchat.Widget) (*Page, *webchat.Company, flow.Flow) {
	t.Helper()
	c, err := webchat.Start(t.Context(), w, webchat.Find(t, w))
	if err != nil {
		t.Fatal(err)
	}
	f, err := flow.ReadFile("../testdata/flows/" + w.Name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := launch(t, Options{}).Open(t.Context(), f, Kept{}, func() {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	u, err := url.Parse(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	door, err := p.Navigate(t.Context(), c.URL(), u.Hostname())
	if err != nil || door.Code != 200 {
		t.Fatalf("door %+v: %v", door, err)
	}
	return p, c, f
}

// walk takes the steps of a flow up to its message.
func walk(t testing.TB, p *Page, f flow.Flow) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, s := range f.Open {
		aim, err := p.Aim(ctx, s.At)
		if err != nil {
			t.Fatalf("%s %s: %v", s.Do, s.At, err)
		}
		if s.Do == flow.Fill {
			err = aim.Fill(ctx, s.Said(flow.Words{"name": "Kari Nordmann", "email": "kari@shopper.example"}))
		} else {
			err = aim.Click(ctx)
		}
		if err != nil {
			t.Fatalf("%s %s: %v", s.Do, s.At, err)
		}
	}
	if err := p.Wait(ctx, f.Ready.Find); err != nil {
		t.Fatal(err)
	}
	if err := p.until(ctx, func() (bool, error) { return p.Socket() || !f.Ready.Socket, nil }); err != nil {
		t.Fatal("no socket: ", err)
	}
}

// say writes a message and sends it.
func say(t testing.TB, p *Page, f flow.Flow, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	aim, err := p.Aim(ctx, f.Message)
	if err != nil {
		t.Fatal(err)
	}
	if err := aim.Fill(ctx, text); err != nil {
		t.Fatal(err)
	}
	if err := p.Enter(ctx); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the page shows a text, and returns its line.
func shows(t testing.TB, p *Page, text string) (line Line) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var seen Sight
	err := p.until(ctx, func() (bool, error) {
		var err error
		seen, err = p.Look(ctx)
		for _, l := range seen.Lines {
			if strings.Contains(l.Text, text) {
				line = l
				return true, nil
			}
		}
		return false, err
	})
	if err != nil {
		t.Fatalf("%q is not shown: %v, but %+v", text, err, seen)
	}
	return line
}

func TestWidgets(t *testing.T) {
	for i, w := range webchat.Widgets() {
		t.Run(w.Title, func(t *testing.T) {
			if i > 0 {
				long.Only(t, "the first widget")
			}
			p, c, f := visit(t, w)
			walk(t, p, f)
			const asked = "Hei! Hva koster det å flytte abonnementet «nå»?"
			before := time.Now()
			say(t, p, f, asked)
			own := shows(t, p, asked)
			if own.Author != "mine" {
				t.Errorf("own line %+v", own)
			}
			eventually(t, "the company has it", func() bool { return c.Got(asked) == 1 })
			eventually(t, "the question left", func() bool {
				fate, at := p.Became(asked, before)
				return fate == Taken && !at.Before(before)
			})
			at, err := c.Say(asked, "agent", "Hei Kari! Det koster 99 kroner.")
			if err != nil {
				t.Fatal(err)
			}
			answer := shows(t, p, "99 kroner")
			if answer.Author != w.Agent {
				t.Errorf("answer %+v", answer)
			}
			eventually(t, "the answer came over the wire", func() bool { return p.Came(answer.Text) })
			late := answer.At.Sub(at)
			t.Logf("the answer was drawn %v after it was said", late)
			if late < -5*time.Millisecond || late > 10*time.Second {
				t.Errorf("the answer was drawn %v after it was said", late)
			}
			if p.Came("Dette har siden selv funnet på") {
				t.Error("what nobody has said has come over the wire")
			}
			picture, err := p.Picture(t.Context())
			if err != nil || !strings.HasPrefix(string(picture), "RIFF") {
				t.Errorf("a picture of %d octets: %v", len(picture), err)
			}
		})
	}
}

// eventually waits until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Errorf("not within a minute: %s", what)
}
