package survival

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
)

// An Observation is one wait: how long it was watched, and how it ended.
type Observation struct {
	Time  float64 // from its beginning, in any unit; finite, 0 or more
	Cause int     // 0 = censored: it had not ended; else how it ended, from 1

	Group   string // what is compared; of a class, the company
	Stratum string // inside which groups are compared; of a class, the channel
	Cluster string // what depends on each other
}

// Tolerance is the square root of the machine's precision. Times and shares
// closer than this are equal, as in R.
const Tolerance = 0x1p-26

// A moment is all that happens at one distinct time.
type moment struct {
	time     float64
	risk     int   // how many wait just before
	ends     []int // how many end, by cause; cause 1 first
	censored int
}

// events returns how many end, whatever the cause.
func (m moment) events() (sum int) {
	for _, n := range m.ends {
		sum += n
	}
	return sum
}

// A course is what happened to some observations, in order of time.
type course struct {
	moments []moment
	at      []int // of each observation, the index of its moment
}

// follow orders observations by time. It counts so many causes, or more if
// there are.
func follow(obs []Observation, causes int) course {
	for _, o := range obs {
		causes = max(causes, o.Cause)
	}
	times := distinctTimes(obs)
	c := course{moments: make([]moment, len(times)), at: make([]int, len(obs))}
	ends := make([]int, len(times)*causes)
	for i, t := range times {
		c.moments[i] = moment{time: t, ends: ends[i*causes : (i+1)*causes : (i+1)*causes]}
	}
	for i, o := range obs {
		j, found := slices.BinarySearch(times, o.Time)
		if !found {
			j-- // it belongs to the time just before
		}
		c.at[i] = j
		if m := &c.moments[j]; o.Cause > 0 {
			m.ends[o.Cause-1]++
		} else {
			m.censored++
		}
	}
	risk := len(obs)
	for i := range c.moments {
		m := &c.moments[i]
		m.risk = risk
		risk -= m.events() + m.censored
	}
	return c
}

// distinctTimes returns the times in order, each once. Of several that differ
// by less than the tolerance, absolutely or against the mean time, only the
// first is left: 0.1+0.2 is 0.3.
func distinctTimes(obs []Observation) []float64 {
	times := make([]float64, len(obs))
	for i, o := range obs {
		times[i] = o.Time
	}
	slices.Sort(times)
	times = slices.Compact(times)
	sum := 0.0
	for _, t := range times {
		sum += math.Abs(t)
	}
	near := Tolerance * max(1, sum/float64(max(len(times), 1)))
	last := math.Inf(-1)
	return slices.DeleteFunc(times, func(t float64) bool {
		tied := t-last <= near
		last = t
		return tied
	})
}

// Labels returns the distinct labels of observations in order: of numbers if
// all are, else of text.
func Labels(obs []Observation, label func(Observation) string) []string {
	found := map[string]float64{}
	numeric := true
	for _, o := range obs {
		name := label(o)
		if _, known := found[name]; known {
			continue
		}
		number, err := strconv.ParseFloat(name, 64)
		found[name], numeric = number, numeric && err == nil
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		if numeric {
			return cmp.Or(cmp.Compare(found[a], found[b]), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
}

// Where returns the observations that have a label.
func Where(obs []Observation, label func(Observation) string, want string) []Observation {
	var some []Observation
	for _, o := range obs {
		if label(o) == want {
			some = append(some, o)
		}
	}
	return some
}
