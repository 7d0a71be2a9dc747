package main

import (
	"context"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/fairness"
)

// standingsSheet are the standings as they are exported, by the edition's own
// policy and the rules as they are now.
func standingsSheet(ed *edition.Edition) export.Sheet {
	table := export.Table{
		Name: "standings", About: "where each company stands in its class, and how sure that is",
		Key: []string{"edition", "class", "company"},
	}
	for _, c := range standingColumns() {
		table.Columns = append(table.Columns, c.Column)
	}
	return export.Sheet{Table: table, Rows: func(ctx context.Context, tx probes.Tx) ([]export.Row, error) {
		classes, err := rankIn(ctx, tx, ed, time.Time{})
		var rows []export.Row
		for _, class := range classes {
			for _, s := range class.Standings {
				var row export.Row
				for _, c := range standingColumns() {
					row = append(row, c.value(class, s))
				}
				rows = append(rows, row)
			}
		}
		return rows, err
	}}
}

// A standingColumn is a column, and what of a standing it holds.
type standingColumn struct {
	export.Column
	value func(classStandings, fairness.Standing) any
}

// standingColumns is the table of them: who, and where.
func standingColumns() []standingColumn {
	const unranked = "it is not ranked"
	return append([]standingColumn{
		{
			export.Column{Name: "edition", Type: export.Text, About: "the edition"},
			func(c classStandings, _ fairness.Standing) any { return c.Edition },
		},
		{
			export.Column{Name: "class", Type: export.Text, About: "the class"},
			func(c classStandings, _ fairness.Standing) any { return c.Class },
		},
		{
			export.Column{Name: "company", Type: export.Text, About: "the company's id"},
			func(_ classStandings, s fairness.Standing) any { return s.Company },
		},
		{
			export.Column{Name: "policy", Type: export.Text, About: "what it is ranked by"},
			func(c classStandings, _ fairness.Standing) any { return string(c.Policy) },
		},
		{
			export.Column{Name: "rank", Type: export.Integer, About: "its rank, shared by equal scores", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.Rank) }),
		},
		{
			export.Column{Name: "rank_lower", Type: export.Integer, About: "the best rank it may truly have, all companies at once 95 %", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.RankLower) }),
		},
		{
			export.Column{Name: "rank_upper", Type: export.Integer, About: "the worst", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.RankUpper) }),
		},
		{
			export.Column{Name: "told_apart", Type: export.Truth, About: "whether somebody is certainly better", Null: unranked},
			ranked(func(s fairness.Standing) any { return s.Apart }),
		},
		{
			export.Column{Name: "unranked", Type: export.Text, About: "why it is not ranked", Null: "it is"},
			worded(func(s fairness.Standing) string { return s.Unranked }),
		},
	}, figureColumns()...)
}

// figureColumns are those from which the rank follows.
func figureColumns() []standingColumn {
	const unasked = "nothing is decided yet"
	return []standingColumn{
		{
			export.Column{Name: "score", Type: export.Real, Unit: "share", About: "its score, 0 to 1", Null: unasked},
			scored(func(s fairness.Standing) any { return float64(s.Score) }),
		},
		{
			export.Column{Name: "score_lower", Type: export.Real, Unit: "share", About: "the lower end, 95 %", Null: unasked},
			scored(func(s fairness.Standing) any { return s.Lower }),
		},
		{
			export.Column{Name: "score_upper", Type: export.Real, Unit: "share", About: "the upper end", Null: unasked},
			scored(func(s fairness.Standing) any { return s.Upper }),
		},
		{
			export.Column{Name: "points", Type: export.Integer, Unit: "hundredths", About: "the score as it is printed", Null: unasked},
			scored(func(s fairness.Standing) any { return int64(s.Points) }),
		},
		{
			export.Column{Name: "tied", Type: export.Text, About: "companies with the same points, with spaces between", Null: "none has"},
			worded(func(s fairness.Standing) string { return strings.Join(s.Tied, " ") }),
		},
		{
			export.Column{Name: "reached", Type: export.Integer, Unit: "contacts", About: "answered in time"},
			counting(func(s fairness.Standing) int { return s.Reached }),
		},
		{
			export.Column{Name: "valid", Type: export.Integer, Unit: "contacts", About: "put to it, and decided"},
			counting(func(s fairness.Standing) int { return s.Valid }),
		},
		{
			export.Column{Name: "deflected", Type: export.Integer, Unit: "contacts", About: "only sent elsewhere"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Deflected] }),
		},
		{
			export.Column{Name: "bot", Type: export.Integer, Unit: "contacts", About: "only answered by a machine"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Bot] }),
		},
		{
			export.Column{Name: "late", Type: export.Integer, Unit: "contacts", About: "answered after the deadline"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Late] }),
		},
		{
			export.Column{Name: "void", Type: export.Integer, Unit: "contacts", About: "failed on our side"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Void] }),
		},
		{
			export.Column{Name: "broken_off", Type: export.Integer, Unit: "contacts", About: "not heard to the end"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.BrokenOff] }),
		},
		{
			export.Column{Name: "pending", Type: export.Integer, Unit: "contacts", About: "still open"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Pending] }),
		},
	}
}

// ranked holds what a company has that is ranked, or null.
func ranked(of func(fairness.Standing) any) func(classStandings, fairness.Standing) any {
	return func(_ classStandings, s fairness.Standing) any {
		if s.Rank == 0 {
			return nil
		}
		return of(s)
	}
}

// scored holds a figure of the score, or null.
func scored(of func(fairness.Standing) any) func(classStandings, fairness.Standing) any {
	return func(_ classStandings, s fairness.Standing) any {
		if !s.Score.Known() {
			return nil
		}
		return of(s)
	}
}

// worded holds words, or null.
func worded(of func(fairness.Standing) string) func(classStandings, fairness.Standing) any {
	return func(_ classStandings, s fairness.Standing) any {
		if text := of(s); text != "" {
			return text
		}
		return nil
	}
}

// counting holds a count.
func counting(of func(fairness.Standing) int) func(classStandings, fairness.Standing) any {
	return func(_ classStandings, s fairness.Standing) any { return int64(of(s)) }
}
