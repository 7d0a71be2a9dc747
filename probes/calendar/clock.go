package calendar

import (
	"errors"
	"fmt"
)

// dayEnd is 24:00, the end of a day.
const dayEnd Clock = 24 * 60

// Clock is a time of day in minutes after midnight, from 00:00 (0) to 24:00
// (1440), which is the end of the day. Where a Clock is optional the zero Clock
// is unset.
type Clock int

// ParseClock reads a time of day written with two digits each, as 09:00; 24:00
// ends a day.
func ParseClock(s string) (Clock, error) {
	c, err := parseClock(s)
	if err != nil {
		return 0, fmt.Errorf("clock time %q: %w", s, err)
	}
	return c, nil
}

func parseClock(s string) (Clock, error) {
	if len(s) != len("09:00") || s[2] != ':' || !digits(s[:2]) || !digits(s[3:]) {
		return 0, errors.New("want hours and minutes in two digits each, as 09:00")
	}
	hours, minutes := Clock(s[0]-'0')*10+Clock(s[1]-'0'), Clock(s[3]-'0')*10+Clock(s[4]-'0')
	c := hours*60 + minutes
	if minutes > 59 || c > dayEnd {
		return 0, errors.New("a day goes from 00:00 to 24:00, an hour from 00 to 59")
	}
	return c, nil
}

// String writes c as 09:00.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText writes c as String does.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Clock) UnmarshalText(text []byte) error {
	parsed, err := ParseClock(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// digits tells whether s is one or more ASCII digits.
func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
