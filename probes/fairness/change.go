package fairness

import (
	"math"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Difference is how much later is above earlier, with an interval of 95 %.
type Difference struct {
	Earlier survival.Number `json:"earlier"`
	Later   survival.Number `json:"later"`
	Change  survival.Number `json:"change"` // NaN where one of them is not known
	Lower   survival.Number `json:"lower"`
	Upper   survival.Number `json:"upper"`
}

// Sure reports whether the change is more than chance: its interval is on one
// side of 0.
func (d Difference) Sure() bool { return d.Lower > 0 || d.Upper < 0 }

// ScoreChange returns the change of a score between two independent seasons, by
// their errors.
func ScoreChange(earlier, later Estimate) Difference {
	d := Difference{Earlier: survival.Number(earlier.Value), Later: survival.Number(later.Value)}
	change, reach := later.Value-earlier.Value, Z95()*math.Hypot(earlier.SE, later.SE)
	d.Change, d.Lower, d.Upper = survival.Number(change), survival.Number(change-reach), survival.Number(change+reach)
	return d
}

// ReachChange returns the change of the share that was answered, with the
// interval of Newcombe (Statistics in Medicine 17 (1998), 873-890, method 10),
// which is made of Wilson's for both.
func ReachChange(earlier, later Reach) Difference {
	if earlier.Valid == 0 || later.Valid == 0 {
		nan := survival.Number(math.NaN())
		return Difference{share(earlier), share(later), nan, nan, nan}
	}
	p, q := share(earlier), share(later)
	pLower, pUpper := Wilson(earlier.Reached, earlier.Valid, 0.95)
	qLower, qUpper := Wilson(later.Reached, later.Valid, 0.95)
	down := math.Hypot(float64(q)-qLower, pUpper-float64(p))
	up := math.Hypot(qUpper-float64(q), float64(p)-pLower)
	return Difference{p, q, q - p, q - p - survival.Number(down), q - p + survival.Number(up)}
}

// share is NaN of nothing.
func share(r Reach) survival.Number {
	if r.Valid == 0 {
		return survival.Number(math.NaN())
	}
	return survival.Number(float64(r.Reached) / float64(r.Valid))
}

// A Change is what became of a company, or of a class, from one season to
// another.
type Change struct {
	Class   string     `json:"class"`
	Company string     `json:"company,omitempty"` // none: the class as a whole
	Channel string     `json:"channel,omitempty"` // none: all
	Score   Difference `json:"score"`
	Reach   Difference `json:"reach"`
}

// Changes compares the standings of a class in two seasons: the class as a whole,
// by the companies that are in both, then each of these, by name and channel.
// Only the same is compared: a company with itself, a channel with itself.
func Changes(class string, earlier, later []Standing) []Change {
	before := map[string]Standing{}
	for _, s := range earlier {
		before[s.Company] = s
	}
	var companies []Change
	var a, b total
	for _, s := range later {
		was, known := before[s.Company]
		if !known || !was.Score.Known() || !s.Score.Known() {
			continue
		}
		a.add(was)
		b.add(s)
		companies = append(companies, Change{
			Class: class, Company: s.Company,
			Score: ScoreChange(Estimate{float64(was.Score), was.Error}, Estimate{float64(s.Score), s.Error}),
			Reach: ReachChange(Reach{was.Reached, was.Valid}, Reach{s.Reached, s.Valid}),
		})
		companies = append(companies, byChannel(class, was, s)...)
	}
	if len(companies) == 0 {
		return nil
	}
	whole := Change{Class: class, Score: ScoreChange(a.mean(), b.mean()), Reach: ReachChange(a.reach, b.reach)}
	return append([]Change{whole}, companies...)
}

// byChannel compares the channels that a company has had in both seasons.
func byChannel(class string, earlier, later Standing) (all []Change) {
	for _, ch := range later.Channels {
		for _, was := range earlier.Channels {
			if was.Channel != ch.Channel || was.N == 0 || ch.N == 0 {
				continue
			}
			all = append(all, Change{
				Class: class, Company: later.Company, Channel: ch.Channel,
				Score: ScoreChange(Estimate{was.Score, was.Error}, Estimate{ch.Score, ch.Error}),
				Reach: ReachChange(Reach{was.Reached, was.Valid}, Reach{ch.Reached, ch.Valid}),
			})
		}
	}
	return all
}

// A total is companies of a class taken together.
type total struct {
	score, variance, n float64
	reach              Reach
}

func (t *total) add(s Standing) {
	t.score, t.variance, t.n = t.score+float64(s.Score), t.variance+s.Error*s.Error, t.n+1
	t.reach.Reached, t.reach.Valid = t.reach.Reached+s.Reached, t.reach.Valid+s.Valid
}

// mean is the mean score, and its error.
func (t *total) mean() Estimate { return Estimate{t.score / t.n, math.Sqrt(t.variance) / t.n} }
