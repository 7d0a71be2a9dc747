package browser

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/webchat"
)

// TestAdvise: what a site's robots.txt says of the page is told, as a browser reads it, and nothing of a site without one.
func TestAdvise(t *testing.T) {
	w := webchat.DeepChat()
	c, company, _ := meet(t, w, Options{})
	reach := unprepared(company, w.Name, "look").Reach
	for _, tt := range []struct{ robots, want string }{
		{"", ""},
		{"User-agent: *\nDisallow: /admin\n", ""},
		{"User-agent: *\n\nDisallow: /kontakt\n", `says "Disallow: /kontakt"`},
	} {
		company.Be(webchat.Mood{Robots: tt.robots})
		got, err := c.Advise(t.Context(), reach)
		if err != nil || (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: got %q, %v", tt.robots, got, err)
		}
	}
	if company.Knocks() != 0 {
		t.Error("the page itself was opened")
	}
}

// TestResponding drives widgets that are told nothing, and are answered by responses alone: the opener is sent once it is drawn
// and was answered, what was answered is heard once and as a bot's, a closed door is one, and what may have left is settled.
func TestResponding(t *testing.T) {
	long.Only(t, "two more widgets, each of which starts a browser")
	for _, w := range webchat.Responding() {
		t.Run(w.Title, func(t *testing.T) {
			c, company, open := meet(t, w, Options{})
			if err := c.Locate(t.Context(), unprepared(company, w.Name, "look").Reach); err != nil {
				t.Fatal(err)
			}
			o := prepared(t, c, unprepared(company, w.Name, "first1"))
			receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
			if err != nil {
				t.Fatal(err)
			}
			if got := company.Got("first1"); got != 1 {
				t.Errorf("the company has it %d times", got)
			}
			*open = append(*open, channels.Conversation{Opening: o, At: receipt.At})
			k := channeltest.NewKeeper(channels.Checkpoint{Source: source})
			end := k.Listen(t, c)
			const thanks = "bot: Takk, jeg setter deg over til en medarbeider."
			heard := func() (texts []string) {
				all, _ := k.Kept()
				for _, a := range all {
					if !a.Opener {
						texts = append(texts, string(a.Responder)+": "+a.Text)
					}
				}
				return texts
			}
			channeltest.Until(t, "the answer is heard", func() bool { return slices.Contains(heard(), thanks) })
			for _, text := range slices.DeleteFunc(heard(), func(text string) bool { return text == thanks }) {
				if !strings.Contains(text, "Jeg er en chatbot") { // what it says before anyone has asked
					t.Errorf("heard %q", text)
				}
			}
			end()
			if again, err := c.Reconcile(t.Context(), o); err != nil || again.Response == "" {
				t.Errorf("settled as %+v, %v", again, err)
			}
			company.Be(webchat.Mood{Lose: 1, Rude: true})
			lost := prepared(t, c, unprepared(company, w.Name, "second2"))
			if _, err := c.Open(t.Context(), lost, channels.Unrecorded); !errors.Is(err, channels.ErrUnsure) && err != nil {
				t.Errorf("an opener whose connection was dropped: %v", err)
			}
			company.Be(webchat.Mood{Offline: true})
			var no *channels.Refusal
			shut := prepared(t, c, unprepared(company, w.Name, "third3"))
			if _, err := c.Open(t.Context(), shut, channels.Unrecorded); !errors.As(err, &no) || no.Sign != channels.SignOffline {
				t.Errorf("a closed door: %v", err)
			}
		})
	}
}
