package export

import (
	"context"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
)

// A channelOf is what a company did on one channel.
type channelOf struct {
	standingOf
	fairness.ChannelStanding
}

// Channels are what each company did on each channel, with its weight.
func Channels(ed *edition.Edition) Sheet {
	return sheet(
		Table{Name: "channels", About: "each company's score on each channel, and what it weighs", Key: []string{"class", "company", "channel"}},
		[]field[channelOf]{
			{Column{"class", Text, "", "the class", ""}, func(c channelOf) any { return c.class.Class }},
			{Column{"company", Text, "", "the company's id", ""}, func(c channelOf) any { return c.Company }},
			{Column{"channel", Text, "", "the way in", ""}, func(c channelOf) any { return c.Channel }},
			{Column{"weight", Real, "", "what it counts in the company's score", ""}, func(c channelOf) any { return c.Weight }},
			{
				Column{"contacts", Integer, "contacts", "that count in its score, censored ones too", ""},
				func(c channelOf) any { return int64(c.N) },
			},
			{
				Column{"score", Real, "share", "its score, 0 to 1; 0 without contacts", ""},
				func(c channelOf) any { return c.ChannelStanding.Score },
			},
			{
				Column{"se", Real, "share", "the score's error by the infinitesimal jackknife", ""},
				func(c channelOf) any { return c.ChannelStanding.SE },
			},
			{Column{"error", Real, "share", "its error by plus two", ""}, func(c channelOf) any { return c.ChannelStanding.Error }},
			{
				Column{"reached", Integer, "contacts", "answered in time", ""},
				func(c channelOf) any { return int64(c.ChannelStanding.Reached) },
			},
			{
				Column{"valid", Integer, "contacts", "put to it, and decided", ""},
				func(c channelOf) any { return int64(c.ChannelStanding.Valid) },
			},
			{
				Column{"median_seconds", Real, "s", "the median wait by the clock that counts", "over half were never answered in time, or none is valid"},
				func(c channelOf) any { return number(c.ChannelStanding.Median) },
			},
		},
		func(ctx context.Context, tx probes.Tx, take func(channelOf)) error {
			return eachStanding(ctx, tx, ed, func(s standingOf) {
				for _, ch := range s.Standing.Channels {
					take(channelOf{s, ch})
				}
			})
		},
	)
}

// Constants are what is the same for all companies of a class: critical values,
// and what the rules ask.
func Constants(ed *edition.Edition) Sheet {
	type class = report.ClassStandings
	ranked := func(c class) (n int) {
		for _, s := range c.Standings {
			if s.Rank > 0 {
				n++
			}
		}
		return n
	}
	critical := func(of func(n int, alpha float64) float64) func(class) any {
		return func(c class) any {
			if ranked(c) < 2 {
				return nil
			}
			return of(ranked(c), 0.05)
		}
	}
	const alone = "fewer than two companies are ranked"
	return sheet(
		Table{Name: "constants", About: "what is the same for all companies of a class", Key: []string{"class"}},
		[]field[class]{
			{Column{"class", Text, "", "the class", ""}, func(c class) any { return c.Class }},
			{Column{"policy", Text, "", "what companies are ranked by", ""}, func(c class) any { return string(c.Policy) }},
			{Column{"ranked", Integer, "companies", "how many are ranked", ""}, func(c class) any { return int64(ranked(c)) }},
			{Column{"z", Real, "", "how many errors a limit of 95 % is away", ""}, func(class) any { return fairness.Z95() }},
			{Column{"z_best", Real, "", "the critical value of comparisons with the best", alone}, critical(fairness.Best)},
			{Column{"z_pairs", Real, "", "the critical value of all pairs, for bounds of ranks", alone}, critical(fairness.Bonferroni)},
			{
				Column{"variance", Real, "", "of true scores inside classes, over the edition", ""},
				func(c class) any { return c.Grading.Variance },
			},
			{
				Column{"noise", Real, "", "the mean square of the errors of scores, over the edition", ""},
				func(c class) any { return c.Grading.Noise },
			},
			{
				Column{"reliability", Real, "share", "what of the differences between scores is no chance", "no class has two companies that are ranked"},
				func(c class) any { return number(c.Grading.Reliability) },
			},
			{
				Column{"misordered", Real, "share", "of a class's pairs that grades are expected to order wrongly", ""},
				func(c class) any { return c.Grading.Misordered },
			},
			{
				Column{"min_valid", Integer, "contacts", "that a place takes", ""},
				func(class) any { return int64(ed.Scoring.MinContacts) },
			},
			{
				Column{"min_share", Real, "share", "of its planned contacts that must be valid for a place", ""},
				func(class) any { return ed.Scoring.MinShare },
			},
			{
				Column{"min_companies", Integer, "companies", "that must be ranked for any to be", ""},
				func(class) any { return int64(ed.Scoring.Fewest()) },
			},
			{Column{"gate", Real, "share", "that must be answered to be ranked by speed, by reach-gate", ""}, func(class) any { return ed.Scoring.PassingShare() }},
			{Column{"floor", Real, "share", "the score that a winner needs", ""}, func(class) any { return ed.Scoring.Floor }},
		},
		func(ctx context.Context, tx probes.Tx, take func(class)) error {
			classes, err := report.Standings(ctx, tx, ed, time.Time{})
			for _, c := range classes {
				take(c)
			}
			return err
		},
	)
}

// A gradeFrom is the lowest shrunken score that has a grade.
type gradeFrom struct {
	class string
	grade int
	from  float64
}

// Grades are where the grades of each class are cut.
func Grades(ed *edition.Edition) Sheet {
	return sheet(
		Table{Name: "grades", About: "where the grades of each class are cut", Key: []string{"class", "grade"}},
		[]field[gradeFrom]{
			{Column{"class", Text, "", "the class", ""}, func(g gradeFrom) any { return g.class }},
			{Column{"grade", Integer, "", "1 is the best", ""}, func(g gradeFrom) any { return int64(g.grade) }},
			{Column{"from", Real, "share", "the lowest shrunken score that has it", ""}, func(g gradeFrom) any { return g.from }},
		},
		func(ctx context.Context, tx probes.Tx, take func(gradeFrom)) error {
			classes, err := report.Standings(ctx, tx, ed, time.Time{})
			for _, c := range classes {
				for _, g := range cuts(c) {
					take(g)
				}
			}
			return err
		},
	)
}

// cuts returns where a class's grades begin from below, the best first.
func cuts(c report.ClassStandings) []gradeFrom {
	lowest := map[int]float64{}
	best := 0
	for _, s := range c.Standings {
		if s.Grade == 0 {
			continue
		}
		from, known := lowest[s.Grade]
		if !known {
			from = float64(s.Shrunken)
		}
		lowest[s.Grade], best = min(from, float64(s.Shrunken)), max(best, s.Grade)
	}
	var all []gradeFrom
	for g := 1; g <= best; g++ {
		all = append(all, gradeFrom{c.Class, g, lowest[g]})
	}
	return all
}
