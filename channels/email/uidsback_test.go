package email

import (
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

// TestUIDsGoBack: where a mailbox was rebuilt and gives lower numbers again under the
// same UIDVALIDITY, with messages of the old numbers still there, what comes below
// them is heard, once.
func TestUIDsGoBack(t *testing.T) {
	var next atomic.Uint32
	next.Store(2006)
	quoted := regexp.MustCompile(`UIDNEXT \d+`)
	q := newQuirkServer()
	q.messages = map[uint32]string{2004: quirkText(2004), 2005: quirkText(2005)}
	q.edit = func(_ *quirkServer, c call, answer string) string {
		if c.verb == "EXAMINE" {
			return quoted.ReplaceAllString(answer, fmt.Sprintf("UIDNEXT %d", next.Load()))
		}
		return answer
	}
	q.start(t)
	r := listenOn(t, q)
	k := quirk{}
	want := map[string]bool{quirkText(2004): true, quirkText(2005): true}
	k.await(t, r, want)
	for uid := uint32(100); uid < 103; uid++ {
		want[quirkText(uid)] = true
		next.Store(uid + 1)
		q.deliver(uid, quirkText(uid))
		k.await(t, r, want)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if got := len(r.arrivals); got != len(want) {
		t.Errorf("heard %d arrivals, want %d", got, len(want))
	}
}

// TestHeaderBeyondWhatIsFetched: a message of which not even the header was fetched
// whole is for a person.
func TestHeaderBeyondWhatIsFetched(t *testing.T) {
	l := &listener{clock: time.Now}
	text := "Subject: x\r\n\r\n" + strings.Repeat("lang ", imapconn.Largest)
	head := "Subject: x\r\nX-Lang: " + strings.Repeat("og lenger ", imapconn.Largest)
	for raw, want := range map[string]channels.Responder{text: "", head: channels.Unreadable} {
		if got := l.arrival(fetched{raw: []byte(raw[:imapconn.Largest]), size: int64(len(raw))}).Responder; got != want {
			t.Errorf("%.20q: got %q, want %q", raw, got, want)
		}
	}
}
