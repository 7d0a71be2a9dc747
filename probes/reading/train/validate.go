package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

const (
	folds      = 12   // in so many parts the makers are told apart for the n-grams
	mildest    = 0.95 // the temperature is no less: what is read has other authors than what is learnt from
	allFolders = ""
)

// limits returns the probabilities from which a reading is sure. They were chosen by the table that curve prints.
func limits() model.Limits {
	return model.Limits{Sure: 0.88, Agreed: 0.88, SureAnswer: 0.90, AgreedAnswer: 0.90, Against: 0.80}
}

// tellApart gives each letter what a reader of n-grams says of it that has learnt nothing of its
// maker, as it will be of letters to come.
func (m *material) tellApart() {
	told := make([]map[string]float64, len(m.letters))
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for fold := range folds {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var rest []letter
			for _, l := range m.letters {
				if m.fold(l) != fold && !slices.ContainsFunc(l.after, func(name string) bool { return m.foldOf(name) == fold }) {
					rest = append(rest, l)
				}
			}
			n := learnNgrams(m.sentences, rest)
			for i, l := range m.letters {
				if m.fold(l) == fold {
					told[i] = n.Telling(l.Sentences, l.Beside)
				}
			}
		})
	}
	wait.Wait()
	for i := range m.letters {
		m.letters[i].told = told[i]
	}
}

// fold says in which part the maker of a letter is.
func (m *material) fold(l letter) int { return slices.Index(m.folders, l.folder) % folds }

// foldOf says in which part the folder of a name is; below 0 if there is none.
func (m *material) foldOf(name string) int {
	at := slices.IndexFunc(m.folders, func(f string) bool { return filepath.Base(f) == name })
	if at < 0 {
		return at
	}
	return at % folds
}

// learn learns the three readers from all folders but one, and what was written after that was looked at.
func (m *material) learn(but string) *model.Readers {
	var first, second, both []sample
	for _, l := range m.letters {
		if l.folder == but || slices.Contains(l.after, filepath.Base(but)) {
			continue
		}
		first = append(first, sample{l.Signals, l.label, l.weight})
		second = append(second, sample{l.told, l.label, l.weight})
		both = append(both, sample{l.all(), l.label, l.weight})
	}
	return &model.Readers{
		First:  fit{0.001, 220, true, 3}.learn(first),
		Second: fit{0.0005, 220, false, 3}.learn(second),
		Both:   fit{0.001, 220, true, 3}.learn(both),
	}
}

// all returns the signals of a letter and what the reader of n-grams says.
func (l letter) all() map[string]float64 {
	all := maps.Clone(l.Signals)
	maps.Copy(all, l.told)
	return all
}

// An opinion is what readers that have learnt nothing of a letter's maker say of it.
type opinion struct {
	letter
	first, second int
	surely        float64 // how likely first holds its kind to be
	scores        []float64
}

// crossValidate asks about each letter the readers that have learnt from all makers but its own.
// Folders of less weight than one measure nothing.
func (m *material) crossValidate() []opinion {
	found := make([][]opinion, len(m.folders))
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, folder := range m.folders {
		if !slices.ContainsFunc(m.letters, func(l letter) bool { return l.folder == folder && l.weight >= 1 }) {
			continue
		}
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i] = m.judged(folder)
		})
	}
	wait.Wait()
	return slices.Concat(found...)
}

// judged asks about the letters of a folder readers that have not learnt from it.
func (m *material) judged(folder string) (all []opinion) {
	r := m.learn(folder)
	for _, l := range m.letters {
		if l.folder == folder && l.weight >= 1 {
			signals := model.Softmax(r.First.Scores(l.Signals))
			first, second := model.Best(signals), model.Best(r.Second.Scores(l.told))
			all = append(all, opinion{l, first, second, signals[first], r.Both.Scores(l.all())})
		}
	}
	return all
}

// best returns the likeliest kind and its probability at a temperature.
func (o opinion) best(temperature float64) (kind int, p float64) {
	scores := slices.Clone(o.scores)
	for i := range scores {
		scores[i] /= temperature
	}
	kind = model.Best(scores)
	return kind, model.Softmax(scores)[kind]
}

// vote is what the readers say of the kind that both hold it to be.
func (o opinion) vote(temperature float64) (kind int, v model.Vote) {
	kind, p := o.best(temperature)
	v = model.Vote{Answer: letterKinds()[kind] == "answer", P: p, Agrees: o.second == kind}
	if o.first != kind {
		v.Against = o.surely
	}
	return kind, v
}

// count says which share of opinions is doubtful, and which is wrong and sure.
func count(opinions []opinion, temperature float64, limits model.Limits) (doubtful, wrong float64) {
	for _, o := range opinions {
		kind, v := o.vote(temperature)
		certain := limits.Certain(v)
		doubtful, wrong = doubtful+is(!certain), wrong+is(certain && kind != o.label)
	}
	n := float64(len(opinions))
	return doubtful / n, wrong / n
}

// temperature returns by what the log odds are divided so that the labels are likeliest (Guo et
// al., "On calibration of modern neural networks", 2017).
func temperature(opinions []opinion) float64 {
	best, least := 1.0, math.Inf(1)
	for t := 0.4; t <= 3; t += 0.05 {
		loss := 0.0
		for _, o := range opinions {
			scores := slices.Clone(o.scores)
			for i := range scores {
				scores[i] /= t
			}
			loss -= math.Log(model.Softmax(scores)[o.label])
		}
		if loss < least {
			best, least = t, loss
		}
	}
	return math.Round(max(best, mildest)*100) / 100
}

// report says how well letters were read by readers that have learnt nothing of their makers.
func report(say io.Writer, opinions []opinion, temperature float64) {
	fmt.Fprintf(say, "temperature %.2f\n", temperature)
	byFolder := map[string][]opinion{}
	for _, o := range opinions {
		byFolder[o.folder] = append(byFolder[o.folder], o)
	}
	byFolder["all of them"] = opinions
	for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
		var first, second, both, agree float64
		n := float64(len(byFolder[folder]))
		for _, o := range byFolder[folder] {
			kind, _ := o.best(temperature)
			first, second, both = first+is(o.first == o.label), second+is(o.second == o.label), both+is(kind == o.label)
			agree += is(o.first == o.second && o.first == kind)
		}
		doubtful, wrong := count(byFolder[folder], temperature, limits())
		fmt.Fprintf(say, "%-36s %4.0f: signals %.3f, sentences %.3f, both %.3f; all agree %.3f; doubtful %.3f, wrong and sure %.3f\n",
			folder, n, first/n, second/n, both/n, agree/n, doubtful, wrong)
	}
	thresholds(say, opinions, temperature)
	reliability(say, opinions, temperature)
}

// thresholds says what other probabilities would make of doubt and error, of each maker's letters by readers that
// have learnt nothing of them.
func thresholds(say io.Writer, opinions []opinion, temperature float64) {
	makers := map[string][]opinion{"all": opinions}
	for _, o := range opinions {
		maker := filepath.Base(o.folder)
		makers[maker] = append(makers[maker], o)
	}
	for _, t := range [][2]float64{
		{0.70, 0.70},
		{0.70, 0.80},
		{0.70, 0.85},
		{0.75, 0.85},
		{0.70, 0.90},
		{0.75, 0.90},
		{0.80, 0.90},
		{0.70, 0.92},
		{0.75, 0.92},
		{0.80, 0.92},
		{0.85, 0.92},
		{0.75, 0.94},
		{0.85, 0.94},
		{0.80, 0.96},
		{0.90, 0.96},
		{0.95, 0.98},
	} {
		fmt.Fprintf(say, "sure from %.2f, an answer from %.2f (doubtful, wrong and sure):", t[0], t[1])
		l := model.Limits{Sure: t[0] + 0.05, Agreed: t[0], SureAnswer: min(1, t[1]+0.05), AgreedAnswer: t[1], Against: limits().Against}
		for _, maker := range slices.Sorted(maps.Keys(makers)) {
			doubtful, wrong := count(makers[maker], temperature, l)
			fmt.Fprintf(say, " %s %.3f %.3f", maker, doubtful, wrong)
		}
		fmt.Fprintln(say)
	}
}

// is counts: 1 where a finding holds, 0 where it does not.
func is(finding bool) float64 { return map[bool]float64{true: 1}[finding] }

// reliability says how many of the letters that are held to be of a kind with a probability are.
func reliability(say io.Writer, opinions []opinion, temperature float64) {
	edges := []float64{0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01}
	for i := range len(edges) - 1 {
		var n, right, sum float64
		for _, o := range opinions {
			if kind, p := o.best(temperature); p >= edges[i] && p < edges[i+1] {
				n, right, sum = n+1, right+is(kind == o.label), sum+p
			}
		}
		if n > 0 {
			fmt.Fprintf(say, "probability %.2f to %.2f: %3.0f letters, said %.3f, right %.3f\n",
				edges[i], min(edges[i+1], 1), n, sum/n, right/n)
		}
	}
	for _, o := range opinions {
		if kind, p := o.best(temperature); p >= limits().Agreed && kind != o.label {
			kinds := letterKinds()
			fmt.Fprintf(say, "  %s/%s is %s and was held to be %s, %.2f\n", o.folder, o.file, kinds[o.label], kinds[kind], p)
		}
	}
}
