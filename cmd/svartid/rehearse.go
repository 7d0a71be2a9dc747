package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/cmd/svartid/internal/bar"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/rehearsal"
)

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
