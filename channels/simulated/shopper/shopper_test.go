package shopper_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/shopper"
)

// A queue holds one prompt until something is reported of it.
type queue struct {
	channel string

	mu       sync.Mutex
	taken    bool // a person who watches has made the call
	reported []channels.ReportKind
}

func (q *queue) Waiting(context.Context) ([]shopper.Prompt, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken || len(q.reported) > 0 {
		return nil, nil
	}
	return []shopper.Prompt{{Contact: "c", Attempt: 1, Channel: q.channel}}, nil
}

func (q *queue) Opening(context.Context, shopper.Prompt) (channels.Opening, error) {
	return channels.Opening{
		Reach: "815 00 000", Token: "t", Body: "Hva koster det?", Persona: channels.Persona{Name: "Kari Nordmann"},
	}, nil
}

func (q *queue) Report(_ context.Context, _ shopper.Prompt, what channels.ReportKind, by string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if by == "Kari Nordmann" {
		q.reported = append(q.reported, what)
	}
	return nil
}

// take lets a person who watches make the call.
func (q *queue) take() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken = true
}

// pages keeps what is written to pages.
type pages struct{ said []string }

func (p *pages) Say(page, person, text string) time.Time {
	p.said = append(p.said, page+": "+person+": "+text)
	return time.Now()
}

// run lets a shopper see to the queue for two minutes. A person who watches
// makes the call after a while; never if that is 0.
func run(q *queue, behaviour simulated.Behaviour, after time.Duration) *pages {
	written := &pages{}
	s := &shopper.Shopper{
		Queue: q, Pages: written, Calls: map[string]simulated.Behaviour{"815 00 000": behaviour},
		Deadline: 8 * time.Second, Log: slog.New(slog.DiscardHandler),
	}
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	if after > 0 {
		defer time.AfterFunc(after, q.take).Stop()
	}
	_ = s.Run(ctx)
	return written
}

// TestCalls reports what each behaviour lets be heard on the telephone.
func TestCalls(t *testing.T) {
	for behaviour, want := range map[simulated.Behaviour][]channels.ReportKind{
		simulated.Brisk:     {channels.Ringing, channels.Person},
		simulated.Sluggish:  {channels.Ringing, channels.Person},
		simulated.BotFirst:  {channels.Ringing, channels.Menu, channels.InLine, channels.Person},
		simulated.BotOnly:   {channels.Ringing, channels.Menu, channels.InLine, channels.GaveUp},
		simulated.Referring: {channels.Ringing, channels.Elsewhere, channels.GaveUp},
		simulated.Mute:      {channels.Ringing, channels.GaveUp},
		simulated.Offline:   {channels.Ringing, channels.GaveUp},
	} {
		t.Run(string(behaviour), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &queue{channel: "phone"}
				if run(q, behaviour, 0); !slices.Equal(q.reported, want) {
					t.Errorf("got %v, want %v", q.reported, want)
				}
			})
		})
	}
}

// TestCallsLeft leaves a call that is not answered to a person who watches,
// and makes none that such a person has made.
func TestCallsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{channel: "phone"}
		if run(q, simulated.Offline, 29*time.Second); len(q.reported) > 0 {
			t.Errorf("got %v, want nothing", q.reported)
		}
	})
}

// TestPages writes to a page once, and reports nothing: the platform does.
func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{channel: "messenger"}
		got, want := run(q, simulated.Brisk, 0).said, []string{"815 00 000: Kari Nordmann: Hva koster det?"}
		if !slices.Equal(got, want) || len(q.reported) > 0 {
			t.Errorf("got %q and %v, want %q", got, q.reported, want)
		}
	})
}
