package probes

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
)

// ClockTolerance is how far clocks may differ without a verdict having to wait,
// and how far our own may step without being doubted.
const ClockTolerance = 5 * time.Second

// clockDrift is how many parts of the time that passes two good clocks may
// drift apart: 100 parts in a million, ten times what a quartz that is looked
// after does.
const clockDrift = 10_000

// A ClockOffset says how far a foreign clock is ahead of ours: no less than
// From and no more than To. Its zero value was never measured, and counts as 0.
type ClockOffset struct {
	From, To time.Duration
	At       time.Time // when it was last measured, by our clock
}

// OffsetOf returns what one reading says of a clock. What the clock showed is
// good to the reading's precision, and to a second where it shows whole ones.
func OffsetOf(r channels.ClockReading) ClockOffset {
	late := r.Precision
	if r.Shown.Nanosecond() == 0 {
		late = max(late, time.Second)
	}
	return ClockOffset{From: r.Shown.Sub(r.Before) - r.Precision, To: r.Shown.Sub(r.After) + late, At: r.Before}
}

// Refine returns what is known of the clock once it has been read again. If the
// two contradict each other one of the clocks was set, and the newer counts.
func (o ClockOffset) Refine(newer ClockOffset) ClockOffset {
	if o.At.IsZero() {
		return newer
	}
	drift := newer.At.Sub(o.At).Abs() / clockDrift
	both := ClockOffset{From: max(o.From-drift, newer.From), To: min(o.To+drift, newer.To), At: calendar.Later(o.At, newer.At)}
	if both.From > both.To {
		return newer
	}
	return both
}

// Ahead returns how far the clock is known to be ahead of ours; negative if it
// is behind. As long as it may be right it counts as right: mail that is slow
// shows no wrong clock.
func (o ClockOffset) Ahead() time.Duration {
	switch {
	case o.From > 0:
		return o.From
	case o.To < 0:
		return o.To
	}
	return 0
}

// Agrees reports whether the clock shows our time, as far as is known.
func (o ClockOffset) Agrees() bool { return o.Ahead().Abs() <= ClockTolerance }

// Shifted returns the offset after our own clock was set ahead by so much.
func (o ClockOffset) Shifted(ahead time.Duration) ClockOffset {
	o.From, o.To = o.From-ahead, o.To-ahead
	return o
}

// TimeBounds are what our own clock proves of when something came. Zero times
// prove nothing, but for Noticed, which must be given.
type TimeBounds struct {
	Left    time.Time     // when its opener was about to leave
	Looked  time.Time     // when a look that did not find it began; counts on servers that the company runs
	Noticed time.Time     // when we had it
	Ahead   time.Duration // how far the clock that dated it is known to be ahead of ours
}

// Apply returns t with the time at which the customer could have what came, by
// our clock: as the foreign clock has it, less what that is ahead, and never
// outside the bounds. A time that misses them by more than clocks may differ is
// disproven. It says nothing, and what we saw ourselves counts.
func (b TimeBounds) Apply(t channels.Times) channels.Times {
	first := b.Left
	if t.Claimed {
		first = calendar.Later(first, b.Looked)
	}
	last := b.Noticed
	if first.After(last) {
		first = last
	}
	at := t.Arrived
	if at.Equal(t.Server) {
		at, t.Offset = at.Add(-b.Ahead), b.Ahead
	}
	fuzzy := fuzziness(t)
	switch {
	case at.After(last.Add(t.Precision)):
		at = last
	case first.IsZero() || !at.Before(first.Add(-fuzzy)):
	case at.Before(first.Add(-fuzzy - ClockTolerance)):
		at, t.Precision = last, max(t.Precision, last.Sub(first))
	default:
		at = first
	}
	t.Arrived = at
	return t
}

// fuzziness returns how far before the first bound a time may lie that is true:
// as far as it is precise, and one that is written in whole seconds, or claimed,
// a second.
func fuzziness(t channels.Times) time.Duration {
	if t.Arrived.Nanosecond() == 0 && t.Precision < time.Second || t.Claimed && t.Precision > time.Second {
		return time.Second
	}
	return t.Precision
}

// Clocks is the name under which the ledger keeps what is known of foreign
// clocks: marks whose source is the channel and the source, at the instant at
// which the clock was last read.
const Clocks = "clocks"

// A ForeignClock is one that dates what a source shows.
type ForeignClock struct {
	Offset  ClockOffset
	Claimed bool // a company keeps it, or may: no verdict waits for it
}

// Checkpoint returns the clock as the ledger keeps it.
func (c ForeignClock) Checkpoint(which Source) channels.Checkpoint {
	kept := fmt.Sprintf("%v %v", c.Offset.From, c.Offset.To)
	if c.Claimed {
		kept += " claimed"
	}
	return channels.Checkpoint{Source: which.Channel + " " + which.Name, Position: kept, Until: c.Offset.At}
}

// ForeignClocks reads the clocks that the ledger keeps, by the source that they
// date.
func ForeignClocks(marks []channels.Checkpoint) map[Source]ForeignClock {
	all := map[Source]ForeignClock{}
	for _, m := range marks {
		channel, name, _ := strings.Cut(m.Source, " ")
		kept := strings.Fields(m.Position)
		if len(kept) < 2 {
			continue
		}
		from, bad := time.ParseDuration(kept[0])
		to, worse := time.ParseDuration(kept[1])
		if bad != nil || worse != nil {
			continue // what a later version kept says nothing
		}
		all[Source{Channel: channel, Name: name}] = ForeignClock{
			Offset: ClockOffset{From: from, To: to, At: m.Until}, Claimed: len(kept) > 2,
		}
	}
	return all
}
