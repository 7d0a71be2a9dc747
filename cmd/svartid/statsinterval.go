package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/svartid/svartid/cmd/svartid/internal/table"
	"github.com/svartid/svartid/probes/fairness"
)

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
