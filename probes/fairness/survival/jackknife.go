package survival

import "math"

// A jackknife follows the Aalen–Johansen estimate through time, and with it the
// influence of each unit on it: the derivative by the weight of the unit's
// observations (the infinitesimal jackknife). With one cause, what has not
// ended is Kaplan and Meier's curve.
type jackknife struct {
	course
	next      int     // the first moment that has not been taken in
	now       float64 // until when areas are taken
	surviving float64
	share     []float64 // ended, by cause
	area      []float64 // under share, from 0 to now
	units     []unit
}

// A unit is one observation, or several whose influence counts as one.
type unit struct {
	alike float64 // how many units are just like it
	exits []exit  // in order of time
	risk  float64 // how many of its observations still wait
	ds    float64 // its influence on surviving
	df    []float64
	da    []float64
}

// An exit is how many observations of a unit leave at a moment.
type exit struct {
	moment   int
	ends     []float64 // by cause
	censored float64
}

// newJackknife begins before the first moment. Observations for which unitOf
// gives the same number are one unit; without unitOf no influence is followed.
func newJackknife(obs []Observation, c course, unitOf []int) *jackknife {
	causes := c.causes()
	j := &jackknife{course: c, surviving: 1, share: make([]float64, causes), area: make([]float64, causes)}
	byMoment := make([][]int, len(c.moments))
	for i := range unitOf {
		byMoment[c.at[i]] = append(byMoment[c.at[i]], i)
		for unitOf[i] >= len(j.units) {
			j.units = append(j.units, unit{alike: 1, df: make([]float64, causes), da: make([]float64, causes)})
		}
	}
	for at, some := range byMoment {
		for _, i := range some {
			j.units[unitOf[i]].leave(at, obs[i].Cause)
		}
	}
	return j
}

// newAlike begins with each observation its own unit. Those that end alike at
// one moment have the same influence, and are followed once.
func newAlike(obs []Observation, causes int) *jackknife {
	c := follow(obs, causes)
	j := newJackknife(nil, c, nil)
	for at, m := range c.moments {
		for cause := 0; cause <= len(m.ends); cause++ {
			n := m.censored
			if cause > 0 {
				n = m.ends[cause-1]
			}
			if n > 0 {
				u := unit{alike: float64(n), df: make([]float64, len(m.ends)), da: make([]float64, len(m.ends))}
				u.leave(at, cause)
				j.units = append(j.units, u)
			}
		}
	}
	return j
}

// causes returns how many causes are told apart.
func (c course) causes() int {
	if len(c.moments) == 0 {
		return 0
	}
	return len(c.moments[0].ends)
}

// leave adds an observation that ends at a moment, by a cause or censored.
func (u *unit) leave(at, cause int) {
	u.risk++
	if n := len(u.exits); n == 0 || u.exits[n-1].moment != at {
		u.exits = append(u.exits, exit{moment: at, ends: make([]float64, len(u.df))})
	}
	last := &u.exits[len(u.exits)-1]
	if cause == 0 {
		last.censored++
		return
	}
	last.ends[cause-1]++
}

// runTo takes in all moments up to and with t.
func (j *jackknife) runTo(t float64) {
	for j.next < len(j.moments) && j.moments[j.next].time <= t {
		j.step()
	}
	j.rest(t)
}

// rest takes the areas up to t, in which nothing happens.
func (j *jackknife) rest(t float64) {
	span := t - j.now
	j.now = t
	for k, f := range j.share {
		j.area[k] += f * span
	}
	for i := range j.units {
		for k, df := range j.units[i].df {
			j.units[i].da[k] += df * span
		}
	}
}

// step takes in the next moment.
func (j *jackknife) step() {
	m := j.moments[j.next]
	j.rest(m.time)
	n, hazard := float64(m.risk), float64(m.events())/float64(m.risk)
	for i := range j.units {
		u := &j.units[i]
		var gone exit
		if len(u.exits) > 0 && u.exits[0].moment == j.next {
			gone, u.exits = u.exits[0], u.exits[1:]
		}
		all := 0.0
		for k, d := range m.ends {
			rate, ends := float64(d)/n, 0.0
			if gone.ends != nil {
				ends = gone.ends[k]
			}
			u.df[k] += j.surviving*(ends-u.risk*rate)/n + u.ds*rate
			all += ends
		}
		u.ds = u.ds*(1-hazard) - j.surviving*(all-u.risk*hazard)/n
		u.risk -= all + gone.censored
	}
	for k, d := range m.ends {
		j.share[k] += j.surviving * float64(d) / n
	}
	j.surviving *= 1 - hazard
	j.next++
}

// root returns the standard error of a figure, from each unit's influence on
// it: the root of the sum of squares.
func (j *jackknife) root(influence func(*unit) float64) float64 {
	sum := 0.0
	for i := range j.units {
		d := influence(&j.units[i])
		sum += j.units[i].alike * d * d
	}
	return math.Sqrt(sum)
}

// RobustErrors returns the standard error of the Kaplan–Meier curve at each of
// its rows where the observations of a Cluster depend on each other, and how
// many clusters there are: the influences are summed by cluster before they are
// squared.
func RobustErrors(obs []Observation) (clusters int, se []float64) {
	numbers := map[string]int{}
	unitOf := make([]int, len(obs))
	merged := make([]Observation, len(obs))
	for i, name := range Labels(obs, clusterOf) {
		numbers[name] = i
	}
	for i, o := range obs {
		unitOf[i] = numbers[o.Cluster]
		merged[i] = Observation{Time: o.Time, Cause: min(o.Cause, 1)}
	}
	j := newJackknife(merged, follow(merged, 1), unitOf)
	for range j.moments {
		j.step()
		se = append(se, j.root(func(u *unit) float64 { return u.ds }))
	}
	return len(numbers), se
}

func clusterOf(o Observation) string { return o.Cluster }
