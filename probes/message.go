package probes

import (
	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/reading"
)

// MessageOf makes a message of what arrived, as its media has it: a mail is
// taken apart, a platform's JSON has its words in Text, and all else is plain
// text, whatever it begins with.
func MessageOf(a channels.Arrival) reading.Message {
	switch a.Media {
	case channels.Mail:
		return reading.Parse(a.Raw)
	case channels.JSON:
		return reading.Plain(a.Text)
	}
	return reading.Plain(string(a.Raw))
}
