package survival

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// someObservations draws a table: some small, some with heavy ties, zeros, all
// or none censored.
func someObservations(draw *rand.Rand) []Observation {
	n, ticks := 1+draw.IntN(40), 1+draw.IntN(30)
	censored := []float64{0, 0.2, 0.7, 1}[draw.IntN(4)]
	var obs []Observation
	for i := range n {
		o := Observation{
			Time: float64(draw.IntN(ticks)), Cause: 1 + draw.IntN(2),
			Group: fmt.Sprint(draw.IntN(3)), Stratum: string(rune('a' + draw.IntN(2))), Cluster: fmt.Sprint(i % (1 + n/4)),
		}
		if draw.Float64() < censored {
			o.Cause = 0
		}
		obs = append(obs, o)
	}
	return obs
}

// eachTable runs f over tables that are drawn.
func eachTable(t *testing.T, tables int, f func(t *testing.T, obs []Observation)) {
	draw := rand.New(rand.NewPCG(3, 4))
	for i := range tables {
		obs := someObservations(draw)
		if f(t, obs); t.Failed() {
			t.Fatalf("table %d: %+v", i, obs)
		}
	}
}

// masses gives each observation its weight of the whole, and hands that of the
// censored on to those who wait for longer, in equal parts by weight: Efron's
// redistribution to the right, from which the estimates follow without a
// product. left is what nobody is left to take.
func masses(obs []Observation, weights []float64) (mass []float64) {
	order := make([]int, len(obs))
	total := 0.0
	for i := range obs {
		order[i] = i
		total += weights[i]
	}
	// Answers come before censorings at the same time.
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(obs[a].Time, obs[b].Time), cmp.Compare(min(obs[b].Cause, 1), min(obs[a].Cause, 1)))
	})
	mass = make([]float64, len(obs))
	for i := range obs {
		mass[i] = weights[i] / total
	}
	for at, i := range order {
		later := 0.0
		for _, k := range order[at+1:] {
			if obs[k].Time > obs[i].Time {
				later += mass[k]
			}
		}
		if obs[i].Cause > 0 || later == 0 {
			continue
		}
		for _, k := range order[at+1:] {
			if obs[k].Time > obs[i].Time {
				mass[k] += mass[i] * mass[k] / later
			}
		}
		mass[i] = 0
	}
	return mass
}

// plainShare is what has ended by a cause (0 = any) up to a time.
func plainShare(obs []Observation, weights []float64, cause int, until float64) (sum float64) {
	for i, m := range masses(obs, weights) {
		if o := obs[i]; o.Time <= until && o.Cause > 0 && (cause == 0 || o.Cause == cause) {
			sum += m
		}
	}
	return sum
}

// plainArea is the area under plainShare.
func plainArea(obs []Observation, weights []float64, cause int, tau float64) (sum float64) {
	for i, m := range masses(obs, weights) {
		if o := obs[i]; o.Time < tau && o.Cause > 0 && (cause == 0 || o.Cause == cause) {
			sum += m * (tau - o.Time)
		}
	}
	return sum
}

func ones(n int) []float64 { return slices.Repeat([]float64{1}, n) }

// plainError is the infinitesimal jackknife from its definition: how much a
// figure moves if the observations of a cluster weigh a little more.
func plainError(obs []Observation, clusterOf func(int) string, figure func(weights []float64) float64) float64 {
	const little = 1e-4
	members := map[string][]int{}
	for i := range obs {
		members[clusterOf(i)] = append(members[clusterOf(i)], i)
	}
	sum := 0.0
	for _, some := range members {
		up, down := ones(len(obs)), ones(len(obs))
		for _, i := range some {
			up[i], down[i] = 1+little, 1-little
		}
		d := (figure(up) - figure(down)) / (2 * little)
		sum += d * d
	}
	return math.Sqrt(sum)
}

func each(i int) string { return fmt.Sprint(i) }

// near fails if two figures are further apart than tolerated.
func near(t *testing.T, what string, got, want, tolerated float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerated*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

func TestKaplanMeierPlainly(t *testing.T) {
	eachTable(t, 40, func(t *testing.T, obs []Observation) {
		c := KaplanMeier(obs)
		greenwood := 0.0
		for _, row := range c.Rows {
			risk, events := 0.0, 0.0
			for _, o := range obs {
				if o.Time >= row.Time {
					risk++
				}
				if o.Time == row.Time && o.Cause > 0 {
					events++
				}
			}
			greenwood += events / risk / (risk - events)
			near(t, "survival", row.Survival, 1-plainShare(obs, ones(len(obs)), 0, row.Time), 1e-12)
			if row.Survival > 0 {
				near(t, "error", float64(row.SE), row.Survival*math.Sqrt(greenwood), 1e-12)
			}
		}
		for _, tau := range []float64{0, 0.5, 3, 10, 29, 100} {
			mean, se := c.RestrictedMean(tau)
			near(t, "restricted mean", mean, tau-plainArea(obs, ones(len(obs)), 0, tau), 1e-12)
			near(t, "its error", se, plainMeanError(obs, tau), 1e-12)
		}
	})
}

// plainMeanError is the error of a restricted mean, term by term.
func plainMeanError(obs []Observation, tau float64) float64 {
	area := func(from float64) (sum float64) { // under the curve, in small steps
		for at := from; at < tau; at += 0.5 {
			sum += 0.5 * (1 - plainShare(obs, ones(len(obs)), 0, at))
		}
		return sum
	}
	sum := 0.0
	for at := 0.0; at < min(tau, 40); at++ {
		risk, events := 0.0, 0.0
		for _, o := range obs {
			if o.Time >= at {
				risk++
			}
			if o.Time == at && o.Cause > 0 {
				events++
			}
		}
		if events < risk {
			sum += area(at) * area(at) * events / (risk * (risk - events))
		}
	}
	return math.Sqrt(sum)
}

func TestRobustErrorsPlainly(t *testing.T) {
	eachTable(t, 60, func(t *testing.T, obs []Observation) {
		clusters, se := RobustErrors(obs)
		if want := len(Labels(obs, clusterOf)); clusters != want {
			t.Errorf("got %d clusters, want %d", clusters, want)
		}
		for i, row := range KaplanMeier(obs).Rows {
			near(t, "robust error", se[i], plainError(obs, func(i int) string { return obs[i].Cluster }, func(weights []float64) float64 {
				return plainShare(obs, weights, 0, row.Time)
			}), 1e-6)
		}
	})
}

func TestAalenJohansenPlainly(t *testing.T) {
	eachTable(t, 60, func(t *testing.T, obs []Observation) {
		in := AalenJohansen(obs, 2)
		for cause := 1; cause <= 2; cause++ {
			for _, row := range in.Rows {
				share := func(weights []float64) float64 { return plainShare(obs, weights, cause, row.Time) }
				near(t, "share", row.Causes[cause-1].Share, share(ones(len(obs))), 1e-12)
				near(t, "its error", row.Causes[cause-1].SE, plainError(obs, each, share), 1e-6)
			}
			for _, tau := range []float64{0.5, 3, 17.25, 60} {
				under := func(weights []float64) float64 { return plainArea(obs, weights, cause, tau) }
				area, se := in.Area(cause, tau)
				near(t, "area", area, under(ones(len(obs))), 1e-12)
				near(t, "its error", se, plainError(obs, each, under), 1e-5)
			}
		}
	})
}

// TestLogRankPlainly makes the statistic from its definition: at each time of
// each stratum, and with the first group left out instead of the last.
func TestLogRankPlainly(t *testing.T) {
	eachTable(t, 300, func(t *testing.T, obs []Observation) {
		for _, rho := range []float64{0, 1} {
			test := LogRank(obs, rho)
			expected, observed, variance := plainLogRank(obs, test.Groups, rho)
			for g := range test.Groups {
				near(t, "observed", test.Observed[g], observed[g], 1e-12)
				near(t, "expected", test.Expected[g], expected[g], 1e-12)
				for h := range test.Groups {
					near(t, "variance", test.Var[g][h], variance[g][h], 1e-12)
				}
			}
			if n := len(test.Groups); n == 2 && test.ChiSq.Known() {
				d := observed[0] - expected[0]
				near(t, "chi-square", float64(test.ChiSq), d*d/variance[0][0], 1e-9)
				near(t, "p", float64(test.P), math.Erfc(math.Sqrt(d*d/variance[0][0]/2)), 1e-12)
			}
			if n := len(test.Groups); n == 3 && test.DF == 2 && test.ChiSq.Known() {
				a, b := observed[1]-expected[1], observed[2]-expected[2]
				v := variance
				det := v[1][1]*v[2][2] - v[1][2]*v[2][1]
				chisq := (a*a*v[2][2] - 2*a*b*v[1][2] + b*b*v[1][1]) / det
				near(t, "chi-square", float64(test.ChiSq), chisq, 1e-8)
				near(t, "p", float64(test.P), math.Exp(-chisq/2), 1e-8)
			}
		}
	})
}

func plainLogRank(obs []Observation, groups []string, rho float64) (expected, observed []float64, variance [][]float64) {
	expected, observed = make([]float64, len(groups)), make([]float64, len(groups))
	for range groups {
		variance = append(variance, make([]float64, len(groups)))
	}
	for _, stratum := range []string{"a", "b"} {
		here := Where(obs, StratumOf, stratum)
		count := func(keep func(Observation) bool) (n float64) {
			for _, o := range here {
				if keep(o) {
					n++
				}
			}
			return n
		}
		for at := 0.0; at < 31; at++ {
			n := count(func(o Observation) bool { return o.Time >= at })
			d := count(func(o Observation) bool { return o.Time == at && o.Cause > 0 })
			if d == 0 {
				continue
			}
			w := math.Pow(1-plainShare(here, ones(len(here)), 0, at-0.5), rho)
			for g, group := range groups {
				r := count(func(o Observation) bool { return o.Time >= at && o.Group == group })
				observed[g] += w * count(func(o Observation) bool { return o.Time == at && o.Cause > 0 && o.Group == group })
				expected[g] += w * d * r / n
				for h, other := range groups {
					s, same := count(func(o Observation) bool { return o.Time >= at && o.Group == other }), 0.0
					if g == h {
						same = 1
					}
					if n > 1 {
						variance[g][h] += w * w * d * (n - d) / (n - 1) * r / n * (same - s/n)
					}
				}
			}
		}
	}
	return expected, observed, variance
}
