package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/commit"
	"github.com/svartid/svartid/probes/ledger/internal/postgres"
	"github.com/svartid/svartid/probes/ledger/internal/version"
)

// ErrLost says that another process may write to the ledger by now: send nothing,
// and open it anew. Only a ledger on a server is ever lost.
var ErrLost = postgres.ErrLost

// A noLeaseError is of a server that does not say who has the lease.
type noLeaseError struct{ error }

// Unwrap returns what is wrong.
func (e noLeaseError) Unwrap() error { return e.error }

// An InUseError says that another process writes to a ledger on a server.
type InUseError struct {
	Ledger string        // where it is, without a password
	By     string        // who writes: process and host
	Holds  time.Duration // for how long yet, unless it lives on
}

// Error names the ledger and who writes to it.
func (e *InUseError) Error() string { return fmt.Sprintf("ledger %s is in use by %s", e.Ledger, e.By) }

// A NewerError says that a newer svartid has written to a ledger what this one cannot go
// on from. It is left as it is.
type NewerError struct {
	error
	Fold int // version of the fold that it was made by; see Options.Newest. Zero: its tables are newer
}

// newerError returns what is newer as this package tells it.
func newerError(e *version.NewerError) *NewerError {
	if e.Ours.Tables < e.Is.Tables {
		return &NewerError{e, 0}
	}
	return &NewerError{e, e.Is.Fold}
}

// Error says what is newer, and what helps.
func (e *NewerError) Error() string {
	if e.Fold == 0 {
		return e.error.Error()
	}
	return e.error.Error() + ": start that, or go back on purpose by svartid serve --accept fold-" + strconv.Itoa(e.Fold)
}

// Unwrap returns what is newer.
func (e *NewerError) Unwrap() error { return e.error }

// foldVersion is the version of the fold.
func (o Options) foldVersion() int { return cmp.Or(o.FoldVersion, probes.FoldVersion) }

// claim is what asks for the right to write to a ledger on a server.
func (l *Ledger) claim(place location) (c postgres.Claim, err error) {
	c = postgres.Claim{Term: l.opt.Lease, Name: l.opt.Replica, Newest: l.opt.Newest}
	c.Version.Fold = l.opt.foldVersion()
	c.Version.Tables, err = lastMigration(place.dialect())
	return c, err
}

// openServer is openWriter for a ledger on a server.
func (l *Ledger) openServer(ctx context.Context, place location) error {
	claim, err := l.claim(place)
	if err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	lease, err := place.server.Take(ctx, claim)
	var held *postgres.HeldError
	var newer *version.NewerError
	switch {
	case errors.As(err, &held):
		return &InUseError{place.String(), held.By, held.Holds}
	case errors.As(err, &newer):
		return fmt.Errorf("open ledger %s: %w", place, newerError(newer))
	}
	if err != nil {
		return fmt.Errorf("open ledger %s: %w", place, noLeaseError{err})
	}
	l.lease = lease
	l.release = append(l.release, lease.Close)
	tables := place.server.Plain()
	err = l.migrate(ctx, tables, place.dialect())
	if err := errors.Join(err, tables.Close()); err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	db := place.server.Writer(lease)
	l.release = append(l.release, db.Close)
	l.write(db, commit.Server)
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

// Risks says by what of the database's settings an update may be lost that was
// called durable: above all a standby that would take the server's place without
// having what was written last. Empty: by nothing that is known, and always of a file.
func (l *Ledger) Risks(ctx context.Context) ([]string, error) {
	if l.place.server == nil {
		return nil, nil
	}
	return l.place.server.Risks(ctx, l.readers.DB)
}

// StandbyMissing reports whether the database's server has a standby, or names one, and
// none that has what was written last. It is false of a file, and of a server that stands
// alone.
func (l *Ledger) StandbyMissing(ctx context.Context) (bool, error) {
	if l.place.server == nil {
		return false, nil
	}
	return l.place.server.StandbyMissing(ctx, l.readers.DB)
}

// Risks is [Ledger.Risks] of a ledger that need not be there yet. The error is of a
// server that is not reached.
func Risks(ctx context.Context, dsn string) ([]string, error) {
	place, err := parse(dsn)
	if err != nil || place.server == nil {
		return nil, err
	}
	db := place.server.Readers()
	risks, err := place.server.Risks(ctx, db)
	return risks, errors.Join(err, db.Close())
}

// Unreachable reports whether an error of [Open] is of a server that was not reached or
// takes nobody now, and may be another one the next time.
func Unreachable(err error) bool {
	var mute noLeaseError
	return errors.As(err, &mute) || postgres.Unreachable(err)
}
