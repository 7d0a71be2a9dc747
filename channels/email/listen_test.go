package email

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/svartid/svartid/channels"
)

func TestListenHearsWhatLiesThereAndWhatComes(t *testing.T) {
	m := startMailbox(t, "INBOX")
	m.put(t, "INBOX", note(1))
	m.put(t, "INBOX", note(2))
	h := newRecorder("INBOX")
	c := newTestChannel(t, imapConfig(m.addr))
	listen(t, c, h)
	h.heard(t, 2)
	at := m.put(t, "INBOX", note(3))
	for i, got := range h.heard(t, 3) {
		if want := string(note(i + 1)); string(got.Raw) != want {
			t.Errorf("arrival %d is %q, want %q", i, got.Raw, want)
		}
		if got.Media != channels.Mail || got.Key == "" || got.Flagged != "" {
			t.Errorf("arrival %d: media %q, key %q, flagged %q", i, got.Media, got.Key, got.Flagged)
		}
	}
	mark := h.readPast(t, at)
	if mark.Source != "INBOX" || !strings.HasSuffix(mark.Position, ":3") {
		t.Errorf("mark %+v, want INBOX up to UID 3", mark)
	}
	if got := h.arrivals[2].Times; got.Server.IsZero() || !got.Arrived.Equal(got.Server) || got.Noticed.Before(at.Add(-time.Second)) {
		t.Errorf("times %+v", got)
	}
}

func TestListenResumesFromItsMark(t *testing.T) {
	t.Parallel()
	m := startMailbox(t, "INBOX")
	m.put(t, "INBOX", note(1))
	h := newRecorder("INBOX")
	c := newTestChannel(t, imapConfig(m.addr))
	end := listen(t, c, h)
	h.heard(t, 1)
	if err := end(); !errors.Is(err, context.Canceled) {
		t.Errorf("Listen: %v, want canceled", err)
	}
	at := m.put(t, "INBOX", note(2))
	listen(t, c, h)
	h.readPast(t, at)
	if got := h.heard(t, 2); len(got) != 2 || string(got[1].Raw) != string(note(2)) {
		t.Errorf("heard %d arrivals, want each once", len(got))
	}
}

func TestListenReadsManyInFewHearings(t *testing.T) {
	m := startMailbox(t, "INBOX")
	const n = 1000
	for i := range n {
		m.put(t, "INBOX", note(i))
	}
	h := newRecorder("INBOX")
	listen(t, newTestChannel(t, imapConfig(m.addr)), h)
	if got := h.heard(t, n); len(got) != n {
		t.Errorf("heard %d, want %d", len(got), n)
	}
	if got, want := len(h.counts), n/batchMessages+2; got > want {
		t.Errorf("%d batches, want at most %d", got, want)
	}
}

func TestListenStartsAnewOnNewUIDValidity(t *testing.T) {
	t.Parallel()
	m := startMailbox(t, "INBOX")
	m.put(t, "INBOX", note(1))
	m.put(t, "INBOX", note(2))
	h := newRecorder("INBOX")
	listen(t, newTestChannel(t, imapConfig(m.addr)), h)
	first := h.readPast(t, time.Now())

	if err := m.Delete("INBOX"); err != nil {
		t.Fatal(err)
	}
	m.create(t, "INBOX")
	m.put(t, "INBOX", note(2))
	m.put(t, "INBOX", note(3))
	got := h.heard(t, 4)
	if got[1].Key != got[2].Key {
		t.Error("the same message has another key under the new UIDVALIDITY")
	}
	if string(got[3].Raw) != string(note(3)) {
		t.Errorf("heard %q last", got[3].Raw)
	}
	if mark := h.readPast(t, time.Now()); mark.Position == first.Position {
		t.Errorf("position is still %s", mark.Position)
	}
}

func TestListenOffersAgainWhatWasNotHeard(t *testing.T) {
	m := startMailbox(t, "INBOX")
	m.put(t, "INBOX", note(1))
	full := errors.New("disk is full")
	h := newRecorder("INBOX")
	h.deny = func() error { return full }
	c := newTestChannel(t, imapConfig(m.addr))
	if err := c.Listen(t.Context(), h.mark, h.hear); !errors.Is(err, full) {
		t.Fatalf("Listen: %v, want the caller's error", err)
	}
	if h.mark.Position != "" {
		t.Errorf("mark moved to %+v", h.mark)
	}
	h.deny = nil
	listen(t, c, h)
	if got := h.heard(t, 1); string(got[0].Raw) != string(note(1)) {
		t.Errorf("heard %q", got[0].Raw)
	}
}

func TestListenFindsSilence(t *testing.T) {
	t.Parallel()
	m := startMailbox(t, "INBOX")
	for name, poll := range map[string]time.Duration{"behind IDLE": 100 * time.Millisecond, "polling": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			p := startProxy(t, m.addr)
			cfg := imapConfig(p.addr)
			cfg.IMAP.Poll = poll
			c, err := New(cfg, Options{Timeout: time.Second, Relogin: 10 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			h := newRecorder("INBOX")
			done := make(chan error, 1)
			go func() { done <- c.Listen(t.Context(), h.mark, h.hear) }()
			h.readPast(t, time.Now())
			p.hush(true)
			select {
			case err := <-done:
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("Listen: %v, want a deadline", err)
				}
			case <-time.After(time.Minute):
				t.Error("not found within a minute")
			}
		})
	}
}

func TestListenEndsWithItsContext(t *testing.T) {
	m := startMailbox(t, "INBOX")
	before := settled()
	h := newRecorder("INBOX")
	end := listen(t, newTestChannel(t, imapConfig(m.addr)), h)
	h.readPast(t, time.Now())
	began := time.Now()
	if err := end(); !errors.Is(err, context.Canceled) {
		t.Errorf("Listen: %v, want canceled", err)
	}
	if took := time.Since(began); took > 4*time.Second { // a busy machine's; the channel's own patience is 5 s
		t.Errorf("ended after %v", took)
	}
	awaitGoroutines(t, before)
}

func TestListenEndsWhileTheHearerIsAtWork(t *testing.T) {
	m := startMailbox(t, "INBOX")
	for i := range 500 {
		m.put(t, "INBOX", note(i))
	}
	before := settled()
	ctx, cancel := context.WithCancel(t.Context())
	err := newTestChannel(t, imapConfig(m.addr)).Listen(ctx, channels.Checkpoint{Source: "INBOX"}, func(context.Context, channels.Batch) error {
		cancel()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Listen: %v, want canceled", err)
	}
	awaitGoroutines(t, before)
}

func TestListenWaitsForASlowHearer(t *testing.T) {
	t.Parallel()
	m := startMailbox(t, "INBOX")
	for i := range 200 {
		m.put(t, "INBOX", note(i))
	}
	c, err := New(imapConfig(m.addr), Options{Timeout: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	h := newRecorder("INBOX")
	h.deny = func() error { time.Sleep(700 * time.Millisecond); return nil }
	listen(t, c, h)
	h.heard(t, 200)
	h.readPast(t, time.Now())
}

func TestListenFlagsJunk(t *testing.T) {
	for name, tt := range map[string]struct {
		folder string
		attrs  []imap.MailboxAttr
		want   string
	}{
		"inbox":       {"INBOX", nil, ""},
		"by name":     {"Junk", nil, "Junk"},
		"below inbox": {"INBOX/Spam", nil, "INBOX/Spam"},
		"Norwegian":   {"Søppelpost", nil, "Søppelpost"},
		"by use":      {"Quarantine", []imap.MailboxAttr{imap.MailboxAttrJunk}, "Quarantine"},
		"other use":   {"Archive", []imap.MailboxAttr{imap.MailboxAttrArchive}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMailbox(t, tt.folder)
			m.listed = func(w *imapserver.ListWriter, _ string) error {
				return w.WriteList(&imap.ListData{Mailbox: tt.folder, Delim: '/', Attrs: tt.attrs})
			}
			m.start(t)
			m.put(t, tt.folder, note(1))
			h := newRecorder(tt.folder)
			listen(t, newTestChannel(t, imapConfig(m.addr, tt.folder)), h)
			if got := h.heard(t, 1)[0].Flagged; got != tt.want {
				t.Errorf("flagged %q, want %q", got, tt.want)
			}
		})
	}
}

func TestListenSaysWhereItBroke(t *testing.T) {
	m := startMailbox(t, "INBOX")
	for name, tt := range map[string]struct {
		change func(*Config)
		source string
		want   string
	}{
		"no such folder": {func(c *Config) { c.IMAP.Folders = []string{"Junk"} }, "Junk", "select Junk: "},
		"no source":      {func(*Config) {}, "Archive", `listen: "Archive" is not a source`},
		"wrong password": {func(c *Config) { c.IMAP.Password = channels.Inline("feil-" + imapPassword) }, "INBOX", "login: "},
		"no server":      {func(c *Config) { c.IMAP.Port = 1 }, "INBOX", "connect 127.0.0.1: "},
		"no TLS":         {func(c *Config) { c.IMAP.TLS = StartTLS }, "INBOX", "connect 127.0.0.1: starttls: refused"},
		"no secret":      {func(c *Config) { c.IMAP.Password = channels.InFile("/nonexistent") }, "INBOX", "login: read secret: "},
		"no TLS's name":  {func(c *Config) { c.IMAP.TLS = "some" }, "INBOX", "connect 127.0.0.1: "},
		"not in ASCII":   {func(c *Config) { c.IMAP.Folders = []string{"Søppel"} }, "Søppel", "select Søppel: "},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := imapConfig(m.addr)
			tt.change(&cfg)
			err := newTestChannel(t, cfg).Listen(t.Context(), channels.Checkpoint{Source: tt.source}, newRecorder(tt.source).hear)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("Listen: %v, want %s…", err, tt.want)
			}
			if strings.Contains(err.Error(), imapPassword) {
				t.Errorf("error holds the password: %v", err)
			}
		})
	}
}

// TestListenLosesAndRepeatsNothing breaks the connection at any moment and lets
// the caller fail at any batch, and looks whether all is heard.
func TestListenLosesAndRepeatsNothing(t *testing.T) {
	m := startMailbox(t, "INBOX")
	p := startProxy(t, m.addr)
	c := newTestChannel(t, imapConfig(p.addr))
	var ahead atomic.Int64 // a message at which the connection breaks is left for a while
	c.clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	h := newRecorder("INBOX")
	random := rand.New(rand.NewPCG(27, 9))
	h.deny = func() error {
		if random.IntN(3) == 0 {
			return errors.New("not now")
		}
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for ctx.Err() == nil {
			h.mu.Lock()
			from := h.mark
			h.mu.Unlock()
			_ = c.Listen(ctx, from, func(ctx context.Context, what channels.Batch) error {
				if strings.Contains(what.Checkpoint.Position, "lacks") {
					ahead.Add(int64(time.Hour))
				}
				return h.hear(ctx, what)
			})
		}
	}()
	rounds, n := 100, 0
	if testing.Short() {
		rounds = 20
	}
	var want []string
	pause := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		for range pause.IntN(30) {
			m.put(t, "INBOX", note(n))
			want = append(want, string(note(n)))
			n++
		}
		time.Sleep(time.Duration(pause.IntN(10_000)) * time.Microsecond)
		p.cut()
	}
	h.readPast(t, c.clock())
	cancel()
	<-listening
	var got []string
	for _, a := range h.arrivals {
		got = append(got, string(a.Raw))
	}
	slices.Sort(got)
	slices.Sort(want)
	// What was kept at once before the mark could move is offered again.
	if !slices.Equal(slices.Compact(got), want) {
		t.Errorf("heard %d arrivals, want %d", len(got), len(want))
	}
}

func TestCheckIMAP(t *testing.T) {
	m := startMailbox(t, "INBOX", "Junk")
	if err := newTestChannel(t, imapConfig(m.addr, "INBOX", "Junk")).checkIMAP(t.Context()); err != nil {
		t.Error(err)
	}
	err := newTestChannel(t, imapConfig(m.addr, "INBOX", "Spam", "Trash")).checkIMAP(t.Context())
	if err == nil || !strings.Contains(err.Error(), "select Spam: ") || !strings.Contains(err.Error(), "select Trash: ") {
		t.Errorf("checkIMAP: %v, want both folders", err)
	}
}
