package main

import (
	"fmt"
	"strconv"
	"strings"
)

// head is what the page begins with.
const head = `# Benchmarks

What svartid costs, beside what others take for the same work. This page is written by ` + "`make bench`" + `: each figure is the
median of several runs, and stands beside its peer's of the same runs, which alternate. A ratio is ours ÷ the peer's.
Processor time holds for a busy machine too; times by the clock are for comparison alone.

`

// tail is what the page ends with.
const tail = `
## A long run

` + "`SVARTID_SOAK=1h go test -run '^$' -bench Soak -benchtime 1x -timeout 2h ./cmd/svartid`" + ` asks 192 companies every ten
seconds for as long as it is told to, nineteen openers a second, and draws what svartid took meanwhile. The picture says
how long that was.

![memory, goroutines, open files and the time of a scrape](soak.svg)
`

// A verdict is what became of an aim.
type verdict struct {
	reached, want, beside, ratio string
	held                         bool
	known                        bool
}

// render writes the page.
func render(all []aim, measured figures, on string) string {
	var out strings.Builder
	out.WriteString(head)
	fmt.Fprintf(&out, "Measured on %s.\n\n", on)
	out.WriteString("| what | aim | reached | beside it | ratio | |\n|---|---|---|---|---|---|\n")
	var short []aim
	for _, a := range all {
		v := a.judge(measured[a.folder])
		mark := map[bool]string{true: "held", false: "**not held**"}[v.held]
		if !v.known {
			mark = "not measured"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s |\n", a.what, v.want, v.reached, v.beside, v.ratio, mark)
		if v.known && !v.held {
			short = append(short, a)
		}
	}
	if len(short) > 0 {
		out.WriteString("\n## Where an aim is not held\n\n")
	}
	for _, a := range short {
		fmt.Fprintf(&out, "- **%s** (`%s` in `%s`): %s.\n", a.what, strings.Trim(a.run, "^$"), a.folder, a.because)
	}
	out.WriteString(tail)
	return out.String()
}

// judge compares an aim with what was measured. A limit below 0 is one of the ratio.
func (a aim) judge(of map[reading][]float64) (v verdict) {
	own, known := median(of[a.own])
	peer, compared := median(of[a.peer])
	v.want = a.bound(a.limit, a.unit)
	value := own * a.scale
	if a.limit < 0 {
		v.want, value = a.bound(-a.limit, "×"), own/peer
		known = known && compared
	}
	v.known = known
	if !known {
		return v
	}
	v.reached = strings.TrimSpace(digits(own*a.scale) + " " + a.unit)
	v.held = value <= max(a.limit, -a.limit) == a.most || value == max(a.limit, -a.limit)
	if compared {
		v.beside = strings.TrimSpace(digits(peer*a.scale)+" "+a.unit) + ": " + a.beside
		v.ratio = digits(own / peer)
	}
	return v
}

// bound writes a limit.
func (a aim) bound(limit float64, unit string) string {
	side := "at least "
	if a.most {
		side = "at most "
	}
	return strings.TrimSpace(side + digits(limit) + " " + unit)
}

// digits writes a figure with three digits that tell something.
func digits(f float64) string {
	if f >= 100 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}
