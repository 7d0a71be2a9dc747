package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

type backupCmd struct {
	File string `arg:"" help:"Where the copy is made; there must not be one yet." placeholder:"FILE"`
}

// A backedUp is what backup --json prints.
type backedUp struct {
	File     string   `json:"file"`
	Bytes    int64    `json:"bytes"`
	SHA256   string   `json:"sha256"`
	Contacts int      `json:"contacts"`
	Holds    bool     `json:"holds"`
	Faults   []string `json:"faults"`
	// Sealed says that nothing is wrong with the copy, as far as it could be checked without
	// the key to its evidence.
	Sealed bool `json:"evidence_not_checked,omitempty"`
}

// Run copies the ledger while it may be in use, and verifies the copy. The status is
// 1 if that does not hold, and the copy is kept: it may be all that there is.
func (c backupCmd) Run(ctx context.Context, g *globals, std streams) error {
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	if cfg.Ledger.DSN.Postgres() {
		return misuse{errors.New("backup: the ledger is in PostgreSQL, which copies it by itself: pg_dump --format=custom, or a base backup with its log")}
	}
	if err := ledger.Backup(ctx, string(cfg.Ledger.DSN), c.File); err != nil {
		return err
	}
	made := backedUp{File: c.File, Faults: []string{}}
	if err := made.describe(); err != nil {
		return err
	}
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return err
	}
	copied, err := ledger.OpenReader(ctx, "sqlite:"+c.File, opt)
	if err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	if err := errors.Join(made.verify(ctx, copied, cfg), copied.Close()); err != nil {
		return err
	}
	if g.JSON {
		err = json.NewEncoder(std.out).Encode(made)
	} else {
		err = made.print(std.out, cfg.Edition.SecretFile)
	}
	if err == nil && !made.Holds {
		return errNo
	}
	return err
}

// describe reads the size and the digest of the copy.
func (b *backedUp) describe() error {
	f, err := os.Open(b.File)
	if err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if b.Bytes, err = io.Copy(sum, f); err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	b.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// verify looks at what is in the copy.
func (b *backedUp) verify(ctx context.Context, l *ledger.Ledger, cfg *config.Config) error {
	faults, err := l.Faults(ctx)
	if err != nil {
		return err
	}
	b.Faults, b.Sealed = faultTexts(faults, cfg)
	b.Holds = len(faults) == 0
	return l.View(ctx, func(tx probes.Tx) error {
		all, err := tx.Find(ctx, probes.Query{})
		b.Contacts = len(all)
		return err
	})
}

// print tells a person what was made, and what is to be kept besides.
func (b *backedUp) print(out io.Writer, secret string) error {
	for _, fault := range b.Faults {
		if _, err := fmt.Fprintln(out, fault); err != nil {
			return err
		}
	}
	holds := "every chain of events, what is made of it and all evidence hold"
	switch {
	case b.Sealed:
		holds = "all else holds: with the key to its evidence, svartid verify says whether that does"
	case !b.Holds:
		holds = "it does not hold, and neither does the ledger"
	}
	_, err := fmt.Fprintf(out, "%s: %s, %d bytes, SHA-256 %s\n%s\nKeep %s as safe, and apart from it.\n",
		b.File, report.Counted(b.Contacts, "contact", "contacts"), b.Bytes, b.SHA256, holds, secret)
	return err
}

type moveCmd struct {
	To string `required:"" placeholder:"DSN" help:"The database: sqlite:FILE or postgres://user@host/database, with no ledger in it yet."`
}

// Run moves the ledger. It stays where it was, and is not written to there any more.
func (c moveCmd) Run(ctx context.Context, g *globals, std streams) error {
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return err
	}
	moved, err := ledger.Move(ctx, string(cfg.Ledger.DSN), c.To, opt)
	if err != nil {
		return err
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(moved)
	}
	for _, t := range moved.Tables {
		fmt.Fprintf(std.out, "%-10s %9d rows  SHA-256 %s\n", t.Table, t.Rows, t.SHA256)
	}
	_, err = fmt.Fprintf(std.out, "moved from %s to %s: the same rows, and every chain of events, what is made of it and all evidence hold\n"+
		"Set ledger.dsn to it. What was there before stays, and serve refuses it. Exports begin anew.\n", moved.From, moved.To)
	return err
}
