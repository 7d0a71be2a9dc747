package fairness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

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
