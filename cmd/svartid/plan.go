package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report/planned"
)

type planCmd struct {
	Digest    bool    `xor:"form" help:"Print only the plan's SHA-256, to be published before the season."`
	Canonical bool    `xor:"form" help:"Print the text that the digest is made of: its SHA-256 is the digest."`
	Verify    *string `xor:"form" placeholder:"FILE" help:"Prove that FILE, printed by plan --json, is what the seed and the configuration give; and hold what was sent against it."`
	Ical      bool    `name:"ical" xor:"form" help:"Print the plan as iCalendar."`
}

// Run draws the plan and prints it in the form that was asked for.
func (c planCmd) Run(ctx context.Context, g *globals, std streams) error {
	if c.Ical && g.JSON {
		return misuse{errors.New("--ical and --json are two forms: want one")}
	}
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	d := planned.Draw(cfg.Probing())
	switch {
	case c.Digest:
		return printDigest(d, cfg.Edition.Name, g, std)
	case c.Canonical:
		_, err := io.WriteString(std.out, d.Canonical())
		return err
	case c.Verify != nil:
		v, err := verifyPlan(ctx, *c.Verify, std.in, cfg)
		if err != nil {
			return misuse{err}
		}
		return printVerdict(v, cfg.Edition.Zone, g, std)
	case c.Ical:
		return buffered(std.out, d.ICalendar)
	case g.JSON:
		d.Remark(std.err)
		return buffered(std.out, d.Lines)
	}
	return buffered(std.out, d.Print)
}

// printDigest prints what commits to the plan, and on the side what it is made
// of.
func printDigest(d planned.Plan, edition string, g *globals, std streams) error {
	if g.JSON {
		return json.NewEncoder(std.out).Encode(map[string]any{
			"edition": edition, "digest": d.Digest(), "contacts": len(d.Contacts), "left": len(d.Left),
		})
	}
	fmt.Fprintln(std.err, "svartid: SHA-256 over seed, rules and plan: that of what plan --canonical prints")
	_, err := fmt.Fprintln(std.out, d.Digest())
	return err
}

// verify holds a file against the drawn plan, and what was sent against the
// file. A ledger that is not there yet is left out.
func verifyPlan(ctx context.Context, file string, in io.Reader, cfg *config.Config) (v planned.Verdict, err error) {
	d := planned.Draw(cfg.Probing())
	revealed, err := planned.ReadFile(file, in)
	if err != nil {
		return v, err
	}
	if cfg.Ledger.DSN.Memory() {
		return d.Verify(file, revealed, nil), nil
	}
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return v, err
	}
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), opt)
	if errors.Is(err, fs.ErrNotExist) {
		return d.Verify(file, revealed, nil), nil
	}
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	err = l.View(ctx, func(tx probes.Tx) error {
		sent, err := d.Compare(ctx, tx, revealed, time.Now())
		v = d.Verify(file, revealed, sent)
		return err
	})
	return v, err
}

// printVerdict prints whether a plan holds, with the times of a zone. The error
// is errNo if it does not.
func printVerdict(v planned.Verdict, zone *time.Location, g *globals, std streams) error {
	var err error
	if g.JSON {
		err = json.NewEncoder(std.out).Encode(v)
	} else {
		err = buffered(std.out, func(out io.Writer) { v.Print(out, zone) })
	}
	if err == nil && !v.Holds {
		return errNo
	}
	return err
}
