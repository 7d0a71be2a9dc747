package fairness

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Standing is a company's place in its class, and how sure it is. Shares and
// scores are from 0 to 1, intervals hold 95 %.
type Standing struct {
	Company string `json:"company"`

	Reached    int     `json:"reached"` // contacts answered in time
	Valid      int     `json:"valid"`   // of so many
	ReachLower float64 `json:"reach_lower"`
	ReachUpper float64 `json:"reach_upper"` // Wilson

	Outcomes map[State]int   `json:"outcomes"` // contacts by what became of them; as the rules count them
	Median   survival.Number `json:"median"`   // wait as a share of its deadline; +Inf if over half never were answered, NaN of nothing

	Score    survival.Number   `json:"score"`
	SE       survival.Number   `json:"se"`
	Lower    float64           `json:"lower"` // plus two, channel by channel
	Upper    float64           `json:"upper"`
	Points   Points            `json:"points"` // the score as it is printed
	Tied     []string          `json:"tied"`   // ranked companies with the same points
	Channels []ChannelStanding `json:"channels"`

	// BelowFloor: the score is below that which a winner needs, [Rules.Floor].
	BelowFloor bool `json:"below_floor"`

	Rank      int `json:"rank"`       // from 1, shared by equal points; 0 = not ranked
	RankLower int `json:"rank_lower"` // bounds that hold for all at once: Bonferroni, errors of plus two
	RankUpper int `json:"rank_upper"`
	// Apart: another is better, with 95 % confidence, by comparisons with the best alone,
	// which are fewer than those on which the bounds of ranks rest: see ProbablyBehind.
	Apart    bool   `json:"apart"`
	Unranked string `json:"unranked"` // why it is not ranked

	// Grade is 1 for the best, and Shrunken the score drawn towards the class by
	// what it may owe to chance: see [Grade], which sets both; else 0 and NaN.
	Grade    int             `json:"grade"`
	Shrunken survival.Number `json:"shrunken"`

	Error float64 `json:"error"` // plus two, channel by channel: that by which it is told apart
	// ReachRankLower and ReachRankUpper bound its rank by true reach, exactly.
	ReachRankLower int `json:"reach_rank_lower"`
	ReachRankUpper int `json:"reach_rank_upper"`
}

// ProbablyBehind reports whether another is better by comparisons with the best alone,
// and the bounds of ranks, which hold for all companies at once, do not rule out that it
// is the best itself. Both together are said as that another is probably better.
func (s Standing) ProbablyBehind() bool { return s.Apart && s.RankLower <= 1 }

// A ChannelStanding is what a company did on one channel.
type ChannelStanding struct {
	Channel string          `json:"channel"`
	Reached int             `json:"reached"`
	Valid   int             `json:"valid"`
	Median  survival.Number `json:"median_seconds"` // wait, by the clock that counts; as Standing.Median
	Score   float64         `json:"score"`
	SE      float64         `json:"se"`
	N       int             `json:"n"`      // contacts that count in the score, censored ones too
	Error   float64         `json:"error"`  // plus two
	Weight  float64         `json:"weight"` // that the rules give it
	// LeftOut: none of its contacts is valid, so that it is no part of the company's
	// score; what it may be makes the company's interval wider.
	LeftOut bool `json:"left_out,omitempty"`
}

// Standings ranks the companies of one class by the rules. Ranked ones come
// first, best first; then the others; equal ones by name. Equal points share
// the rank: what is printed alike is not told apart by what is not printed.
// Fewer than [Rules.MinCompanies] are not ranked. Bounds and Apart are among
// the ranked.
func (r Rules) Standings(contacts []Contact) []Standing {
	records := r.records(contacts)
	var ranked, others []Standing
	for _, rec := range records {
		if s := r.standing(rec); s.Unranked == "" {
			ranked = append(ranked, s)
		} else {
			others = append(others, s)
		}
	}
	if why := r.alone(len(ranked)); why != "" {
		for i := range ranked {
			ranked[i].Unranked = why
		}
		others = append(others, ranked...)
		slices.SortFunc(others, func(a, b Standing) int { return cmp.Compare(a.Company, b.Company) })
		return others
	}
	place(ranked)
	return append(ranked, others...)
}

// standing says all of a company but its place among the others.
func (r Rules) standing(rec record) Standing {
	score := r.score(rec)
	s := Standing{
		Company: rec.company, Outcomes: map[State]int{}, Tied: []string{},
		Score: score.Score, SE: score.SE, Lower: score.Within.Lower, Upper: score.Within.Upper,
		Unranked: r.lacking(rec, score), Error: score.Within.SE, Shrunken: survival.Number(math.NaN()),
	}
	if score.Score.Known() {
		s.Points = PointsOf(float64(score.Score))
		s.BelowFloor = !r.reachesFloor(s.Points)
	} else {
		s.Upper = 1
	}
	for _, e := range rec.ends {
		s.Outcomes[e.state]++
	}
	s.Reached, s.Valid = reach(rec.ends)
	s.ReachLower, s.ReachUpper = Wilson(s.Reached, s.Valid, 0.95)
	s.Median = medianWait(rec.ends, shares)
	s.Channels = rec.channels(score, r.Weights)
	return s
}

// channels returns what the company did on each channel it was asked on.
func (rec record) channels(score Score, weights map[string]float64) []ChannelStanding {
	byChannel := rec.byChannel()
	all := []ChannelStanding{}
	for _, channel := range slices.Sorted(maps.Keys(byChannel)) {
		ends, scored := byChannel[channel], score.Channels[channel]
		s := ChannelStanding{Channel: channel, Score: scored.Score, SE: scored.SE, N: scored.N, Weight: weightOf(weights, channel)}
		s.Error = math.Sqrt(scored.variance())
		s.Reached, s.Valid = reach(ends)
		s.LeftOut = s.Valid == 0
		s.Median = medianWait(ends, func(e end) (float64, float64) { return e.wait.Seconds(), e.deadline.Seconds() })
		all = append(all, s)
	}
	return all
}

// byChannel returns how the company's contacts went, channel by channel.
func (rec record) byChannel() map[string][]end {
	ends := map[string][]end{}
	for i, c := range rec.contacts {
		ends[c.Channel] = append(ends[c.Channel], rec.ends[i])
	}
	return ends
}

// shares measures a wait as a share of its deadline.
func shares(e end) (wait, deadline float64) { return e.share(), 1 }

// reach counts the contacts that were answered, and those that are valid.
func reach(ends []end) (reached, valid int) {
	for _, e := range ends {
		if e.state.Valid() {
			valid++
		}
		if e.state == Answered {
			reached++
		}
	}
	return reached, valid
}

// medianWait returns the median of waits by the estimate of Kaplan and Meier:
// who was never answered in time is censored at the deadline, which is the
// longest of all where no opener could be handed over. It is NaN until a contact
// is valid.
func medianWait(ends []end, lengths func(end) (wait, deadline float64)) survival.Number {
	if _, valid := reach(ends); valid == 0 {
		return survival.Number(math.NaN())
	}
	return survival.KaplanMeier(waiting(ends, lengths)).Median()
}

// waiting returns how long customers waited for a person's answer.
func waiting(ends []end, lengths func(end) (wait, deadline float64)) []survival.Observation {
	longest := 0.0
	for _, e := range ends {
		_, deadline := lengths(e)
		longest = max(longest, deadline)
	}
	var obs []survival.Observation
	for _, e := range ends {
		wait, deadline := lengths(e)
		switch {
		case e.state == Answered:
			obs = append(obs, survival.Observation{Time: wait, Cause: Human})
		case e.state.Valid() && e.deadline == 0:
			obs = append(obs, survival.Observation{Time: longest})
		case e.state.Valid():
			obs = append(obs, survival.Observation{Time: deadline})
		case (e.state == Pending || e.state == BrokenOff) && e.deadline > 0:
			obs = append(obs, survival.Observation{Time: wait})
		}
	}
	return obs
}

// place gives the ranked their ranks, bounds and ties, and orders them.
func place(ranked []Standing) {
	slices.SortStableFunc(ranked, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Company, b.Company))
	})
	for i := range ranked {
		ranked[i].Rank = i + 1
		if i > 0 && ranked[i].Points == ranked[i-1].Points {
			ranked[i].Rank = ranked[i-1].Rank
		}
	}
	estimates, points, reach := make([]Estimate, len(ranked)), map[Points][]string{}, make([]Reach, len(ranked))
	for i, s := range ranked {
		reach[i] = Reach{s.Reached, s.Valid}
		estimates[i] = Estimate{float64(s.Score), s.Error}
		points[s.Points] = append(points[s.Points], s.Company)
	}
	for i, p := range ReachRanks(reach, 0.05) {
		ranked[i].ReachRankLower, ranked[i].ReachRankUpper = p.Lower, p.Upper
	}
	best := MayBeBest(estimates, Best(len(ranked), 0.05))
	for i, p := range Ranks(estimates, Bonferroni(len(ranked), 0.05)) {
		s := &ranked[i]
		s.RankLower, s.RankUpper, s.Apart = p.Lower, p.Upper, !best[i]
		for _, other := range points[s.Points] {
			if other != s.Company {
				s.Tied = append(s.Tied, other)
			}
		}
	}
}
