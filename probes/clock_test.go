package probes

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// TestTimeBounds is what became of a time that a foreign clock gave. All times
// are seconds after the opener left; what came was noticed at 60, and the last
// look that did not have it began at 55.
func TestTimeBounds(t *testing.T) {
	const s = time.Second
	left := time.Date(2027, 1, 11, 9, 30, 0, 1, time.UTC)
	for _, tt := range []struct {
		name      string
		shown     time.Duration
		ahead     time.Duration // as it is known
		claimed   bool          // the company's own server says so
		precision time.Duration
		want      time.Duration
		within    time.Duration // how far that may be off
	}{
		{"a mailbox that is right", 20 * s, 0, false, 0, 20 * s, 0},
		{"a mailbox 200 s ahead, as its copies show", 220 * s, 200 * s, false, 0, 20 * s, 0},
		{"a mailbox 200 s ahead, of which no copy has come", 220 * s, 0, false, 0, 60 * s, 0},
		{"a mailbox 200 s behind, as its copies show", -180 * s, -200 * s, false, 0, 20 * s, 0},
		{"a mailbox 200 s behind, of which no copy has come", -180 * s, 0, false, 0, 60 * s, 60 * s},
		{"a mailbox a little behind", -2 * s, 0, false, 0, 0, 0},
		{"a mailbox that is looked into does not claim", 20 * s, 0, false, s, 20 * s, s},
		{"a webhook dated 238 s before its opener", -238 * s, 0, true, 0, 60 * s, 5 * s},
		{"a webhook dated 200 s after we heard it", 260 * s, 0, true, 0, 60 * s, 0},
		{"a webhook dated between look and hearing", 57 * s, 0, true, 0, 57 * s, 0},
		{"a webhook dated long before the look", 20 * s, 0, true, 0, 60 * s, 5 * s},
		{"a chat dated a little before the look", 51 * s, 0, true, 0, 55 * s, 0},
		{"a chat that counts in whole seconds", 54 * s, 0, true, s, 54 * s, s},
		{"a room that says it cannot tell", 20 * s, 0, true, 40 * s, 60 * s, 40 * s},
		{"a chat 30 s ahead, as its heads show", 87 * s, 30 * s, true, s, 57 * s, s},
	} {
		b := TimeBounds{Left: left, Looked: left.Add(55 * s), Noticed: left.Add(60 * s), Ahead: tt.ahead}
		at := left.Add(tt.shown)
		got := b.Apply(channels.Times{Arrived: at, Server: at, Claimed: tt.claimed, Precision: tt.precision})
		if wait := got.Arrived.Sub(left); wait != tt.want || got.Precision != tt.within || got.Offset != tt.ahead {
			t.Errorf("%s: got %v, good to %v, less %v; want %v, good to %v, less %v",
				tt.name, wait, got.Precision, got.Offset, tt.want, tt.within, tt.ahead)
		}
	}
}

// TestTimeBoundsHold tries times from far before the opener to far after we
// noticed: what comes of them never lies outside what our own clock proves.
func TestTimeBoundsHold(t *testing.T) {
	left := time.Date(2027, 1, 11, 9, 30, 0, 1, time.UTC)
	for _, claimed := range []bool{false, true} {
		for ahead := -400 * time.Second; ahead <= 400*time.Second; ahead += 40 * time.Second {
			for shown := -500 * time.Second; shown <= 500*time.Second; shown += 777 * time.Millisecond {
				b := TimeBounds{Left: left, Looked: left.Add(55 * time.Second), Noticed: left.Add(time.Minute), Ahead: ahead}
				first := b.Left
				if claimed {
					first = b.Looked
				}
				at := left.Add(shown)
				got := b.Apply(channels.Times{Arrived: at, Server: at, Claimed: claimed}).Arrived
				if got.Before(first) || got.After(b.Noticed) {
					t.Fatalf("claimed %v, shown at %v, %v ahead: got %v", claimed, shown, ahead, got.Sub(left))
				}
			}
		}
	}
}

// TestTimeBoundsWithoutServer leaves a time alone that no foreign clock gave.
func TestTimeBoundsWithoutServer(t *testing.T) {
	noticed := time.Date(2027, 1, 11, 9, 31, 0, 0, time.UTC)
	b := TimeBounds{Left: noticed.Add(-time.Minute), Noticed: noticed, Ahead: time.Hour}
	if got := b.Apply(channels.Times{Arrived: noticed}); !got.Arrived.Equal(noticed) || got.Offset != 0 {
		t.Errorf("got %v", got)
	}
}

func TestClockOffset(t *testing.T) {
	const s = time.Second
	noon := time.Date(2027, 1, 11, 12, 0, 0, 0, time.UTC)
	read := func(shown, after, before time.Duration) channels.ClockReading {
		return channels.ClockReading{Shown: noon.Add(shown + 1), After: noon.Add(after), Before: noon.Add(before)}
	}
	for _, tt := range []struct {
		name     string
		readings []channels.ClockReading
		want     time.Duration
		agrees   bool
	}{
		{"never read", nil, 0, true},
		{"right", []channels.ClockReading{read(1*s, 0, 2*s)}, 0, true},
		{"mail that was slow for two minutes", []channels.ClockReading{read(120*s, 0, 121*s)}, 0, true},
		{"200 s ahead", []channels.ClockReading{read(201*s, 0, 2*s)}, 199*s + 1, false},
		{"200 s ahead, read closer", []channels.ClockReading{read(230*s, 0, 60*s), read(301*s, 100*s, 102*s)}, 199*s + 1, false},
		{"200 s behind", []channels.ClockReading{read(-199*s, 0, 2*s)}, -199*s + 1, false},
		{"3 s ahead", []channels.ClockReading{read(4*s, 0, s)}, 3*s + 1, true},
		{"set right", []channels.ClockReading{read(201*s, 0, 2*s), read(60*s, 59*s, 61*s)}, 0, true},
		{"set wrong", []channels.ClockReading{read(60*s, 59*s, 61*s), read(301*s, 100*s, 102*s)}, 199*s + 1, false},
	} {
		var o ClockOffset
		for _, r := range tt.readings {
			o = o.Refine(OffsetOf(r))
		}
		if o.Ahead() != tt.want || o.Agrees() != tt.agrees {
			t.Errorf("%s: got %v ahead, agrees %v; want %v, %v", tt.name, o.Ahead(), o.Agrees(), tt.want, tt.agrees)
		}
	}
	ahead := OffsetOf(read(201*s, 0, 2*s)).Shifted(200 * s)
	if !ahead.Agrees() {
		t.Errorf("got %v ahead, once our own clock was set ahead as well", ahead.Ahead())
	}
}

// TestClockDrift lets two clocks drift apart for a month between readings.
func TestClockDrift(t *testing.T) {
	noon := time.Date(2027, 1, 11, 12, 0, 0, 1, time.UTC)
	first := OffsetOf(channels.ClockReading{Shown: noon, After: noon, Before: noon})
	later := noon.AddDate(0, 1, 0)
	o := first.Refine(OffsetOf(channels.ClockReading{Shown: later.Add(2 * time.Second), After: later, Before: later}))
	if got := o.Ahead(); got != 2*time.Second {
		t.Errorf("got %v, want 2s", got)
	}
}
