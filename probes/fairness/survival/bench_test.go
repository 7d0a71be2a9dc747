package survival

import (
	"fmt"
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
