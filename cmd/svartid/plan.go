package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/svartid/svartid/cmd/svartid/internal/bar"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/rehearsal"
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

type rehearseCmd struct {
	Seasons  int     `default:"200" help:"How many seasons are played."`
	Scale    int     `default:"1" help:"How many contacts are asked for each of the plan."`
	Gaps     float64 `default:"0.02" help:"The share of contacts during which our listening is lost for a while; what replaces them is heard."`
	Voids    float64 `default:"0.01" help:"The share of openers that never leave; what replaces them does."`
	Doubtful float64 `default:"0.03" help:"The share of contacts that rest on a doubtful reading."`
	Lost     float64 `default:"0" help:"The share of companies' channels over which we hear nothing for the whole season."`
	After    int     `default:"0" help:"With --lost: how many contacts are heard over such a channel before it is lost."`
	Reach    float64 `default:"0.8" help:"The share of attempts that the middle company answers."`
	Spread   float64 `default:"1" help:"By how much companies differ: the standard deviation of the log-odds of reach."`
	Minutes  float64 `default:"10" help:"How long a person is busy with one opener that only a person may send."`
}

// Run plays the edition's season many times, and prints what its standings can
// tell. Nothing is sent, and no ledger is opened.
func (r rehearseCmd) Run(g *globals, std streams) error {
	if err := r.check(); err != nil {
		return misuse{err}
	}
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	if err := plannable(g.Config, cfg); err != nil {
		return err
	}
	play := rehearsal.Rehearsal{
		Edition: cfg.Probing(), Seed: 1, Watch: bar.On(std.err, time.Now), Minutes: map[string]float64{},
		Mix: rehearsal.Mix{
			Reach: r.Reach, Spread: r.Spread, Gaps: r.Gaps, Voids: r.Voids, Doubtful: r.Doubtful, Scale: r.Scale,
			Lost: r.Lost, After: r.After,
		},
	}
	for name, channel := range cfg.Channels {
		if channel.Type == "prompt" || channel.Type == "messenger" {
			play.Minutes[name] = r.Minutes
		}
	}
	report, err := play.Play(r.Seasons)
	if err != nil {
		return misuse{fmt.Errorf("rehearse: %w", err)}
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(report)
	}
	return buffered(std.out, report.Print)
}

// plannable returns what check finds at fault in the plan of a season: what could not be
// held is not rehearsed.
func plannable(file string, cfg *config.Config) error {
	var faults []string
	for _, f := range foresee(file, cfg) {
		if f.Level == "fault" {
			faults = append(faults, f.Text)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return misuse{fmt.Errorf("rehearse: the configuration has faults: %s", strings.Join(faults, "; "))}
}

// check wants counts from 1 on and shares.
func (r rehearseCmd) check() error {
	if r.Seasons < 1 || r.Scale < 1 {
		return errors.New("rehearse: --seasons and --scale: want 1 or more")
	}
	if r.After < 0 {
		return errors.New("rehearse: --after: want 0 or more")
	}
	for flag, share := range map[string]float64{"--gaps": r.Gaps, "--voids": r.Voids, "--doubtful": r.Doubtful, "--lost": r.Lost} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("rehearse: %s %g: want 0 to 1", flag, share)
		}
	}
	if !(r.Reach > 0 && r.Reach < 1 && r.Spread > 0) {
		return errors.New("rehearse: want --reach between 0 and 1, and --spread above 0")
	}
	return r.together()
}

// together wants flags that say something beside the others.
func (r rehearseCmd) together() error {
	if r.After > 0 && r.Lost == 0 {
		return errors.New("rehearse: --after says when a channel is lost: want --lost, too")
	}
	if r.Gaps == 1 || r.Voids == 1 {
		return errors.New("rehearse: --gaps and --voids: want less than 1, for what replaces a contact leaves and is heard")
	}
	return nil
}
