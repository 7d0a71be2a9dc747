package email

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"
)

// What a server has when leave is asked is all that it would have if we were
// killed then: the envelope, and not an octet of the message.
func TestOpenWithoutLeave(t *testing.T) {
	denied := errors.New("the disk is full")
	for name, deny := range map[string]func(cancel func()) error{
		"denied":         func(func()) error { return denied },
		"killed by time": func(cancel func()) error { cancel(); return denied },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var octets atomic.Int64
			server := &scriptedServer{actions: map[string]action{"body": func(s *scriptedSession) bool {
				n, _ := io.Copy(io.Discard, s.r)
				octets.Add(n)
				return false
			}}}
			c := startScripted(t, server)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := c.Open(ctx, opening(t, c), func(context.Context) error {
				time.Sleep(20 * time.Millisecond) // for what would be on its way
				return deny(cancel)
			})
			server.leave(t)
			if got := verdict(err); got != "again" || !errors.Is(err, denied) {
				t.Errorf("got %s (%v), want leave's own error", got, err)
			}
			if n := octets.Load(); n > 0 {
				t.Errorf("the server has %d octets", n)
			}
		})
	}
}
