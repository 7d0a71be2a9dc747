package board

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// forever is a wait that never ended.
const forever = time.Duration(math.MaxInt64)

const day = 24 * time.Hour

// wait writes a length of time as people say it, in two units at most. Below 0
// there is none.
func (t *tongue) wait(d time.Duration) string {
	switch {
	case d < 0:
		return "–"
	case d == forever:
		return t.T("never")
	case d < time.Second:
		return t.T("under 1 s")
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < day:
		return pair(int(d/time.Hour), t.T("h"), int(d%time.Hour/time.Minute), "min")
	}
	return pair(int(d/day), t.T("d"), int(d%day/time.Hour), t.T("h"))
}

// pair writes two units, and the smaller one only if there is any of it.
func pair(n int, unit string, rest int, smaller string) string {
	if rest == 0 {
		return fmt.Sprintf("%d %s", n, unit)
	}
	return fmt.Sprintf("%d %s %d %s", n, unit, rest, smaller)
}

// rough writes a length of time in one unit, as a tight place asks for.
func (t *tongue) rough(d time.Duration) string {
	switch {
	case d > 0 && d < time.Second:
		return fmt.Sprintf("0%s%d s", t.point(), d/(100*time.Millisecond))
	case d < time.Hour || d == forever:
		return t.wait(d)
	case d < 2*day:
		return fmt.Sprintf("%d %s", d/time.Hour, t.T("h"))
	}
	return fmt.Sprintf("%d %s", d/day, t.T("d"))
}

func (t *tongue) point() string {
	if t.norwegian() {
		return ","
	}
	return "."
}

// percent writes a share of 1; nothing is known of NaN.
func (t *tongue) percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	if t.norwegian() {
		return fmt.Sprintf("%.0f\u00a0%%", 100*share)
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

// score writes a share in hundredths of a percent point, as standings do.
func (t *tongue) score(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return strings.Replace(fmt.Sprintf("%.2f", 100*share), ".", t.point(), 1)
}

// date writes a day with its weekday: Mon 2 March, man. 2. mars.
func (t *tongue) date(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at = at.In(t.zone)
	if !t.norwegian() {
		return at.Format("Mon 2 January")
	}
	return fmt.Sprintf("%s %d. %s", t.weekday(at.Weekday()), at.Day(), t.month(at.Month()))
}

// fullDate writes a day with its year: 2 March 2026, 2. mars 2026.
func (t *tongue) fullDate(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at = at.In(t.zone)
	if !t.norwegian() {
		return at.Format("2 January 2006")
	}
	return fmt.Sprintf("%d. %s %d", at.Day(), t.month(at.Month()), at.Year())
}

// moment writes a day and the time on it, to the second.
func (t *tongue) moment(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return t.date(at) + " " + t.clock(at)
}

// clock writes the time of day, to the second.
func (t *tongue) clock(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(t.zone).Format("15:04:05")
}

// weekday names a day of the week in three or four letters.
func (t *tongue) weekday(d time.Weekday) string {
	if !t.norwegian() {
		return d.String()[:3]
	}
	return [...]string{"søn.", "man.", "tirs.", "ons.", "tors.", "fre.", "lør."}[d]
}

func (t *tongue) month(m time.Month) string {
	if !t.norwegian() {
		return m.String()
	}
	return [...]string{
		"januar", "februar", "mars", "april", "mai", "juni",
		"juli", "august", "september", "oktober", "november", "desember",
	}[m-1]
}

// machine writes an instant for programs, as the datetime of a time element.
func machine(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// zoneName names the zone of the pages' times; that of the machine, which has
// no name of its own, as it is called at an instant.
func (t *tongue) zoneName(at time.Time) string {
	if t.zone == time.Local {
		return at.In(t.zone).Format("MST")
	}
	return t.zone.String()
}
