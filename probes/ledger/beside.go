package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/ledger/internal/commit"
)

// OpenBeside opens a ledger for a few writes beside the process that holds it,
// if one does: for a person's corrections while the edition runs. Nothing is
// migrated or folded anew, so the ledger must be of this version and folded by
// these rules. One that is given no Fold may be of any rules, and appends nothing: for a
// record of who reads evidence. Transactions of several processes come one at a time; one that
// waits for another longer than the database's patience fails, and nothing of
// it is kept.
func OpenBeside(ctx context.Context, dsn string, opt Options) (*Ledger, error) {
	place, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	l, err := OpenReader(ctx, dsn, opt)
	if err != nil {
		return nil, err
	}
	if err := l.beside(ctx, place); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", place, err), l.Close())
	}
	return l, nil
}

// longPatience is how long a write beside another process waits for its turn. SQLite
// keeps no order among those that wait, so a process that writes seldom can be passed
// many times by one that writes all the time.
const longPatience = time.Minute

// beside adds the connection that writes.
func (l *Ledger) beside(ctx context.Context, place location) error {
	err := l.view(ctx, func(t *tx) error {
		if err := t.stays(ctx); err != nil {
			return err
		}
		rules, known, err := t.rules(ctx)
		if err == nil && l.opt.Fold != nil && (!known || rules != l.opt.Rules) {
			err = errors.New("it was folded by other rules, or by another version of svartid: start svartid serve with this configuration first")
		}
		if err == nil {
			err = t.sealed(ctx)
		}
		return err
	})
	if err != nil {
		return err
	}
	if place.server != nil {
		db := place.server.Writer(nil)
		l.release = append(l.release, db.Close)
		l.write(db, commit.Server)
		return nil
	}
	db, err := sql.Open("sqlite", place.forWriting(longPatience))
	if err != nil {
		return err
	}
	l.release = append(l.release, db.Close)
	l.write(db, commit.SQLite)
	return nil
}
