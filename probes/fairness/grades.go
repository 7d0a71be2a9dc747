package fairness

import (
	"cmp"
	"math"
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// MisorderedRate is the chance, of a pair of companies of a class drawn at
// random, that their grades order them wrongly, which grades do not exceed.
const MisorderedRate = 0.05

// A Spread is how much companies truly differ inside their classes, and how
// much of what their scores differ by is that.
type Spread struct {
	Variance    float64         `json:"variance"`    // of true scores inside a class; 0: none is seen
	Noise       float64         `json:"noise"`       // the mean square of the scores' errors
	Reliability survival.Number `json:"reliability"` // Variance ÷ (Variance + Noise); NaN of no class with two companies
}

// SpreadOf estimates the spread over all classes of an edition: the variance of
// scores inside classes less that of their errors, by the method of moments
// (Morris, JASA 78 (1983), 47-55). Values that are not known are left out.
func SpreadOf(classes [][]Estimate) Spread {
	squares, free, noise, n := 0.0, 0, 0.0, 0
	for _, class := range classes {
		class = known(class)
		if len(class) < 2 {
			continue
		}
		centre := mean1(class)
		for _, e := range class {
			squares += (e.Value - centre) * (e.Value - centre)
			noise += e.SE * e.SE
			n++
		}
		free += len(class) - 1
	}
	if free == 0 {
		return Spread{Reliability: survival.Number(math.NaN())}
	}
	s := Spread{Noise: noise / float64(n)}
	s.Variance = max(squares/float64(free)-s.Noise, 0)
	s.Reliability = survival.Number(s.Variance / (s.Variance + s.Noise))
	return s
}

// known returns the estimates that have a value.
func known(of []Estimate) []Estimate {
	return slices.DeleteFunc(slices.Clone(of), func(e Estimate) bool { return math.IsNaN(e.Value) })
}

// mean1 is the mean value of estimates.
func mean1(of []Estimate) float64 {
	sum := 0.0
	for _, e := range of {
		sum += e.Value
	}
	return sum / float64(len(of))
}

// Shrink returns what is believed of each company of a class once it is known
// how much companies differ: its score, drawn towards the mean of the class by
// as much as it may owe to chance, and how sure that is. The best score of
// several is too high by chance; the shrunken one hardly is (Morris 1983; Efron
// and Morris, JASA 70 (1975), 311-319). All are taken to err alike, by the mean of
// the edition: whose score is high by chance seems surer than it is, and would
// by its own error be drawn too little.
func (s Spread) Shrink(class []Estimate) []Estimate {
	out := slices.Clone(class)
	all := known(class)
	if len(all) == 0 {
		return out
	}
	centre := mean1(all)
	for i, e := range class {
		if math.IsNaN(e.Value) {
			continue
		}
		trust := 0.0
		if s.Variance > 0 {
			trust = s.Variance / (s.Variance + s.Noise)
		}
		out[i] = Estimate{centre + trust*(e.Value-centre), math.Sqrt(trust * s.Noise)}
	}
	return out
}

// Grades puts companies of a class, of which so much is believed, into grades:
// 1 is the best. Two of different grades are ordered, two of one are not. Among
// gradings along the order of what is believed, it takes that which orders most
// pairs rightly for a price of each wrong one, and the lowest price from 1 on at
// which the expected share of all pairs that are ordered wrongly does not exceed
// rate; that share is returned too. This is the report card of Kline, Rose and
// Walters (American Economic Review 114 (2024), arXiv 2306.13005), with beliefs
// that are normal.
func Grades(believed []Estimate, rate float64) (grades []int, misordered float64) {
	order := make([]int, len(believed))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(believed[b].Value, believed[a].Value) })
	sorted := make([]Estimate, len(order))
	for i, at := range order {
		sorted[i] = believed[at]
	}
	wrong := wrongly(sorted)
	cuts := cut(wrong, math.Inf(1))
	for price := 1.0; price <= mostPrice; price *= priceStep {
		some := cut(wrong, price)
		if share := expected(wrong, some); share <= rate {
			cuts, misordered = some, share
			break
		}
	}
	grades = make([]int, len(order))
	for i, at := range order {
		grades[at] = cuts[i]
	}
	return grades, misordered
}

// The prices that are tried, each higher than the last by a hundredth.
const (
	priceStep = 1.01
	mostPrice = 1e6
)

// wrongly returns how likely each earlier company is truly worse than each later
// one.
func wrongly(sorted []Estimate) [][]float64 {
	wrong := make([][]float64, len(sorted))
	for i, a := range sorted {
		wrong[i] = make([]float64, len(sorted))
		for k := i + 1; k < len(sorted); k++ {
			wrong[i][k] = normalBelow(-Apart(a, sorted[k]))
		}
	}
	return wrong
}

// normalBelow is the standard normal distribution.
func normalBelow(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// cut returns the grades of companies in order, such that the pairs in different
// grades are worth most: each what it is likely to be right, less price times
// what it is likely to be wrong. Of equals it takes fewer grades.
func cut(wrong [][]float64, price float64) []int {
	n := len(wrong)
	grades := make([]int, n)
	if math.IsInf(price, 1) {
		for i := range grades {
			grades[i] = 1
		}
		return grades
	}
	// worth[b] is the most that the first b can be worth, and begins[b] where
	// their last grade begins.
	worth, begins := make([]float64, n+1), make([]int, n+1)
	for b := 1; b <= n; b++ {
		worth[b] = math.Inf(-1)
		for a := range b {
			sum := worth[a]
			for i := range a {
				for k := a; k < b; k++ {
					sum += 1 - (1+price)*wrong[i][k]
				}
			}
			if sum > worth[b]+1e-12 {
				worth[b], begins[b] = sum, a
			}
		}
	}
	var ends []int
	for b := n; b > 0; b = begins[b] {
		ends = append(ends, b)
	}
	slices.Reverse(ends)
	from := 0
	for g, end := range ends {
		for i := from; i < end; i++ {
			grades[i] = g + 1
		}
		from = end
	}
	return grades
}

// expected returns the expected share of all pairs that grades order wrongly.
func expected(wrong [][]float64, grades []int) float64 {
	n := len(grades)
	if n < 2 {
		return 0
	}
	sum := 0.0
	for i := range n {
		for k := i + 1; k < n; k++ {
			if grades[i] != grades[k] {
				sum += wrong[i][k]
			}
		}
	}
	return sum / float64(n*(n-1)/2)
}

// A Grading is how sure the standings of an edition are as a whole.
type Grading struct {
	Spread
	Rate float64 `json:"rate"` // that Misordered does not exceed
	// Cells is which share of what a company's contacts differ by is by the cells of
	// the plan, see [Rules.CellShare]; NaN where it is not known.
	Cells      survival.Number `json:"cells"`
	Misordered float64         `json:"misordered"` // the expected share of a class's pairs that its grades order wrongly
}

// Grade gives the ranked companies of all classes of an edition their shrunken
// scores and grades, and returns the grading of each class.
func Grade(classes [][]Standing) []Grading {
	estimates := make([][]Estimate, len(classes))
	for i, class := range classes {
		for _, s := range class {
			if s.Rank > 0 {
				estimates[i] = append(estimates[i], Estimate{float64(s.Score), s.Error})
			}
		}
	}
	spread := SpreadOf(estimates)
	all := make([]Grading, len(classes))
	for i, class := range classes {
		believed := spread.Shrink(estimates[i])
		grades, misordered := Grades(believed, MisorderedRate)
		all[i] = Grading{Spread: spread, Rate: MisorderedRate, Misordered: misordered, Cells: survival.Number(math.NaN())}
		next := 0
		for k := range class {
			if class[k].Rank > 0 {
				class[k].Shrunken, class[k].Grade = survival.Number(believed[next].Value), grades[next]
				next++
			}
		}
	}
	return all
}
