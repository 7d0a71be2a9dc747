package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/docs"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/result"
	"github.com/svartid/svartid/probes/signature"
)

type exportCmd struct {
	Format string `default:"csv" enum:"csv,ndjson,parquet" help:"How rows are written: csv, ndjson or parquet."`
	Out    string `placeholder:"DIR" help:"The folder. One that holds an earlier export is replaced, whole or not at all."`
	Since  string `placeholder:"CURSOR" help:"Write only the contacts that have changed since the export whose manifest.json holds this cursor."`
	Names  bool   `help:"Leave names, addresses and telephone numbers in the words of transcripts."`
	Schema bool   `help:"Print what each column is, and export nothing."`

	recording
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
	if c.Names {
		if err := c.record(ctx, cfg, "export --names", std); err != nil {
			return fmt.Errorf("export: %w", err)
		}
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
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return m, err
	}
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), opt)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if edition, _, err = decided(ctx, l, edition); err != nil {
		return m, err
	}
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

type resultCmd struct {
	Out    string `required:"" placeholder:"DIR" help:"The folder. One that holds another result is not written over."`
	Accept string `placeholder:"WHAT" help:"Freeze the season although something of it waits, by the digest that names exactly what. It stands in the result."`
}

// Run freezes the season's result and signs it.
func (c resultCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	source, err := b.source()
	if err != nil {
		return err
	}
	source.Accept = c.Accept
	var files []result.File
	err = b.View(ctx, func(tx probes.Tx) (err error) {
		files, err = source.Freeze(ctx, tx)
		return err
	})
	var open *result.Unsettled
	if errors.As(err, &open) {
		return fmt.Errorf("%w\n  If it is to be frozen all the same: svartid result --accept %s", open, open.Digest())
	}
	if err == nil {
		err = result.Write(c.Out, files)
	}
	if err != nil {
		return err
	}
	sums := files[len(files)-2].Content
	written := frozen{Out: c.Out, Files: len(files), Sums: digestOf(sums), Signer: source.Key.Public().String()}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(written)
	}
	_, err = fmt.Fprintf(std.out, "%s: %s, signed by %s\nSHA256SUMS has the SHA-256 %s\n",
		written.Out, report.Counted(written.Files, "file", "files"), written.Signer, written.Sums)
	return err
}

// A frozen is what result --json prints.
type frozen struct {
	Out    string `json:"out"`
	Files  int    `json:"files"`
	Sums   string `json:"sha256sums"` // SHA-256 of that file
	Signer string `json:"signer"`
}

// digestOf is the SHA-256 of a file, in lower-case hex.
func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// source is what a result is made of beside the ledger.
func (b *session) source() (result.Source, error) {
	key, err := b.key()
	return result.Source{Edition: b.edition, Rules: b.cfg.RulesDigest(), Key: key, Scoring: docs.Scoring}, err
}

// key returns the key that signs for the edition.
func (b *session) key() (signature.Key, error) {
	secret, err := b.cfg.Secret()
	if err == nil && secret == "" {
		err = fmt.Errorf("%s: there is no such file, which the first start of svartid serve writes: nothing can be signed or checked without it",
			b.cfg.Edition.SecretFile)
	}
	if err != nil {
		return signature.Key{}, misuse{err}
	}
	return signature.NewKey(secret, b.edition.Name)
}
