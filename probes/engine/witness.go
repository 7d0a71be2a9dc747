package engine

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// A Witness is a host that answered us while a company's door did not let us in.
type Witness struct {
	Name  string                // a channel of ours, or a vantage point
	Clock channels.ClockReading // what it showed; zero: nothing
}

// reachedFor is how long before a try another host may have answered to show
// that our own line was up.
const reachedFor = 2 * time.Minute

// reached is when each channel's server last answered. The zero value is ready.
type reached struct {
	mu sync.Mutex
	at map[string]time.Time
}

// note notes that a channel's server has answered.
func (r *reached) note(channel string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[string]time.Time{}
	}
	r.at[channel] = at
}

// since returns the channels but one whose servers have answered since an
// instant, in order of their names.
func (r *reached) since(at time.Time, but string) (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, last := range r.at {
		if name != but && !last.Before(at) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// witnessed returns a door's no, and who answered us meanwhile. Without such
// witnesses a door that did not let us in proves nothing of the company: it may
// be our own line that is down, or something on it that answers in its place.
func (e *Engine) witnessed(ctx context.Context, channel string, no channels.Refusal, knocked time.Time) (channels.Refusal, []string) {
	if no.Step != channels.StepDoor || probes.FaultOf(no) == probes.Ours {
		return no, nil
	}
	met := e.others.since(knocked.Add(-reachedFor), channel)
	if len(met) == 0 && e.Vantage != nil {
		for _, w := range e.Vantage(ctx) {
			met = append(met, w.Name)
			if !e.stepped() {
				e.offsets.read(probes.Source{Channel: vantage, Name: w.Name}, w.Clock, false)
			}
		}
	}
	if len(met) == 0 {
		no.Sign = channels.SignBlind
	}
	return no, met
}

// vantage names the channel of vantage points, where those of clocks are named.
const vantage = "vantage"

// proven returns what became of an opener, with the names of those who answered
// us meanwhile.
func proven(result probes.Event, met []string) probes.Event {
	if len(met) == 0 || !slices.Contains(probes.Failures(), result.Kind) {
		return result
	}
	failure := probes.Payload[probes.Failure](result)
	failure.Reached = strings.Join(met, ", ")
	return probes.NewEvent(result.Kind, result.Attempt, result.At, failure)
}

// readVantage reads the clocks of vantage points while our own has stepped.
func (e *Engine) readVantage(ctx context.Context) {
	if e.Vantage == nil {
		return
	}
	for _, w := range e.Vantage(ctx) {
		if shift := e.now().Sub(e.wall()); !w.Clock.Shown.IsZero() {
			w.Clock.After, w.Clock.Before = w.Clock.After.Add(shift), w.Clock.Before.Add(shift)
			e.offsets.read(probes.Source{Channel: vantage, Name: w.Name}, w.Clock, false)
		}
	}
}
