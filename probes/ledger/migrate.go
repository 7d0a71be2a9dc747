package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"

	"github.com/svartid/svartid/probes/ledger/internal/commit"
	"github.com/svartid/svartid/probes/ledger/internal/dialect"
	"github.com/svartid/svartid/probes/ledger/internal/postgres"
	"github.com/svartid/svartid/probes/ledger/internal/schema"
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

// lastMigration is the version of the tables that this program knows.
func lastMigration(in dialect.Dialect) (int, error) {
	names, err := fs.Glob(migrations, in.Migrations+"/*.sql")
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	last := int(in.Digested)
	for _, name := range names {
		version, err := goose.NumericComponent(path.Base(name))
		if err != nil {
			return 0, fmt.Errorf("read migrations: %w", err)
		}
		last = max(last, int(version))
	}
	return last, nil
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

// schema notes what in the database is not as migrations make it.
func (a *audit) schema(ctx context.Context) error {
	in := a.tx.ledger.place.dialect()
	want, err := a.tx.ledger.migrated(ctx, in.Made)
	if err != nil {
		return fmt.Errorf("what migrations make: %w", err)
	}
	is, err := collect(ctx, a.tx, once(in.Schema), scanObject)
	if err != nil {
		return fmt.Errorf("read what is in the database: %w", err)
	}
	for _, d := range schema.Differences(want, is) {
		if err := a.note(d.Table, "", "%s", d.What); err != nil {
			return err
		}
	}
	return a.meta(ctx)
}

// meta notes the rows of meta that no version leaves behind.
func (a *audit) meta(ctx context.Context) error {
	return a.tx.each(ctx, once(`SELECT name FROM meta WHERE name NOT IN
		('ledger', 'epoch', 'rules', 'fold', 'worded', 'open', 'branch', 'moved', 'sealed') ORDER BY name`), func(scan scan) error {
		name, err := scanID(scan)
		if err != nil {
			return a.unread(ctx, "meta", name, err)
		}
		return a.note("meta", name, "is not of svartid's making")
	})
}

// migrated runs all migrations on a database of SQLite in memory, and asks what is there.
func (l *Ledger) migrated(ctx context.Context, text string) (all []schema.Object, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // each would have a database of its own
	other := &Ledger{opt: l.opt}
	if err := other.migrate(ctx, db, dialect.SQLite()); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanObject(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// scanObject reads what Schema and Made ask for.
func scanObject(scan scan) (o schema.Object, err error) {
	err = scan(&o.Kind, &o.Name, &o.Table, &o.Text)
	return o, err
}
