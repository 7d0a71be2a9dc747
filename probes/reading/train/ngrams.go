package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

// The learning of n-grams: how often all is read, how fast, and how strongly weights are held
// down.
const (
	ngramEpochs = 20
	ngramRate   = 0.15
	ngramDecay  = 1e-3
	slightest   = 0.003 // the least slope that is followed
)

// A learner holds the weights of n-grams while they are learnt, and the sums of their squared
// gradients (Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011).
type learner struct {
	classes      int
	bias         []float64
	weights, sum []float64
	mean         []float64 // sums of what weights were after epochs
}

// learnNgrams learns a reader of sentences from sentences, and from letters whose sentences have no
// label of their own: a letter is what its most telling sentences are. The order is drawn from a
// fixed seed, so that equal input gives equal weights.
func learnNgrams(sentences []sentence, letters []letter) *model.Ngrams {
	l := &learner{classes: len(sentenceKinds())}
	l.bias = make([]float64, l.classes)
	l.weights = make([]float64, (1<<model.Bits)*l.classes)
	l.sum = make([]float64, len(l.weights))
	l.mean = make([]float64, len(l.weights))
	draw := rand.New(rand.NewPCG(1, 2))
	letters = slices.DeleteFunc(slices.Clone(letters), func(l letter) bool { return l.known })
	order := make([]int, len(sentences)+len(letters))
	for i := range order {
		order[i] = i
	}
	for epoch := range ngramEpochs {
		draw.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			if i < len(sentences) {
				l.sentence(sentences[i])
			} else {
				l.letter(letters[i-len(sentences)])
			}
		}
		if epoch >= ngramEpochs/2 {
			l.remember()
		}
	}
	l.settle(ngramEpochs - ngramEpochs/2)
	return l.quantised()
}

// remember adds the weights as they are to what they will be on average.
func (l *learner) remember() {
	for i, w := range l.weights {
		l.mean[i] += w
	}
}

// settle takes the mean of what was remembered for the weights: it swings less than the last of them
// (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992).
func (l *learner) settle(times int) {
	for i, m := range l.mean {
		l.weights[i] = m / float64(times)
	}
}

// scores returns the log odds of each class.
func (l *learner) scores(e model.Example) []float64 {
	scores := make([]float64, l.classes)
	norm := 1 / math.Sqrt(float64(max(len(e), 1)))
	for _, f := range e {
		row := l.weights[int(f)*l.classes:][:l.classes]
		for c, w := range row {
			scores[c] += w
		}
	}
	for c := range scores {
		scores[c] = scores[c]*norm + l.bias[c]
	}
	return scores
}

// sentence takes one step towards the label of a sentence.
func (l *learner) sentence(s sentence) {
	gradient := model.Softmax(l.scores(s.Example))
	gradient[s.label]--
	l.step(s.Example, gradient)
}

// letter takes one step towards the label of a letter.
func (l *learner) letter(x letter) {
	all := slices.Concat(x.Sentences, x.Beside)
	if len(all) == 0 {
		return
	}
	var scores [][]float64
	for _, e := range all {
		scores = append(scores, l.scores(e))
	}
	last := l.classes - 1
	pooled := model.Pool(scores)
	gradient := model.Softmax(pooled)
	gradient[x.label]--
	for i, e := range all {
		own := make([]float64, l.classes)
		for c := range last {
			share := gradient[c] * math.Exp(scores[i][c]-scores[i][last]-pooled[c]) * min(x.weight, 1)
			own[c] += share
			own[last] -= share
		}
		l.step(e, own)
	}
}

// step moves the weights of a sentence's features against the gradient, unless there is next to none: most sentences are
// known for what they are long before the last epoch.
func (l *learner) step(e model.Example, gradient []float64) {
	if !slices.ContainsFunc(gradient, func(g float64) bool { return math.Abs(g) > slightest }) {
		return
	}
	norm := 1 / math.Sqrt(float64(max(len(e), 1)))
	for c, g := range gradient {
		l.bias[c] -= 0.02 * g
	}
	for _, f := range e {
		at := int(f) * l.classes
		for c, g := range gradient {
			g = g*norm + ngramDecay*l.weights[at+c]
			l.sum[at+c] += g * g
			l.weights[at+c] -= ngramRate * g / (math.Sqrt(l.sum[at+c]) + 1e-3)
		}
	}
}

// quantised returns the weights in steps that fit an octet.
func (l *learner) quantised() *model.Ngrams {
	most := 1e-9
	for _, w := range l.weights {
		most = math.Max(most, math.Abs(w))
	}
	n := &model.Ngrams{Classes: sentenceKinds(), Scale: rounded(most / 127)}
	for _, b := range l.bias {
		n.Bias = append(n.Bias, rounded(b))
	}
	weights := make([]byte, len(l.weights))
	for i, w := range l.weights {
		weights[i] = byte(int8(math.Round(max(-127, min(127, w/n.Scale)))))
	}
	n.Weights = string(weights)
	return n
}

// rounded keeps six digits, so that a table is the same on every machine.
func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }
