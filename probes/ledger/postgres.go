package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/ledger/internal/postgres"
)

// ErrLost says that another process may write to the ledger by now: send nothing,
// and open it anew. Only a ledger on a server is ever lost.
var ErrLost = postgres.ErrLost

// An InUseError says that another process writes to a ledger on a server.
type InUseError struct {
	Ledger string        // where it is, without a password
	By     string        // who writes: process and host
	Holds  time.Duration // for how long yet, unless it lives on
}

// Error names the ledger and who writes to it.
func (e *InUseError) Error() string { return fmt.Sprintf("ledger %s is in use by %s", e.Ledger, e.By) }

// openServer is openWriter for a ledger on a server.
func (l *Ledger) openServer(ctx context.Context, place location) error {
	lease, err := place.server.Take(ctx, l.opt.Lease)
	var held *postgres.HeldError
	if errors.As(err, &held) {
		return &InUseError{place.String(), held.By, held.Holds}
	}
	if err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	l.lease = lease
	l.release = append(l.release, lease.Close)
	tables := place.server.Plain()
	err = migrate(ctx, tables, place.dialect())
	if err := errors.Join(err, tables.Close()); err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	db := place.server.Writer(lease)
	l.release = append(l.release, db.Close)
	l.writer = newStatements(db)
	if err := l.openReaders(place); err != nil {
		return err
	}
	if err := errors.Join(l.markBranch(ctx), l.ready(ctx)); err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	return nil
}

// branch names what the server's history and this ledger's tables are: of another
// server, of one that was recovered or took the place of another, or of tables that were
// read back from a copy, it is another.
const branch = `SELECT system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
	|| '/' || 'events'::regclass::oid FROM pg_control_system()`

// markBranch begins another epoch if the ledger goes on from another history than it
// was last written to: what came after may have been lost.
func (l *Ledger) markBranch(ctx context.Context) error {
	return l.update(ctx, func(t *tx) error {
		var is, was string
		_, err := t.one(ctx, ask(branch), &is)
		if err == nil {
			_, err = t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'branch'`), &was)
		}
		if err != nil || is == was {
			return err
		}
		_, err = t.exec(ctx, ask(`INSERT INTO meta (name, value) VALUES ('branch', $1)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, is))
		if err == nil {
			_, err = t.exec(ctx, newEpoch())
		}
		return err
	})
}

// Lost is closed once another process may write to the ledger; nil if that cannot
// be while this one lives.
func (l *Ledger) Lost() <-chan struct{} {
	if l.lease == nil {
		return nil
	}
	return l.lease.Lost()
}
