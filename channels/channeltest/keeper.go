package channeltest

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// A Keeper stands in for the ledger: it keeps each arrival once, and the checkpoint
// with it, or nothing of a batch. It is safe for concurrent use once Listen
// runs with it.
type Keeper struct {
	// Fail is asked at each batch; its error is returned to Listen. nil = never.
	Fail func() error

	mu         sync.Mutex
	checkpoint channels.Checkpoint
	kept       map[string]channels.Arrival
	gaps       []channels.Gap
	unread     []channels.Unread
	offered    int
}

// NewKeeper returns one that begins at a checkpoint.
func NewKeeper(at channels.Checkpoint) *Keeper {
	return &Keeper{checkpoint: at, kept: map[string]channels.Arrival{}}
}

// Hear is a channels.Hear.
func (k *Keeper) Hear(_ context.Context, h channels.Batch) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Fail != nil {
		if err := k.Fail(); err != nil {
			return err
		}
	}
	for _, a := range h.Arrivals {
		k.offered++
		if _, before := k.kept[a.Key]; !before {
			k.kept[a.Key] = a
		}
	}
	k.gaps = append(k.gaps, h.Gaps...)
	k.unread = append(k.unread, h.Unread...)
	k.checkpoint.Position = h.Checkpoint.Position
	if h.Checkpoint.Until.After(k.checkpoint.Until) {
		k.checkpoint.Until = h.Checkpoint.Until
	}
	return nil
}

// Mark returns how far it has been heard.
func (k *Keeper) Mark() channels.Checkpoint {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.checkpoint
}

// Kept returns the arrivals by their keys, and how often any was offered.
func (k *Keeper) Kept() (arrivals map[string]channels.Arrival, offered int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.kept), k.offered
}

// Gaps returns what was told not to have been heard.
func (k *Keeper) Gaps() []channels.Gap {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]channels.Gap(nil), k.gaps...)
}

// Unread returns the places that were told not to have been read, each time.
func (k *Keeper) Unread() []channels.Unread {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]channels.Unread(nil), k.unread...)
}

// Listen lets l listen until end is called, and again whenever it breaks, as
// the engine does.
func (k *Keeper) Listen(t testing.TB, l channels.Listener) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if err := l.Listen(ctx, k.Mark(), k.Hear); ctx.Err() == nil && err == nil {
				t.Error("Listen ended by itself")
			}
		}
	}()
	return func() { cancel(); <-done }
}

// Until waits for ok.
func Until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(limit); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %v: %s", limit, what)
}

// A Tally counts what a hook tells of. The zero value is ready.
type Tally struct {
	mu  sync.Mutex
	all map[hook.Code]int
}

// Count is the Count of a hook.Endpoint.
func (c *Tally) Count(code hook.Code) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[hook.Code]int{}
	}
	c.all[code]++
}

// All returns how often each code was told.
func (c *Tally) All() map[hook.Code]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.all)
}

// A Server is one that is played, such as a simulated relay.
type Server interface {
	Start() error
	Run(ctx context.Context) error
	Close() error
}

// Play starts a server and runs it until the test ends.
func Play(t testing.TB, s Server) {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
