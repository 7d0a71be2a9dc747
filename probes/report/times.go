package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
)

// Forever is a wait that never ended.
const Forever = time.Duration(math.MaxInt64)

const day = 24 * time.Hour

// Wait writes a length of time as people say it, in two units at most. Below 0
// there is none.
func (p *Printer) Wait(d time.Duration) string {
	switch {
	case d < 0:
		return "–"
	case d == Forever:
		return p.T("never")
	case d < time.Second:
		return p.T("under 1 s")
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < day:
		return pair(int(d/time.Hour), p.T("h"), int(d%time.Hour/time.Minute), "min")
	}
	return pair(int(d/day), p.T("d"), int(d%day/time.Hour), p.T("h"))
}

// pair writes two units, and the smaller one only if there is any of it.
func pair(n int, unit string, rest int, smaller string) string {
	if rest == 0 {
		return fmt.Sprintf("%d %s", n, unit)
	}
	return fmt.Sprintf("%d %s %d %s", n, unit, rest, smaller)
}

// Rough writes a length of time in one unit, as a tight place asks for.
func (p *Printer) Rough(d time.Duration) string {
	switch {
	case d > 0 && d < time.Second:
		return fmt.Sprintf("0%s%d s", p.lang.Decimal, d/(100*time.Millisecond))
	case d < time.Hour || d == Forever:
		return p.Wait(d)
	case d < 2*day:
		return fmt.Sprintf("%d %s", d/time.Hour, p.T("h"))
	}
	return fmt.Sprintf("%d %s", d/day, p.T("d"))
}

// Percent writes a share of 1; nothing is known of NaN.
func (p *Printer) Percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return fmt.Sprintf(p.lang.Percent, 100*share)
}

// Score writes a share in hundredths of a percent point, as standings do.
func (p *Printer) Score(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return strings.Replace(fmt.Sprintf("%.2f", 100*share), ".", p.lang.Decimal, 1)
}

// Points writes points with their two decimals.
func (p *Printer) Points(points fairness.Points) string {
	return strings.Replace(points.String(), ".", p.lang.Decimal, 1)
}

// Number writes a number with as many decimals as it has.
func (p *Printer) Number(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", p.lang.Decimal, 1)
}

// Date writes a day with its weekday: Mon 2 March, man. 2. mars.
func (p *Printer) Date(at time.Time) string { return p.laid(p.lang.Date, at) }

// FullDate writes a day with its year: 2 March 2026, 2. mars 2026.
func (p *Printer) FullDate(at time.Time) string { return p.laid(p.lang.FullDate, at) }

// laid writes a day by a layout of the language.
func (p *Printer) laid(layout string, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at = at.In(p.zone)
	return strings.NewReplacer(
		"{weekday}", p.Weekday(at.Weekday()), "{day}", strconv.Itoa(at.Day()),
		"{month}", p.Month(at.Month()), "{year}", strconv.Itoa(at.Year()),
	).Replace(layout)
}

// Moment writes a day and the time on it, to the second.
func (p *Printer) Moment(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return p.momentOf(p.Date(at), p.Clock(at))
}

// FullMoment writes a day with its year, and the time on it to the minute: 30 November
// 2026 12:59, 30. november 2026 kl. 12.59.
func (p *Printer) FullMoment(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return p.momentOf(p.FullDate(at), at.In(p.zone).Format(p.lang.Minute))
}

// momentOf puts a day and a time of day together.
func (p *Printer) momentOf(date, clock string) string {
	return strings.NewReplacer("{date}", date, "{clock}", clock).Replace(p.lang.Moment)
}

// Clock writes the time of day, to the second.
func (p *Printer) Clock(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(p.zone).Format(p.lang.Clock)
}

// Weekday names a day of the week in three or four letters.
func (p *Printer) Weekday(d time.Weekday) string { return p.lang.Weekdays[d] }

// Weekdays names the days of a week, Monday first.
func (p *Printer) Weekdays() []string {
	var all []string
	for d := range time.Weekday(7) {
		all = append(all, p.Weekday((d+time.Monday)%7))
	}
	return all
}

// Month names a month.
func (p *Printer) Month(m time.Month) string { return p.lang.Months[m-1] }

// ZoneName names the zone of the printer's times; that of the machine, which
// has no name of its own, as it is called at an instant.
func (p *Printer) ZoneName(at time.Time) string {
	if p.zone == time.Local {
		return at.In(p.zone).Format("MST")
	}
	return p.zone.String()
}

// Hours writes a timetable with the weekdays of the language.
func (p *Printer) Hours(h calendar.Hours) string {
	if h.Always() {
		return p.T("at all hours of every day")
	}
	var pairs []string
	for d, name := range p.lang.Weekdays {
		pairs = append(pairs, time.Weekday(d).String()[:3], name)
	}
	return strings.NewReplacer(pairs...).Replace(h.String())
}
