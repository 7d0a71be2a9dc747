package fairness

import (
	"cmp"
	"math"
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// Human is the cause of an observation that a person's answer ended.
const Human = 1

// A Score is how good a company is on the scale from 0 to 1, where 1 is an
// answer at once to everybody. Errors are standard errors of scores.
type Score struct {
	Company  string                  `json:"company"`
	Channels map[string]ChannelScore `json:"channels"`
	Score    survival.Number         `json:"score"` // NaN: no channel that counts
	SE       survival.Number         `json:"se"`
	PlusTwo  PlusTwo                 `json:"plus2"`
	// Within is the interval that standings show: its centre is that of PlusTwo,
	// and two contacts are added to each channel, not to all contacts together.
	Within    PlusTwo `json:"plus2_by_channel"`
	Answered  int     `json:"answered"`
	Deflected int     `json:"deflected"` // ended by any other cause
	N         int     `json:"n"`         // censored ones too
}

// A ChannelScore is a company's score on one channel.
type ChannelScore struct {
	N     int     `json:"n"`
	Score float64 `json:"score"`
	SE    float64 `json:"se_ij"` // by the infinitesimal jackknife

	known float64 // how many contacts it rests on
}

// PlusTwo is an interval for a score of few contacts: one perfect and one
// failed contact are added, as Agresti and Coull (1998) do with shares. The
// usual interval has no width where all contacts went alike.
type PlusTwo struct {
	Centre float64 `json:"centre"`
	SE     float64 `json:"se"`
	Lower  float64 `json:"lower95"`
	Upper  float64 `json:"upper95"`
}

// A Scale is how the waits on each channel are made into one score.
type Scale struct {
	Horizon map[string]float64 // the wait that scores 0, by channel; none = 1
	Weights map[string]float64 // what a channel counts; none = 1, 0 = not at all
}

// ScoreClass scores the companies of a class. An observation's Group is its
// company and its Stratum the channel; its Cause is [Human], or another if the
// contact ended in some other way. A channel's score is the area under the
// incidence of answers up to the horizon, divided by it; a company's the mean of
// its channels by weight. The result is in order of company.
func ScoreClass(obs []survival.Observation, scale Scale) []Score {
	var scores []Score
	for _, company := range survival.Labels(obs, survival.GroupOf) {
		own := survival.Where(obs, survival.GroupOf, company)
		s := mean(own, nil, scale.Weights, func(channel string, obs []survival.Observation) ChannelScore {
			tau := 1.0
			if given, ok := scale.Horizon[channel]; ok {
				tau = given
			}
			area, se := survival.AalenJohansen(obs, Human).Area(Human, tau)
			return ChannelScore{N: len(obs), Score: area / tau, SE: se / tau, known: float64(len(obs))}
		})
		s.Company = company
		scores = append(scores, s)
	}
	return scores
}

// mean scores one company: each channel by measure, then all by weight. A channel that is lost has no score. The others are
// taken for the company, and the interval of Within is as much wider as that may be
// wrong: what is not known of a channel lies between 0 and 1.
func mean(
	obs []survival.Observation, lost []string, weights map[string]float64, measure func(string, []survival.Observation) ChannelScore,
) Score {
	s := Score{Channels: map[string]ChannelScore{}, N: len(obs)}
	for _, o := range obs {
		switch {
		case o.Cause == Human:
			s.Answered++
		case o.Cause > 0:
			s.Deflected++
		}
	}
	sum, variance, within, weight, known := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, channel := range survival.Labels(obs, survival.StratumOf) {
		here := survival.Where(obs, survival.StratumOf, channel)
		c := measure(channel, here)
		s.Channels[channel] = c
		w := weightOf(weights, channel)
		sum, weight, variance, known = sum+w*c.Score, weight+w, variance+w*c.SE*w*c.SE, known+c.known
		within += w * w * c.variance()
	}
	if weight == 0 {
		s.Score, s.SE = survival.Number(math.NaN()), survival.Number(math.NaN())
		return s
	}
	s.Score, s.SE = survival.Number(sum/weight), survival.Number(math.Sqrt(variance)/weight)
	s.PlusTwo = plusTwo(sum/weight, math.Sqrt(variance)/weight, known)
	s.Within = around(s.PlusTwo.Centre, math.Sqrt(within/(weight*weight)+unknown(lost, weights, weight)))
	return s
}

// weightOf returns what channels count together.
func weightOf(weights map[string]float64, channels ...string) (sum float64) {
	for _, channel := range channels {
		if w, given := weights[channel]; given {
			sum += w
		} else {
			sum++
		}
	}
	return sum
}

// unknown returns the variance by which a company's score may differ from that of
// channels that weigh so much, because others are lost.
func unknown(lost []string, weights map[string]float64, known float64) float64 {
	all, squares := known, 0.0
	for _, channel := range lost {
		w := weightOf(weights, channel)
		all, squares = all+w, squares+w*w
	}
	return squares * mostVariance / (all * all)
}

// mostVariance is the largest variance that what lies between 0 and 1 can have
// (Popoviciu 1935).
const mostVariance = 0.25

// variance returns that of the channel's score by plus two. One contact says
// nothing of how much contacts differ, so that the variance is the largest there can be.
// A channel with few contacts is so as unsure as it is: added to all contacts together, the
// two hide that nothing is known of it, and the interval holds 62 % of the time at 23 + 2
// contacts. What was not heard to its end counts as far as it was heard: as whole contacts,
// twelve that were broken off at once beside one that was answered hide it too, and the
// interval holds 57 % of the time.
func (c ChannelScore) variance() float64 {
	if c.known < 2 {
		return mostVariance
	}
	p := plusTwo(c.Score, c.SE, c.known)
	return p.SE * p.SE
}

// knownOf returns how many contacts observations on the scale of their deadlines are
// worth: one that is decided is one, another as much as it was watched.
func knownOf(obs []survival.Observation) (n float64) {
	for _, o := range obs {
		if decided(o) {
			n++
		} else {
			n += o.Time
		}
	}
	return n
}

// around returns the interval of 95 % about a centre.
func around(centre, se float64) PlusTwo {
	z := normalQuantile(0.975)
	return PlusTwo{centre, se, max(centre-z*se, 0), min(centre+z*se, 1)}
}

// plusTwo returns the interval of n contacts that score so much with the error
// se: the variance is that of n+2 contacts, of which one is 1 and one 0.
func plusTwo(score, se, n float64) PlusTwo {
	c := (n*score + 1) / (n + 2)
	return around(c, math.Sqrt((n*n*se*se+n*(score-c)*(score-c)+c*c+(1-c)*(1-c))/((n+1)*(n+2))))
}

// Order returns the companies by score, best first; of equal ones, by name.
// Those without a score come last.
func Order(scores []Score) []string {
	order := slices.Clone(scores)
	slices.SortStableFunc(order, func(a, b Score) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Company, b.Company))
	})
	names := make([]string, len(order))
	for i, s := range order {
		names[i] = s.Company
	}
	return names
}
