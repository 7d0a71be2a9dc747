package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
)

// A lonely channel tells that no one has come into any of its conversations.
type lonely struct{ *channeltest.Fake }

func (l lonely) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return l.Fake.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		for _, o := range l.Openings() {
			h.Alone = append(h.Alone, o.Opening.ID)
		}
		return hear(ctx, h)
	})
}

// TestAlone: the proof of a silence says that no one of the company had come into the conversation, where the
// channel tells so, and nothing of it where it does not.
func TestAlone(t *testing.T) {
	for name, alone := range map[string]bool{"told": true, "not told": false} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.stop()
				s.fake.Put("", channeltest.Company{})
				if alone {
					s.more = map[string]any{"mail": lonely{s.fake}}
				}
				s.start()
				time.Sleep(10 * 24 * time.Hour)
				seen := 0
				for _, c := range s.contacts() {
					for _, e := range s.story(c.ID) {
						if e.Kind != probes.Covered {
							continue
						}
						seen++
						if got := probes.Payload[probes.Coverage](e).Alone; got != alone {
							t.Errorf("got %t", got)
						}
					}
				}
				if seen == 0 {
					t.Error("no silence was proven")
				}
			})
		})
	}
}
