package email

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

// FuzzTolerant lets a server say anything: the library is never shown what it
// cannot parse, and nothing hangs or panics.
func FuzzTolerant(f *testing.F) {
	f.Add("* OK [CAPABILITY IMAP4rev1] hi\r\nT1 OK\r\n* 5 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\nT2 OK x\r\n* SEARCH 5 6\r\nT3 OK\r\n" +
		"* 1 FETCH (UID 5 INTERNALDATE \"11-Jan-2021 10:00:00 +0100\" BODY[]<0> {4}\r\nfour)\r\nT4 OK\r\n")
	f.Add("* OK\r\nT1 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE LIST-EXTENDED SPECIAL-USE] x\r\n* LIST (\\Junk) NIL INBOX\r\nT2 OK\r\n* ESEARCH (TAG \"T3\") UID ALL 5:7,9\r\nT3 OK [COPYUID]\r\n")
	f.Add("* PREAUTH [a\r\n+ x\r\nT1 NO [\r\n* 1 FETCH (BODY[] ~{2}\r\nabUID 5 (\"\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		ours, theirs := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		go func() {
			_, _ = io.WriteString(theirs, said)
			theirs.Close()
		}()
		l := &line{Conn: ours, patience: time.Second}
		s := newSession(ours, l, func() { ours.Close() })
		defer s.close()
		_ = s.WaitGreeting()
		_ = s.Login("a", "b").Wait()
		e := &ear{session: s, folder: inbox, habits: newHabits(), clock: time.Now, dates: map[imap.UID]time.Time{}}
		_, err := e.putAside(inbox)
		_, selectErr := s.examine(inbox)
		_, listErr := e.list(4)
		_, fetchErr := e.one(5, reachAll.options())
		<-s.Closed()
		for _, err := range []error{err, selectErr, listErr, fetchErr, s.Client.Close()} {
			if err = l.cause(t.Context(), err); err != nil && (strings.Contains(err.Error(), "imapwire") || strings.Contains(err.Error(), "panic") ||
				strings.Contains(err.Error(), "in response") && !strings.Contains(err.Error(), "unknown tag")) {
				t.Errorf("the library was shown what it cannot parse: %v", err)
			}
		}
	})
}

func TestTurnstile(t *testing.T) {
	pass := newTurnstile(50 * time.Millisecond)
	began := time.Now()
	for range 20 {
		if err := pass.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass.through()
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("where nothing fails 20 logins take %v", took)
	}
	pass.failed("INBOX")
	pass.failed("Junk")
	pass.works("Junk")
	began = time.Now()
	for range 3 {
		if err := pass.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass.through()
	}
	if took := time.Since(began); took < 150*time.Millisecond {
		t.Errorf("after a failure 3 logins take %v", took)
	}
	pass.works("INBOX")
	if wait := pass.book(); wait > 0 {
		t.Errorf("after all works again a login waits %v", wait)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	pass.failed("INBOX")
	if err := pass.wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("wait: %v", err)
	}
}

func TestInternalDate(t *testing.T) {
	for s, want := range map[string]string{
		" 1-Jan-2021 10:00:00 +0100":     " 1-Jan-2021 10:00:00 +0100",
		"01-Jan-2021 10:00:00 +0100":     " 1-Jan-2021 10:00:00 +0100",
		"1-Jan-2021 10:00:00":            " 1-Jan-2021 10:00:00 +0000",
		"1-Jan-2021 10:00:00 GMT":        " 1-Jan-2021 10:00:00 +0000",
		"Fri, 1 Jan 2021 10:00:00 +0100": " 1-Jan-2021 10:00:00 +0100",
		"01-01-2021 10:00:00 +0100":      " 1-Jan-2021 10:00:00 +0100",
		"00-Jan-0000 00:00:00 +0000":     "", "1-Jan-1970 00:00:00 +0000": "", "": "", "NIL": "", "31-Feb-2021 10:00:00 +0100": "",
	} {
		if got := internalDate(s); got != want {
			t.Errorf("internalDate(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for s, want := range map[string][]uint32{
		"":                       nil,
		"5 4 4 x 0 -1 6 ":        {4, 5, 6},
		"5 (MODSEQ 9)":           {5},
		"4294967295 99999999999": {4294967295},
	} {
		if got := numbers([]byte(s)); !slices.Equal(got, want) {
			t.Errorf("numbers(%q) = %v, want %v", s, got, want)
		}
	}
	if got := extended([]byte(`(TAG "x") UID MIN 2 ALL 9,4:2,x,5:*`)); !slices.Equal(got, []uint32{2, 3, 4, 9}) {
		t.Errorf("extended: %v", got)
	}
}
