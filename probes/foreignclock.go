package probes

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

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
