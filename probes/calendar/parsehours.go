package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseHours reads a weekly timetable. Parts are joined by commas; a part names
// days, then one or more spans:
//
//	Mon-Fri 09:00-15:00
//	Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00
//	Sat,Sun 10:00-24:00
//	Fri-Sat 22:00-02:00     (past midnight, into the next day)
//	09:00-12:00             (every day of the week)
//	always
//
// Spans that touch become one. Spans that overlap are refused, because one of
// them must be a slip of the pen; so is a part without days after one with
// days, which could be meant for either.
func ParseHours(s string) (Hours, error) {
	if strings.EqualFold(strings.TrimSpace(s), always) {
		return Hours{}, nil
	}
	var t timetable
	hours, err := t.read(s)
	if err != nil {
		return Hours{}, fmt.Errorf("hours %q: %w", s, err)
	}
	return hours, nil
}

// timetable is Hours in the making.
type timetable struct {
	waiting []int // days named, counted from Monday, whose spans are still to come
	named   bool  // some part has named days
	days    [7][]opening
}

func (t *timetable) read(s string) (Hours, error) {
	for part := range strings.SplitSeq(s, ",") {
		if err := t.add(part); err != nil {
			return Hours{}, err
		}
	}
	if n := len(t.waiting); n > 0 {
		last := dayName(t.waiting[n-1])
		return Hours{}, errors.New(last + " has no hours; want them after it, as " +
			last + " 09:00-15:00")
	}
	return t.hours()
}

// add reads one part: days, spans, or both.
func (t *timetable) add(part string) error {
	fields := strings.Fields(part)
	if len(fields) == 0 {
		return errors.New("a part is empty; want days and hours, as Mon-Fri 09:00-15:00")
	}
	if !startsWithDigit(fields[0]) {
		days, err := parseDays(fields[0])
		if err != nil {
			return err
		}
		t.named, t.waiting = true, append(t.waiting, days...)
		fields = fields[1:]
	}
	if len(fields) == 0 {
		return nil // Mon, Wed 09:00-15:00: the hours come with a later part
	}
	days := t.waiting
	if len(days) == 0 {
		if t.named {
			return errors.New(strings.Join(fields, " ") +
				" is for no day; put all hours of a day side by side, without a comma")
		}
		days = []int{0, 1, 2, 3, 4, 5, 6}
	}
	t.waiting = nil
	for _, field := range fields {
		from, to, err := parseSpan(field)
		if err != nil {
			return err
		}
		for _, d := range days {
			t.open(d, from, to)
		}
	}
	return nil
}

// open enters a span, cut in two if it runs past midnight.
func (t *timetable) open(day int, from, to Clock) {
	if from < to {
		t.days[day] = append(t.days[day], opening{from, to})
		return
	}
	t.days[day] = append(t.days[day], opening{from, dayEnd})
	if to > 0 {
		next := (day + 1) % 7
		t.days[next] = append(t.days[next], opening{0, to})
	}
}

// hours puts each day in order, and joins what touches.
func (t *timetable) hours() (Hours, error) {
	var h Hours
	for day, openings := range t.days {
		slices.SortFunc(openings, func(a, b opening) int { return int(a.from - b.from) })
		var joined []opening
		for _, o := range openings {
			last := len(joined) - 1
			switch {
			case last < 0 || joined[last].to < o.from:
				joined = append(joined, o)
			case joined[last].to == o.from:
				joined[last].to = o.to
			default:
				return Hours{}, errors.New(dayName(day) + " " + joined[last].String() +
					" and " + o.String() + " overlap")
			}
		}
		h.week[weekday(day)] = joined
	}
	return h, nil
}

func (o opening) String() string { return o.from.String() + "-" + o.to.String() }

// parseDays reads Mon or Mon-Fri; Sat-Mon goes over the week's end.
func parseDays(s string) ([]int, error) {
	firstName, lastName, isRange := strings.Cut(s, "-")
	if !isRange {
		lastName = firstName
	}
	first, last := dayNumber(firstName), dayNumber(lastName)
	if first < 0 || last < 0 {
		return nil, errors.New(strconv.Quote(s) + " is no day of the week; " +
			"want Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a range, as Mon-Fri")
	}
	days := []int{first}
	for d := first; d != last; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, nil
}

// parseSpan reads 09:00-15:00. The end may be on the next day, and is never the
// same clock time as the start.
func parseSpan(s string) (from, to Clock, err error) {
	start, end, ok := strings.Cut(s, "-")
	if !ok {
		return 0, 0, errors.New(strconv.Quote(s) + " is no span; want from and to, as 09:00-15:00")
	}
	if from, err = ParseClock(start); err != nil {
		return 0, 0, err
	}
	if to, err = ParseClock(end); err != nil {
		return 0, 0, err
	}
	switch {
	case from == dayEnd:
		return 0, 0, errors.New(s + " begins where its day ends; want 00:00 of the next")
	case from == to:
		return 0, 0, errors.New(s + " is empty; a whole day is 00:00-24:00")
	}
	return from, to, nil
}

func startsWithDigit(s string) bool { return s[0] >= '0' && s[0] <= '9' }
