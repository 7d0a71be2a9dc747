package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// What is asked of the table of deliveries. Like that of leases it is made when it is
// first needed, by whichever process comes first, and a move leaves it behind.
const (
	deliveriesMade = `CREATE TABLE IF NOT EXISTS deliveries (
		id      BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		channel TEXT        COLLATE "C" NOT NULL,
		came    TIMESTAMPTZ NOT NULL,
		size    BIGINT      NOT NULL,
		body    BYTEA       NOT NULL)`
	// A ledger that is not there, or was moved elsewhere, takes nothing.
	delivered = `INSERT INTO deliveries (channel, came, size, body)
		SELECT $1, clock_timestamp() - $2 * interval '1 microsecond', $3, $4 FROM meta WHERE name = 'ledger'
		AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'moved')`
	waiting = `SELECT id, (extract(epoch FROM clock_timestamp() - came) * 1000000)::bigint, size, body
		FROM deliveries WHERE channel = $1 AND id > $2 ORDER BY id LIMIT $3`
	oldest = `SELECT (extract(epoch FROM clock_timestamp() - min(came)) * 1000000)::bigint FROM deliveries WHERE channel = $1`
	heard  = `DELETE FROM deliveries WHERE id = $1`
	// Writers that are under way are waited for; those that come later see what the
	// transaction has written.
	noneComes = `LOCK TABLE deliveries IN EXCLUSIVE MODE`
)

// errNoLedger says that what was delivered belongs to no ledger here.
var errNoLedger = errors.New("no ledger is here that takes it, or it was moved elsewhere")

// Deliveries are what processes that stand by have been told, until the one that has
// the lease has heard it. A row is written in a statement of its own: it takes no turn
// among those that write to the ledger, and nobody waits for a writer that was stopped.
type Deliveries struct {
	db    *sql.DB // writes, on one connection: a warning belongs to the statement before
	reads *sql.DB
	guard *guard
}

// A Delivery is one row.
type Delivery struct {
	ID   int64
	Age  time.Duration // since it came, by the server's clock
	Size int           // of what is in Body, unpacked
	Body []byte
}

// A Parcel is what is to be a row. Age tells how long ago it came, and is asked when the
// row is about to be written: until then it may have to wait.
type Parcel struct {
	Channel string
	Age     func() time.Duration
	Size    int
	Body    []byte
}

// Deliveries returns those of a database. No connection is made yet.
func (s *Server) Deliveries() *Deliveries {
	d := &Deliveries{guard: &guard{}, reads: s.Plain()}
	d.db = sql.OpenDB(s.connector(d.guard, nil))
	d.db.SetMaxOpenConns(1)
	d.reads.SetMaxOpenConns(4)
	return d
}

// Put writes a row down, and returns nil once it will last.
func (d *Deliveries) Put(ctx context.Context, p Parcel) error {
	err := d.put(ctx, p)
	if NoTable(err) {
		if err = d.make(ctx); err == nil {
			err = d.put(ctx, p)
		}
	}
	if err != nil {
		return fmt.Errorf("write down a delivery: %w", err)
	}
	return nil
}

// make makes the table.
func (d *Deliveries) make(ctx context.Context) error {
	tx, err := d.reads.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing once it is committed
	for _, statement := range []string{alone, deliveriesMade} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// put is Put where the table is there.
func (d *Deliveries) put(ctx context.Context, p Parcel) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back
	d.guard.warned.Store(nil)
	done, err := conn.ExecContext(ctx, delivered, p.Channel, p.Age().Microseconds(), p.Size, p.Body)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errNoLedger)
	}
	if warned := d.guard.warned.Load(); warned != nil {
		return fmt.Errorf("it is here, and perhaps not on a standby: %s", *warned)
	}
	return nil
}

// Waiting returns the first rows of a channel behind one, in the order in which they were
// written; behind 0 are all.
func (d *Deliveries) Waiting(ctx context.Context, channel string, behind int64, most int) (all []Delivery, err error) {
	rows, err := d.reads.QueryContext(ctx, waiting, channel, behind, most)
	if NoTable(err) {
		return nil, d.make(ctx) // a server's log would hold each look
	}
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var one Delivery
		var micros int64
		if err := rows.Scan(&one.ID, &micros, &one.Size, &one.Body); err != nil {
			return nil, fmt.Errorf("read deliveries: %w", err)
		}
		one.Age = time.Duration(micros) * time.Microsecond
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return all, nil
}

// Oldest returns how long ago the first of a channel's rows came; there is none if
// waits is false. A row that was written before it was asked is seen.
func (d *Deliveries) Oldest(ctx context.Context, channel string) (age time.Duration, waits bool, err error) {
	var micros sql.NullInt64
	err = d.reads.QueryRowContext(ctx, oldest, channel).Scan(&micros)
	if NoTable(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look for deliveries: %w", err)
	}
	return time.Duration(micros.Int64) * time.Microsecond, micros.Valid, nil
}

// Heard removes a row that is durable elsewhere.
func (d *Deliveries) Heard(ctx context.Context, id int64) error {
	if _, err := d.reads.ExecContext(ctx, heard, id); err != nil {
		return fmt.Errorf("remove a delivery that was heard: %w", err)
	}
	return nil
}

// Close ends the connections.
func (d *Deliveries) Close() error { return errors.Join(d.db.Close(), d.reads.Close()) }

// Leave returns an error if deliveries wait that were not heard. Until the transaction
// ends none is written, and after it none if it wrote down that the ledger has moved.
func Leave(ctx context.Context, tx *sql.Tx) error {
	var there bool
	if err := tx.QueryRowContext(ctx, `SELECT to_regclass('deliveries') IS NOT NULL`).Scan(&there); err != nil || !there {
		return err
	}
	if _, err := tx.ExecContext(ctx, noneComes); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM deliveries`).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("%d deliveries wait that no process has heard yet: run svartid serve until it has", n)
	}
	return nil
}
