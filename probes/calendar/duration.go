package calendar

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	oneDay  = 24 * time.Hour
	oneWeek = 7 * oneDay

	longest = time.Duration(math.MaxInt64)
	tooLong = "is longer than 292 years"

	wantDuration = "want numbers with units, as 90s, 1h30m, 3d or 2w"
)

// ParseDuration reads a duration as Go writes it, with d (24 hours) and w
// (seven days) besides: 90s, 1h30m, 3d, 2w, 1w2d. A negative one is refused,
// and so is one of more than about 292 years, which is all that a
// time.Duration holds.
func ParseDuration(s string) (time.Duration, error) {
	d, err := parseDuration(strings.TrimSpace(s))
	if err != nil {
		return 0, fmt.Errorf("duration %q: %w", s, err)
	}
	return d, nil
}

func parseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, errors.New("is empty; " + wantDuration)
	}
	if s == "0" {
		return 0, nil
	}
	var sum time.Duration
	for s != "" {
		number := leading(s, isNumber)
		unit := leading(s[len(number):], isUnit)
		d, err := quantity(number, unit)
		if err != nil {
			return 0, err
		}
		if d > longest-sum {
			return 0, errors.New(tooLong)
		}
		sum += d
		s = s[len(number)+len(unit):]
	}
	return sum, nil
}

// FormatDuration writes d as [ParseDuration] reads it, shortest first: 2w, 3d,
// 1h30m, 90s as 1m30s.
func FormatDuration(d time.Duration) string {
	if d >= oneWeek && d%oneWeek == 0 {
		return strconv.Itoa(int(d/oneWeek)) + "w"
	}
	days := ""
	if d >= oneDay {
		days = strconv.Itoa(int(d/oneDay)) + "d"
		d %= oneDay
		if d == 0 {
			return days
		}
	}
	clock := d.String()
	if strings.HasSuffix(clock, "m0s") {
		clock = strings.TrimSuffix(clock, "0s")
	}
	if strings.HasSuffix(clock, "h0m") {
		clock = strings.TrimSuffix(clock, "0m")
	}
	return days + clock
}

// quantity is one number with its unit.
func quantity(number, unit string) (time.Duration, error) {
	if number == "" {
		return 0, errors.New(wantDuration + "; never negative")
	}
	scale, tail := time.Duration(1), unit
	switch unit {
	case "":
		return 0, errors.New(strconv.Quote(number) + " has no unit; " + wantDuration)
	case "d":
		scale, tail = 24, "h"
	case "w":
		scale, tail = 7*24, "h"
	}
	d, err := time.ParseDuration(number + tail)
	if err != nil {
		return 0, errors.New(strconv.Quote(number+unit) + " is no duration; " + wantDuration)
	}
	if d > longest/scale {
		return 0, errors.New(tooLong)
	}
	return d * scale, nil
}

// leading is the longest start of s that holds only wanted runes.
func leading(s string, wanted func(rune) bool) string {
	for i, r := range s {
		if !wanted(r) {
			return s[:i]
		}
	}
	return s
}

func isNumber(r rune) bool { return r >= '0' && r <= '9' || r == '.' }

func isUnit(r rune) bool { return !isNumber(r) && r != '-' && r != '+' }
