package fairness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// manyWaits draws n waits of which a fifth is censored, in whole seconds up to
// longest.
func manyWaits(n, longest int) []Observation {
	draw := rand.New(rand.NewPCG(15, 16))
	obs := make([]Observation, n)
	for i := range obs {
		obs[i] = Observation{Time: float64(draw.IntN(longest)), Cause: draw.IntN(5) % 3, Group: fmt.Sprint(i % 3)}
	}
	return obs
}

func BenchmarkKaplanMeier(b *testing.B) {
	for _, n := range []int{25, 1_000, 100_000} {
		obs := manyWaits(n, 2000)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				KaplanMeier(obs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/wait")
		})
	}
}

func BenchmarkAalenJohansen(b *testing.B) {
	for _, n := range []int{25, 1_000, 100_000} {
		obs := manyWaits(n, 2000)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				AalenJohansen(obs, 2)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/wait")
		})
	}
}

func BenchmarkLogRank(b *testing.B) {
	obs := manyWaits(1000, 2000)
	for b.Loop() {
		LogRank(obs, 1)
	}
}

func BenchmarkGaussianMax(b *testing.B) {
	for _, companies := range []int{8, 24} {
		se := make([]float64, companies)
		for i := range se {
			se[i] = 0.05 + 0.01*math.Sqrt(float64(i))
		}
		b.Run(fmt.Sprint(companies), func(b *testing.B) {
			for b.Loop() {
				GaussianMax(se, 0.05)
			}
			b.ReportMetric(Replications*float64(b.N)/b.Elapsed().Seconds(), "draws/s")
		})
	}
}

// A class of the award has eight companies with 25 contacts each.
func BenchmarkStandings(b *testing.B) {
	all := someClass(rand.New(rand.NewPCG(17, 18)), 8, 12)
	for b.Loop() {
		Rules{}.Standings(all)
	}
	b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "contacts/s")
}

func BenchmarkSensitivity(b *testing.B) {
	for _, companies := range []int{8, 24} {
		all := someClass(rand.New(rand.NewPCG(17, 18)), companies, 12)
		b.Run(fmt.Sprint(companies), func(b *testing.B) {
			for b.Loop() {
				Rules{}.Sensitivity(all)
			}
			b.ReportMetric(float64(len(all)), "contacts")
		})
	}
}
