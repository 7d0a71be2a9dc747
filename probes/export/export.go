package export

import (
	"context"
	"errors"
	"fmt"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// An Export is how a ledger is written into files.
type Export struct {
	Source
	Format Format
	// Sheets are further tables. Each is written whole, whatever the cursor;
	// one without rows leaves no file.
	Sheets []Sheet
}

// A Sheet is a table whose rows are few and made elsewhere, such as standings.
type Sheet struct {
	Table Table
	// Rows returns all rows of the sheet in the same view of the ledger as
	// the other tables. The same view gives the same rows, in the same order.
	Rows func(ctx context.Context, tx probes.Tx) ([]Row, error)
}

// Write writes the contacts that have changed since a cursor, all without one,
// into the folder dir, whole or not at all. The error wraps ErrFolder if dir is
// not an export's to replace and ErrCursor if it cannot go on from the cursor.
func (e Export) Write(ctx context.Context, l probes.Ledger, dir, since string) (m Manifest, err error) {
	to, err := begin(dir)
	if err != nil {
		return Manifest{}, err
	}
	defer func() { err = errors.Join(err, to.discard()) }()
	err = l.View(ctx, func(tx probes.Tx) error {
		m, err = e.write(ctx, tx, to, since)
		return err
	})
	if err != nil {
		return Manifest{}, err
	}
	if err := e.describe(to, &m); err != nil {
		return Manifest{}, err
	}
	return m, to.commit()
}

// write writes the rows of one view.
func (e Export) write(ctx context.Context, tx probes.Tx, to *folder, cursor string) (Manifest, error) {
	r, err := e.reader(ctx, tx)
	if err != nil {
		return Manifest{}, err
	}
	since, err := r.since(cursor)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{
		Made: made, Schema: SchemaVersion, Edition: e.Edition.Name, Format: e.Format, Names: e.Names,
		Ledger: r.snapshot.Ledger, Version: r.snapshot.Version, Rules: e.Rules, Anew: r.anew(),
		Since: optional(cursor), Cursor: optional(r.cursor()),
	}
	if m.Plans, err = plans(ctx, tx); err != nil {
		return Manifest{}, err
	}
	if m.Files, err = e.contacts(ctx, r, to, since); err != nil {
		return Manifest{}, err
	}
	for _, s := range e.Sheets {
		listed, err := e.sheet(ctx, r.tx, to, s)
		if err != nil {
			return Manifest{}, fmt.Errorf("%s: %w", s.Table.Name, err)
		}
		m.Files = append(m.Files, listed...)
	}
	return m, nil
}

// contacts writes all tables that are made of contacts, in one go.
func (e Export) contacts(ctx context.Context, r *reader, to *folder, since int64) (listed []Listed, err error) {
	tables := tables()
	var files []*sheetFile
	defer func() {
		for _, f := range files {
			l, finished := f.finish()
			listed, err = append(listed, l), errors.Join(err, finished)
		}
	}()
	for _, t := range tables {
		f, err := to.sheet(t.Table, e.Format)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	made := func(rec *record) ([][]Row, error) {
		rows := make([][]Row, len(tables))
		for i, t := range tables {
			rows[i] = t.rows(rec)
			for _, row := range rows[i] {
				if err := t.check(row); err != nil {
					return nil, fmt.Errorf("contact %s: %w", rec.ID, err)
				}
			}
		}
		return rows, nil
	}
	return nil, r.each(ctx, since, made, func(id string, rows [][]Row) error {
		for i := range tables {
			if err := files[i].write(rows[i]); err != nil {
				return fmt.Errorf("contact %s: %w", id, err)
			}
		}
		return nil
	})
}

// sheet writes one further table, if it has rows.
func (e Export) sheet(ctx context.Context, tx probes.Tx, to *folder, s Sheet) ([]Listed, error) {
	rows, err := s.Rows(ctx, tx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	f, err := to.sheet(s.Table, e.Format)
	if err != nil {
		return nil, err
	}
	err = f.add(rows)
	listed, finished := f.finish()
	return []Listed{listed}, errors.Join(err, finished)
}

// describe adds what explains the rows: schema and manifest.
func (e Export) describe(to *folder, m *Manifest) error {
	schema := e.Schema()
	asJSON, err := schema.JSON()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{"schema.json", asJSON}, {"schema.md", schema.Markdown()}} {
		listed, err := to.put(f.name, f.text)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, listed)
	}
	text, err := m.encode()
	if err == nil {
		_, err = to.put(manifestName, text)
	}
	return err
}

// plans returns the plans that the ledger has followed.
func plans(ctx context.Context, tx probes.Tx) ([]Drawn, error) {
	followed, err := report.PlansFollowed(ctx, tx)
	if err != nil {
		return nil, err
	}
	drawn := []Drawn{}
	for _, f := range followed {
		drawn = append(drawn, Drawn{f.Digest, f.Since.UTC()})
	}
	return drawn, nil
}

// optional is s, or null.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
