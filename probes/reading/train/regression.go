package main

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

// A sample is what a regression learns from.
type sample struct {
	signals map[string]float64
	label   int
	weight  float64
}

// speaksFor are the kinds that a signal of a side may speak for; of the others it may only speak
// against. A name without a side is free.
func speaksFor() map[string][]string {
	return map[string][]string{
		"machine": {"acknowledgement", "absence", "other", "bot"}, "person": {"answer"}, "author": {"answer", "deflection"},
		"receipt": {"acknowledgement"}, "absence": {"absence"}, "deflection": {"deflection"}, "bot": {"bot"}, "other": {"other"},
	}
}

// A fit says how a regression is learnt.
type fit struct {
	penalty float64 // on the squares of the weights
	rounds  int
	signed  bool // whether weights have the sign that speaksFor allows
	least   int  // in how many samples a signal must have been met
}

// learn fits a penalised multinomial regression by gradient steps of an adapted length (Kingma and
// Ba, "Adam", 2015), after each of which forbidden signs are set to zero.
func (f fit) learn(samples []sample) *model.Regression {
	r := &model.Regression{Classes: letterKinds(), Features: f.features(samples)}
	k, n := len(r.Classes), len(r.Features)
	place := map[string]int{}
	for i, name := range r.Features {
		place[name] = i
	}
	size := k * (n + 1)
	w, m1, m2 := make([]float64, size), make([]float64, size), make([]float64, size)
	learnt := rows(samples, place)
	allowed := f.allowed(r)
	for round := 1; round <= f.rounds; round++ {
		gradient := make([]float64, size)
		for i, x := range w {
			if i%(n+1) < n {
				gradient[i] = f.penalty * x
			}
		}
		for _, r := range learnt {
			r.addGradient(gradient, w, k, n)
		}
		rate := 0.08 * math.Min(1, 3*(1-float64(round)/float64(f.rounds))+0.02)
		for i, g := range gradient {
			m1[i] = 0.9*m1[i] + 0.1*g
			m2[i] = 0.99*m2[i] + 0.01*g*g
			w[i] -= rate * (m1[i] / (1 - math.Pow(0.9, float64(round)))) / (math.Sqrt(m2[i]/(1-math.Pow(0.99, float64(round)))) + 1e-8)
			if allowed != nil && w[i]*allowed[i] < 0 {
				w[i] = 0
			}
		}
	}
	for c := range k {
		row := make([]float64, n)
		for i := range row {
			row[i] = math.Round(w[c*(n+1)+i]*1e4) / 1e4
		}
		r.Weights = append(r.Weights, row)
		r.Bias = append(r.Bias, math.Round(w[c*(n+1)+n]*1e4)/1e4)
	}
	return r
}

// A row is a sample with its signals by their places, in order.
type row struct {
	at     []int
	x      []float64
	label  int
	weight float64 // its share of all
}

// rows returns samples as rows.
func rows(samples []sample, place map[string]int) []row {
	total := 0.0
	for _, s := range samples {
		total += s.weight
	}
	all := make([]row, len(samples))
	for i, s := range samples {
		all[i] = row{label: s.label, weight: s.weight / total}
		for _, name := range slices.Sorted(maps.Keys(s.signals)) {
			if at, ok := place[name]; ok {
				all[i].at, all[i].x = append(all[i].at, at), append(all[i].x, s.signals[name])
			}
		}
	}
	return all
}

// addGradient adds what one sample says of k classes with n signals each.
func (r row) addGradient(gradient, w []float64, k, n int) {
	scores := make([]float64, k)
	for c := range k {
		scores[c] = w[c*(n+1)+n]
		for i, at := range r.at {
			scores[c] += w[c*(n+1)+at] * r.x[i]
		}
	}
	p := model.Softmax(scores)
	p[r.label]--
	for c := range k {
		g := p[c] * r.weight
		gradient[c*(n+1)+n] += g
		for i, at := range r.at {
			gradient[c*(n+1)+at] += g * r.x[i]
		}
	}
}

// features returns the signals that are met often enough, in order.
func (f fit) features(samples []sample) []string {
	met := map[string]int{}
	for _, s := range samples {
		for name := range s.signals {
			met[name]++
		}
	}
	maps.DeleteFunc(met, func(_ string, n int) bool { return n < f.least })
	return slices.Sorted(maps.Keys(met))
}

// allowed returns 1 where a weight may not be negative, -1 where it may not be positive, 0 where it
// is free; nil if all are.
func (f fit) allowed(r *model.Regression) []float64 {
	if !f.signed {
		return nil
	}
	n := len(r.Features)
	allowed := make([]float64, len(r.Classes)*(n+1))
	for i, name := range r.Features {
		side, _, ok := strings.Cut(name, "/")
		if !ok {
			continue
		}
		for c, class := range r.Classes {
			allowed[c*(n+1)+i] = -1
			if slices.Contains(speaksFor()[side], class) {
				allowed[c*(n+1)+i] = 1
			}
		}
	}
	return allowed
}
