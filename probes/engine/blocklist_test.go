package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// A listedChannel is a fake channel whose sender may stand on a block list.
type listedChannel struct {
	*channeltest.Fake
	listed atomic.Bool
}

// Listings names the list, and beside it one that gives no answer.
func (c *listedChannel) Listings(context.Context) ([]string, error) {
	if !c.listed.Load() {
		return nil, errors.New("other.example: no answer")
	}
	return []string{"dnsbl.example"}, errors.New("other.example: no answer")
}

// TestBlockList: a refusal for what we are excuses the company if our sender stands
// on a list within a day of it, and not by a list on which it stands later.
func TestBlockList(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // after the refusal, our sender is on the list
		fate  channeltest.Company
		want  probes.Outcome
	}{
		{"listed as it was refused", 0, passedOn(spam), probes.Contested},
		{"listed hours later", 12 * time.Hour, passedOn(spam), probes.Contested},
		{"listed days later", 50 * time.Hour, passedOn(spam), probes.Unanswered},
		{"listed, and the mailbox is full", 0, passedOn("552 5.2.2 mailbox is full"), probes.Unanswered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			once := func(ed *edition.Edition) { ed.Probes[0].Ticks = ticks(t, "0 9 3 1 *", ed.Rules.Calendar.Zone) }
			withHarness(t, once, func(s *harness) {
				mail := &listedChannel{Fake: s.fake}
				s.fake.Put("", tt.fate)
				s.change(func() { s.more = map[string]any{"mail": mail} })
				time.Sleep(toMonday + tt.after)
				mail.listed.Store(true)
				time.Sleep(6 * 24 * time.Hour)
				c := s.contacts()[0]
				if c.Outcome != tt.want {
					t.Errorf("got %s, fault %q; want %s", c.Outcome, c.Fault, tt.want)
				}
			})
		})
	}
}
