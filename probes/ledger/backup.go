package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"

	"github.com/svartid/svartid/probes/ledger/internal/postgres"
	"github.com/svartid/svartid/probes/ledger/internal/tables"
)

// errServer is what Backup says of a ledger that is no file.
var errServer = errors.New("the ledger is in PostgreSQL, which copies it by itself: pg_dump --format=custom, or a base backup with its log")

// Backup writes the state that the ledger named by dsn has now into a file, whole
// and with nothing beside it, while other processes may write to the ledger. The
// file is readable by its owner alone, and is there only once it would survive a
// power cut. The error wraps fs.ErrExist if there is one of that name.
func Backup(ctx context.Context, dsn, file string) (err error) {
	place, err := parse(dsn)
	if err != nil {
		return err
	}
	if place.server != nil {
		return errServer
	}
	if err := place.exists(); err != nil {
		return err
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("back up to %s: %w", file, os.ErrExist)
	}
	folder := filepath.Dir(file)
	part, err := os.CreateTemp(folder, ".backup-*") // 0600
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() { err = errors.Join(err, part.Close(), os.Remove(part.Name())) }()
	if err := place.copyTo(ctx, part.Name()); err != nil {
		return fmt.Errorf("back up %s: %w", place, err)
	}
	// A link, unlike a new name, never takes the place of what is there.
	if err := errors.Join(part.Sync(), os.Link(part.Name(), file)); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return syncFolder(folder)
}

// copyTo copies one state of the ledger into an empty file.
func (p location) copyTo(ctx context.Context, file string) error {
	if err := p.once(ctx, query{text: `VACUUM INTO $1`, args: []any{file}}); err != nil {
		return err
	}
	// The copy is not in use, and says so. Its versions go on from here as those of
	// the ledger do: who has read these up to a version must not go on with the copy.
	made := location{file: file}
	if err := made.once(ctx, query{text: `DELETE FROM meta WHERE name = 'open'`}); err != nil {
		return err
	}
	return made.once(ctx, newEpoch())
}

// newEpoch begins another epoch of a ledger.
func newEpoch() query {
	return once(`INSERT INTO meta (name, value) VALUES ('epoch', $1)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, rand.Text())
}

// once opens the database for one statement.
func (p location) once(ctx context.Context, q query) (err error) {
	settings := url.Values{"_pragma": {"busy_timeout(10000)"}}
	if p.readOnly() && !p.logged() {
		settings.Set("immutable", "1")
	}
	base, err := sqlite.NewConnector(p.uri(settings))
	if err != nil {
		return err
	}
	db := sql.OpenDB(keepsLog{base, p})
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, q.text, q.args...)
	return err
}

// syncFolder returns once what a folder lists would survive a power cut.
func syncFolder(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// markOpen writes down that the ledger is in use, in the file itself and not only
// in its log: a copy of the file alone, while it is, lacks what stands in the log,
// and would be taken for whole. Close takes the mark back.
func (l *Ledger) markOpen(ctx context.Context) error {
	_, err := l.db.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('open', 'yes') ON CONFLICT (name) DO NOTHING`)
	if err == nil {
		_, err = l.db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	}
	if err != nil {
		return fmt.Errorf("mark ledger %s as in use: %w", l.place, err)
	}
	l.release = append(l.release, func() error {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_, err := l.db.ExecContext(last, `DELETE FROM meta WHERE name = 'open'`)
		return errors.Join(err, l.emptyLog(last))
	})
	return nil
}

// emptyLog takes what stands in the log into the file, so that the file is whole by itself
// even where others look on as it is closed. Who reads an earlier state just then keeps
// the log from being emptied, and nothing is lost by that.
func (l *Ledger) emptyLog(ctx context.Context) error {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, statement := range []string{`PRAGMA busy_timeout = 500`, l.place.dialect().Log} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("empty the log: %w", err)
		}
	}
	return nil
}

// A keepsLog opens connections that leave a log that there is where it is when they
// are closed: of a ledger whose holder was killed, it shows that nothing is missing.
type keepsLog struct {
	driver.Connector
	place location
}

// Connect opens a connection.
func (k keepsLog) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if control, ok := conn.(sqlite.FileControl); ok && k.place.logged() {
		if _, err := control.FileControlPersistWAL("main", 1); err != nil {
			return nil, errors.Join(fmt.Errorf("keep the log: %w", err), conn.Close())
		}
	}
	return conn, nil
}

// A Moved is what a move has carried.
type Moved struct {
	From   string       `json:"from"`   // without a password
	To     string       `json:"to"`     // without a password
	Tables []tables.Sum `json:"tables"` // read back from where it is now
}

// Move carries the ledger that from names to a database that to names and that holds
// none, and proves that all of it is there and holds. The one that was moved is kept,
// and cannot be opened for writing any more: two that go on from one state would ask
// the same companies. Both must not be in use. If it fails, nothing has changed but
// that the other may have been begun: empty it before the next try.
func Move(ctx context.Context, from, to string, opt Options) (moved Moved, err error) {
	source, err := Open(ctx, from, opt)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if err := source.departure(ctx, func(*sql.Tx) error { return nil }); err != nil {
		return moved, err
	}
	if err := source.Verify(ctx); err != nil {
		return moved, fmt.Errorf("the ledger does not hold as it is: %w", err)
	}
	target, err := Open(ctx, to, opt)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	moved = Moved{From: source.place.String(), To: target.place.String()}
	if err := target.take(ctx, source); err != nil {
		return moved, fmt.Errorf("move to %s: %w", moved.To, err)
	}
	var was []tables.Sum
	if err := errors.Join(source.sums(ctx, &was), target.sums(ctx, &moved.Tables), target.Verify(ctx)); err != nil {
		return moved, fmt.Errorf("move to %s: %w", moved.To, err)
	}
	for i, is := range moved.Tables {
		if is != was[i] {
			return moved, fmt.Errorf("move to %s: %s has %d rows there, and %d here, or other ones", moved.To, is.Table, is.Rows, was[i].Rows)
		}
	}
	return moved, source.leave(ctx, moved.To)
}

// take copies another ledger into this one, whose epoch is new.
func (l *Ledger) take(ctx context.Context, source *Ledger) error {
	return source.view(ctx, func(from *tx) error {
		return l.update(ctx, func(to *tx) error {
			if _, err := tables.Copy(ctx, from.connection.SQL(), to.connection.SQL()); err != nil {
				return err
			}
			_, err := to.connection.SQL().ExecContext(ctx, newEpoch().text, newEpoch().args...)
			return err
		})
	})
}

// sums sums up what the ledger holds.
func (l *Ledger) sums(ctx context.Context, sums *[]tables.Sum) error {
	return l.view(ctx, func(t *tx) (err error) {
		*sums, err = tables.Sums(ctx, t.connection.SQL())
		return err
	})
}

// leave writes down that the ledger is elsewhere.
func (l *Ledger) leave(ctx context.Context, to string) error {
	err := l.departure(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('moved', $1)`, to)
		return err
	})
	if err != nil {
		return fmt.Errorf("all is in %s, and that it is could not be written down in %s, which must not be used any more: %w", to, l.place, err)
	}
	return nil
}

// departure runs fn in a transaction in which replicas write nothing down that they are
// told, unless something of that waits to be heard.
func (l *Ledger) departure(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing once it is committed
	if l.place.server != nil {
		err = postgres.Leave(ctx, tx)
	}
	if err == nil {
		err = fn(tx)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

// stays returns an error if the ledger was moved elsewhere.
func (t *tx) stays(ctx context.Context) error {
	var to string
	moved, err := t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'moved'`), &to)
	if err != nil {
		return fmt.Errorf("look whether the ledger was moved: %w", err)
	}
	if moved {
		return fmt.Errorf("it was moved to %s, and is here as it was then", to)
	}
	return nil
}
