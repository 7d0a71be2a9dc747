package review

import (
	"fmt"
	"io"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// Figures say how far the reader and people agree, in a whole edition.
type Figures struct {
	Letters  int `json:"letters"`  // that the reader has read
	Doubtful int `json:"doubtful"` // of them are doubtful, and not judged
	Alone    int `json:"alone"`    // doubtful ones that one person alone has judged, which settles them
	Drawn    int `json:"drawn"`    // of the sure ones are drawn for people to look at
	Judged   int `json:"judged"`   // of the drawn ones have been
	Misread  int `json:"misread"`  // of those are another thing than they were read as
	// MisreadLower and MisreadUpper are Wilson's interval of the share of sure readings that are
	// wrong, at 95 %.
	MisreadLower float64 `json:"misread_lower"`
	MisreadUpper float64 `json:"misread_upper"`
	Twice        int     `json:"twice"`  // letters that two people have judged
	Agreed       int     `json:"agreed"` // of which they said the same
	// Kappa is Cohen's, between the first two people of each such letter; null without any.
	Kappa survival.Number `json:"kappa"`
}

// FiguresOf counts letters of an edition. What a person has said first counts as
// what a letter is.
func FiguresOf(ed *edition.Edition, letters []Letter) Figures {
	f := Figures{Letters: len(letters)}
	var pairs [][2]string
	for _, l := range letters {
		f.doubt(l)
		if len(l.Said) > 1 {
			pairs = append(pairs, [2]string{string(l.Said[0].Kind), string(l.Said[1].Kind)})
		}
		if l.Doubtful || !Drawn(ed.Seed, l.Arrival, ed.Review.Sample) {
			continue
		}
		f.Drawn++
		if len(l.Said) > 0 {
			f.Judged++
			if l.Said[0].Kind != l.Read {
				f.Misread++
			}
		}
	}
	f.MisreadLower, f.MisreadUpper = fairness.Wilson(f.Misread, f.Judged, 0.95)
	f.Twice, f.Kappa = len(pairs), fairness.Kappa(pairs)
	for _, p := range pairs {
		if p[0] == p[1] {
			f.Agreed++
		}
	}
	return f
}

// doubt counts a letter by how many people have looked at it, if the reader doubted.
func (f *Figures) doubt(l Letter) {
	switch {
	case !l.Doubtful:
	case len(l.Said) == 0:
		f.Doubtful++
	case len(l.Said) == 1:
		f.Alone++
	}
}

// Print tells the figures to a person. What out fails with is lost: give it a
// writer that keeps its error.
func (f Figures) Print(out io.Writer) {
	if f.Letters == 0 {
		return
	}
	fmt.Fprintf(out, "of %d readings in all classes %d are doubtful; of %d sure ones that were drawn %d have been judged",
		f.Letters, f.Doubtful, f.Drawn, f.Judged)
	if f.Judged > 0 {
		fmt.Fprintf(out, ", and %d were wrong (%.1f to %.1f %%)", f.Misread, 100*f.MisreadLower, 100*f.MisreadUpper)
	}
	fmt.Fprintln(out)
	if f.Alone > 0 {
		fmt.Fprintf(out, "of the doubtful ones one person alone has settled %d: that counts at once, whoever wins by it; a correction of what was sure takes two\n", f.Alone)
	}
	if f.Twice == 0 {
		return
	}
	fmt.Fprintf(out, "two people judged %d letters and agreed on %d", f.Twice, f.Agreed)
	if f.Kappa.Known() {
		fmt.Fprintf(out, " (kappa %.2f)", float64(f.Kappa))
	}
	fmt.Fprintln(out)
}
