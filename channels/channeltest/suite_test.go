package channeltest

import (
	"errors"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// TestSuiteOnFake holds the fake to the contract that it stands in for.
func TestSuiteOnFake(t *testing.T) {
	Run(t, func(*testing.T) World {
		f := NewFake(Unresponsive)
		f.Poll = 5 * time.Millisecond
		f.WithoutCopies = true
		return World{
			Opener: f, Listener: f, Settler: f,
			Opening: opening,
			Decide:  func(fate Fate) { f.Put("", Company{Fate: fate}) },
			Got: func(o channels.Opening) (n int) {
				for _, sent := range f.Openings() {
					if sent.Left && sent.Opening.ID == o.ID {
						n++
					}
				}
				return n
			},
			Deliver: func(text string) { f.Deliver(Inbox, []byte("Subject: x\r\n\r\n"+text)) },
			Break: func() {
				f.Break(errors.New("gone"))
				f.Restore()
			},
		}
	})
}
