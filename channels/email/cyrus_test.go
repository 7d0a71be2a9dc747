package email

import (
	"net"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
)

// TestCyrus hears a Cyrus server: what lies there and what comes, in both
// folders, and again after the server was away.
func TestCyrus(t *testing.T) {
	t.Parallel()
	cyrus := peers.StartCyrus(t)
	if err := cyrus.File(note(1), "INBOX"); err != nil {
		t.Fatal(err)
	}
	cfg := imapConfig(must(net.ResolveTCPAddr("tcp", cyrus.IMAP)), "INBOX", "Junk")
	cfg.IMAP.Username, cfg.IMAP.Password, cfg.IMAP.Poll = "shopper", channels.Inline("secret"), time.Second
	c := newTestChannel(t, cfg)
	if err := c.checkIMAP(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, aside := newRecorder("INBOX"), newRecorder("Junk")
	end := listen(t, c, h)
	listen(t, c, aside)
	h.heard(t, 1)
	h.readPast(t, time.Time{})
	for n := 2; n <= 40; n++ {
		if err := cyrus.File(note(n), "INBOX"); err != nil {
			t.Fatal(err)
		}
	}
	if err := cyrus.File(note(99), "Junk"); err != nil {
		t.Fatal(err)
	}
	for i, got := range h.heard(t, 40) {
		if want := string(note(i + 1)); string(got.Raw) != want || got.Times.Server.IsZero() {
			t.Errorf("arrival %d is %q at %v", i, got.Raw, got.Times.Server)
		}
	}
	if got := aside.heard(t, 1)[0]; got.Flagged != "Junk" {
		t.Errorf("flagged %q", got.Flagged)
	}
	cyrus.Stop()
	_ = end()
	cyrus.Start()
	listen(t, c, h)
	at := time.Now()
	if err := cyrus.File(note(41), "INBOX"); err != nil {
		t.Fatal(err)
	}
	h.readPast(t, at.Add(time.Second))
	if got := h.heard(t, 41); len(got) != 41 {
		t.Errorf("heard %d, want each once", len(got))
	}
	receipt, err := c.Reconcile(t.Context(), channels.Opening{Attempt: "a", ID: "41@kraft.example"})
	if err != nil || receipt.Response != "blind copy in INBOX" {
		t.Errorf("Reconcile: %+v, %v", receipt, err)
	}
}
