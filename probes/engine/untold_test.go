package engine_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSaysWhatHoldsOpeners: a channel that cannot be heard holds its openers, and the
// log says so, once.
func TestSaysWhatHoldsOpeners(t *testing.T) {
	const line = "not everything on the channel has been heard"
	for name, hears := range map[string]bool{"a mailbox that answers": true, "a mailbox that does not": false} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				time.Sleep(toMonday - time.Hour)
				s.change(func() {
					if !hears {
						s.fake.Break(errors.New("no route to host"))
					}
				})
				time.Sleep(2 * time.Hour)
				synctest.Wait() // what it says may be read when it rests
				want := 0
				if !hears {
					want = 1
				}
				if got := strings.Count(s.log.String(), line); got != want || (s.left() == 0) != !hears {
					t.Errorf("said %d times, want %d; %d openers left", got, want, s.left())
				}
			})
		})
	}
}
