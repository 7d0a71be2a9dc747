package simulated

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
)

func TestCanaryComesHomeBothWays(t *testing.T) {
	w := start(t, Options{})
	mailbox := w.Mailbox()
	mailbox.Canary = w.Canary()
	mailbox.Canary.IMAP.Poll = 20 * time.Millisecond
	c, err := email.New(mailbox, email.Options{Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := channels.Opening{
		Token: "x7f3", ID: "canary-x7f3",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@" + w.Domain(), Tag: "catchall"},
	}
	if err := c.SendCanary(ctx, o); err != nil {
		t.Fatal(err)
	}
	got := arrivals(t, w)
	home, ok := got["canary-x7f3@"+w.Domain()]
	if !ok || len(got) != 1 || strings.Contains(home.Header.Get("Delivered-To"), canary) {
		t.Errorf("got %d arrivals in the first mailbox, %s", len(got), home.raw)
	}
	if n := len(w.Log()); n > 0 {
		t.Errorf("companies were met %d times", n)
	}
}
