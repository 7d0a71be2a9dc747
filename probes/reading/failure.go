package reading

import (
	"fmt"
	"slices"
)

// failedSignal is the reason of a reading that the reader could not finish.
const failedSignal = "the reader failed"

// Failed reports whether the reader stopped at a fault of its own, so that a person has to
// say what the arrival is. Such a reading is [Other] and doubtful.
func (r Reading) Failed() bool {
	return slices.ContainsFunc(r.Because, func(b Reason) bool { return b.Signal == failedSignal })
}

// guarded returns what read makes, or the reading that says that it failed. No words of a
// stranger may stop the program that listens to all others.
func guarded(read func() Reading) (r Reading) {
	defer func() {
		if fault := recover(); fault != nil {
			r = failed(fmt.Sprint(fault))
		}
	}()
	return read()
}

// failed is the reading of what could not be read because of a fault.
func failed(fault string) Reading {
	return Reading{Kind: Other, Doubtful: true, Because: []Reason{{failedSignal, 0, fault}}}
}
