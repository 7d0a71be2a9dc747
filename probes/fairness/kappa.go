package fairness

import (
	"math"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// Kappa returns how far two judges agree beyond what chance would have them agree,
// from what each said of the same things (Cohen, "A coefficient of agreement for
// nominal scales", 1960): 1 is always, 0 is as by chance. It is undefined without
// things, and where both always say one and the same.
func Kappa(pairs [][2]string) survival.Number {
	n := float64(len(pairs))
	first, second, same := map[string]float64{}, map[string]float64{}, 0.0
	for _, p := range pairs {
		first[p[0]]++
		second[p[1]]++
		if p[0] == p[1] {
			same++
		}
	}
	chance := 0.0
	for what, times := range first {
		chance += times * second[what] / (n * n)
	}
	if n == 0 || chance == 1 {
		return survival.Number(math.NaN())
	}
	return survival.Number((same/n - chance) / (1 - chance))
}
