package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
	"github.com/svartid/svartid/probes/result"
)

type verifyCmd struct {
	Heads  []string `placeholder:"FILE" help:"Compare the ledger also with the heads that this file holds, such as a mail that others were sent; those of ledger.heads_file always are."`
	Result string   `placeholder:"DIR" help:"Check also that this result is whole, signed, and what the ledger gives."`
}

// verified is what verify --json prints.
type verified struct {
	Holds  bool              `json:"holds"`
	Faults []string          `json:"faults"`
	Plans  []report.Followed `json:"plans"`   // followed so far, by time; each under its digest
	Drawn  string            `json:"drawn"`   // digest of what the configuration draws now
	Known  bool              `json:"current"` // that plan is one of those
	// Worded counts contacts whose events hold words, as an earlier version
	// recorded them: they cannot be erased.
	Worded int `json:"contacts_with_words,omitempty"`
	// Erased counts the papers that are gone because they were to go.
	Erased int `json:"papers_erased,omitempty"`
	// Earlier counts the rows that an earlier version wrote, before there were digests.
	Earlier int `json:"rows_before_digests,omitempty"`
	Heads   int `json:"heads,omitempty"` // published, and held against the ledger
	// Unanchored says since when no published head covers what was decided; empty: all is
	// covered.
	Unanchored string `json:"not_anchored,omitempty"`
	// Result is the folder of a result that was held against the ledger.
	Result string `json:"result,omitempty"`
}

// Run checks the whole ledger against its events, and the events against their
// hashes.
func (c verifyCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openUndecided(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	v := verified{Plans: []report.Followed{}}
	faults, err := b.Faults(ctx)
	if err != nil {
		return err
	}
	v.Faults, _ = faultTexts(faults, b.cfg)
	for _, check := range []func(context.Context, *session, *verified) error{decisions, followed, c.counts, c.heads, c.result} {
		// Of a ledger with rows that cannot be read, the rest is looked at all the same.
		switch err := check(ctx, b, &v); {
		case err != nil && (len(faults) == 0 || ctx.Err() != nil || errors.As(err, &misuse{})):
			return err
		case err != nil:
			v.Faults = append(v.Faults, fmt.Sprintf("not all could be checked: %v", err))
		}
	}
	v.Holds = len(v.Faults) == 0
	if g.JSON {
		err = json.NewEncoder(std.out).Encode(v)
	} else {
		err = v.print(std, b.cfg.Edition.Zone)
	}
	if err == nil && !v.Holds {
		return errNo
	}
	return err
}

// decisions has the edition be as people have decided.
func decisions(ctx context.Context, b *session, _ *verified) error {
	ed, _, err := decided(ctx, b.Ledger, b.edition)
	if err == nil {
		b.edition = ed
	}
	return err
}

// counts counts what is no fault.
func (c verifyCmd) counts(ctx context.Context, b *session, v *verified) (err error) {
	if v.Worded, err = b.Worded(ctx); err == nil {
		v.Erased, _, err = b.Erased(ctx)
	}
	if err != nil {
		return err
	}
	return b.View(ctx, func(tx probes.Tx) error {
		if of, is := tx.(probes.DigestOrigin); is {
			_, v.Earlier, err = of.DigestOrigin(ctx)
		}
		return err
	})
}

// heads holds the ledger against the heads that were published.
func (c verifyCmd) heads(ctx context.Context, b *session, v *verified) error {
	copies, err := c.copies(b)
	if err != nil {
		return err
	}
	for _, c := range copies {
		v.Heads += len(head.Lines(c.Text))
	}
	secret, err := b.cfg.Secret()
	if err != nil || len(copies) == 0 || v.Heads == 0 && secret == "" {
		return err // before the first start nothing is published
	}
	key, err := b.key()
	if err != nil {
		return err
	}
	return b.View(ctx, func(tx probes.Tx) error {
		faults, err := head.Maker{Edition: b.edition.Name, Key: key}.Compare(ctx, tx, copies)
		v.Faults = append(v.Faults, faults...)
		return err
	})
}

// copies reads what is kept of the heads that were published.
func (c verifyCmd) copies(b *session) (copies []head.Copy, err error) {
	if file := b.cfg.Ledger.HeadsFile; file != "" {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read published heads: %w", err)
		}
		copies = append(copies, head.Copy{Name: file, Text: text, Whole: true})
	}
	for _, file := range c.Heads {
		text, err := os.ReadFile(file)
		if err == nil && len(head.Lines(text)) == 0 {
			err = fmt.Errorf("%s holds no head of a ledger", file)
		}
		if err != nil {
			return nil, misuse{fmt.Errorf("--heads: %w", err)}
		}
		copies = append(copies, head.Copy{Name: file, Text: text})
	}
	return copies, nil
}

// result holds a result against its signature and against the ledger.
func (c verifyCmd) result(ctx context.Context, b *session, v *verified) error {
	if c.Result == "" {
		return nil
	}
	v.Result = c.Result
	from := os.DirFS(c.Result)
	source, err := b.source()
	if err != nil {
		return err
	}
	if v.Faults, err = appended(v.Faults, result.Check, from, source.Key.Public()); err != nil {
		return misuse{fmt.Errorf("--result %s: %w", c.Result, err)}
	}
	if source, err = source.MadeAgain(from); err != nil {
		v.Faults = append(v.Faults, err.Error())
		return nil
	}
	return b.View(ctx, func(tx probes.Tx) error {
		files, err := source.Freeze(ctx, tx)
		var open *result.Unsettled
		if errors.As(err, &open) {
			v.Faults = append(v.Faults, "the ledger gives no such result any more: "+open.Error())
			return nil
		}
		if err == nil {
			v.Faults, err = appended(v.Faults, result.Against, from, files)
		}
		return err
	})
}

// appended appends what a check of a folder finds.
func appended[T any](faults []string, check func(fs.FS, T) ([]string, error), from fs.FS, with T) ([]string, error) {
	more, err := check(from, with)
	return append(faults, more...), err
}

// followed checks what was decided of who takes part, lists the plans that were
// followed, and says whether what is drawn now is one of them.
func followed(ctx context.Context, b *session, v *verified) error {
	v.Drawn = planned.Draw(b.edition).Digest()
	return b.View(ctx, func(tx probes.Tx) error {
		anchor, err := head.AnchorOf(ctx, tx, b.edition.Name)
		if err != nil {
			return err
		}
		v.Unanchored = anchor.String()
		fault, err := participation.Verify(ctx, tx)
		if err != nil {
			return err
		}
		if fault != "" {
			v.Faults = append(v.Faults, fault)
		}
		v.Plans, err = report.PlansFollowed(ctx, tx)
		v.Known = slices.ContainsFunc(v.Plans, func(p report.Followed) bool { return p.Digest == v.Drawn })
		return err
	})
}

// print tells a person what holds.
func (v verified) print(std streams, zone *time.Location) error {
	for _, fault := range v.Faults {
		if _, err := fmt.Fprintln(std.out, fault); err != nil {
			return err
		}
	}
	for _, p := range v.Plans {
		fmt.Fprintf(std.out, "from %s the plan %s was followed\n", p.Since.In(zone).Format(planned.Moment), p.Digest)
	}
	switch {
	case len(v.Plans) == 0:
		fmt.Fprintln(std.out, "no plan has been followed yet")
	case !v.Known:
		fmt.Fprintf(std.out, "the configuration draws another one now: %s\n", v.Drawn)
	}
	v.printNotes(std)
	holds := "every chain of events, what is made of it and all evidence hold"
	if !v.Holds {
		holds = report.Counted(len(v.Faults), "fault", "faults")
	}
	_, err := fmt.Fprintln(std.out, holds)
	return err
}

// printNotes tells what is no fault.
func (v verified) printNotes(std streams) {
	if v.Worded > 0 {
		fmt.Fprintf(std.out, "%s: what people and servers said is in the events themselves, as an earlier version recorded it, and cannot be erased\n",
			report.Counted(v.Worded, "contact", "contacts"))
	}
	if v.Erased > 0 {
		papers := report.Counted(v.Erased, "paper of evidence was", "papers of evidence were")
		fmt.Fprintf(std.out, "%s erased, as the ledger records: what arrivals say of who sent those is held by digests alone\n", papers)
	}
	if v.Earlier > 0 {
		fmt.Fprintf(std.out, "%s written before there were digests: what was changed in them until then is not known\n",
			report.Counted(v.Earlier, "row was", "rows were"))
	}
	if v.Heads > 0 {
		fmt.Fprintf(std.out, "%s of the ledger held against it\n", report.Counted(v.Heads, "published head", "published heads"))
	}
	if v.Result != "" && v.Holds {
		fmt.Fprintf(std.out, "%s is whole, signed, and what the ledger gives\n", v.Result)
	}
	if v.Unanchored != "" {
		fmt.Fprintln(std.out, v.Unanchored)
	}
}
