package rehearsal

import (
	"cmp"
	"math"
	"math/rand/v2"
	"time"

	"github.com/svartid/svartid/probes/fairness"
)

// A Mix is how companies differ, and what happens to their contacts. The zero
// Mix is that of an ordinary season without mishaps.
type Mix struct {
	Reach    float64 // the share of customers that the middle company answers an attempt of; 0 = 0.8
	Wait     float64 // how much of the promise its answers take in the mean; 0 = 0.15
	Spread   float64 // by how much companies differ: the standard deviation of the log-odds of reach; 0 = 1
	Gaps     float64 // the share of contacts during which our listening is lost for a fifth of the promise
	Voids    float64 // the share of openers that never leave
	Doubtful float64 // the share of contacts that rest on a doubtful reading
	Lost     float64 // the share of companies' channels over which we hear nothing for the whole season, and ask nothing again
	After    int     // how many contacts are heard over a channel before it is lost
	Scale    int     // how many contacts are asked for each of the plan; 0 = 1
}

// gapLength is how long listening is lost, as a share of the promise.
const gapLength = 0.2

// promised stands for the promise of every contact: only shares of it count.
const promised = 1000 * time.Hour

// A door is how a company truly does on one channel.
type door struct {
	reach float64 // of an attempt
	speed float64 // answers take 1/(speed+1) of the promise in the mean
}

// doors draws how a company does: one level for all its channels, and some of
// each one's own.
func (m Mix) doors(draw *rand.Rand, channels []string) map[string]door {
	level := draw.NormFloat64()
	middle, spread := cmp.Or(m.Reach, 0.8), cmp.Or(m.Spread, 1)
	speed := 1/cmp.Or(m.Wait, 0.15) - 1
	all := map[string]door{}
	for _, channel := range channels {
		odds := math.Log(middle/(1-middle)) + spread*(0.9*level+0.45*draw.NormFloat64())
		all[channel] = door{1 / (1 + math.Exp(-odds)), speed * math.Exp(0.5*draw.NormFloat64())}
	}
	return all
}

// deaf draws over which of a company's channels we hear nothing. It draws nothing
// where that never happens.
func (m Mix) deaf(draw *rand.Rand, channels []string) map[string]bool {
	if m.Lost == 0 {
		return nil
	}
	all := map[string]bool{}
	for _, channel := range channels {
		if draw.Float64() < m.Lost {
			all[channel] = true
		}
	}
	return all
}

// wait draws how much of an attempt's promise an answer takes.
func (d door) wait(uniform float64) float64 { return 1 - math.Pow(uniform, 1/d.speed) }

// A reply is after which share of its promise a contact was answered, if it was.
type reply struct {
	share    float64
	answered bool
}

// ask draws what comes of a contact of some attempts.
func (d door) ask(draw *rand.Rand, attempts int) reply {
	for i := range attempts {
		if draw.Float64() < d.reach {
			return reply{(float64(i) + d.wait(draw.Float64())) / float64(attempts), true}
		}
	}
	return reply{1, false}
}

// worth returns what a contact of some attempts is worth in the mean: the score
// of answers at the middles of 64 equal parts of what may happen.
func (d door) worth(rules fairness.Rules, attempts int) float64 {
	const parts = 64
	sum, here := 0.0, d.reach
	for i := range attempts {
		for part := range parts {
			share := (float64(i) + d.wait((float64(part)+0.5)/parts)) / float64(attempts)
			sum += here / parts * float64(rules.Worth(contact(reply{share, true})).Score)
		}
		here *= 1 - d.reach
	}
	return sum
}

// contact returns one of which so much came.
func contact(a reply) fairness.Contact {
	c := fairness.Contact{State: fairness.Unanswered, Tries: []fairness.Try{{Deadline: span(1)}}}
	if a.answered {
		c.State, c.Tries[0].Wait = fairness.Answered, span(a.share)
	}
	return c
}

// span returns a share of the promise.
func span(share float64) fairness.Span {
	return fairness.Span{Calendar: time.Duration(share * float64(promised)), Opening: time.Duration(share * float64(promised))}
}
