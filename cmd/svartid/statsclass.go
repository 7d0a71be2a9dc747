package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svartid/svartid/cmd/svartid/internal/table"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

type classCmd struct {
	CSV     string `name:"csv" required:"" placeholder:"FILE" help:"The table; - is standard input."`
	Tau     string `required:"" placeholder:"CHANNEL=T,..." help:"The wait that scores nothing, of each channel in the table."`
	Weights string `placeholder:"CHANNEL=W,..." help:"What each channel in the table counts; all the same if not given."`
}

// classReport is what stats class prints.
type classReport struct {
	Kind    string             `json:"kind"`
	Input   string             `json:"input"`
	Tau     map[string]float64 `json:"tau"`
	Weights map[string]float64 `json:"weights"`
	States  map[string]int     `json:"state_codes"`
	fairness.ClassReport
}

// Run prints the scores of a class.
func (c classCmd) Run(std streams) error {
	report, err := c.report(std)
	if err != nil {
		return statsFault("class", err)
	}
	return printStats(std, report)
}

func (c classCmd) report(std streams) (classReport, error) {
	tau, err := byChannel("--tau", c.Tau)
	if err != nil {
		return classReport{}, err
	}
	for name, t := range tau {
		if t == 0 {
			return classReport{}, fmt.Errorf("--tau %s=0: want more than 0", name)
		}
	}
	columns := table.Observations{Time: "time", Cause: "state", Group: "company", Stratum: "channel"}
	obs, err := columns.Read(c.CSV, std.in, 2)
	if err != nil {
		return classReport{}, err
	}
	channels := survival.Labels(obs, func(o survival.Observation) string { return o.Stratum })
	weights := map[string]float64{}
	for _, channel := range channels {
		weights[channel] = 1
	}
	if c.Weights != "" {
		if weights, err = byChannel("--weights", c.Weights); err != nil {
			return classReport{}, err
		}
	}
	if err := errors.Join(each("--tau", tau, channels), each("--weights", weights, channels)); err != nil {
		return classReport{}, err
	}
	return classReport{
		Kind: "class", Input: c.CSV, Tau: tau, Weights: weights,
		States:      map[string]int{"censored": 0, "human": fairness.Human, "deflected": fairness.Human + 1},
		ClassReport: fairness.ReportClass(obs, fairness.Scale{Horizon: tau, Weights: weights}),
	}, nil
}

// byChannel reads CHANNEL=NUMBER,…
func byChannel(flag, text string) (map[string]float64, error) {
	all := map[string]float64{}
	for one := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(one, "=")
		if _, twice := all[name]; !ok || name == "" || twice {
			return nil, fmt.Errorf("%s %q: want CHANNEL=NUMBER, each channel once", flag, one)
		}
		v, err := table.Decimal(value)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", flag, name, err)
		}
		all[name] = v
	}
	return all, nil
}

// each wants a number for each channel.
func each(flag string, given map[string]float64, channels []string) error {
	for _, channel := range channels {
		if _, ok := given[channel]; !ok {
			return fmt.Errorf("%s gives nothing for channel %q, but for %s", flag, channel,
				strings.Join(slices.Sorted(maps.Keys(given)), ", "))
		}
	}
	return nil
}
