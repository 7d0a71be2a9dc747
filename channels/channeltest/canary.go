package channeltest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
)

// A CanaryFate says what happens to a fake's canaries.
type CanaryFate string

// The fates of canaries. NoCanary, the zero value, is of a fake without a second
// mailbox.
const (
	NoCanary       CanaryFate = ""
	CanaryReturns  CanaryFate = "returns"  // they arrive both ways
	CanaryLostOut  CanaryFate = "lost out" // the copy comes, and the second mailbox stays empty
	CanaryLostBack CanaryFate = "lost back"
	CanaryLost     CanaryFate = "lost"    // both ways
	CanaryRefused  CanaryFate = "refused" // the server refuses them
)

// canaries is what a fake keeps of its canaries.
type canaries struct {
	fate CanaryFate
	sent []channels.Opening
}

var _ channels.Canary = (*Fake)(nil)

// SetCanary sets the fate of all further canaries.
func (f *Fake) SetCanary(fate CanaryFate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.canaries.fate = fate
}

// CanariesSent returns the openings of all canaries so far, in order.
func (f *Fake) CanariesSent() []channels.Opening {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.canaries.sent)
}

// HasCanary reports whether there is a second mailbox.
func (f *Fake) HasCanary() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.canaries.fate != NoCanary
}

// SendCanary sends o, with the fate of all canaries. One that is lost on its way out
// is looked for until ctx ends.
func (f *Fake) SendCanary(ctx context.Context, o channels.Opening) error {
	switch fate := f.launch(o); fate {
	case CanaryReturns, CanaryLostBack:
		return nil
	case CanaryLostOut, CanaryLost:
		<-ctx.Done()
		return fmt.Errorf("look in the second mailbox: %w: %w", channels.ErrNotFound, ctx.Err())
	default:
		return fmt.Errorf("send to the second mailbox: %w", &channels.Refusal{Code: 550, Text: "refused", Ours: true})
	}
}

// launch sends o and schedules its copy.
func (f *Fake) launch(o channels.Opening) CanaryFate {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.canaries.sent = append(f.canaries.sent, o)
	if fate := f.canaries.fate; fate == CanaryReturns || fate == CanaryLostOut {
		o.ID += "@shopper.example"
		o.Reach, o.Address, o.Subject, o.Body = "canary@second.example", "kari@shopper.example", "Lørdag", "Hei!"
		f.mailbox.schedule(time.Now(), Inbox, Copy(o))
		f.announce()
	}
	return f.canaries.fate
}
