// Package phone decides what a shopper's telephone may say of the time of a tap. It is
// values alone.
package phone

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrClock says that a telephone's clock cannot be right.
var ErrClock = errors.New("the clock of the telephone cannot be right")

// A Clock is what a telephone says of when a tap was made and when it was sent, in
// milliseconds since 1970 by its own clock. Without both, the tap is made now.
type Clock struct{ Tapped, Sent string }

const (
	// farthestOff is how far a telephone's clock may be from ours. How long ago a tap
	// was made does not depend on that, but a clock that is farther off may have been
	// set between the tap and its sending.
	farthestOff = 24 * time.Hour
	// longestKept is how long a telephone keeps a tap that it cannot send.
	longestKept = 12 * time.Hour
	// correction is by how much a clock may be set right between a tap and its sending.
	correction = 5 * time.Second
)

// Ago returns how long before it was sent a tap was made, by the telephone's own clock,
// so that a clock that is wrong and runs right does no harm. The error wraps ErrClock if
// it is negative or longer than taps are kept, or if the clock is absurdly far from ours.
func Ago(c Clock, now time.Time) (time.Duration, error) {
	if c.Tapped == "" && c.Sent == "" {
		return 0, nil
	}
	tapped, err := instant(c.Tapped)
	if err != nil {
		return 0, err
	}
	sent, err := instant(c.Sent)
	if err != nil {
		return 0, err
	}
	ago, off := sent.Sub(tapped), sent.Sub(now).Abs()
	switch {
	case off > farthestOff:
		return 0, fmt.Errorf("%w: it says %s", ErrClock, sent.UTC().Format(time.RFC3339))
	case ago < 0 && ago > -correction:
		return 0, nil
	case ago < 0:
		return 0, fmt.Errorf("%w: it was set back by %s since the tap", ErrClock, -ago)
	case ago > longestKept:
		return 0, fmt.Errorf("%w: the tap was made %s before it was sent", ErrClock, ago)
	}
	return ago, nil
}

// instant reads milliseconds since 1970.
func instant(text string) (time.Time, error) {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 || ms > 1<<45 {
		return time.Time{}, fmt.Errorf("%w: %q is no time", ErrClock, text)
	}
	return time.UnixMilli(ms), nil
}
