package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

type explainCmd struct {
	Contact string `arg:"" optional:"" help:"The contact's id, as on the board."`
	Words   bool   `help:"Print what was answered as well, word for word, with the names that are in it."`
	Company string `help:"Not one contact, but the whole season of this company. Needs --html." placeholder:"ID"`
	HTML    bool   `name:"html" help:"With --company: as one page that needs nothing beside it."`
	Out     string `help:"With --html: the file to write, whole or not at all. None: standard output." placeholder:"FILE"`

	recording
}

// Run tells one contact's story, or a company's season. Contacts are folded
// anew by the present rules, whatever rules the ledger was folded by.
func (e explainCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	if err := e.check(); err != nil {
		return misuse{err}
	}
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	rules, err := b.foldedBy(ctx)
	if err != nil {
		return err
	}
	if e.Company != "" {
		return e.season(ctx, b, rules, std)
	}
	var x *report.Explanation
	err = b.View(ctx, func(tx probes.Tx) (err error) {
		x, err = report.Explain(ctx, tx, b.edition, e.Contact)
		return err
	})
	if err != nil {
		return err
	}
	x.Rules = rules
	if e.Words {
		if err := e.record(ctx, b.cfg, "explain "+e.Contact, std); err != nil {
			return err
		}
	} else {
		x.Veil()
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(x)
	}
	return buffered(std.out, func(out io.Writer) { x.Print(out, report.Style{Words: e.Words}) })
}

// check says which flags do not go together.
func (e explainCmd) check() error {
	switch {
	case (e.Contact == "") == (e.Company == ""):
		return errors.New("want a CONTACT, or --company ID --html")
	case e.HTML != (e.Company != ""):
		return errors.New("--company and --html go together: a season is told as a page")
	case e.Out != "" && !e.HTML:
		return errors.New("--out is for --html")
	case e.Words && e.HTML:
		return errors.New("--words is for one contact: the page of a season names nobody")
	}
	return nil
}

// foldedBy compares the ledger's rules with the present ones.
func (b *session) foldedBy(ctx context.Context) (report.Folding, error) {
	f := report.Folding{Present: b.Ledger.Rules()}
	found, known, err := b.FoldedBy(ctx)
	f.Ledger, f.Same = found, known && found == f.Present
	return f, err
}

// season writes the page of the company's season.
func (e explainCmd) season(ctx context.Context, b *session, rules report.Folding, std streams) error {
	if err := b.hasCompany(ctx, e.Company); err != nil {
		return err
	}
	var s *report.Season
	err := b.View(ctx, func(tx probes.Tx) (err error) {
		s, err = report.ReadSeason(ctx, tx, b.edition, e.Company)
		return err
	})
	if err != nil {
		return err
	}
	s.Rules = rules
	page, err := s.HTML()
	if err != nil {
		return err
	}
	if e.Out != "" {
		return writeWhole(e.Out, page)
	}
	_, err = std.out.Write(page)
	return err
}

// writeWhole writes a file that is there whole, or as it was before. It is for
// us alone until it is passed on.
func writeWhole(name string, content []byte) (err error) {
	if found, err := os.Stat(name); err == nil && !found.Mode().IsRegular() {
		return fmt.Errorf("write %s: it is no file", name)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", name, err)
	}
	temp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
