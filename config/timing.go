package config

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// Timing says how often svartid looks, and how long it is patient. A season
// needs none of it: a time that is not given, or is 0s, has the value that
// suits one. It is there for rehearsals, in which seconds stand for days, and
// a check warns of each time that only a rehearsal should have.
type Timing struct {
	Plan    time.Duration `yaml:"plan"`    // between looks for rounds and slots; none: 1m
	Horizon time.Duration `yaml:"horizon"` // how far ahead openers are handed to the queue; none: 1h
	Queue   time.Duration `yaml:"queue"`   // accepted and without effect: an opener leaves as soon as it is due
	Open    time.Duration `yaml:"open"`    // the longest that sending an opener may take; none: 10m
	Drain   time.Duration `yaml:"drain"`   // for openers under way when svartid is stopped; none: 15s
	Settle  time.Duration `yaml:"settle"`  // between looks for unsure openers; none: 30s
	Lost    time.Duration `yaml:"lost"`    // an opener without a trace for so long was not sent; none: 1h
	Defer   time.Duration `yaml:"defer"`   // before an opener that was put off is tried again; doubles; none: 1m
	Again   time.Duration `yaml:"again"`   // from the end of a first attempt to the second; none: another day, as the plan has it
	Grace   time.Duration `yaml:"grace"`   // past a deadline that listening must have reached before silence is proven; none: 2m
	Follow  time.Duration `yaml:"follow"`  // past a deadline that a conversation is listened to; none: 7d
	Prompt  time.Duration `yaml:"prompt"`  // for a person to send an opener, and to say how it ended; none: 1h
	Seen    time.Duration `yaml:"seen"`    // for a channel to see an opener that a person says is sent; none: 2m
	Step    time.Duration `yaml:"step"`    // for foreign clocks to confirm that our own was set; then it is believed; none: 1h
	Canary  time.Duration `yaml:"canary"`  // for a canary to come back; none: 10m
	Reply   time.Duration `yaml:"reply"`   // the longest that a server may take to reply; none: each channel's own
	// Typing is the shortest in which anyone types a character: a text that came quicker is doubtful,
	// on whatever channel; none: 40ms.
	Typing time.Duration `yaml:"typing"`
	// Poll is the time between looks of channels that have no such key of
	// their own; none: what suits the channel.
	Poll          time.Duration `yaml:"poll"`
	Reconnect     time.Duration `yaml:"reconnect"`      // before a broken source is listened to again; doubles; none: 1s
	ReconnectMost time.Duration `yaml:"reconnect_most"` // where that stops doubling; none: 1m
	Board         time.Duration `yaml:"board"`          // between the board's looks for news; none: 5s
}

// A floor is the least that a season should have of a time.
type floor struct {
	key   string
	least time.Duration // 0: a season has none of it
	why   string        // it should not be less
}

// floors returns the times that change what a season finds out, or whom it
// asks, if they are short.
func floors() []floor {
	return []floor{
		{"lost", 10 * time.Minute, "an opener that is still on its way is taken for one that never left, and may be sent twice"},
		{"again", 0, "who has not answered is asked again so soon, and not on another day as the plan has it"},
		{"grace", 30 * time.Second, "an answer that a mailbox is slow to show counts as none"},
		{"follow", 24 * time.Hour, "a late answer is not heard"},
		{"prompt", 5 * time.Minute, "a person has hardly the time to send an opener"},
		{"canary", time.Minute, "a canary that is merely slow is taken for lost"},
	}
}

// Rehearsing returns the warnings of times that only a rehearsal should have.
// An edition that is served so may ask a company twice, or miss its answer.
func (c *Config) Rehearsing() Faults {
	return slices.DeleteFunc(c.Warnings(), func(f Fault) bool { return !strings.HasPrefix(f.Key, "timing.") })
}

// timing warns of what only a rehearsal should have.
func (k *checker) timing() {
	given := reflect.ValueOf(k.cfg.Timing)
	for _, f := range fieldsOf(given.Type()) {
		for _, low := range floors() {
			d := time.Duration(given.FieldByIndex(f.index).Int())
			if low.key == f.key && d > 0 && (low.least == 0 || d < low.least) {
				k.warn(below("timing", f.key), "only a rehearsal should have it so: %s", low.why)
			}
		}
	}
}
