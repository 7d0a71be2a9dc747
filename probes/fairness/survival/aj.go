package survival

import "math"

// An Incidence is the estimate of Aalen and Johansen (1978) of how many have
// ended by each of several causes that shut each other out.
type Incidence struct {
	Rows []IncidenceRow

	obs    []Observation
	causes int
}

// An IncidenceRow is an incidence at and after one distinct time.
type IncidenceRow struct {
	Time     float64
	Risk     int // who wait just before
	Censored int
	Causes   []Ended // by cause; cause 1 first
}

// Ended is the share that has ended by one cause. Its error is by the
// infinitesimal jackknife, its limits hold 95 % on the scale of the logarithm
// and are NaN while the share is 0.
type Ended struct {
	Events int     `json:"n_event"`
	Share  float64 `json:"cif"`
	SE     float64 `json:"se_ij"`
	Lower  Number  `json:"lower_log"`
	Upper  Number  `json:"upper_log"`
}

// AalenJohansen estimates what share has ended by each cause at each time. It
// tells so many causes apart, or more if the observations have more.
func AalenJohansen(obs []Observation, causes int) Incidence {
	j := newAlike(obs, causes)
	in := Incidence{obs: obs, causes: max(causes, j.causes())}
	for _, m := range j.moments {
		j.step()
		row := IncidenceRow{Time: m.time, Risk: m.risk, Censored: m.censored, Causes: make([]Ended, len(m.ends))}
		for k := range row.Causes {
			row.Causes[k] = ended(m.ends[k], j.share[k], j.root(func(u *unit) float64 { return u.df[k] }))
		}
		in.Rows = append(in.Rows, row)
	}
	return in
}

// ended puts the limits to a share.
func ended(events int, share, se float64) Ended {
	e := Ended{Events: events, Share: share, SE: se, Lower: Number(math.NaN()), Upper: Number(math.NaN())}
	if share > 0 {
		z := z95() * se / share
		e.Lower, e.Upper = Number(share*math.Exp(-z)), Number(min(share*math.Exp(z), 1))
	}
	return e
}

// Area returns the area under the share that has ended by a cause, from 0 to
// tau, with its error by the infinitesimal jackknife, both in units of time.
// Past the last time the share is carried on flat.
func (in Incidence) Area(cause int, tau float64) (area, se float64) {
	if cause < 1 || cause > in.causes || len(in.Rows) == 0 || !(tau > 0) {
		return 0, 0
	}
	j := newAlike(in.obs, in.causes)
	j.runTo(tau)
	return j.area[cause-1], j.root(func(u *unit) float64 { return u.da[cause-1] })
}

// Linear returns a linear function of the share that has ended by cause 1 at a
// time and of the area under that share up to then, with its error by the
// infinitesimal jackknife: that of the same function of the influences. f has no
// constant term.
func Linear(obs []Observation, until float64, f func(share, area float64) float64) (value, se float64) {
	return LinearOf(tied(obs), until, f)
}
