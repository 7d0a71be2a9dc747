package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// dateLayout is how dates are written: ISO 8601, extended.
const dateLayout = "2006-01-02"

// Date is a day of the civil calendar, in no zone. The zero Date is unset. Only
// real days compare and count as expected; [ParseDate] returns no other.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written as 2006-01-02. It refuses days that do not
// exist, such as 30 February.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: %w", s, dateFault(s))
	}
	return DateOf(t), nil
}

// dateFault says why s is no date.
func dateFault(s string) error {
	if len(s) == len(dateLayout) && digits(s[8:]) {
		// Only the day is wrong if the month's first is a date.
		if first, err := time.Parse(dateLayout, s[:8]+"01"); err == nil {
			last := strconv.Itoa(first.AddDate(0, 1, -1).Day())
			return errors.New(first.Format("January 2006") + " has days 01 to " + last + ", no " + s[8:])
		}
	}
	return errors.New("want year-month-day, as 2027-03-24")
}

// DateOf returns the day that t falls on in its own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// In returns the first instant of the day in loc. Where midnight is skipped
// that is the end of the gap; where the whole day is skipped it is the first
// instant of the next.
func (d Date) In(loc *time.Location) time.Time {
	return d.At(0, loc)
}

// At returns the first instant at which the clock in loc has reached c on the
// day: the end of the gap if c is skipped, the first coming if c is repeated.
// At 24:00 the next day begins.
func (d Date) At(c Clock, loc *time.Location) time.Time {
	wall := time.Date(d.Year, d.Month, d.Day, 0, int(c), 0, 0, time.UTC)
	// No zone is more than 16 hours off, so nothing before this instant has
	// reached the wall clock; from here the zone's periods are walked in order.
	t := wall.Add(-36 * time.Hour).In(loc)
	for {
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.Before(start) {
			at = start
		}
		if end.IsZero() || at.Before(end) {
			return at.In(loc)
		}
		t = end
	}
}

// AddDays returns the day n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(d.midnight().AddDate(0, 0, n))
}

// Before tells whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After tells whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Compare returns -1, 0 or +1 as d is earlier than, the same as or later than
// e. It fits slices.SortFunc.
func (d Date) Compare(e Date) int {
	return cmp.Or(
		cmp.Compare(d.Year, e.Year),
		cmp.Compare(d.Month, e.Month),
		cmp.Compare(d.Day, e.Day),
	)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// IsZero tells whether d is unset.
func (d Date) IsZero() bool { return d == Date{} }

// String writes d as 2006-01-02, and the zero Date as nothing.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes d as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote; an empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// midnight is the day's midnight in UTC, where every day has one.
func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
