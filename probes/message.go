package probes

import (
	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// MessageOf makes a message of what arrived, as its media has it: a mail is
// taken apart, a platform's JSON has its words in Text, and all else is plain
// text, whatever it begins with.
func MessageOf(a channels.Arrival) message.Message {
	switch a.Media {
	case channels.Mail:
		return message.Parse(a.Raw)
	case channels.JSON:
		return message.Plain(a.Text)
	}
	return message.Plain(string(a.Raw))
}

// ReportFault says whose fault a bounce tells of, by the diagnostics of the
// server that would not take the message and, where they say nothing, by what
// the report tells people; relay is what it tells of a server of ours. It is empty
// for all else.
func ReportFault(got reading.Reading, relay channels.Relay) fault.Fault {
	if got.Kind != reading.Bounce {
		return ""
	}
	d := got.Delivery
	no := channels.Refusal{Step: channels.StepReport, Status: got.Status, Text: d.Said, Remote: d.Remote, Relay: relay}
	if whose := fault.Of(no); whose != fault.Unclear || fault.Explained(no) {
		return whose
	}
	no.Text = d.Text
	return fault.Of(no)
}
