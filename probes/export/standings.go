package export

import (
	"context"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
)

// Standings are the standings of an edition as they are exported, by its own
// policy and the rules as they are now.
func Standings(ed *edition.Edition) Sheet {
	table := Table{
		Name: "standings", About: "where each company stands in its class, and how sure that is",
		Key: []string{"edition", "class", "company"},
	}
	for _, c := range standingColumns() {
		table.Columns = append(table.Columns, c.Column)
	}
	return Sheet{Table: table, Rows: func(ctx context.Context, tx probes.Tx) ([]Row, error) {
		classes, err := report.Standings(ctx, tx, ed, time.Time{})
		var rows []Row
		for _, class := range classes {
			for _, s := range class.Standings {
				var row Row
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
	Column
	value func(report.ClassStandings, fairness.Standing) any
}

// standingColumns is the table of them: who, and where.
func standingColumns() []standingColumn {
	const unranked = "it is not ranked"
	return append([]standingColumn{
		{
			Column{Name: "edition", Type: Text, About: "the edition"},
			func(c report.ClassStandings, _ fairness.Standing) any { return c.Edition },
		},
		{
			Column{Name: "class", Type: Text, About: "the class"},
			func(c report.ClassStandings, _ fairness.Standing) any { return c.Class },
		},
		{
			Column{Name: "company", Type: Text, About: "the company's id"},
			func(_ report.ClassStandings, s fairness.Standing) any { return s.Company },
		},
		{
			Column{Name: "policy", Type: Text, About: "what it is ranked by"},
			func(c report.ClassStandings, _ fairness.Standing) any { return string(c.Policy) },
		},
		{
			Column{Name: "rank", Type: Integer, About: "its rank, shared by equal points", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.Rank) }),
		},
		{
			Column{Name: "rank_lower", Type: Integer, About: "the best rank it may truly have, all companies at once 95 %", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.RankLower) }),
		},
		{
			Column{Name: "rank_upper", Type: Integer, About: "the worst", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.RankUpper) }),
		},
		{
			Column{Name: "below_floor", Type: Truth, About: "whether its score is below that which a winner needs", Null: unranked},
			ranked(func(s fairness.Standing) any { return s.BelowFloor }),
		},
		{
			Column{Name: "told_apart", Type: Truth, About: "whether another is better with 95 % confidence, by comparisons with the best alone: z_best", Null: unranked},
			ranked(func(s fairness.Standing) any { return s.Apart }),
		},
		{
			Column{Name: "grade", Type: Integer, About: "its grade, 1 the best; those of one grade are not ordered", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.Grade) }),
		},
		{
			Column{Name: "shrunken", Type: Real, Unit: "share", About: "its score without what it may owe to chance", Null: unranked},
			ranked(func(s fairness.Standing) any { return float64(s.Shrunken) }),
		},
		{
			Column{Name: "reach_rank_lower", Type: Integer, About: "the best rank by true reach, all companies at once 95 %", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.ReachRankLower) }),
		},
		{
			Column{Name: "reach_rank_upper", Type: Integer, About: "the worst", Null: unranked},
			ranked(func(s fairness.Standing) any { return int64(s.ReachRankUpper) }),
		},
		{
			Column{Name: "unranked", Type: Text, About: "why it is not ranked", Null: "it is"},
			worded(func(s fairness.Standing) string { return s.Unranked }),
		},
	}, figureColumns()...)
}

// figureColumns are those from which the rank follows.
func figureColumns() []standingColumn {
	const unasked = "nothing is decided yet"
	return []standingColumn{
		{
			Column{Name: "score", Type: Real, Unit: "share", About: "its score, 0 to 1", Null: unasked},
			scored(func(s fairness.Standing) any { return float64(s.Score) }),
		},
		{
			Column{Name: "score_lower", Type: Real, Unit: "share", About: "the lower end, 95 %", Null: unasked},
			scored(func(s fairness.Standing) any { return s.Lower }),
		},
		{
			Column{Name: "score_upper", Type: Real, Unit: "share", About: "the upper end", Null: unasked},
			scored(func(s fairness.Standing) any { return s.Upper }),
		},
		{
			Column{Name: "error", Type: Real, Unit: "share", About: "the score's error by plus two, channel by channel", Null: unasked},
			scored(func(s fairness.Standing) any { return s.Error }),
		},
		{
			Column{Name: "points", Type: Real, Unit: "points", About: "the score as it is printed: 0 to 100, two decimals", Null: unasked},
			scored(func(s fairness.Standing) any { return s.Points.Float() }),
		},
		{
			Column{Name: "tied", Type: Text, About: "companies with the same points, with spaces between", Null: "none has"},
			worded(func(s fairness.Standing) string { return strings.Join(s.Tied, " ") }),
		},
		{
			Column{Name: "reached", Type: Integer, Unit: "contacts", About: "answered in time"},
			counting(func(s fairness.Standing) int { return s.Reached }),
		},
		{
			Column{Name: "valid", Type: Integer, Unit: "contacts", About: "put to it, and decided"},
			counting(func(s fairness.Standing) int { return s.Valid }),
		},
		{
			Column{Name: "reach_lower", Type: Real, Unit: "share", About: "the lower end of reached ÷ valid, Wilson 95 %"},
			func(_ report.ClassStandings, s fairness.Standing) any { return s.ReachLower },
		},
		{
			Column{Name: "reach_upper", Type: Real, Unit: "share", About: "the upper end"},
			func(_ report.ClassStandings, s fairness.Standing) any { return s.ReachUpper },
		},
		{
			Column{Name: "deflected", Type: Integer, Unit: "contacts", About: "only sent elsewhere"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Deflected] }),
		},
		{
			Column{Name: "bot", Type: Integer, Unit: "contacts", About: "only answered by a machine"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Bot] }),
		},
		{
			Column{Name: "late", Type: Integer, Unit: "contacts", About: "answered after the deadline"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Late] }),
		},
		{
			Column{Name: "void", Type: Integer, Unit: "contacts", About: "failed on our side"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Void] }),
		},
		{
			Column{Name: "broken_off", Type: Integer, Unit: "contacts", About: "not heard to the end"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.BrokenOff] }),
		},
		{
			Column{Name: "pending", Type: Integer, Unit: "contacts", About: "still open"},
			counting(func(s fairness.Standing) int { return s.Outcomes[fairness.Pending] }),
		},
	}
}

// ranked holds what a company has that is ranked, or null.
func ranked(of func(fairness.Standing) any) func(report.ClassStandings, fairness.Standing) any {
	return func(_ report.ClassStandings, s fairness.Standing) any {
		if s.Rank == 0 {
			return nil
		}
		return of(s)
	}
}

// scored holds a figure of the score, or null.
func scored(of func(fairness.Standing) any) func(report.ClassStandings, fairness.Standing) any {
	return func(_ report.ClassStandings, s fairness.Standing) any {
		if !s.Score.Known() {
			return nil
		}
		return of(s)
	}
}

// worded holds words, or null.
func worded(of func(fairness.Standing) string) func(report.ClassStandings, fairness.Standing) any {
	return func(_ report.ClassStandings, s fairness.Standing) any {
		if text := of(s); text != "" {
			return text
		}
		return nil
	}
}

// counting holds a count.
func counting(of func(fairness.Standing) int) func(report.ClassStandings, fairness.Standing) any {
	return func(_ report.ClassStandings, s fairness.Standing) any { return int64(of(s)) }
}
