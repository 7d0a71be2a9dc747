package survival

// A CurveReport is all that is said of one Kaplan–Meier curve.
type CurveReport struct {
	Group     *string                 `json:"group"` // nil: everybody
	N         int                     `json:"n"`
	Events    int                     `json:"events"`
	Level     float64                 `json:"conf_int"`
	Rows      []Row                   `json:"rows"`
	Quantiles map[BandKind][]Quantile `json:"quantiles"` // a quarter, a half, three quarters
	Means     []MeanReport            `json:"rmst"`
	Robust    *RobustReport           `json:"cluster_robust,omitempty"`
}

// A MeanReport is a restricted mean.
type MeanReport struct {
	Tau  float64 `json:"tau"`
	Mean float64 `json:"rmst"`
	SE   float64 `json:"se"`
}

// A RobustReport is a curve whose observations depend on each other.
type RobustReport struct {
	Clusters int         `json:"n_clusters"`
	Rows     []RobustRow `json:"rows"`
}

// A RobustRow is a curve's error at one time.
type RobustRow struct {
	Time     float64 `json:"time"`
	Survival float64 `json:"surv"`
	SE       float64 `json:"se_surv"`
}

// ReportCurves reports the curve of all observations and, if any has a Group,
// that of each; with restricted means up to each tau and, if any has a Cluster,
// with robust errors.
func ReportCurves(obs []Observation, taus []float64) []CurveReport {
	return byGroup(obs, func(obs []Observation, group *string) CurveReport {
		c := KaplanMeier(obs)
		r := CurveReport{
			Group: group, N: c.N, Events: c.Events, Level: 0.95, Rows: c.Rows,
			Quantiles: map[BandKind][]Quantile{}, Means: []MeanReport{},
		}
		for _, kind := range BandKinds() {
			for _, p := range []float64{0.25, 0.5, 0.75} {
				r.Quantiles[kind] = append(r.Quantiles[kind], c.Quantile(p, kind))
			}
		}
		for _, tau := range taus {
			mean, se := c.RestrictedMean(tau)
			r.Means = append(r.Means, MeanReport{tau, mean, se})
		}
		if labelled(obs, clusterOf) {
			r.Robust = reportRobust(c, obs)
		}
		return r
	})
}

func reportRobust(c Curve, obs []Observation) *RobustReport {
	clusters, se := RobustErrors(obs)
	r := RobustReport{Clusters: clusters}
	for i, row := range c.Rows {
		r.Rows = append(r.Rows, RobustRow{row.Time, row.Survival, se[i]})
	}
	return &r
}

// ReportLogRank compares the groups by both tests and, if any observation has a
// Stratum, by the log-rank test inside the strata.
func ReportLogRank(obs []Observation) []LogRankTest {
	if !labelled(obs, GroupOf) {
		return nil
	}
	pooled := make([]Observation, len(obs))
	for i, o := range obs {
		o.Stratum = ""
		pooled[i] = o
	}
	tests := []LogRankTest{LogRank(pooled, 0), LogRank(pooled, 1)}
	if labelled(obs, StratumOf) {
		tests = append(tests, LogRank(obs, 0))
	}
	return tests
}

// An IncidenceReport is all that is said of one Aalen–Johansen estimate.
type IncidenceReport struct {
	Group  *string              `json:"group"` // nil: everybody
	N      int                  `json:"n"`
	States []string             `json:"states"`
	Rows   []IncidenceRowReport `json:"rows"`
	Areas  []AreaReport         `json:"area_under_cif"`
}

// An IncidenceRowReport is an [IncidenceRow] with its causes named.
type IncidenceRowReport struct {
	Time     float64          `json:"time"`
	Risk     int              `json:"n_risk"`
	Censored int              `json:"n_censor"`
	States   map[string]Ended `json:"states"`
}

// An AreaReport is the area under one cause's incidence.
type AreaReport struct {
	Tau   float64 `json:"tau"`
	State string  `json:"state"`
	Area  float64 `json:"area"`
	SE    float64 `json:"se_ij"`
}

// ReportIncidence reports the incidence of all observations and, if any has a
// Group, that of each; with the areas up to each tau. Cause k is named by the
// k-th of states, and there must be a name for each.
func ReportIncidence(obs []Observation, states []string, taus []float64) []IncidenceReport {
	return byGroup(obs, func(obs []Observation, group *string) IncidenceReport {
		in := AalenJohansen(obs, len(states))
		r := IncidenceReport{Group: group, N: len(obs), States: states, Areas: []AreaReport{}}
		for _, row := range in.Rows {
			named := map[string]Ended{}
			for k, state := range states {
				named[state] = row.Causes[k]
			}
			r.Rows = append(r.Rows, IncidenceRowReport{row.Time, row.Risk, row.Censored, named})
		}
		for _, tau := range taus {
			for k, state := range states {
				area, se := in.Area(k+1, tau)
				r.Areas = append(r.Areas, AreaReport{tau, state, area, se})
			}
		}
		return r
	})
}

// labelled reports whether any observation has a label.
func labelled(obs []Observation, label func(Observation) string) bool {
	for _, o := range obs {
		if label(o) != "" {
			return true
		}
	}
	return false
}

// byGroup reports on all observations and then on each group there is.
func byGroup[T any](obs []Observation, report func([]Observation, *string) T) []T {
	all := []T{report(obs, nil)}
	if labelled(obs, GroupOf) {
		for _, name := range Labels(obs, GroupOf) {
			all = append(all, report(Where(obs, GroupOf, name), &name))
		}
	}
	return all
}
