package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/svartid/svartid/probes/ledger"
)

type explainCmd struct {
	Contact string `arg:"" optional:"" help:"The contact's id, as on the board."`
	Words   bool   `help:"Print what was answered as well, word for word, with the names that are in it."`
	Company string `help:"Not one contact, but the whole season of this company. Needs --html." placeholder:"ID"`
	HTML    bool   `name:"html" help:"With --company: as one page that needs nothing beside it."`
	Out     string `help:"With --html: the file to write, whole or not at all. None: standard output." placeholder:"FILE"`
}

// Run tells one contact's story, or a company's season. Contacts are folded
// anew by the present rules, whichever the ledger was folded by.
func (e explainCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	if err := e.check(); err != nil {
		return misuse{err}
	}
	b, err := openBooks(ctx, g.Config, ledger.OpenReader)
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
	x, err := explain(ctx, b.Ledger, b.edition, e.Contact)
	if err != nil {
		return err
	}
	x.Rules = rules
	if g.JSON {
		return json.NewEncoder(std.out).Encode(x)
	}
	return buffered(std.out, func(out io.Writer) { x.print(teller{out: out, zone: x.account.Zone, words: e.Words}) })
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

// folding says by which rules the ledger stands, and by which it is explained.
type folding struct {
	Present string `json:"present"` // digest of the rules by which all is shown
	Ledger  string `json:"ledger"`  // of those by which the ledger's contacts were last folded
	Same    bool   `json:"same"`
}

// foldedBy compares the ledger's rules with the present ones.
func (b *books) foldedBy(ctx context.Context) (folding, error) {
	f := folding{Present: b.cfg.RulesDigest()}
	found, known, err := b.FoldedBy(ctx)
	f.Ledger, f.Same = found, known && found == f.Present
	return f, err
}

// String is a sentence.
func (f folding) String() string {
	if f.Same {
		return "folded by the present rules, as the ledger is"
	}
	return "folded anew by the present rules; the ledger still stands by others, and follows when svartid serve starts with this configuration"
}
