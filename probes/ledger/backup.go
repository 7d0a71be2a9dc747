package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
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
	// The copy is not in use, and says so.
	return location{file: file}.once(ctx, query{text: `DELETE FROM meta WHERE name = 'open'`})
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
	_, err := l.writer.db.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('open', 'yes') ON CONFLICT (name) DO NOTHING`)
	if err == nil {
		_, err = l.writer.db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	}
	if err != nil {
		return fmt.Errorf("mark ledger %s as in use: %w", l.place, err)
	}
	l.release = append(l.release, func() error {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_, err := l.writer.db.ExecContext(last, `DELETE FROM meta WHERE name = 'open'`)
		return err
	})
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
