// Package inbound has all replicas take what is told over HTTP: those that stand by write
// it into the inbox of the ledger, and the one that runs the edition hears it from there.
package inbound

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/probes/ledger/inbox"
)

// A Desk is what one process has of the inbox. A nil Desk, or one without an inbox, is of
// a ledger that has one process: nothing is stored, and nothing waits.
type Desk struct {
	Inbox *inbox.Inbox
	Log   *slog.Logger

	mu     sync.Mutex
	queues map[string]*sync.Mutex // of channels: what waits is heard in its order
	known  map[string]time.Time   // up to when all was heard, as it was last known
}

// has reports whether there is an inbox.
func (d *Desk) has() bool { return d != nil && d.Inbox != nil }

// A stored is a delivery as it lies in the inbox.
type stored struct {
	ID     string      `json:"id,omitempty"`
	Signed time.Time   `json:"signed,omitzero"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body"`
}

// Storing returns the channels of a process that stands by: those that are told over HTTP
// prove what comes, and have it stored. Nil: there is no inbox.
func (d *Desk) Storing(fitted map[string]any) map[string]any {
	if !d.has() {
		return nil
	}
	all := map[string]any{}
	for name, channel := range fitted {
		if hooked, ok := channel.(channels.Hooked); ok {
			all[name] = hook.Store(hooked, func(ctx context.Context, of hook.Delivery) error { return d.store(ctx, name, of) })
		}
	}
	return all
}

// store writes a delivery to a channel into the inbox.
func (d *Desk) store(ctx context.Context, channel string, of hook.Delivery) error {
	body, err := json.Marshal(stored{ID: of.ID, Signed: of.At, Header: of.Header, Body: of.Body})
	if err == nil {
		err = d.Inbox.Put(ctx, channel, inbox.Entry{Came: of.Came, Body: body})
	}
	if err != nil {
		d.Log.Warn("a delivery is not taken: its sender tries again", "channel", channel, "err", err)
		return fmt.Errorf("%w: %w", hook.NotKept, err)
	}
	return nil
}

// Hearing returns the channels of the process that runs the edition: what waits in the
// inbox of one is heard before anything that comes to it here. So deliveries are heard
// in the order in which their sender was answered, to whichever replica they came.
func (d *Desk) Hearing(fitted map[string]any) map[string]any {
	if !d.has() {
		return fitted
	}
	all := map[string]any{}
	for name, channel := range fitted {
		if hooked, ok := channel.(channels.Hooked); ok {
			all[name] = hook.Before(hooked, func(ctx context.Context) error { return taking(d.hear(ctx, name, hooked)) })
		}
	}
	return all
}

// each is how often the inbox is looked into while nothing comes here.
const each = 500 * time.Millisecond

// Run hears what waits, as it comes, until ctx ends.
func (d *Desk) Run(ctx context.Context, fitted map[string]any) {
	if !d.has() {
		return
	}
	var hearing sync.WaitGroup
	defer hearing.Wait()
	for name, channel := range fitted {
		if hooked, ok := channel.(channels.Hooked); ok {
			hearing.Go(func() { d.attend(ctx, name, hooked) })
		}
	}
}

// attend hears what waits for a channel, until ctx ends.
func (d *Desk) attend(ctx context.Context, channel string, hooked channels.Hooked) {
	for said := ""; ctx.Err() == nil; {
		err := d.hear(ctx, channel, hooked)
		switch {
		case err == nil:
			said = ""
		case err.Error() != said && ctx.Err() == nil:
			said = err.Error()
			d.Log.Warn("what another replica was told is not heard yet", "channel", channel, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(each):
		}
	}
}

// atOnce is how many entries are read together: each may have a megabyte.
const atOnce = 16

// An unreadable says which entries cannot be read. They stay, and no checkpoint says more
// than was heard before them; all others are heard.
type unreadable struct{ error }

// taking returns why nothing may be taken that comes here, of what hear has returned. That
// some of what waits cannot be read is no reason: it would keep a channel shut.
func taking(err error) error {
	var some unreadable
	if errors.As(err, &some) {
		return nil
	}
	return err
}

// hear has a channel hear all that waits for it. The error is of the first that it does
// not take now, or is unreadable.
func (d *Desk) hear(ctx context.Context, channel string, hooked channels.Hooked) error {
	queue := d.queue(channel)
	queue.Lock()
	defer queue.Unlock()
	var unread error
	for behind := int64(0); ; {
		all, err := d.Inbox.Waiting(ctx, channel, behind, atOnce)
		for _, e := range all {
			behind = e.ID
			err := d.hearOne(ctx, channel, hooked, e)
			if taking(err) != nil {
				return err
			}
			unread = cmp.Or(unread, err)
		}
		if err != nil || len(all) < atOnce {
			return cmp.Or(err, unread)
		}
	}
}

// hearOne has a channel hear an entry, which goes once that is durable, or refused for
// good.
func (d *Desk) hearOne(ctx context.Context, channel string, hooked channels.Hooked, e inbox.Entry) error {
	var of stored
	err := e.Err
	if err == nil {
		err = json.Unmarshal(e.Body, &of)
	}
	if err != nil {
		return unreadable{fmt.Errorf("delivery %d cannot be read, and stays until it can: %w", e.ID, err)}
	}
	delivery := hook.Delivery{Proof: hook.Proof{ID: of.ID, At: of.Signed}, Header: of.Header, Body: of.Body, Came: e.Came}
	err = hook.Redeliver(ctx, hooked, delivery)
	var refused hook.Code
	if err != nil && (hook.Again(err) || !errors.As(err, &refused)) {
		return fmt.Errorf("delivery %d: %w", e.ID, err)
	}
	if err != nil {
		d.Log.Warn("what another replica was told is refused", "channel", channel, "code", string(refused), "why", refused.Error())
	}
	return d.Inbox.Heard(ctx, e)
}

// queue returns what lets one at a time hear a channel's entries.
func (d *Desk) queue(channel string) *sync.Mutex {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queues == nil {
		d.queues = map[string]*sync.Mutex{}
	}
	if d.queues[channel] == nil {
		d.queues[channel] = &sync.Mutex{}
	}
	return d.queues[channel]
}

// Close ends what is open.
func (d *Desk) Close() error {
	if !d.has() {
		return nil
	}
	return d.Inbox.Close()
}

// Complete returns what says up to when all that replicas were told for a channel has
// been heard; nil if there is no inbox. Where the server does not say, it is what was
// last known.
func (d *Desk) Complete(channel string) func(context.Context) time.Time {
	if !d.has() {
		return nil
	}
	return func(ctx context.Context) time.Time {
		until, err := d.Inbox.Complete(ctx, channel)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.known == nil {
			d.known = map[string]time.Time{}
		}
		if err == nil {
			d.known[channel] = until
		}
		return d.known[channel]
	}
}
