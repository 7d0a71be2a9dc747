package messenger

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
)

func TestPrompt(t *testing.T) {
	c := newChannel(t, "http://127.0.0.1:1", Options{Pages: []Reach{
		{Page: "1", PageToken: channels.Inline(pageToken)}, {Page: "2", Me: "https://m.me/nordlys"},
	}})
	c.cfg.Notify = []string{"ola@example.no"}
	for reach, want := range map[string]struct{ link, taps string }{
		"1": {"https://m.me/1", "[sent could not send]"},
		"2": {"https://m.me/nordlys", "[sent first reply a person answered sent elsewhere gave up could not send]"},
		"3": {"https://m.me/3", "[sent first reply a person answered sent elsewhere gave up could not send]"},
	} {
		o, err := c.Prepare(channels.Opening{Token: "x7f3", Reach: reach, Body: "Hei!"})
		if err != nil {
			t.Fatal(err)
		}
		got, ok := c.Prompt(o)
		if !ok || got.How != "messenger" || got.Link != want.link || got.Text != "Hei!" || fmt.Sprint(got.Taps) != want.taps || got.Heard != (reach == "1") || got.Seen != got.Heard || len(got.Notify) != 1 {
			t.Errorf("%s: got %+v", reach, got)
		}
	}
	var refusal *channels.Refusal
	if _, err := c.Open(t.Context(), channels.Opening{}, channels.Unrecorded); !errors.As(err, &refusal) || !refusal.Ours {
		t.Errorf("it opens: %v", err)
	}
	if _, err := c.Prepare(channels.Opening{Token: "x"}); err == nil {
		t.Error("it prepares an opener without words")
	}
}

func TestEnrolLink(t *testing.T) {
	c := newChannel(t, "http://127.0.0.1:1", Options{Pages: []Reach{{Page: "1"}, {Page: "2", Me: "https://m.me/nordlys"}}, Personas: []string{"Kari Nordmann"}})
	links := map[string]string{}
	for _, who := range []string{persona, "Kari Nordmann"} {
		link, err := c.EnrolLink(who, "2")
		_, token, _ := strings.Cut(link, "https://m.me/nordlys?ref=")
		if err != nil || c.enrolling(token) != who || strings.Contains(link, "svartid") {
			t.Errorf("%s: %s, %v", who, link, err)
		}
		links[link] = who
	}
	if len(links) != 2 || c.enrolling("") != "" || c.enrolling("sommersalg") != "" {
		t.Errorf("links %v", links)
	}
	if _, err := c.EnrolLink(persona, "3"); err == nil {
		t.Error("it enrols on an unknown page")
	}
	c.cfg.AppSecret = channels.Secret{}
	if _, err := c.EnrolLink(persona, "1"); err == nil {
		t.Error("it enrols by a token that anybody can make")
	}
}
