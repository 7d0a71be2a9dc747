package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/svartid/svartid/probes/ledger/internal/commit"
	"github.com/svartid/svartid/probes/ledger/internal/dialect"
	"github.com/svartid/svartid/probes/ledger/internal/postgres"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables up to date. Migrations only go forward, so it
// refuses a ledger that is ahead of this program.
func (l *Ledger) migrate(ctx context.Context, db *sql.DB, in dialect.Dialect) error {
	kind := commit.SQLite
	if in.Goose == dialect.Postgres().Goose {
		kind = commit.Server
	}
	provider, err := migrator(db, in, func(ctx context.Context, tx *sql.Tx) error { return l.digestAll(ctx, kind, tx) })
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read version of tables: %w", err)
	}
	if current > target {
		return ahead(current, target)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// upToDate returns an error if the tables are not those of this program.
func upToDate(ctx context.Context, db *sql.DB, in dialect.Dialect) error {
	provider, err := migrator(db, in, func(context.Context, *sql.Tx) error { return errReadOnly })
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	target := sources[len(sources)-1].Version
	const ask = `SELECT max(version_id) FROM goose_db_version`
	var current sql.NullInt64
	err = db.QueryRowContext(ctx, ask).Scan(&current)
	if postgres.NoTable(err) {
		return fmt.Errorf("no ledger is there: %w", fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("read version of tables: %w", err)
	}
	switch {
	case current.Int64 > target:
		return ahead(current.Int64, target)
	case current.Int64 < target:
		return errors.New("tables are of an older version; let serve bring them up to date first")
	}
	return nil
}

// migrator returns what knows our migrations, and no others that a program may
// have registered. Digest is the one that is no file.
func migrator(db *sql.DB, in dialect.Dialect, digest func(context.Context, *sql.Tx) error) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, in.Migrations)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.Dialect(in.Goose), db, dir, goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(in.Digested, &goose.GoFunc{RunTx: digest}, nil)))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return provider, nil
}

// ahead is the error of tables that this program is too old for.
func ahead(current, target int64) error {
	return fmt.Errorf("tables are of version %d, made by a newer svartid; this one knows %d", current, target)
}
