package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
)

// A tally counts how letters were read.
type tally struct{ letters, right, wrong, doubtful int }

// count counts the letters for which a test holds. Wrong are those that are wrong and sure.
func count(letters []letter, holds func(letter) bool) (t tally) {
	for _, l := range letters {
		if !holds(l) {
			continue
		}
		t.letters++
		switch {
		case l.right():
			t.right++
		case !l.Doubtful:
			t.wrong++
		}
		if l.Doubtful {
			t.doubtful++
		}
	}
	return t
}

// tables says how letters were read: all of them, by language and by kind.
func tables(say io.Writer, letters []letter) {
	fmt.Fprint(say, "| | letters | right | wrong and sure | doubtful |\n|---|---|---|---|---|\n")
	row(say, "all", count(letters, func(letter) bool { return true }))
	var languages []string
	for _, l := range letters {
		if !slices.Contains(languages, l.language) {
			languages = append(languages, l.language)
		}
	}
	slices.Sort(languages)
	for _, language := range languages {
		row(say, language, count(letters, func(l letter) bool { return l.language == language }))
	}
	for _, kind := range reading.Kinds() {
		row(say, string(kind), count(letters, func(l letter) bool { return l.label == kind }))
	}
}

// row says one row of a table; nothing where there are no letters.
func row(say io.Writer, name string, t tally) {
	if t.letters == 0 {
		return
	}
	fmt.Fprintf(say, "| %s | %d | %s | %s | %s |\n", name, t.letters,
		share(t.right, t.letters), share(t.wrong, t.letters), share(t.doubtful, t.letters))
}

// share says a share in per cent and Wilson's 95 % interval.
func share(x, n int) string {
	low, high := fairness.Wilson(x, n, 0.95)
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*float64(x)/float64(n), 100*low, 100*high)
}
