package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

//go:embed page/season.html
var seasonHTML string

// HTML returns the season as one page of HTML that needs nothing beside it.
func (s *Season) HTML() ([]byte, error) {
	t, err := template.New("season").Funcs(s.writers()).Parse(seasonHTML)
	if err != nil {
		return nil, fmt.Errorf("page of a season: %w", err)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, s); err != nil {
		return nil, fmt.Errorf("page of a season: %w", err)
	}
	return page.Bytes(), nil
}

// writers are how the page writes times and figures.
func (s *Season) writers() template.FuncMap {
	return template.FuncMap{
		"zone":     zoneName,
		"at":       s.instant("2006-01-02 15:04:05 MST"),
		"minute":   s.instant("Mon 2006-01-02 15:04"),
		"day":      s.instant("Mon 2006-01-02"),
		"hms":      func(d time.Duration) string { return hms(d.Round(time.Second)) },
		"percent":  func(share float64) string { return fmt.Sprintf("%.0f\u00a0%%", 100*share) },
		"points":   fairness.Whole,
		"median":   medianOf,
		"scored":   scoreOf,
		"elapsed":  elapsed,
		"known":    func(n survival.Number) bool { return n.Known() },
		"counted":  Counted,
		"width":    func(share float64) string { return fmt.Sprintf("%.1f", 60*min(max(share, 0), 1)) },
		"plot":     func() [4]float64 { return [4]float64{plotLeft, plotTop, plotWidth, plotHeight} },
		"right":    right,
		"up":       up,
		"add":      func(a, b float64) float64 { return a + b },
		"quarters": func() []float64 { return []float64{0, 0.25, 0.5, 0.75, 1} },
	}
}

// instant returns what writes an instant in the edition's zone.
func (s *Season) instant(layout string) func(time.Time) string {
	return func(at time.Time) string {
		if at.IsZero() {
			return "–"
		}
		return at.In(s.Zone).Format(layout)
	}
}

// medianOf writes a median wait in seconds.
func medianOf(seconds survival.Number) string {
	switch {
	case seconds.Known():
		return hms(time.Duration(math.Round(float64(seconds))) * time.Second)
	case math.IsInf(float64(seconds), 1):
		return "longer than the deadline"
	}
	return "–"
}

// elapsed returns how much of the promised time was gone when the contact was
// answered; all of it if it was not in time, and as far as silence is proven if
// it is not decided. What does not count shows none.
func elapsed(w *fairness.Worth) float64 {
	switch {
	case w == nil || w.Promise == 0:
		return 0
	case w.State == fairness.Answered, w.State == fairness.Pending, w.State == fairness.BrokenOff:
		return w.Share
	case w.State.Valid():
		return 1
	}
	return 0
}

// scoreOf writes what a contact gives.
func scoreOf(w *fairness.Worth) string {
	switch {
	case w == nil:
		return "–"
	case w.Score.Known():
		return fmt.Sprintf("%.4f", float64(w.Score))
	case w.State == fairness.Pending || w.State == fairness.BrokenOff:
		return "open"
	}
	return "not counted"
}
