package probes

import (
	"errors"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/reading"
)

// ErrReport says that a tap does not fit what is known: nothing was noted.
var ErrReport = errors.New("cannot be tapped")

// RuleReport says that a person tapped it.
const RuleReport = reading.Rule("tap")

// A ManualReport is one tap on an attempt.
type ManualReport struct {
	Contact string
	Attempt int
	Report  channels.ReportKind
	By      string // who tapped; may be empty
}
