package survival

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// waits makes observations of answers and of censorings.
func waits(answers, censored []float64) (obs []Observation) {
	for _, t := range answers {
		obs = append(obs, Observation{Time: t, Cause: 1})
	}
	for _, t := range censored {
		obs = append(obs, Observation{Time: t})
	}
	return obs
}

func TestQuantiles(t *testing.T) {
	inf, tenth := math.Inf(1), 0.1
	for _, tt := range []struct {
		name     string
		obs      []Observation
		p        float64
		want     float64
		median   float64
		ends     float64 // the curve's last value
		rowCount int
	}{
		{"a middle", waits([]float64{1, 2, 3}, nil), 0.5, 2, 2, 0, 3},
		{"flat at just the half", waits([]float64{1, 2, 3, 5}, nil), 0.5, 2.5, 2.5, 0, 4},
		{"flat, with a censoring on the way", waits([]float64{1, 2, 7}, []float64{3, 9}), 0.4, 4.5, 7, 0.3, 5},
		{"flat to the end", waits([]float64{1, 2}, []float64{4, 4}), 0.5, 3, 2, 0.5, 3},
		{"not reached", waits([]float64{1}, []float64{4, 4}), 0.5, inf, inf, 2.0 / 3, 2},
		{"all censored", waits(nil, []float64{4, 4}), 0.5, inf, inf, 1, 1},
		{"one answer", waits([]float64{37}, nil), 0.25, 37, 37, 0, 1},
		{"one answer at once", waits([]float64{0}, nil), 0.75, 0, 0, 0, 1},
		{"one censored", waits(nil, []float64{37}), 0.5, inf, inf, 1, 1},
		{"in any order", waits([]float64{5, 1, 3, 2}, nil), 0.5, 2.5, 2.5, 0, 4},
		{"tenths that are not tenths", waits([]float64{tenth + 0.2, 0.3, 0.5, 0.6}, nil), 0.5, 0.4, 0.4, 0, 3},
		{"twenty, whose product misses a half by little", waits([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, nil), 0.5, 10.5, 10.5, 0, 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := KaplanMeier(tt.obs)
			if got := c.Quantile(tt.p, Plain); math.Abs(float64(got.Time)-tt.want) > 1e-9 && float64(got.Time) != tt.want {
				t.Errorf("quantile: got %v, want %v", got.Time, tt.want)
			}
			if got := float64(c.Median()); math.Abs(got-tt.median) > 1e-9 && got != tt.median {
				t.Errorf("median: got %v, want %v", got, tt.median)
			}
			if len(c.Rows) != tt.rowCount || math.Abs(c.Rows[len(c.Rows)-1].Survival-tt.ends) > 1e-12 {
				t.Errorf("got %d rows that end at %v, want %d and %v", len(c.Rows), c.Rows[len(c.Rows)-1].Survival, tt.rowCount, tt.ends)
			}
		})
	}
}

// TestAmbiguous: the upper log band falls below a half at 45, and comes nearer
// to it from below later. The table is made, not measured.
func TestAmbiguous(t *testing.T) {
	c := Curve{Rows: []Row{
		{Time: 10, Survival: 0.9, CI: Bands{Log: Band{0.7, 1}}},
		{Time: 45, Survival: 0.4, CI: Bands{Log: Band{0.2, 0.45}}},
		{Time: 48, Survival: 0.3, CI: Bands{Log: Band{0.1, 0.48}}},
		{Time: 50, Survival: 0.1, CI: Bands{Log: Band{0.05, 0.3}}},
	}}
	got := c.Quantile(0.5, Log)
	want := Quantile{P: 0.5, Time: 45, Lower: 45, Upper: 45, Ambiguous: true, FirstCrossing: []Number{45, 45, 45}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	c.Rows[2].CI.Log.Upper = 0.45
	if got := c.Quantile(0.5, Log); got.Ambiguous {
		t.Errorf("got %+v of a band that only falls", got)
	}
}

func TestRestrictedMeans(t *testing.T) {
	for _, tt := range []struct {
		name     string
		obs      []Observation
		tau      float64
		mean, se float64
	}{
		{"before the first answer", waits([]float64{2, 4}, nil), 1, 1, 0},
		{"at an answer", waits([]float64{2, 4}, nil), 2, 2, 0},
		{"between", waits([]float64{2, 4}, nil), 3, 2.5, 0.5 * math.Sqrt(1.0/2)},
		{"beyond the last answer", waits([]float64{2, 4}, nil), 9, 3, math.Sqrt(1.0 / 2)},
		{"beyond the last censoring: carried on flat", waits([]float64{2}, []float64{4}), 10, 6, 4 * math.Sqrt(1.0/2)},
		{"all censored", waits(nil, []float64{4, 5}), 10, 10, 0},
		{"at once", waits([]float64{0, 0}, nil), 10, 0, 0},
		{"up to 0", waits([]float64{0, 3}, nil), 0, 0, 0},
		{"nobody", nil, 7, 7, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mean, se := KaplanMeier(tt.obs).RestrictedMean(tt.tau)
			if math.Abs(mean-tt.mean) > 1e-12 || math.Abs(se-tt.se) > 1e-12 {
				t.Errorf("got %v ± %v, want %v ± %v", mean, se, tt.mean, tt.se)
			}
		})
	}
}

func TestIncidenceEdges(t *testing.T) {
	three := []Observation{{Time: 1, Cause: 1}, {Time: 1, Cause: 2}, {Time: 3}}
	for _, tt := range []struct {
		name     string
		obs      []Observation
		cause    int
		tau      float64
		area, se float64
	}{
		{"one answer", []Observation{{Time: 2, Cause: 1}}, 1, 10, 8, 0},
		{"one answer at tau", []Observation{{Time: 2, Cause: 1}}, 1, 2, 0, 0},
		{"one censored", []Observation{{Time: 2}}, 1, 10, 0, 0},
		{"two causes at one time", three, 2, 4, 1, 3 * math.Sqrt(2.0/9/3)},
		{"a cause that never came", three, 3, 4, 0, 0},
		{"a cause that is none", three, 0, 4, 0, 0},
		{"no time", three, 1, 0, 0, 0},
		{"nobody", nil, 1, 4, 0, 0},
		{"beyond the last time", three, 1, 100, 33, 99 * math.Sqrt(2.0/9/3)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			area, se := AalenJohansen(tt.obs, 3).Area(tt.cause, tt.tau)
			if math.Abs(area-tt.area) > 1e-12 || math.Abs(se-tt.se) > 1e-12 {
				t.Errorf("got %v ± %v, want %v ± %v", area, se, tt.area, tt.se)
			}
		})
	}
}

// TestLogRankEdges: what cannot be compared has no statistic.
func TestLogRankEdges(t *testing.T) {
	pair := []Observation{{Time: 1, Cause: 1, Group: "a"}, {Time: 2, Cause: 1, Group: "b"}, {Time: 3, Group: "a"}}
	for _, tt := range []struct {
		name  string
		obs   []Observation
		df    int
		known bool
	}{
		{"two groups", pair, 1, true},
		{"a third of whom nobody was at risk", append([]Observation{{Time: 0.5, Group: "c"}}, pair...), 1, true},
		{"one group", []Observation{{Time: 1, Cause: 1, Group: "a"}, {Time: 2, Cause: 1, Group: "a"}}, 0, false},
		{"no answers", []Observation{{Time: 1, Group: "a"}, {Time: 2, Group: "b"}}, 0, false},
		{"each stratum one group", []Observation{{Time: 1, Cause: 1, Group: "a", Stratum: "x"}, {Time: 2, Cause: 1, Group: "b", Stratum: "y"}}, 1, false},
		{"a stratum of one group beside another", append([]Observation{{Time: 1, Cause: 1, Group: "a", Stratum: "x"}}, pair...), 1, true},
		{"nobody", nil, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := LogRank(tt.obs, 0)
			if got.DF != tt.df || got.ChiSq.Known() != tt.known || got.P.Known() != tt.known {
				t.Errorf("got %d, %v, %v; want %d, known: %v", got.DF, got.ChiSq, got.P, tt.df, tt.known)
			}
		})
	}
	alone := LogRank(append([]Observation{{Time: 9, Cause: 1, Group: "a", Stratum: "x"}}, pair...), 1)
	if want := LogRank(pair, 1); math.Abs(float64(alone.ChiSq-want.ChiSq)) > 1e-12 {
		t.Errorf("a stratum with a single group: got %v, want %v as without it", alone.ChiSq, want.ChiSq)
	}
}

func TestLabels(t *testing.T) {
	for _, tt := range []struct {
		name  string
		given []string
		want  []string
	}{
		{"text", []string{"b", "a", "b"}, []string{"a", "b"}},
		{"numbers", []string{"10", "9", "1", "9"}, []string{"1", "9", "10"}},
		{"numbers and text", []string{"10", "9", "NA"}, []string{"10", "9", "NA"}},
		{"one number, written twice", []string{"1.0", "1"}, []string{"1", "1.0"}},
		{"none", nil, nil},
	} {
		var obs []Observation
		for _, group := range tt.given {
			obs = append(obs, Observation{Group: group})
		}
		if got := Labels(obs, GroupOf); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// everything is all that is said of a table, as text.
func everything(t *testing.T, obs []Observation) string {
	taus := []float64{0, 2.5, 7, 100}
	text, err := json.Marshal([]any{
		ReportCurves(obs, taus), ReportLogRank(obs), ReportIncidence(obs, []string{"human", "deflected"}, taus),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOrderOfRows: the order of rows changes no digit.
func TestOrderOfRows(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 6))
	eachTable(t, 150, func(t *testing.T, obs []Observation) {
		want := everything(t, obs)
		mixed := slices.Clone(obs)
		draw.Shuffle(len(mixed), func(i, k int) { mixed[i], mixed[k] = mixed[k], mixed[i] })
		if got := everything(t, mixed); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestUnitOfTime: in another unit shares stay and times scale.
func TestUnitOfTime(t *testing.T) {
	eachTable(t, 150, func(t *testing.T, obs []Observation) {
		slow := slices.Clone(obs)
		for i := range slow {
			slow[i].Time *= 60
		}
		c, s := KaplanMeier(obs), KaplanMeier(slow)
		for i, row := range c.Rows {
			near(t, "time", s.Rows[i].Time, 60*row.Time, 0)
			near(t, "survival", s.Rows[i].Survival, row.Survival, 0)
		}
		mean, se := c.RestrictedMean(7)
		slowMean, slowSE := s.RestrictedMean(420)
		near(t, "mean", slowMean, 60*mean, 1e-12)
		near(t, "error", slowSE, 60*se, 1e-12)
		area, se := AalenJohansen(obs, 2).Area(1, 7)
		slowArea, slowSE := AalenJohansen(slow, 2).Area(1, 420)
		near(t, "area", slowArea, 60*area, 1e-12)
		near(t, "error", slowSE, 60*se, 1e-12)
	})
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		number Number
		want   string
	}{
		{0.25, "0.25"}, {0, "0"}, {Number(math.NaN()), "null"}, {Number(math.Inf(1)), "null"}, {Number(math.Inf(-1)), "null"},
	} {
		if got, err := json.Marshal(tt.number); err != nil || string(got) != tt.want {
			t.Errorf("%v: got %s, %v; want %s", float64(tt.number), got, err, tt.want)
		}
	}
}
