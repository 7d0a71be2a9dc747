package export

import (
	"context"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/report"
)

// Recomputable returns the sheets from which standings are computed once more:
// the contacts as they are scored, the channels with their weights, and what is
// constant for a class. docs/scoring.md holds the statements.
func Recomputable(ed *edition.Edition) []Sheet {
	return []Sheet{Scores(ed), Channels(ed), Constants(ed), Grades(ed)}
}

// sheet returns one whose columns and values are those of fields.
func sheet[T any](t Table, fields []field[T], each func(ctx context.Context, tx probes.Tx, take func(T)) error) Sheet {
	t.Columns = columnsOf(fields)
	return Sheet{Table: t, Rows: func(ctx context.Context, tx probes.Tx) ([]Row, error) {
		var rows []Row
		err := each(ctx, tx, func(v T) { rows = append(rows, rowOf(fields, v)) })
		return rows, err
	}}
}

// Scores are the contacts of an edition as its standings see them, by its own
// policy.
func Scores(ed *edition.Edition) Sheet {
	return sheet(
		Table{Name: "scores", About: "each contact as the standings see it", Key: []string{"contact"}},
		scoreFields(),
		func(ctx context.Context, tx probes.Tx, take func(report.Scored)) error {
			return report.EachScored(ctx, tx, ed, take)
		},
	)
}

func scoreFields() []field[report.Scored] {
	return []field[report.Scored]{
		{Column{"contact", Text, "", "its id", ""}, func(s report.Scored) any { return s.ID }},
		{Column{"class", Text, "", "the class", ""}, func(s report.Scored) any { return s.Plan.Class }},
		{Column{"company", Text, "", "the company's id", ""}, func(s report.Scored) any { return s.Plan.Company }},
		{Column{"channel", Text, "", "the way in", ""}, func(s report.Scored) any { return s.Plan.Channel }},
		{Column{"weekday", Text, "", "its cell of the plan: the day, as Mon", ""}, func(s report.Scored) any { return s.Weekday }},
		{Column{"hour", Text, "", "its cell of the plan: the hour, as 09-10", ""}, func(s report.Scored) any { return s.Slot }},
		{
			Column{"state", Text, "", "how it counts: the outcome by these rules, where a machine's answer is bot", ""},
			func(s report.Scored) any { return string(s.Worth.State) },
		},
		{Column{"clock", Text, "", "by which clock it is measured: calendar or opening", ""}, func(s report.Scored) any { return string(s.Worth.Clock) }},
		{Column{"clock_because", Text, "", "why by that", ""}, func(s report.Scored) any { return s.Why() }},
		{
			Column{"wait_seconds", Real, "s", "how long the customer waited by that clock: for the answer, or until it was over, or as far as silence is proven", "nothing was promised yet"},
			func(s report.Scored) any { return promisedOnly(s, s.Worth.Wait.Seconds()) },
		},
		{
			Column{"promise_seconds", Real, "s", "the time to answer by that clock, all attempts together", "nothing was promised yet"},
			func(s report.Scored) any { return promisedOnly(s, s.Worth.Promise.Seconds()) },
		},
		{
			Column{"share", Real, "share", "wait ÷ promise, 0 to 1", "nothing was promised yet"},
			func(s report.Scored) any { return promisedOnly(s, s.Worth.Share) },
		},
		{
			Column{"score", Real, "share", "what it gives by the policy, 0 to 1", "it does not count, or is not decided"},
			func(s report.Scored) any { return number(s.Worth.Score) },
		},
		{Column{"replacement", Truth, "", "whether it stands in for another", ""}, func(s report.Scored) any { return s.Fair.Replacement }},
		{
			Column{
				"zero_because", Text, "", "why it counts as unanswered whatever its outcome is: left (the company has left the season, or had for a while) " +
					"or hours (it keeps fewer hours, or other days, than at the start)", "it counts as it went",
			},
			func(s report.Scored) any { return text(string(s.Zero)) },
		},
		{
			Column{"contested", Truth, "", "whether it was refused for what we are, and we know that there was a reason", ""},
			func(s report.Scored) any { return s.Outcome == probes.Contested },
		},
		{
			Column{"provisional", Truth, "", "whether it rests on what a person has to look at", ""},
			func(s report.Scored) any { return s.Provisional },
		},
		{
			Column{"otherwise", Text, "", "how it would count were its doubt the other way", "nothing is doubtful of it"},
			func(s report.Scored) any {
				if s.Fair.Otherwise == nil {
					return nil
				}
				return string(s.Fair.Otherwise.State)
			},
		},
	}
}

// promisedOnly holds a figure of a contact that has been promised something.
func promisedOnly(s report.Scored, figure float64) any {
	if len(s.Fair.Tries) == 0 {
		return nil
	}
	return figure
}

// number holds a number, or null.
func number(n survival.Number) any {
	if !n.Known() {
		return nil
	}
	return float64(n)
}

// A standingOf is a company's standing in its class.
type standingOf struct {
	class report.ClassStandings
	fairness.Standing
}

// eachStanding calls take for each company of each class.
func eachStanding(ctx context.Context, tx probes.Tx, ed *edition.Edition, take func(standingOf)) error {
	classes, err := report.Standings(ctx, tx, ed, time.Time{})
	for _, class := range classes {
		for _, s := range class.Standings {
			take(standingOf{class, s})
		}
	}
	return err
}
