package prompt_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/prompt"
)

// addressed stands for a mail channel's Prepare.
func addressed(o channels.Opening) (channels.Opening, error) {
	if !strings.Contains(o.Reach, "@") {
		return o, fmt.Errorf("reach %q is no address", o.Reach) // as mail has it
	}
	o.Address = "kari+" + o.Token + "@shopper.test"
	return o, nil
}

var kari = channels.Persona{Name: "Kari Nordmann", Address: "kari@shopper.test"}

func TestSuite(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.World {
		c, err := prompt.New(prompt.Config{How: prompt.Form, Mail: "mail"}, prompt.Options{Address: addressed})
		if err != nil {
			t.Fatal(err)
		}
		return channeltest.World{
			Opener: c,
			Opening: func(token string) channels.Opening {
				return channels.Opening{Attempt: token + ".1", Token: token, Reach: "https://nordlys.example/kontakt", Body: "Hei", Persona: kari}
			},
		}
	})
}

func TestPrompt(t *testing.T) {
	for _, tt := range []struct {
		how, reach  string
		link, typed string
		heard       bool
		first       channels.ReportKind
		person      bool // has the button for one who answers
	}{
		{prompt.Phone, "+47 815 00 000", "tel:+4781500000", "", false, channels.Ringing, true},
		{prompt.Phone, "(0)8-123 45", "tel:0812345", "", false, channels.Ringing, true},
		{prompt.Form, "https://nordlys.example/kontakt", "https://nordlys.example/kontakt", "kari+k3f9@shopper.test", true, channels.TapSent, false},
		{prompt.Messenger, "https://m.me/nordlys", "https://m.me/nordlys", "", false, channels.TapSent, true},
	} {
		c, err := prompt.New(prompt.Config{How: tt.how, Notify: []string{"ola@shopper.test"}}, prompt.Options{Address: addressed})
		if err != nil {
			t.Fatal(err)
		}
		o, err := c.Prepare(channels.Opening{Attempt: "a.1", Token: "k3f9", Reach: tt.reach, Body: "Hei!", Persona: kari})
		if err != nil {
			t.Fatal(err)
		}
		p, ok := c.Prompt(o)
		if o.Reach != tt.reach {
			t.Errorf("%s: its reach is %s now", tt.how, o.Reach)
		}
		if !ok || p.How != tt.how || p.Link != tt.link || p.Typed != tt.typed || p.Heard != tt.heard || p.Text != "Hei!" || p.Seen {
			t.Errorf("%s: got %+v", tt.how, p)
		}
		if p.Taps[0] != tt.first || p.Taps[len(p.Taps)-1] != channels.CouldNot || slices.Contains(p.Taps, channels.Person) != tt.person {
			t.Errorf("%s: got taps %v", tt.how, p.Taps)
		}
		if !slices.Equal(p.Notify, []string{"ola@shopper.test"}) {
			t.Errorf("%s: tells %v", tt.how, p.Notify)
		}
		var refusal *channels.Refusal
		if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.As(err, &refusal) || !refusal.Ours {
			t.Errorf("%s: got %v, want a refusal of our own", tt.how, err)
		}
	}
}

func TestFormNeedsMail(t *testing.T) {
	if _, err := prompt.New(prompt.Config{How: prompt.Form, Mail: "mail"}, prompt.Options{}); err == nil {
		t.Error("got a form whose replies no channel hears")
	}
	c, err := prompt.New(prompt.Config{How: prompt.Phone}, prompt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Prepare(channels.Opening{Attempt: "a.1"}); err == nil {
		t.Error("prepared an opening without a token")
	}
}
