package probes

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading"
)

// ErrAmendment says that a correction lacks something, or says what cannot be.
var ErrAmendment = errors.New("cannot be amended so")

const RulePerson = reading.Rule("person") // a person linked it

// A Correction is an amendment, and of which contact.
type Correction struct {
	Contact string
	Amendment
}

// Check reports what a correction lacks.
func (a Amendment) Check() error {
	switch {
	case strings.TrimSpace(a.Reason) == "" || strings.TrimSpace(a.By) == "":
		return fmt.Errorf("%w: want a reason and who says so", ErrAmendment)
	case a.Arrival == "" && !slices.Contains(Outcomes(), a.Outcome):
		return fmt.Errorf("%w: %q is no outcome; want one of %v", ErrAmendment, a.Outcome, Outcomes())
	case a.Arrival != "" && !slices.Contains(reading.Kinds(), a.Kind):
		return fmt.Errorf("%w: %q is no reading; want one of %v", ErrAmendment, a.Kind, reading.Kinds())
	case a.Arrival != "" && a.Outcome != "":
		return fmt.Errorf("%w: the outcome follows from the readings; want one or the other", ErrAmendment)
	}
	return nil
}

// A Judgement is a person's word on one arrival that waited for it.
type Judgement struct {
	Channel, Arrival string // the arrival and its key
	Kind             reading.Kind
	Contact          string // the contact it is linked to, if nobody knew; empty: none, or its own
	Attempt          int    // with Contact; 0 = the current one
	Reason, By       string
}
