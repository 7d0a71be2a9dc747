package reading

import (
	"slices"
	"strings"
)

// A side is what a signal speaks for.
type side string

// The sides that signals are summed for.
const (
	machine    side = "machine"    // software sent it; what it says is another matter
	person     side = "person"     // it has something to say
	author     side = "author"     // somebody typed it, whatever it says
	receipt    side = "receipt"    // it says that the message was received, and no more
	absent     side = "absence"    // somebody is away
	elsewhere  side = "deflection" // the customer is sent elsewhere
	discloses  side = "bot"        // a machine that converses says what it is
	unconcerns side = "other"      // it is about something else
)

// A finding is a reason and the side it speaks for.
type finding struct {
	side side
	Reason
}

// clip shortens a value that is quoted as a reason.
func clip(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}

// strongestFirst sorts reasons by weight, and by name where they weigh the same.
func strongestFirst(reasons []Reason) {
	slices.SortStableFunc(reasons, func(a, b Reason) int {
		if a.Weight != b.Weight {
			return b.Weight - a.Weight
		}
		return strings.Compare(a.Signal, b.Signal)
	})
}
