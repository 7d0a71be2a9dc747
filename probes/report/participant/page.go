package participant

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/report"
)

//go:embed page/participant.html
var pageHTML string

// HTML returns the page in the language of a printer.
func (f Facts) HTML(p *report.Printer) ([]byte, error) {
	w := writer{p}
	t, err := template.New("participant").Funcs(w.funcs(f)).Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("page of a participant: %w", err)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, f); err != nil {
		return nil, fmt.Errorf("page of %s: %w", f.Company.ID, err)
	}
	return page.Bytes(), nil
}

// A writer writes figures in one language.
type writer struct{ *report.Printer }

// funcs are what the template calls.
func (w writer) funcs(f Facts) template.FuncMap {
	return template.FuncMap{
		"T":       w.T,
		"H":       w.joined,
		"lang":    func() string { return w.Tag().String() },
		"points":  w.points,
		"percent": w.percent,
		"count":   w.count,
		"plain":   w.plain,
		"wait":    w.wait,
		"median":  w.median,
		"state":   func(s fairness.State) string { return w.T(strings.ReplaceAll(string(s), "_", " ")) },
		"policy":  func(s fairness.Policy) string { return w.Policy(policyOr(s)) },
		"day":     w.day,
		"moment":  w.moment,
		"known":   func(n survival.Number) bool { return n.Known() },
		"hours":   w.Hours,
		"class":   func(name string) string { return f.Titles.Class(name, w.Tag().String()) },
		"channel": func(name string) string { return f.Titles.Channel(name, w.Tag().String()) },
		"of":      func(parts ...string) string { return strings.Join(parts, ".") },
	}
}

// policyOr returns the policy, or the default.
func policyOr(p fairness.Policy) fairness.Policy {
	if p == "" {
		return fairness.CappedWait
	}
	return p
}

// joined writes a phrase whose arguments are figures that stand in elements.
func (w writer) joined(phrase string, args ...any) template.HTML {
	for i, arg := range args {
		if text, plain := arg.(string); plain {
			args[i] = html.EscapeString(text)
		}
	}
	return template.HTML(w.T(phrase, args...)) //nolint:gosec // phrases are ours, and arguments are escaped
}

// figure writes a figure with what it is.
func figure(of string, value float64, text string) template.HTML {
	//nolint:gosec // all of it is escaped
	return template.HTML(fmt.Sprintf(`<data value="%s" data-of="%s">%s</data>`,
		strconv.FormatFloat(value, 'g', -1, 64), html.EscapeString(of), html.EscapeString(text)))
}

// number returns a figure of any kind as a number.
func number(value any) float64 {
	switch v := value.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	case survival.Number:
		return float64(v)
	case time.Duration:
		return v.Seconds()
	}
	return math.NaN()
}

// points writes a score in points.
func (w writer) points(of string, score any) template.HTML {
	v := number(score)
	if math.IsNaN(v) {
		return "–"
	}
	return figure(of, v, w.Points(fairness.PointsOf(v)))
}

// percent writes a share in whole per cent.
func (w writer) percent(of string, share float64) template.HTML {
	return figure(of, share, w.Percent(share))
}

// count writes a number of things, or a place.
func (w writer) count(of string, n int) template.HTML { return figure(of, float64(n), strconv.Itoa(n)) }

// plain writes a number as it is.
func (w writer) plain(of string, v float64) template.HTML {
	return figure(of, v, w.Number(v))
}

// wait writes a length of time.
func (w writer) wait(of string, d time.Duration) template.HTML {
	return figure(of, d.Seconds(), w.Wait(d))
}

// median writes a median wait in seconds.
func (w writer) median(of string, seconds survival.Number) template.HTML {
	switch v := float64(seconds); {
	case seconds.Known():
		return figure(of, v, w.Wait(time.Duration(v*float64(time.Second))))
	case math.IsInf(v, 1):
		return template.HTML(html.EscapeString(w.T("longer than was promised"))) //nolint:gosec // it is escaped
	}
	return "–"
}

// day writes a date.
func (w writer) day(at time.Time) template.HTML {
	return stamped(at.Format(time.DateOnly), w.FullDate(at))
}

// moment writes a day and the minute on it.
func (w writer) moment(at time.Time) template.HTML {
	return stamped(at.UTC().Format(time.RFC3339), w.FullMoment(at))
}

// stamped writes an instant, as programs read it and as people do.
func stamped(datetime, text string) template.HTML {
	//nolint:gosec // all of it is escaped
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, html.EscapeString(datetime), html.EscapeString(text)))
}
