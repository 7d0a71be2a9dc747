// Package inbox is where replicas that stand by write down what they were told over
// HTTP, for the one that runs the edition. It lies in the ledger's database, on a server
// alone: a ledger in a file has one process.
//
// What lies here is no part of the ledger. It is proven to be of its sender and durable,
// and has not been looked at: the process that holds the lease hears it as if it had
// come there, and removes it once that is durable. If that process dies between the
// two, its successor hears it again, and knows it by its key.
//
// # What a checkpoint may say
//
// A sender is answered once the row is committed. So who notes the time, asks [Inbox.Complete]
// afterwards and finds nothing has heard all for which any replica had an answer by
// then, however many replicas there are, and whether they live.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/ledger/internal/paper"
	"github.com/svartid/svartid/probes/ledger/internal/postgres"
)

// An Inbox is that of one ledger. It may be used by several goroutines at once.
type Inbox struct {
	rows   *postgres.Deliveries
	packer *paper.Packer
	clock  func() time.Time
}

// An Entry is what was delivered once.
type Entry struct {
	ID   int64
	Came time.Time // by our clock, whichever process it came to
	Body []byte    // as it was put
	Err  error     // why it cannot be read, as without the key that it was encrypted by; nil: it can
}

// Options are how a ledger is opened.
type Options struct {
	Key   []byte           // by which evidence is encrypted, as a file of age keys; empty: it is not
	Clock func() time.Time // nil = time.Now
}

// Open returns the inbox of the ledger that dsn names; nil if that lies in a file. It
// connects to nothing yet. Close it after use.
func Open(dsn string, opt Options) (*Inbox, error) {
	if !strings.HasPrefix(dsn, "postgres:") && !strings.HasPrefix(dsn, "postgresql:") {
		return nil, nil
	}
	server, err := postgres.Parse(dsn)
	if err != nil {
		return nil, err
	}
	var keys paper.Keys
	if len(opt.Key) > 0 {
		if keys, err = paper.Read(opt.Key); err != nil {
			return nil, fmt.Errorf("open inbox: the key to its evidence %w", err)
		}
	}
	packer, err := paper.New(keys)
	if err != nil {
		return nil, fmt.Errorf("open inbox: %w", err)
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	return &Inbox{server.Deliveries(), packer, opt.Clock}, nil
}

// Put writes down what a channel was told, and returns nil once it is durable. After any
// error it may be put again: what is here twice is heard once.
func (b *Inbox) Put(ctx context.Context, channel string, e Entry) error {
	body, err := b.packer.Pack(e.Body)
	if err != nil {
		return fmt.Errorf("write down a delivery: %w", err)
	}
	age := func() time.Duration { return b.clock().Sub(e.Came) }
	return b.rows.Put(ctx, postgres.Parcel{Channel: channel, Age: age, Size: len(e.Body), Body: body})
}

// Waiting returns the first entries of a channel behind one, by its ID, that were not
// heard, in the order in which they were written down; behind 0 are all.
func (b *Inbox) Waiting(ctx context.Context, channel string, behind int64, most int) (all []Entry, err error) {
	now := b.clock()
	rows, err := b.rows.Waiting(ctx, channel, behind, most)
	for _, row := range rows {
		e := Entry{ID: row.ID, Came: now.Add(-row.Age)}
		e.Body, e.Err = b.packer.Unpack(row.Body, row.Size)
		all = append(all, e)
	}
	return all, err
}

// Complete returns up to when all that replicas were told for a channel has been heard:
// now, or when the first came that was not. The error is of a server that does not
// say.
func (b *Inbox) Complete(ctx context.Context, channel string) (time.Time, error) {
	now := b.clock()
	age, waits, err := b.rows.Oldest(ctx, channel)
	switch {
	case err != nil:
		return time.Time{}, err
	case waits:
		return now.Add(-age), nil
	}
	return now, nil
}

// Heard removes an entry that is durable in the ledger, or that the channel has refused.
func (b *Inbox) Heard(ctx context.Context, e Entry) error { return b.rows.Heard(ctx, e.ID) }

// Close ends what is open.
func (b *Inbox) Close() error { return errors.Join(b.rows.Close(), b.packer.Close()) }
