package calendar

import (
	"time"

	"github.com/robfig/cron/v3"
)

// yearsAhead is how far a tick is looked for. The rarest line, one for 29
// February, waits at most eight years, over 1900 or 2100.
const yearsAhead = 9

// starBit is set by robfig/cron in a field that was written as a star.
const starBit = 1 << 63

// Ticks is a series of instants, made by [ParseCron]. The zero Ticks never
// ticks.
type Ticks struct {
	text  string
	zone  *time.Location
	every time.Duration      // of @every, else 0
	spec  *cron.SpecSchedule // of any other line, else nil
}

// Next returns the first tick after an instant, in the zone of the line. It is
// the zero time if there is none, as for 30 February.
//
// A line that names hours ticks by the wall clock: what falls in the hour
// skipped in spring ticks once, at the end of the gap, and what falls in the
// hour repeated in autumn ticks at its first coming only. A line for every hour
// and @every go on by real time, the second without regard to the clock, from
// the second of the instant given.
func (t Ticks) Next(after time.Time) time.Time {
	if t.zone == nil {
		return time.Time{}
	}
	after = after.In(t.zone)
	switch {
	case t.every > 0:
		return after.Add(t.every - time.Duration(after.Nanosecond()))
	case t.everyHour():
		return t.byRealTime(after)
	default:
		return t.byWallClock(after)
	}
}

// Due returns the newest tick in (last, now], if there is one. A caller
// that missed several skips the rest: no company is written to twice to catch up.
//
// It takes the same few steps however long ago last is: @every is counted, and
// any other line is halved, since Next never runs backward.
func (t Ticks) Due(last, now time.Time) (time.Time, bool) {
	newest := t.Next(last)
	if newest.IsZero() || newest.After(now) {
		return time.Time{}, false
	}
	if t.every > 0 {
		// Once is enough, but for the centuries that a Duration does not hold.
		for now.Sub(newest) >= t.every {
			newest = newest.Add(now.Sub(newest) / t.every * t.every)
		}
		return newest, true
	}
	// The newest tick is always one that is not after now; no tick lies between
	// end and now. Ticks are more than a second apart.
	for end := now; end.Sub(newest) > time.Second; {
		middle := newest.Add(end.Sub(newest) / 2)
		if next := t.Next(middle); next.IsZero() || next.After(now) {
			end = middle
		} else {
			newest = next
		}
	}
	return newest, true
}

// String returns the line as it was written.
func (t Ticks) String() string { return t.text }

// everyHour tells whether the line leaves out no hour of the day.
func (t Ticks) everyHour() bool { return t.spec.Hour&allHours == allHours }

// allHours has a bit for each hour of a day.
const allHours = 1<<24 - 1

// byRealTime walks instants: whatever the clock has been set to, each minute
// that it shows counts.
func (t Ticks) byRealTime(after time.Time) time.Time {
	limit := after.AddDate(yearsAhead, 0, 0)
	at := after.Add(time.Duration(60-after.Second())*time.Second - time.Duration(after.Nanosecond()))
	for at.Before(limit) {
		today := DateOf(at)
		on, ok := t.nextDate(today)
		if !ok {
			break
		}
		switch {
		case on != today && at.Before(on.In(t.zone)):
			at = on.In(t.zone)
		case on == today && t.spec.Minute>>at.Minute()&1 == 1:
			return at
		default:
			at = at.Add(time.Minute)
		}
	}
	return time.Time{}
}

// byWallClock walks the clock times of the line, which Date.At maps to instants
// without changing their order.
func (t Ticks) byWallClock(after time.Time) time.Time {
	today, reached := DateOf(after), Clock(after.Hour()*60+after.Minute())
	for d, ok := t.nextDate(today); ok; d, ok = t.nextDate(d.AddDays(1)) {
		if d != today {
			reached = 0
		}
		for c := reached; c < dayEnd; c++ {
			if !t.matches(c) {
				continue
			}
			if at := d.At(c, t.zone); at.After(after) {
				return at
			}
		}
	}
	return time.Time{}
}

func (t Ticks) matches(c Clock) bool {
	return t.spec.Hour>>(c/60)&1 == 1 && t.spec.Minute>>(c%60)&1 == 1
}

// nextDate is the first day from d on that the line names.
func (t Ticks) nextDate(d Date) (Date, bool) {
	for limit := d.Year + yearsAhead; d.Year <= limit; {
		switch {
		case t.spec.Month>>d.Month&1 == 0:
			d = Date{d.Year, d.Month, 1}
			if d.Month++; d.Month > time.December {
				d.Year, d.Month = d.Year+1, time.January
			}
		case t.onDay(d):
			return d, true
		default:
			d = d.AddDays(1)
		}
	}
	return Date{}, false
}

// onDay holds the rule of crontab(5): a day must match both its fields if one
// of them is a star, either of them if both are restricted.
func (t Ticks) onDay(d Date) bool {
	monthDay, weekDay := t.spec.Dom>>d.Day&1 == 1, t.spec.Dow>>d.Weekday()&1 == 1
	if t.spec.Dom&starBit != 0 || t.spec.Dow&starBit != 0 {
		return monthDay && weekDay
	}
	return monthDay || weekDay
}
