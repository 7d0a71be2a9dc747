package edition

import (
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// Rules are what outcomes and waits follow from. They are applied anew
// whenever they change: the ledger keeps what happened, not what it meant.
type Rules struct {
	Calendar          calendar.Calendar
	Own               map[string]calendar.Calendar // of companies that keep other days than the rest
	Opening           calendar.Hours               // the clock of waits in opening time, the same for all
	Within            map[string]calendar.Within   // the promise, by probe, of contacts whose plan holds none
	LateEnds          map[string]bool              // probes in which a late answer ends the contact, so that it is not asked again
	DeflectionAnswers bool                         // being sent elsewhere counts as an answer
	BotAnswers        bool                         // a machine's answer counts
	Retry             time.Duration                // before a deferred opener's second try; doubles. 0 = 1 minute
}
