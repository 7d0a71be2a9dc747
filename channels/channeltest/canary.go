package channeltest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
)

// A Flight says which way a fake's canaries are lost, if any.
type Flight string

// The flights. Grounded, the zero value, is of a fake without a second mailbox.
const (
	Grounded Flight = ""
	Homing   Flight = "homing"   // they arrive both ways
	LostOut  Flight = "lost out" // the copy comes, and the second mailbox stays empty
	LostBack Flight = "lost back"
	Lost     Flight = "lost"  // both ways
	Caged    Flight = "caged" // the server refuses them
)

// An aviary is what a fake keeps of its canaries.
type aviary struct {
	flight Flight
	sung   []channels.Opening
}

var _ channels.Canary = (*Fake)(nil)

// Fly sets the flight of all further canaries.
func (f *Fake) Fly(flight Flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.aviary.flight = flight
}

// Sung returns the openings of all canaries so far, in order.
func (f *Fake) Sung() []channels.Opening {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.aviary.sung)
}

// HasCanary reports whether there is a second mailbox.
func (f *Fake) HasCanary() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.aviary.flight != Grounded
}

// SendCanary sends o on the flight of all canaries. One that is lost on its way out
// is looked for until ctx ends.
func (f *Fake) SendCanary(ctx context.Context, o channels.Opening) error {
	switch flight := f.release(o); flight {
	case Homing, LostBack:
		return nil
	case LostOut, Lost:
		<-ctx.Done()
		return fmt.Errorf("look in the second mailbox: %w: %w", channels.ErrNotFound, ctx.Err())
	default:
		return fmt.Errorf("send to the second mailbox: %w", &channels.Refusal{Code: 550, Text: "caged", Ours: true})
	}
}

// release sends o and schedules its copy.
func (f *Fake) release(o channels.Opening) Flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.aviary.sung = append(f.aviary.sung, o)
	if flight := f.aviary.flight; flight == Homing || flight == LostOut {
		o.ID += "@shopper.example"
		o.Reach, o.Address, o.Subject, o.Body = "canary@aviary.example", "kari@shopper.example", "Lørdag", "Hei!"
		f.mailbox.schedule(time.Now(), Inbox, Copy(o))
		f.announce()
	}
	return f.aviary.flight
}
