package fairness

import (
	"math"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// score scores a company's observations, which are on the scale of their
// deadlines, by the policy.
func (r Rules) score(rec record) Score {
	weights := r.weights(rec)
	obs, lost := rec.known()
	if r.Policy == AnsweredOnly {
		return r.speed(obs, lost, weights)
	}
	if r.Policy != ReachGate {
		return mean(obs, lost, weights, r.measure)
	}
	reach := mean(obs, lost, weights, incidence(func(f, _ float64) float64 { return f }, 1))
	gate := survival.Number(r.PassingShare())
	if !(reach.Score >= gate-survival.Tolerance) {
		return reach
	}
	lifted := lift(r.speed(obs, nil, weights), float64(gate), reach)
	if len(lost) > 0 {
		// What is lost may have answered too few to pass the gate.
		open := unknown(lost, weights, weightOf(weights, survival.Labels(obs, survival.StratumOf)...))
		lifted.Within = around(lifted.Within.Centre, math.Sqrt(lifted.Within.SE*lifted.Within.SE+open))
	}
	return lifted
}

// lift puts a speed above the gate. What it says of channels and contacts is
// that of reach.
func lift(speed Score, gate float64, reach Score) Score {
	scale := func(x float64) float64 { return gate + (1-gate)*x }
	s := reach
	s.Score, s.SE = survival.Number(scale(float64(speed.Score))), speed.SE*survival.Number(1-gate)
	lifted := func(p PlusTwo) PlusTwo {
		return PlusTwo{scale(p.Centre), p.SE * (1 - gate), scale(p.Lower), scale(p.Upper)}
	}
	s.PlusTwo, s.Within = lifted(speed.PlusTwo), lifted(speed.Within)
	return s
}

// linear returns the policy as a linear function of the incidence of answers: of
// its share at a time and of its area up to there.
func (r Rules) linear() (until float64, f func(share, area float64) float64) {
	switch r.Policy {
	case WithinThird:
		return 1.0 / 3, func(share, _ float64) float64 { return share }
	case Award:
		return 1, func(share, area float64) float64 { return (1-waitShare)*share + waitShare*area }
	}
	return 1, func(_, area float64) float64 { return area }
}

// measure scores one channel by a policy that is linear in the incidence of
// answers: F at the deadline, or its area up to there.
func (r Rules) measure(channel string, obs []survival.Observation) ChannelScore {
	until, f := r.linear()
	return incidence(f, until)(channel, obs)
}

// incidence returns a measure: a linear function of the share that was answered
// by a time, and of the area under that share up to then. Its error is that of
// the same function of the influences.
func incidence(linear func(share, area float64) float64, until float64) func(string, []survival.Observation) ChannelScore {
	return func(_ string, obs []survival.Observation) ChannelScore {
		score, se := survival.Linear(obs, until, linear)
		return ChannelScore{N: len(obs), Score: score, SE: se, known: knownOf(obs)}
	}
}

// speed scores answers alone, and 0 without an error where there is none.
func (r Rules) speed(obs []survival.Observation, lost []string, weights map[string]float64) Score {
	var answers []survival.Observation
	for _, o := range obs {
		if o.Cause == Human {
			answers = append(answers, o)
		}
	}
	s := mean(answers, lost, weights, func(_ string, answers []survival.Observation) ChannelScore {
		sum, squares, n := 0.0, 0.0, float64(len(answers))
		for _, o := range answers {
			sum += 1 - o.Time
		}
		for _, o := range answers {
			squares += (1 - o.Time - sum/n) * (1 - o.Time - sum/n)
		}
		return ChannelScore{N: len(answers), Score: sum / n, SE: math.Sqrt(squares) / n, known: n}
	})
	if len(answers) == 0 && len(obs) > 0 {
		s.Score, s.SE, s.PlusTwo = 0, 0, plusTwo(0, 0, 0)
		s.Within = s.PlusTwo
	}
	return s
}

// ScoreEnds scores how a company's contacts on one channel ended, as [Rules.Standings]
// does with the contacts of that channel alone. Its cost follows how many different
// ends there are.
func (r Rules) ScoreEnds(channel string, ends Ends) Score {
	ties, counted, answered, valid := ends.ties(), ChannelScore{}, 0, false
	for _, t := range ties {
		counted.N, answered = counted.N+t.Ends+t.Others+t.Censored, answered+t.Ends
	}
	for _, e := range ends {
		valid = valid || e.State.Valid()
		counted.known += e.known()
	}
	if weightOf(r.Weights, channel) == 0 || !valid {
		nan := survival.Number(math.NaN())
		return Score{Score: nan, SE: nan, N: counted.N}
	}
	if r.Policy == AnsweredOnly {
		return speedOf(ties, answered)
	}
	if r.Policy != ReachGate {
		until, f := r.linear()
		counted.Score, counted.SE = survival.LinearOf(ties, until, f)
		return single(counted)
	}
	counted.Score, counted.SE = survival.LinearOf(ties, 1, func(f, _ float64) float64 { return f })
	if !(counted.Score >= r.PassingShare()-survival.Tolerance) {
		return single(counted)
	}
	return lift(speedOf(ties, answered), r.PassingShare(), single(counted))
}

// single is the score of a company that was asked on one channel.
func single(c ChannelScore) Score {
	s := Score{Score: survival.Number(c.Score), SE: survival.Number(c.SE), PlusTwo: plusTwo(c.Score, c.SE, c.known), N: c.N}
	s.Within = around(s.PlusTwo.Centre, math.Sqrt(c.variance()))
	return s
}

// speedOf scores answers alone, as [Rules.speed] does.
func speedOf(ties []survival.Ties, answered int) Score {
	if answered == 0 {
		s := single(ChannelScore{})
		s.Within = s.PlusTwo
		return s
	}
	sum, squares, n := 0.0, 0.0, float64(answered)
	for _, t := range ties {
		sum += (1 - t.Time) * float64(t.Ends)
	}
	for _, t := range ties {
		off := 1 - t.Time - sum/n
		squares += off * off * float64(t.Ends)
	}
	return single(ChannelScore{N: answered, Score: sum / n, SE: math.Sqrt(squares) / n, known: n})
}
