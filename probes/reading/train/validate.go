package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/internal/model"
)

func pooled(n *model.Ngrams, l letter) map[string]float64 {
	var scores [][]float64
	for _, e := range l.Sentences {
		scores = append(scores, n.Score(e))
	}
	out := map[string]float64{}
	for i, p := range model.Pool(scores) {
		out["pool "+letterKinds()[i]] = max(-6, min(6, p)) / 3
	}
	if os.Getenv("MORE") != "" {
		k := len(letterKinds())
		for c := range k {
			most := -9.0
			for _, s := range scores {
				most = max(most, s[c]-s[k])
			}
			out["max "+letterKinds()[c]] = max(-6, min(6, most)) / 3
		}
		first := true
		for _, s := range scores {
			p := model.Softmax(s)
			if p[k] < 0.5 && first {
				for c := range k {
					out["first "+letterKinds()[c]] = p[c]
				}
				first = false
			}
			for c := range k {
				out["mean "+letterKinds()[c]] += p[c] / float64(len(scores))
			}
		}
	}
	return out
}

func join(a, b map[string]float64) map[string]float64 {
	out := map[string]float64{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

func validate(sentences []sentence, letters []letter) {
	var folders []string
	for _, l := range letters {
		if l.weight >= 1 && !slices.Contains(folders, l.folder) {
			folders = append(folders, l.folder)
		}
	}
	// out-of-folder pooled scores
	pools := make([]map[string]float64, len(letters))
	for _, f := range folders {
		var rest []letter
		for _, l := range letters {
			if l.folder != f {
				rest = append(rest, l)
			}
		}
		n := learnNgrams(sentences, rest)
		for i, l := range letters {
			if l.folder == f {
				pools[i] = pooled(n, l)
			}
		}
	}
	{
		var old []int
		for i, l := range letters {
			if l.weight < 1 {
				old = append(old, i)
			}
		}
		for fold := range 2 {
			var rest []letter
			for i, l := range letters {
				at := slices.Index(old, i)
				if at < 0 || at%2 != fold {
					rest = append(rest, l)
				}
			}
			n := learnNgrams(sentences, rest)
			for at, i := range old {
				if at%2 == fold {
					pools[i] = pooled(n, letters[i])
				}
			}
		}
	}
	fitA := fit{0.001, 250, true, 3}
	fitB := fit{0.0005, 250, false, 3}
	fitC := fit{0.001, 250, true, 3}
	type res struct{ a, b, c int; pc, pa, pb float64 }
	results := make([]res, len(letters))
	for _, f := range folders {
		var sa, sb, sc []sample
		for i, l := range letters {
			if l.folder == f {
				continue
			}
			sa = append(sa, sample{l.Signals, l.label, l.weight})
			sb = append(sb, sample{pools[i], l.label, l.weight})
			sc = append(sc, sample{join(l.Signals, pools[i]), l.label, l.weight})
		}
		a, b, c := fitA.learn(sa), fitB.learn(sb), fitC.learn(sc)
		for i, l := range letters {
			if l.folder != f {
				continue
			}
			x, y, z := model.Softmax(a.Scores(l.Signals)), model.Softmax(b.Scores(pools[i])), model.Softmax(c.Scores(join(l.Signals, pools[i])))
			results[i] = res{model.Best(x), model.Best(y), model.Best(z), z[model.Best(z)], x[model.Best(x)], y[model.Best(y)]}
		}
	}
	for _, f := range append(folders, "all") {
		var n, ra, rb, rc, agree, wrongAgree int
		ll := 0.0
		for i, l := range letters {
			if f != "all" && l.folder != f || f == "all" && l.weight < 1 {
				continue
			}
			r := results[i]
			n++
			if r.a == l.label { ra++ }
			if r.b == l.label { rb++ }
			if r.c == l.label { rc++; ll -= math.Log(r.pc) }
			if r.a == r.b && r.a == r.c { agree++; if r.c != l.label { wrongAgree++ } }
		}
		fmt.Printf("%-40s n %4d A %.3f B %.3f C %.3f agree %.3f wrong in agreement %d\n", f, n, float64(ra)/float64(n), float64(rb)/float64(n), float64(rc)/float64(n), float64(agree)/float64(n), wrongAgree)
	}
	for _, t := range []float64{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95} {
		var n, d, ws, d2, ws2 int
		for i, l := range letters {
			if l.weight < 1 { continue }
			r := results[i]
			n++
			if r.pc < t { d++ } else if r.c != l.label { ws++ }
			if r.pc < t || r.a != r.c && r.b != r.c { d2++ } else if r.c != l.label { ws2++ }
		}
		if t >= 0.7 {
			var nn, dd, ww int
			for i, l := range letters {
				if !strings.HasSuffix(l.folder, "nordic") { continue }
				nn++
				if results[i].pc < t { dd++ } else if results[i].c != l.label { ww++ }
			}
			fmt.Printf("   nordic n %d doubtful %d wrong %d\n", nn, dd, ww)
		}
		fmt.Printf("t %.2f: n %d doubtful %.3f wrong&sure %.3f | with one agreeing: doubtful %.3f wrong&sure %.3f\n", t, n, float64(d)/float64(n), float64(ws)/float64(n), float64(d2)/float64(n), float64(ws2)/float64(n))
	}
	if len(folders) > 0 {
		for i, l := range letters {
			if l.weight >= 1 && results[i].c != l.label && results[i].pc > 0.8 {
				fmt.Printf("  %s %s want %s got %s %.2f (A %s %.2f, B %s %.2f)\n", l.folder, l.file, letterKinds()[l.label], letterKinds()[results[i].c], results[i].pc, letterKinds()[results[i].a], results[i].pa, letterKinds()[results[i].b], results[i].pb)
			}
		}
	}
}
