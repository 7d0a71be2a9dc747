package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
)

// A coarse channel gives receipts that may be more than a second off, and shows the
// opener later with the time at which its server took it.
type coarse struct {
	*channeltest.Fake
	claimed bool // a company keeps that server
	once    *sync.Once
}

const coarseWithin = 1200 * time.Millisecond

func (c coarse) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	r, err := c.Fake.Open(ctx, o, leave)
	time.Sleep(2 * time.Second) // its answer is slow
	r.At, r.Precision = r.At.Add(time.Second), coarseWithin
	return r, err
}

func (c coarse) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return c.Fake.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		for _, o := range c.Openings() {
			c.once.Do(func() {
				h.Arrivals = append(h.Arrivals, channels.Arrival{
					Key: "own/" + o.Opening.ID, Media: channels.Plain, Raw: []byte(o.Opening.Body), Opener: true, Names: []string{o.Opening.ID},
					Times: channels.Times{Arrived: o.At, Server: o.At, Noticed: time.Now(), Precision: time.Millisecond, Claimed: c.claimed},
				})
			})
		}
		return hear(ctx, h)
	})
}

// TestFinerCopyMovesTheStart: the wait begins when the server took the opener, though the
// receipt did not know it so exactly. A company's own server is not believed.
func TestFinerCopyMovesTheStart(t *testing.T) {
	for name, claimed := range map[string]bool{"our server": false, "the company's": true} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.stop()
				s.fake.WithoutCopies = true
				s.pace.Open = time.Minute
				s.more = map[string]any{"mail": coarse{Fake: s.fake, claimed: claimed, once: &sync.Once{}}}
				s.start()
				time.Sleep(toMonday + 6*time.Hour)
				c := s.only()
				opened := s.fake.Openings()[0].At
				began, within := opened, time.Millisecond
				if claimed {
					began, within = c.Current().Sent, c.Current().Receipt.Precision
				}
				if got := c.Current(); !got.Sent.Equal(began) || got.Receipt.Precision != within {
					t.Errorf("sent at %v within %v, want %v within %v", got.Sent, got.Receipt.Precision, began, within)
				}
				if claimed && (within < time.Second || began.Equal(opened)) {
					t.Errorf("a company's server said when it was: %v within %v", began, within)
				}
				if c.Outcome != probes.Answered || !c.Current().Seen.Equal(opened) {
					t.Errorf("got %s, seen at %v, want answered and seen at %v", c.Outcome, c.Current().Seen, opened)
				}
			})
		})
	}
}
