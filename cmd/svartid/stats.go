package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/svartid/svartid/cmd/svartid/internal/table"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// statsCmd prints the statistics behind the standings for any table, as JSON,
// with or without --json.
type statsCmd struct {
	Km       kmCmd       `cmd:"" help:"Kaplan-Meier curves, and log-rank tests between groups."`
	Aj       ajCmd       `cmd:"" help:"Aalen-Johansen incidences of competing ends."`
	Class    classCmd    `cmd:"" help:"Scores and bounds for the ranks of a class: columns company, channel, time, state (0 censored, 1 human, 2 deflected)."`
	Interval intervalCmd `cmd:"" help:"Intervals for shares: columns x, n, level; or --x and --n."`
}

// tableFlags are what tables of waits have in common.
type tableFlags struct {
	CSV   string `name:"csv" required:"" placeholder:"FILE" help:"The table; - is standard input."`
	Time  string `required:"" placeholder:"COLUMN" help:"How long was waited, 0 or more in any unit."`
	Group string `placeholder:"COLUMN" help:"What is compared."`
	Tau   string `placeholder:"T,..." help:"Until when means and areas are taken."`
}

type kmCmd struct {
	tableFlags
	Status  string `required:"" placeholder:"COLUMN" help:"1 = answered, 0 = censored."`
	Strata  string `placeholder:"COLUMN" help:"Inside which groups are compared."`
	Cluster string `placeholder:"COLUMN" help:"Which rows depend on each other."`
}

// kmReport is what stats km prints.
type kmReport struct {
	Kind    string                 `json:"kind"`
	Input   string                 `json:"input"`
	Columns map[string]*string     `json:"columns"`
	Curves  []survival.CurveReport `json:"curves"`
	LogRank []survival.LogRankTest `json:"logrank,omitempty"`
}

// Run prints the curves of a table.
func (c kmCmd) Run(std streams) error {
	taus, err := numbers("--tau", c.Tau)
	if err != nil {
		return statsFault("km", err)
	}
	columns := table.Observations{Time: c.Time, Cause: c.Status, Group: c.Group, Stratum: c.Strata, Cluster: c.Cluster}
	obs, err := columns.Read(c.CSV, std.in, 1)
	if err != nil {
		return statsFault("km", err)
	}
	return printStats(std, kmReport{
		Kind: "km", Input: c.CSV,
		Columns: map[string]*string{
			"time": &c.Time, "status": &c.Status, "group": named(c.Group), "strata": named(c.Strata), "cluster": named(c.Cluster),
		},
		Curves: survival.ReportCurves(obs, taus), LogRank: survival.ReportLogRank(obs),
	})
}

type ajCmd struct {
	tableFlags
	State  string   `required:"" placeholder:"COLUMN" help:"0 = censored, k = the k-th of --states."`
	States []string `required:"" placeholder:"A,B" help:"What the states are called."`
}

// ajReport is what stats aj prints.
type ajReport struct {
	Kind    string                     `json:"kind"`
	Input   string                     `json:"input"`
	Columns map[string]*string         `json:"columns"`
	States  []string                   `json:"states"`
	Curves  []survival.IncidenceReport `json:"curves"`
}

// Run prints the incidences of a table.
func (c ajCmd) Run(std streams) error {
	taus, err := numbers("--tau", c.Tau)
	if err != nil {
		return statsFault("aj", err)
	}
	if err := distinct(c.States); err != nil {
		return statsFault("aj", fmt.Errorf("--states: %w", err))
	}
	columns := table.Observations{Time: c.Time, Cause: c.State, Group: c.Group}
	obs, err := columns.Read(c.CSV, std.in, len(c.States))
	if err != nil {
		return statsFault("aj", err)
	}
	return printStats(std, ajReport{
		Kind: "aj", Input: c.CSV, States: c.States,
		Columns: map[string]*string{"time": &c.Time, "state": &c.State, "group": named(c.Group)},
		Curves:  survival.ReportIncidence(obs, c.States, taus),
	})
}

// numbers reads a list of decimal numbers; none is no list.
func numbers(flag, text string) (all []float64, err error) {
	if text == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(text, ",") {
		v, err := table.Decimal(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		all = append(all, v)
	}
	return all, nil
}

// distinct wants names that are there, each once.
func distinct(names []string) error {
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" || seen[name] {
			return fmt.Errorf("%q: want names, each once", name)
		}
		seen[name] = true
	}
	return nil
}

// named returns a column's name, or nil if there is none.
func named(column string) *string {
	if column == "" {
		return nil
	}
	return &column
}

func statsFault(which string, err error) error {
	return misuse{fmt.Errorf("stats %s: %w", which, err)}
}

func printStats(std streams, report any) error {
	encode := json.NewEncoder(std.out)
	encode.SetEscapeHTML(false)
	encode.SetIndent("", "  ")
	return encode.Encode(report)
}

type intervalCmd struct {
	CSV   string  `name:"csv" placeholder:"FILE" xor:"from" help:"The table; - is standard input."`
	X     *int    `name:"x" xor:"from" help:"How many succeeded."`
	N     int     `name:"n" help:"Of how many."`
	Level float64 `default:"0.95" help:"How sure, between 0 and 1."`
}

// intervalsReport is what stats interval prints.
type intervalsReport struct {
	Kind string                    `json:"kind"`
	Rows []fairness.IntervalReport `json:"rows"`
}

// Run prints intervals.
func (c intervalCmd) Run(std streams) error {
	report := intervalsReport{Kind: "binomial"}
	var err error
	if report.Rows, err = c.rows(std); err != nil {
		return statsFault("interval", err)
	}
	return printStats(std, report)
}

func (c intervalCmd) rows(std streams) (rows []fairness.IntervalReport, err error) {
	if c.CSV != "" {
		return c.read(std)
	}
	if c.X == nil {
		return nil, errors.New("want --csv, or --x and --n")
	}
	if err := countable(*c.X, c.N, c.Level); err != nil {
		return nil, err
	}
	return append(rows, fairness.ReportInterval(*c.X, c.N, c.Level)), nil
}

// read makes a row of each row.
func (c intervalCmd) read(std streams) (rows []fairness.IntervalReport, err error) {
	t, err := table.Read(c.CSV, std.in)
	if err != nil {
		return nil, err
	}
	found, err := t.Find("x", "n", "level")
	if err != nil {
		return nil, err
	}
	for i := range t.Len() {
		x, errX := found[0].Whole(i, math.MaxInt32)
		n, errN := found[1].Whole(i, math.MaxInt32)
		level, errLevel := found[2].Number(i)
		if err := errors.Join(errX, errN, errLevel); err != nil {
			return nil, err
		}
		if err := countable(x, n, level); err != nil {
			return nil, t.Fault(i, err)
		}
		rows = append(rows, fairness.ReportInterval(x, n, level))
	}
	return rows, nil
}

// countable wants x of n, and a level that is neither certain nor nothing.
func countable(x, n int, level float64) error {
	if x < 0 || x > n {
		return fmt.Errorf("x %d of n %d: want 0 to n", x, n)
	}
	if !(level > 0 && level < 1) {
		return fmt.Errorf("level %g: want between 0 and 1", level)
	}
	return nil
}

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
