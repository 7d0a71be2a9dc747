package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostWorkingDays bounds a promise in working days: about a year.
const mostWorkingDays = 260

// Within is how long a company has to answer: either a Duration of calendar
// time, or a number of WorkingDays if that is above 0.
type Within struct {
	Duration    time.Duration
	WorkingDays int

	// DayEnds is when the last working day ends; zero means 16:00.
	DayEnds Clock
	// Before is until when the day of sending is day 1; zero means 12:00.
	Before Clock
}

// ParseWithin reads a duration, or working days as `3 working days`. DayEnds
// and Before are no part of the text and are left unset.
func ParseWithin(s string) (Within, error) {
	fields := strings.Fields(s)
	if len(fields) < 2 {
		d, err := ParseDuration(s)
		return Within{Duration: d}, err
	}
	n, err := workingDays(fields)
	if err != nil {
		return Within{}, fmt.Errorf("within %q: %w", s, err)
	}
	return Within{WorkingDays: n}, nil
}

// workingDays reads how many they are.
func workingDays(fields []string) (int, error) {
	if len(fields) != 3 || fields[1] != "working" || strings.TrimSuffix(fields[2], "s") != "day" {
		return 0, errors.New("want a duration, as 1h30m or 2w, or 3 working days")
	}
	n, err := strconv.Atoi(fields[0])
	if err != nil || n < 1 || n > mostWorkingDays {
		return 0, errors.New("want 1 to " + strconv.Itoa(mostWorkingDays) + " whole days, not " + fields[0])
	}
	return n, nil
}

// String writes w as [ParseWithin] reads it, without DayEnds and Before.
func (w Within) String() string {
	switch w.WorkingDays {
	case 0:
		return FormatDuration(w.Duration)
	case 1:
		return "1 working day"
	default:
		return strconv.Itoa(w.WorkingDays) + " working days"
	}
}

// MarshalText writes w as String does.
func (w Within) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what MarshalText wrote. It leaves DayEnds and Before as
// they are.
func (w *Within) UnmarshalText(text []byte) error {
	parsed, err := ParseWithin(string(text))
	if err != nil {
		return err
	}
	w.Duration, w.WorkingDays = parsed.Duration, parsed.WorkingDays
	return nil
}
