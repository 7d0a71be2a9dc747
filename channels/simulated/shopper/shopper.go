// Package shopper plays the person whom svartid prompts: who writes to pages on
// Messenger, calls companies, and reports what happens.
package shopper

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

const (
	// look is how often the shopper looks into the queue.
	look = 500 * time.Millisecond
	// left is for how long a call that is not answered is left in the queue,
	// for a person who watches the demo to make.
	left = 30 * time.Second
)

// A Prompt is one that waits in the queue: an attempt's opener, for a person to
// send. Its zero value is none.
type Prompt struct {
	Contact string
	Attempt int // of the contact, from 1
	Channel string
}

// A Queue is where prompts wait. Its methods are called at once from several
// goroutines.
type Queue interface {
	// Waiting returns the prompts that no person has begun with.
	Waiting(ctx context.Context) ([]Prompt, error)
	// Opening returns what a prompt asks for.
	Opening(ctx context.Context, p Prompt) (channels.Opening, error)
	// Report says what has happened with a prompt, and in whose name.
	Report(ctx context.Context, p Prompt, what channels.ReportKind, by string) error
}

// A Pages is a platform on which pages are written to.
type Pages interface {
	// Say has a person write to a page, and returns when that was.
	Say(page, person, text string) time.Time
}

// A Shopper sees to prompts. Fill the fields, then call Run, once.
type Shopper struct {
	Queue    Queue
	Pages    Pages                          // for prompts of the channel messenger; all others are calls
	Calls    map[string]simulated.Behaviour // how the telephone is answered, by number
	Deadline time.Duration                  // of a call
	Log      *slog.Logger
	// Left is for how long a call to a company that does not answer is left to
	// others. 0 = 30 s.
	Left time.Duration

	seen map[Prompt]bool // those that are seen to
	busy sync.WaitGroup
}

// Run sees to prompts until ctx ends.
func (s *Shopper) Run(ctx context.Context) error {
	defer s.busy.Wait()
	s.seen = map[Prompt]bool{}
	if s.Left == 0 {
		s.Left = left
	}
	for {
		waiting, err := s.Queue.Waiting(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("the shopper cannot see the queue", "err", err)
		}
		for _, p := range waiting {
			if !s.seen[p] {
				s.seen[p] = true
				s.busy.Go(func() { s.see(ctx, p) })
			}
		}
		if !sleep(ctx, look) {
			return nil
		}
	}
}

// see sees to one prompt.
func (s *Shopper) see(ctx context.Context, p Prompt) {
	o, err := s.Queue.Opening(ctx, p)
	switch {
	case err != nil:
	case p.Channel == "messenger":
		s.Pages.Say(o.Reach, o.Persona.Name, o.Body)
	default:
		err = s.call(ctx, p, o)
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("the shopper gives up", "contact", p.Contact, "err", err)
	}
}

// sleep waits for d, and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
