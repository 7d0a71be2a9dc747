package email

import (
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

// TestHiddenMessageHoldsUpTime: while the server says that there are more messages than
// it lists, the time up to which all is heard stands still, for ten minutes at most.
// A message that shows up below others is heard once, in a later session too.
func TestHiddenMessageHoldsUpTime(t *testing.T) {
	for _, uid := range []uint32{7, 9} { // below others, and behind them
		q := newQuirkServer()
		q.messages = map[uint32]string{5: quirkText(5)}
		var shown atomic.Bool
		hide := hidden(uid, 1<<30, func(c call) bool { return strings.HasPrefix(c.verb, "UID ") })
		q.edit = func(q *quirkServer, c call, answer string) string {
			if shown.Load() {
				return answer
			}
			return hide(q, c, answer)
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
		h.readPast(t, time.Time{})
		ahead.Add(int64(time.Minute))
		q.deliver(uid, quirkText(uid))
		q.deliver(8, quirkText(8))
		came := now().Add(time.Second)
		stands := func() {
			t.Helper()
			h.mu.Lock()
			looks := len(h.counts)
			h.mu.Unlock()
			h.await(t, "three looks more", func(h *recorder) bool { return len(h.counts) >= looks+3 })
			h.mu.Lock()
			defer h.mu.Unlock()
			if until := h.mark.Until; !until.Before(came) {
				t.Errorf("all is heard until %v, and %d came at %v", until, uid, came)
			}
		}
		h.await(t, "the other message", func(h *recorder) bool { return len(h.arrivals) == 2 })
		stands()
		ahead.Add(int64(5 * time.Minute))
		stands()
		if err := end(); err == nil {
			t.Error("Listen ended without an error")
		}
		end = listen(t, c, h)
		stands()
		ahead.Add(int64(5 * time.Minute))
		h.readPast(t, now().Add(-time.Minute))
		if err := end(); err == nil {
			t.Error("Listen ended without an error")
		}
		shown.Store(true)
		end = listen(t, c, h)
		h.await(t, "the message that shows up late", func(h *recorder) bool { return len(h.arrivals) == 3 })
		h.readPast(t, now().Add(-time.Second))
		if err := end(); err == nil {
			t.Error("Listen ended without an error")
		}
		if len(h.arrivals) != 3 || string(h.arrivals[2].Raw) != quirkText(uid) {
			t.Errorf("heard %d messages: %v", len(h.arrivals), h.arrivals)
		}
	}
}

// TestUnlisted: what is not listed below the position is remembered, with bounds, and
// forgotten in time.
func TestUnlisted(t *testing.T) {
	at := time.Unix(1700000000, 0)
	p := position{validity: 7, uid: 4}
	p.pass(12, []imap.UID{5, 8, 9, 30}, at)
	if got, want := p.String(), "7:12 unlisted 6:7/1700000000 10:12/1700000000"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.pass(9, nil, at)
	p.noteListed(11)
	p.noteListed(6)
	p.noteUnlisted(12, 12, at)
	p.noteUnlisted(14, 20, at.Add(time.Hour))
	const want = "7:12 unlisted 7:7/1700000000 10:10/1700000000 12:12/1700000000 14:20/1700003600"
	if got := p.String(); got != want || parsePosition(got).String() != want {
		t.Errorf("got %q, read %q, want %q", got, parsePosition(got), want)
	}
	if got := p.unlistedBelow(at.Add(unlistedLife - 1)).String(); got != "7,10,12" {
		t.Errorf("open are %s", got)
	}
	if got := p.unlistedBelow(at.Add(unlistedLife)); len(got) != 0 || p.String() != "7:12 unlisted 14:20/1700003600" {
		t.Errorf("open are %s of %q", got, p)
	}
	for uid := imap.UID(40); uid < 4000; uid += 2 {
		p.pass(uid, []imap.UID{uid}, at)
	}
	if len(p.unlisted) != mostUnlisted || p.unlisted[mostUnlisted-1].to != 3997 {
		t.Errorf("%d ranges: %s", len(p.unlisted), p)
	}
}

// TestThrottledMessagesAreAskedForAgain: where the server gives no text for a while, the
// messages are asked for again with growing pauses, and the log says so. It does not
// count as a try, and no person is told.
func TestThrottledMessagesAreAskedForAgain(t *testing.T) {
	q := newQuirkServer()
	q.messages = map[uint32]string{5: quirkText(5)}
	var throttles atomic.Bool
	q.edit = func(_ *quirkServer, c call, answer string) string {
		if c.verb == "UID FETCH" && strings.Contains(c.args, "BODY") && throttles.Load() {
			return c.tag + " NO [THROTTLED] slow down\r\n"
		}
		return answer
	}
	q.start(t)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	cfg := imapConfig(q.addr)
	cfg.IMAP.Poll = quirkPoll
	var said logLines
	c, err := New(cfg, Options{Clock: now, Timeout: 10 * time.Second, Relogin: quirkRelogin, Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	h := newRecorder("INBOX")
	listen(t, c, h)
	h.readPast(t, time.Time{})
	throttles.Store(true)
	for uid := uint32(6); uid < 9; uid++ {
		q.deliver(uid, quirkText(uid))
	}
	h.await(t, "three that were asked for twice", func(h *recorder) bool { return strings.Count(h.mark.Position, "/2/") == 3 })
	for pause := shortestRefusal; pause <= time.Minute; pause *= 2 {
		lines := said.count("messages refused")
		ahead.Add(int64(pause + time.Second))
		h.await(t, "another line in the log", func(*recorder) bool { return said.count("messages refused") > lines })
	}
	throttles.Store(false)
	ahead.Add(int64(longestRefusal + time.Second))
	h.await(t, "all four", func(h *recorder) bool { return len(h.arrivals) == 4 && !strings.Contains(h.mark.Position, "lacks") })
	said.mu.Lock()
	text := said.text.String()
	said.mu.Unlock()
	if said.count("THROTTLED") == 0 || said.count("messages=3") == 0 || said.count("messages refused") > 10 {
		t.Errorf("the log says %q", text)
	}
}

// TestHeaderAloneIsTakenInTheEnd: a message that is a header and no more is heard as it
// is after ten minutes, whatever the server says of its size. No person is told.
func TestHeaderAloneIsTakenInTheEnd(t *testing.T) {
	q := newQuirkServer()
	const alone = "Message-ID: <6@kraft.example>\r\nSubject: alone\r\n\r\n"
	q.messages = map[uint32]string{5: quirkText(5), 6: alone, 7: quirkText(7)}
	size := regexp.MustCompile(`RFC822.SIZE \d+`)
	q.edit = func(_ *quirkServer, _ call, answer string) string {
		return size.ReplaceAllString(answer, "RFC822.SIZE 9170")
	}
	q.start(t)
	var ahead atomic.Int64
	cfg := imapConfig(q.addr)
	cfg.IMAP.Poll = quirkPoll
	c, err := New(cfg, Options{
		Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }, Timeout: 10 * time.Second, Relogin: quirkRelogin,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := newRecorder("INBOX")
	listen(t, c, h)
	h.await(t, "a message that was asked for twice", func(h *recorder) bool { return strings.Contains(h.mark.Position, "lacks 6/2/") })
	h.mu.Lock()
	if got := len(h.arrivals); got != 2 {
		t.Errorf("heard %d at first, want 2", got)
	}
	h.mu.Unlock()
	ahead.Add(int64(10 * time.Minute))
	h.await(t, "the header", func(h *recorder) bool { return len(h.arrivals) == 3 && !strings.Contains(h.mark.Position, "lacks") })
	h.mu.Lock()
	defer h.mu.Unlock()
	if got := h.arrivals[2]; string(got.Raw) != alone || got.Responder != "" {
		t.Errorf("heard %q of %q", got.Raw, got.Responder)
	}
}

// LogLines keep what is logged.
type logLines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// count returns how often a text was logged.
func (l *logLines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}
