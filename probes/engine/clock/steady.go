// Package clock holds our own clock and those of others against each other: our
// wall clock against the monotonic one, and each foreign clock against ours.
package clock

import (
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
)

// A Steady is the wall clock, held against the monotonic one. A step of
// the wall clock by more than clocks may differ is not followed at first: the
// time goes on as it went. Its zero value is ready.
type Steady struct {
	mu    sync.Mutex
	shown time.Time // the wall clock's time when it was last believed
	seen  time.Time // that instant, by the monotonic clock
	since time.Time // when the step was first seen, by the monotonic clock; zero: there is none
	step  time.Duration
}

// Look returns the time, and how far the wall clock has stepped away from it; 0
// if it has not.
func (c *Steady) Look(wall time.Time) (at time.Time, step time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	wall = wall.Round(0) // without its own reading of the monotonic clock
	if c.seen.IsZero() {
		c.shown, c.seen = wall, now
		return wall, 0
	}
	at = c.shown.Add(now.Sub(c.seen))
	step = wall.Sub(at)
	if step.Abs() <= probes.ClockTolerance {
		c.shown, c.seen, c.since, c.step = wall, now, time.Time{}, 0
		return wall, 0
	}
	if c.since.IsZero() || (step-c.step).Abs() > probes.ClockTolerance {
		c.since = now
	}
	c.step = step
	return at, step
}

// Believe follows the wall clock to where it has stepped.
func (c *Steady) Believe(wall time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.seen, c.since, c.step = wall.Round(0), time.Now(), time.Time{}, 0
}

// Stood returns for how long the wall clock has kept to where it has stepped.
func (c *Steady) Stood() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return 0
	}
	return time.Since(c.since)
}
