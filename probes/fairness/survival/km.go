package survival

import "math"

// A Curve is the estimate of Kaplan and Meier (1958) of how many still wait.
type Curve struct {
	N, Events int
	Rows      []Row
}

// A Row is a curve at and after one distinct time, also one at which some were
// only censored. The errors are Greenwood's; they and the bands are undefined
// (NaN) once nobody waits any more.
type Row struct {
	Time     float64 `json:"time"`
	Risk     int     `json:"n_risk"` // who wait just before
	Events   int     `json:"n_event"`
	Censored int     `json:"n_censor"`
	Survival float64 `json:"surv"`
	SE       Number  `json:"se_surv"`
	SELog    Number  `json:"se_log_surv"` // of the logarithm of Survival
	CumHaz   float64 `json:"cumhaz"`      // Nelson and Aalen
	CI       Bands   `json:"ci"`          // 95 %
}

// KaplanMeier estimates the share that still waits at each time. Every cause is
// an end. Without observations the curve has no rows.
func KaplanMeier(obs []Observation) Curve {
	c := Curve{N: len(obs)}
	survival, hazard, greenwood := 1.0, 0.0, 0.0
	for _, m := range follow(obs, 1).moments {
		d, n := float64(m.events()), float64(m.risk)
		c.Events += m.events()
		survival *= 1 - d/n
		hazard += d / n
		greenwood += d / (n * (n - d)) // infinite, or NaN, once all have ended
		row := Row{
			Time: m.time, Risk: m.risk, Events: m.events(), Censored: m.censored,
			Survival: survival, SELog: Number(math.Sqrt(greenwood)), CumHaz: hazard,
		}
		row.SE = Number(survival) * row.SELog
		row.CI = bands(survival, float64(row.SELog))
		c.Rows = append(c.Rows, row)
	}
	return c
}

// RestrictedMean returns the area under the curve from 0 to tau, in units of
// time, and its standard error: the mean wait if none were longer than tau.
// Past its last time the curve is carried on flat.
func (c Curve) RestrictedMean(tau float64) (mean, se float64) {
	if !(tau > 0) {
		return 0, 0
	}
	variance, next := 0.0, tau
	for i := len(c.Rows) - 1; i >= 0; i-- {
		row := c.Rows[i]
		if row.Time >= tau {
			continue
		}
		mean += row.Survival * (next - row.Time) // the area from here to tau
		if d, n := float64(row.Events), float64(row.Risk); d < n {
			variance += mean * mean * d / (n * (n - d))
		}
		next = row.Time
	}
	return mean + next, math.Sqrt(variance)
}
