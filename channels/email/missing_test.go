package email

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// TestUnreadableMessageHoldsUpNothing: a message that the server does not give holds
// the time up to which all is heard for ten minutes, however many come one after the
// other. Then a person is told, and it is asked for again all the same.
func TestUnreadableMessageHoldsUpNothing(t *testing.T) {
	q := newQuirkServer()
	q.messages = map[uint32]string{5: quirkText(5)}
	var mended atomic.Bool
	q.edit = func(_ *quirkServer, c call, answer string) string {
		if c.verb == "UID FETCH" && strings.Contains(c.args, "BODY.PEEK[]") && len(c.set) > 0 && slices.Max(c.set) >= 7 && !mended.Load() {
			return c.tag + " NO [SERVERBUG] no\r\n"
		}
		return answer
	}
	q.start(t)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	cfg := imapConfig(q.addr)
	cfg.IMAP.Poll = quirkPoll
	c, err := New(cfg, Options{Clock: now, Timeout: 10 * time.Second, Relogin: quirkRelogin})
	if err != nil {
		t.Fatal(err)
	}
	h := newRecorder("INBOX")
	end := listen(t, c, h)
	first := h.readPast(t, time.Time{}).Until
	lacks := func(what string) func(*recorder) bool {
		return func(h *recorder) bool { return strings.Contains(h.mark.Position, what) }
	}
	// One that cannot be had comes every six minutes, after a restart too.
	for n := range uint32(4) {
		ahead.Add(int64(time.Minute))
		came := now()
		q.deliver(7+n, quirkText(7+n))
		uid := string(rune('7' + n))
		if n == 3 {
			uid = "10"
		}
		h.await(t, "a message "+uid+" that is missing", lacks(" "+uid+"/2/"))
		h.mu.Lock()
		if until := h.mark.Until; !until.Before(came) {
			t.Errorf("all is heard until %v, and %s came at %v", until, uid, came)
		}
		h.mu.Unlock()
		if n == 1 {
			if err := end(); err == nil {
				t.Error("Listen ended without an error")
			}
			end = listen(t, c, h)
		}
		ahead.Add(int64(5 * time.Minute))
	}
	h.readPast(t, first.Add(10*time.Minute))
	ahead.Add(int64(15 * time.Minute))
	h.readPast(t, now().Add(-time.Minute))
	h.await(t, "four that are kept", lacks("10/3/"))
	h.mu.Lock()
	told := 0
	for _, a := range h.arrivals {
		if a.Responder == channels.Unreadable && a.Media == channels.Mail && strings.Contains(string(a.Raw), "Subject: text") {
			told++
			if a.Times.Server.Year() != 2021 || !a.Times.Arrived.Equal(a.Times.Server) {
				t.Errorf("it bears %+v, want the mailbox's time", a.Times)
			}
		}
	}
	if told != 4 {
		t.Errorf("a person was told of %d, want 4 with their headers", told)
	}
	h.mu.Unlock()

	mended.Store(true)
	ahead.Add(int64(time.Hour))
	h.await(t, "the messages themselves", func(h *recorder) bool {
		whole := 0
		for _, a := range h.arrivals {
			if a.Responder == "" {
				whole++
			}
		}
		return whole == 5 && !strings.Contains(h.mark.Position, "lacks")
	})
}
