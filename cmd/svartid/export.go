package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

type exportCmd struct {
	Format string `default:"csv" enum:"csv,ndjson,parquet" help:"How rows are written: csv, ndjson or parquet."`
	Out    string `placeholder:"DIR" help:"The folder. One that holds an earlier export is replaced, whole or not at all."`
	Since  string `placeholder:"CURSOR" help:"Write only the contacts that have changed since the export whose manifest.json holds this cursor."`
	Names  bool   `help:"Leave names, addresses and telephone numbers in the words of transcripts."`
	Schema bool   `help:"Print what each column is, and export nothing."`
}

// Run writes the ledger's rows into the folder, and says what it has written.
func (c exportCmd) Run(ctx context.Context, g *globals, std streams) error {
	if c.Schema {
		return c.schema(g, std)
	}
	if c.Out == "" {
		return misuse{errors.New("export: want --out DIR")}
	}
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	m, err := c.write(ctx, cfg)
	if errors.Is(err, export.ErrCursor) || errors.Is(err, export.ErrFolder) {
		return misuse{fmt.Errorf("export: %w", err)}
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if m.Anew {
		fmt.Fprintln(std.err, "svartid: the ledger was folded by other rules than the configuration's: "+
			"all contacts were folded anew, and there is no cursor to go on from")
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(m)
	}
	return printManifest(std.out, m, c.Out)
}

// write exports the ledger of a configuration, while others may write to it.
func (c exportCmd) write(ctx context.Context, cfg *config.Config) (m export.Manifest, err error) {
	edition := cfg.Probing()
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), ledger.Options{
		Fold: probes.Rules(edition.Rules).Fold, Rules: cfg.RulesDigest(),
	})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	e := c.export(edition)
	e.Source = export.Source{Edition: edition, Rules: cfg.RulesDigest(), Names: c.Names}
	return e.Write(ctx, l, c.Out, c.Since)
}

// export returns what is exported, and how.
func (c exportCmd) export(ed *edition.Edition) export.Export {
	sheets := []export.Sheet{export.Standings(ed), export.Labels(ed)}
	return export.Export{Format: export.Format(c.Format), Sheets: append(sheets, export.Recomputable(ed)...)}
}

// schema prints what each column is.
func (c exportCmd) schema(g *globals, std streams) error {
	schema := c.export(nil).Schema()
	text := schema.Markdown()
	if g.JSON {
		var err error
		if text, err = schema.JSON(); err != nil {
			return err
		}
	}
	_, err := std.out.Write(text)
	return err
}

// printManifest tells a person what was written, and how to go on.
func printManifest(out io.Writer, m export.Manifest, dir string) error {
	for _, f := range m.Files {
		if f.Table != "" {
			fmt.Fprintf(out, "%s/%s: %s, %s, SHA-256 %s\n", dir, f.Name,
				report.Counted(int(f.Rows), "row", "rows"), report.Counted(int(f.Bytes), "byte", "bytes"), f.SHA256)
		}
	}
	if m.Cursor != nil {
		fmt.Fprintf(out, "go on with --since %s\n", *m.Cursor)
	}
	return nil
}
