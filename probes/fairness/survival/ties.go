package survival

import "math"

// Ties are the observations that end at one time.
type Ties struct {
	Time     float64
	Ends     int // by cause 1
	Others   int // by any other cause
	Censored int
}

// size returns how many they are.
func (t Ties) size() int { return t.Ends + t.Others + t.Censored }

// tied counts observations by time.
func tied(obs []Observation) []Ties {
	moments := follow(obs, 1).moments
	all := make([]Ties, len(moments))
	for i, m := range moments {
		all[i] = Ties{Time: m.time, Ends: m.ends[0], Others: m.events() - m.ends[0], Censored: m.censored}
	}
	return all
}

// LinearOf is [Linear] of observations that are counted by time, each time once
// and the earliest first. What ends by any other cause than 1 is told apart from
// what is censored, which the figure of cause 1 needs no more of.
//
// The influence of all that still waits is the same, so that one course is
// followed for them. What has ended influences what comes after by its influence
// on the surviving share alone, and that linearly: how much is summed up from the
// last time to the first. It takes as many steps as there are times.
func LinearOf(ties []Ties, until float64, f func(share, area float64) float64) (value, se float64) {
	at := 0
	risk := 0
	for i, t := range ties {
		risk += t.size()
		if t.Time <= until {
			at = i + 1
		}
	}
	waiting, weights := alive{surviving: 1}, newWeights(ties[:at], risk, until)
	sum := 0.0
	for i, t := range ties[:at] {
		waiting.rest(t.Time)
		n := float64(risk)
		own, all := float64(t.Ends)/n, float64(t.Ends+t.Others)/n
		for _, gone := range []exiting{{t.Ends, 1, 1}, {t.Others, 0, 1}, {t.Censored, 0, 0}} {
			if gone.count > 0 {
				d := waiting.leaves(gone, rates{n, own, all})
				df, da := d.df+d.ds*weights[i].share, d.da+d.df*(until-t.Time)+d.ds*weights[i].area
				sum += float64(gone.count) * f(df, da) * f(df, da)
			}
		}
		waiting = waiting.past(rates{n, own, all})
		risk -= t.size()
	}
	waiting.rest(until)
	sum += float64(risk) * f(waiting.df, waiting.da) * f(waiting.df, waiting.da)
	return f(waiting.share, waiting.area), math.Sqrt(sum)
}

// rates are the hazards at one time: by cause 1, and by any, of so many at risk.
type rates struct{ risk, own, all float64 }

// exiting are observations that leave in one way: whether each counts as an end
// by cause 1, and by any cause.
type exiting struct {
	count    int
	own, all float64
}

// alive is the course of the estimate, and the influence on it of an observation
// that still waits.
type alive struct {
	now, surviving, share, area float64
	ds, df, da                  float64
}

// rest takes the areas up to t, in which nothing happens.
func (a *alive) rest(t float64) {
	a.area += a.share * (t - a.now)
	a.da += a.df * (t - a.now)
	a.now = t
}

// leaves returns the influence of an observation that leaves at a time.
func (a alive) leaves(e exiting, r rates) alive {
	a.df += a.surviving*(e.own-r.own)/r.risk + a.ds*r.own
	a.ds = a.ds*(1-r.all) - a.surviving*(e.all-r.all)/r.risk
	return a
}

// past returns the course after a time, for an observation that stays.
func (a alive) past(r rates) alive {
	a = a.leaves(exiting{}, r)
	a.share += a.surviving * r.own
	a.surviving *= 1 - r.all
	return a
}

// A weight is how much the influence on the surviving share after a time moves the
// share that has ended by the end, and the area under it.
type weight struct{ share, area float64 }

// newWeights returns the weight of each time.
func newWeights(ties []Ties, risk int, until float64) []weight {
	weights := make([]weight, len(ties))
	for _, t := range ties {
		risk -= t.size()
	}
	for i := len(ties) - 2; i >= 0; i-- {
		next := ties[i+1]
		risk += next.size()
		own, all := float64(next.Ends)/float64(risk), float64(next.Ends+next.Others)/float64(risk)
		weights[i] = weight{
			share: own + (1-all)*weights[i+1].share,
			area:  own*(until-next.Time) + (1-all)*weights[i+1].area,
		}
	}
	return weights
}
