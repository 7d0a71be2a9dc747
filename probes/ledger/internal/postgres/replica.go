package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/svartid/svartid/probes/ledger/internal/version"
)

// tables is how far the two lie apart where a version is one number.
const tables = 1_000_000

// number is a version as one number.
func number(v version.Version) int64 { return int64(v.Fold)*tables + int64(v.Tables) }

// A Claim is what asks for the lease.
type Claim struct {
	Term    time.Duration   // zero: 8 s
	Version version.Version // that the program has
	// Newest is the newest fold that it may go back from; what is below its own changes
	// nothing.
	Newest int
	Name   string // of the process, among those that stand by; empty: by its number and host
}

// What is asked of those that stand by. Their rows lie beside the lease's, with the version
// in place of the token.
const (
	versions = `SELECT coalesce((SELECT value FROM meta WHERE name = 'fold'), ''), coalesce((SELECT max(version_id) FROM goose_db_version), 0)`
	present  = `INSERT INTO leases (name, holder, token, until, about)
		VALUES ('replica ' || $1, '', $2, clock_timestamp() + $3 * interval '1 microsecond', $1)
		ON CONFLICT (name) DO UPDATE SET token = excluded.token, until = excluded.until`
	olderOnes = `SELECT about FROM leases WHERE name LIKE 'replica %' AND name <> 'replica ' || $1
		AND (token / $2 < $3 OR token % $2 < $4) AND until > clock_timestamp() ORDER BY name LIMIT 1`
	// A table that grows by a row a process is swept by who writes there anyway.
	swept = `DELETE FROM leases WHERE name LIKE 'replica %' AND until < clock_timestamp() - interval '1 hour'`
)

// name is by what the process is known.
func (c Claim) name() string {
	if c.Name != "" {
		return c.Name
	}
	return about()
}

// made returns the version of what a program has made of the ledger.
func (l *Lease) made(ctx context.Context) (v version.Version, err error) {
	var fold string
	err = l.db.QueryRowContext(ctx, versions).Scan(&fold, &v.Tables)
	if NoTable(err) {
		return version.Version{}, nil
	}
	if err != nil {
		return v, fmt.Errorf("read the version of the ledger: %w", err)
	}
	if v.Fold, err = strconv.Atoi(fold); err != nil {
		v.Fold = 0 // of before it was kept
	}
	return v, nil
}

// entitled returns an error if the program may not have the lease, whoever has it: the
// ledger is a newer one's. By names who must have gone before it may; empty: none.
func (l *Lease) entitled(ctx context.Context) (by string, err error) {
	is, err := l.made(ctx)
	if err != nil {
		return "", err
	}
	ours := l.claim.Version
	if allowed := (version.Version{Fold: max(ours.Fold, l.claim.Newest), Tables: ours.Tables}); allowed.Before(is) {
		return "", &version.NewerError{Is: is, Ours: ours}
	}
	if is == (version.Version{}) || !is.Before(ours) {
		return "", nil
	}
	err = l.db.QueryRowContext(ctx, olderOnes, l.claim.name(), int64(tables), ours.Fold, ours.Tables).Scan(&by)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for older replicas: %w", err)
	}
	return by, nil
}

// appear tells others for how long this process may take over, or go on. It waits for no
// standby: what is lost by that says itself anew.
func (l *Lease) appear(ctx context.Context, length time.Duration) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing once it is committed
	for _, statement := range []struct {
		text string
		args []any
	}{
		{`SET LOCAL synchronous_commit = 'local'`, nil},
		{`SET LOCAL lock_timeout = '2s'`, nil},
		{swept, nil},
		{present, []any{l.claim.name(), number(l.claim.Version), length.Microseconds()}},
	} {
		if _, err := tx.ExecContext(ctx, statement.text, statement.args...); err != nil {
			return fmt.Errorf("tell that this process is there: %w", err)
		}
	}
	return tx.Commit()
}
