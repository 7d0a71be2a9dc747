package email

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels/email/internal/imapconn"
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
		l := imapconn.NewTimedConn(time.Second)
		l.Conn = ours
		s := newSession(ours, l, func() { ours.Close() })
		defer s.close()
		_ = s.WaitGreeting()
		_ = s.Login("a", "b").Wait()
		h := &listener{session: s, folder: imapconn.Inbox, clock: time.Now, dates: map[imap.UID]time.Time{}}
		_, err := h.junkFolder(imapconn.Inbox)
		_, selectErr := s.examine(imapconn.Inbox)
		_, listErr := h.list(4)
		_, fetchErr := h.fetchOne(5, formAll.options())
		<-s.Closed()
		for _, err := range []error{err, selectErr, listErr, fetchErr, s.Client.Close()} {
			if err = l.Cause(t.Context(), err); err != nil && (strings.Contains(err.Error(), "imapwire") || strings.Contains(err.Error(), "panic") ||
				strings.Contains(err.Error(), "in response") && !strings.Contains(err.Error(), "unknown tag")) {
				t.Errorf("the library was shown what it cannot parse: %v", err)
			}
		}
	})
}
