package calendar

import (
	"slices"
	"strings"
	"time"
)

// always is how hours without any closing are written.
const always = "always"

// Hours is a weekly timetable of clock times. The zero Hours are always open.
//
// Each day is kept on its own, from 00:00 to 24:00: a span past midnight counts
// as two, the later one on the day on which it falls.
type Hours struct {
	week [7][]opening // by time.Weekday; all empty means always open
}

// opening is a span of one day, half-open.
type opening struct{ from, to Clock }

// IsZero tells whether h is unset, which is to be always open.
func (h Hours) IsZero() bool { return h.Always() }

// Always tells whether h is open at all times, holidays too. Hours of
// 00:00-24:00 are not: they are closed on closed days.
func (h Hours) Always() bool {
	for _, openings := range h.week {
		if len(openings) > 0 {
			return false
		}
	}
	return true
}

// String writes h as [ParseHours] reads it: days that follow each other and
// have the same hours together, a span past midnight in one.
func (h Hours) String() string {
	if h.Always() {
		return always
	}
	var texts [7]string // Monday first
	for i := range texts {
		texts[i] = h.dayText(weekday(i))
	}
	var parts []string
	for i := 0; i < len(texts); {
		last := i
		for last+1 < len(texts) && texts[last+1] == texts[i] {
			last++
		}
		switch {
		case texts[i] == "":
		case last-i == len(texts)-1:
			return texts[i]
		case last == i:
			parts = append(parts, dayName(i)+" "+texts[i])
		default:
			parts = append(parts, dayName(i)+"-"+dayName(last)+" "+texts[i])
		}
		i = last + 1
	}
	return strings.Join(parts, ", ")
}

// MarshalText writes h as String does.
func (h Hours) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hours) UnmarshalText(text []byte) error {
	parsed, err := ParseHours(string(text))
	if err != nil {
		return err
	}
	*h = parsed
	return nil
}

// dayText writes the openings that begin on a day, each to its own end.
func (h Hours) dayText(on time.Weekday) string {
	var spans []string
	for _, o := range h.week[on] {
		if o.from == 0 && h.overnight(on-1) != 0 {
			continue // written with the day before
		}
		to := o.to
		if late := h.overnight(on); late != 0 && o.to == dayEnd {
			to = late
		}
		spans = append(spans, o.from.String()+"-"+to.String())
	}
	return strings.Join(spans, " ")
}

// overnight is when the last opening of a day ends on the next, 0 if it does
// not run past midnight or is too long to be written in one.
func (h Hours) overnight(on time.Weekday) Clock {
	today, next := h.week[(on+7)%7], h.week[(on+8)%7]
	if len(today) == 0 || len(next) == 0 || next[0].from != 0 {
		return 0
	}
	last := today[len(today)-1]
	if last.to != dayEnd || last.from <= next[0].to {
		return 0
	}
	return next[0].to
}

// common returns the openings that lie in both lists, which are in order.
func common(a, b []opening) []opening {
	var both []opening
	for len(a) > 0 && len(b) > 0 {
		o := opening{max(a[0].from, b[0].from), min(a[0].to, b[0].to)}
		if o.from < o.to {
			both = append(both, o)
		}
		if a[0].to < b[0].to {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return both
}

// weekday turns a day counted from Monday into Go's, which counts from Sunday.
func weekday(fromMonday int) time.Weekday { return time.Weekday((fromMonday + 1) % 7) }

// dayName is the three-letter name of a day counted from Monday.
func dayName(fromMonday int) string { return weekday(fromMonday).String()[:3] }

// dayNumber is the inverse of dayName, in any case of letters; -1 if name is no
// day of the week.
func dayNumber(name string) int {
	return slices.IndexFunc([]int{0, 1, 2, 3, 4, 5, 6}, func(i int) bool {
		return strings.EqualFold(name, dayName(i))
	})
}
