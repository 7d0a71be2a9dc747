package engine

import (
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
)

// A steadyClock is the wall clock, held against the monotonic one. A step of
// the wall clock by more than clocks may differ is not followed at first: the
// time goes on as it went. Its zero value is ready.
type steadyClock struct {
	mu    sync.Mutex
	shown time.Time // the wall clock's time when it was last believed
	seen  time.Time // that instant, by the monotonic clock
	since time.Time // when the step was first seen, by the monotonic clock; zero: there is none
	step  time.Duration
}

// look returns the time, and how far the wall clock has stepped away from it; 0
// if it has not.
func (c *steadyClock) look(wall time.Time) (at time.Time, step time.Duration) {
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

// believe follows the wall clock to where it has stepped.
func (c *steadyClock) believe(wall time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.seen, c.since, c.step = wall.Round(0), time.Now(), time.Time{}, 0
}

// stood returns for how long the wall clock has kept to where it has stepped.
func (c *steadyClock) stood() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return 0
	}
	return time.Since(c.since)
}

// wall returns the time of the wall clock.
func (e *Engine) wall() time.Time {
	if e.Clock != nil {
		return e.Clock()
	}
	return time.Now()
}

// now returns the time that the engine goes by: the wall clock's, as long as
// that does not step.
func (e *Engine) now() time.Time {
	at, _ := e.clock.look(e.wall())
	return at
}

// stepped reports whether our own clock has stepped and is not believed: until
// then nothing is decided, and nothing leaves. It is believed once foreign
// clocks agree with it or, where there are none, once it has stood for
// Timing.Step.
func (e *Engine) stepped() bool {
	_, step := e.clock.look(e.wall())
	if step == 0 {
		return false
	}
	if !e.offsets.agree(step) && e.clock.stood() < e.Timing.Step {
		return true
	}
	e.Log.Warn("our own clock was set, and is believed", "ahead", step)
	e.clock.believe(e.wall())
	e.offsets.shift(step)
	return false
}
