package idle_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/engine/idle"
)

// at is an instant, so many seconds after the first.
func at(seconds int) time.Time { return time.Unix(int64(seconds), 0) }

// TestLooks: a look is left out until what it found falls due, unless a contact
// changes, an hour has passed, or the clock goes back.
func TestLooks(t *testing.T) {
	for name, tt := range map[string]struct {
		until   time.Time
		changes int64
		now     time.Time
		idle    bool
	}{
		"at once":                 {at(200), 7, at(100), true},
		"before it is due":        {at(200), 7, at(199), true},
		"when it is due":          {at(200), 7, at(200), false},
		"a contact has changed":   {at(200), 8, at(101), false},
		"the clock has gone back": {at(200), 7, at(99), false},
		"nothing to come":         {time.Time{}, 7, at(100 + 3599), true},
		"nothing for an hour":     {time.Time{}, 7, at(100 + 3600), false},
		"not for a day":           {at(90000), 7, at(100 + 3600), false},
		"nothing found":           {at(100), 7, at(100), false},
	} {
		t.Run(name, func(t *testing.T) {
			var l idle.Looks
			if l.Idle("look", 7, at(100)) || l.Quiet("look", 7) {
				t.Error("idle before the first look")
			}
			l.Found("look", 7, at(100), tt.until)
			if got := l.Idle("look", tt.changes, tt.now); got != tt.idle {
				t.Errorf("got %t, want %t", got, tt.idle)
			}
			if got := l.Quiet("look", tt.changes); got != (tt.changes == 7) {
				t.Errorf("quiet: got %t at %d changes", got, tt.changes)
			}
			if l.Idle("other", 7, at(100)) {
				t.Error("another look is idle too")
			}
		})
	}
}

// TestHold: a checkpoint is held in memory where it says no more than that nothing
// came, for a minute from the one that was written.
func TestHold(t *testing.T) {
	cp := func(position string, until int) channels.Checkpoint {
		return channels.Checkpoint{Source: "INBOX", Position: position, Until: at(until)}
	}
	corrects := cp("1", 130)
	corrects.Corrects = true
	for name, tt := range map[string]struct {
		at   channels.Checkpoint
		held bool
	}{
		"a little later":             {cp("1", 120), true},
		"the same":                   {cp("1", 100), true},
		"a minute later":             {cp("1", 160), false},
		"at another position":        {cp("2", 120), false},
		"gone back":                  {cp("1", 99), false},
		"a correction":               {corrects, false},
		"another source":             {channels.Checkpoint{Source: "Junk", Position: "1", Until: at(120)}, false},
		"no source":                  {channels.Checkpoint{Until: at(120)}, false},
		"not heard to the end":       {channels.Checkpoint{Source: "INBOX", Position: "1"}, true},
		"not heard to a further end": {channels.Checkpoint{Source: "INBOX", Position: "2"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var c idle.Checkpoints
			if c.Hold("mail", cp("1", 100), time.Minute) {
				t.Fatal("held before any was written")
			}
			c.Written("mail", cp("1", 100))
			if got := c.Hold("mail", tt.at, time.Minute); got != tt.held {
				t.Errorf("got %t, want %t", got, tt.held)
			}
			if c.Hold("chat", cp("1", 120), time.Minute) {
				t.Error("held of another channel")
			}
		})
	}
}

// TestAhead: what is held is told of by channel, moves what the ledger has forward and
// never back, and is over once it is written.
func TestAhead(t *testing.T) {
	var c idle.Checkpoints
	first := channels.Checkpoint{Source: "INBOX", Position: "1", Until: at(100)}
	c.Written("mail", first)
	later := first
	later.Until = at(130)
	if !c.Hold("mail", later, time.Minute) {
		t.Fatal("not held")
	}
	before := later
	before.Until = at(120)
	if c.Hold("mail", before, time.Minute) {
		t.Error("one that goes back behind what is held is held")
	}
	durable := func() []channels.Checkpoint {
		return []channels.Checkpoint{first, {Source: "Junk", Position: "1", Until: at(200)}}
	}
	if got := c.Ahead("mail", durable()); !got[0].Until.Equal(at(130)) || !got[1].Until.Equal(at(200)) {
		t.Errorf("got %v", got)
	}
	if got := c.Ahead("chat", durable()); !got[0].Until.Equal(at(100)) {
		t.Errorf("got %v of another channel", got)
	}
	beyond := []channels.Checkpoint{{Source: "INBOX", Until: at(150)}}
	if got := c.Ahead("mail", beyond); !got[0].Until.Equal(at(150)) {
		t.Errorf("got %v, moved back", got)
	}
	if held := c.Held("mail"); len(held) != 1 || held[0] != later || len(c.Held("chat")) != 0 {
		t.Errorf("got %v", held)
	}
	c.Written("mail", later, channels.Checkpoint{Source: "INBOX", Position: "2"})
	if held := c.Held("mail"); len(held) != 0 {
		t.Errorf("got %v, written and still held", held)
	}
	if !c.Hold("mail", channels.Checkpoint{Source: "INBOX", Position: "2", Until: at(189)}, time.Minute) {
		t.Error("not counted from the one that was written")
	}
	if own := c.Withdraw("mail", "INBOX"); len(own) != 1 || !own[0].Until.Equal(at(189)) || len(c.Held("mail")) != 0 || len(c.Withdraw("mail", "INBOX")) != 0 {
		t.Errorf("got %v, withdrawn", own)
	}
	c.Forget("mail", "INBOX")
	if c.Hold("mail", channels.Checkpoint{Source: "INBOX", Position: "2", Until: at(189)}, time.Minute) {
		t.Error("held after a write that may have failed")
	}
}
