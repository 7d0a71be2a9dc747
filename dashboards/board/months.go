package board

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// fitting is how many contacts a day of the calendar shows.
const fitting = 12

// A month is one page of the calendar on which a company's contacts stand.
type month struct {
	Name  string
	Weeks []week
}

// A week begins on Monday, as ISO 8601 has it.
type week struct {
	Number int
	Days   [7]today
}

// A today is one day; the zero one belongs to another month.
type today struct {
	Date   int
	Closed bool   // the company is not asked on it
	Why    string // besides that it is a Saturday or Sunday
	Marks  []mark // by slot, earliest first
	More   int    // marks that do not fit
}

// months puts contacts on the calendar, from the first to the last of them.
func (b *Board) months(t *theme, co edition.Company, contacts []probes.Contact) []month {
	byDay := map[calendar.Date][]mark{}
	var first, last calendar.Date
	for _, c := range contacts {
		for _, a := range c.Attempts {
			on := calendar.DateOf(a.Due.In(t.Zone()))
			if first.IsZero() || on.Before(first) {
				first = on
			}
			if last.IsZero() || on.After(last) {
				last = on
			}
			byDay[on] = append(byDay[on], newMark(c))
		}
	}
	if first.IsZero() {
		return nil
	}
	var all []month
	for at := (calendar.Date{Year: first.Year, Month: first.Month, Day: 1}); !at.After(last); at = nextMonth(at) {
		all = append(all, b.month(t, co, byDay, at))
	}
	return all
}

// month draws one month, from its first day.
func (b *Board) month(t *theme, co edition.Company, byDay map[calendar.Date][]mark, from calendar.Date) month {
	m := month{Name: fmt.Sprintf("%s %d", t.Month(from.Month), from.Year)}
	for at := from; at.Month == from.Month; at = at.AddDays(1) {
		on := (int(at.Weekday()) + 6) % 7 // Monday is 0
		if on == 0 || at == from {
			_, number := time.Date(at.Year, at.Month, at.Day, 12, 0, 0, 0, time.UTC).ISOWeek()
			m.Weeks = append(m.Weeks, week{Number: number})
		}
		d := today{Date: at.Day, Marks: byDay[at]}
		d.Why, d.Closed = b.closed(t, co, at)
		slices.Reverse(d.Marks)
		if over := len(d.Marks) - fitting; over > 0 {
			d.Marks, d.More = d.Marks[over:], over
		}
		m.Weeks[len(m.Weeks)-1].Days[on] = d
	}
	return m
}

// closed reports whether a company is asked over none of its channels on a day,
// and says why if that is not plain to see. A pause on one channel is said on a
// day that is open for the others.
func (b *Board) closed(t *theme, co edition.Company, on calendar.Date) (why string, closed bool) {
	holiday, off := b.Edition.DayOff(co, on)
	var reasons []string
	barred := 0
	for _, channel := range lanesOf(co) {
		if bar, is := co.Barred(on, channel); is {
			barred++
			if over := bar.Pause.Channel; over != "" {
				bar.Pause.Channel = b.Edition.Titles.Channel(over, t.Tag().String())
			}
			if reason := t.barred(co, on, bar); !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	if holiday != "" {
		reasons = append(reasons, t.Holiday(holiday))
	}
	return strings.Join(reasons, "; "), off || barred > 0 && barred == len(co.Reach)
}

// barred says what keeps a company from being asked on a day.
func (t *theme) barred(co edition.Company, on calendar.Date, bar edition.Bar) string {
	switch {
	case bar.Pause == (edition.Pause{}) && co.Left() && !on.Before(co.Withdrawn):
		return t.T("consent was withdrawn")
	case bar.Pause == (edition.Pause{}):
		return t.T("no consent yet")
	case bar.Pause.Channel != "":
		return t.T("paused over %s: %s", bar.Pause.Channel, t.because(bar.Pause))
	}
	return t.T("paused: %s", t.because(bar.Pause))
}

func nextMonth(d calendar.Date) calendar.Date {
	first := time.Date(d.Year, d.Month+1, 1, 0, 0, 0, 0, time.UTC)
	return calendar.DateOf(first)
}
