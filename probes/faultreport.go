package probes

import (
	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/reading"
)

// ReportFault says whose fault a bounce tells of, by the diagnostics of the
// server that would not take the message and, where they say nothing, by what
// the report tells people. It is empty for all else.
func ReportFault(got reading.Reading) Fault {
	if got.Kind != reading.Bounce {
		return ""
	}
	d := got.Delivery
	no := channels.Refusal{Step: channels.StepReport, Status: got.Status, Text: d.Said, Remote: d.Remote}
	if fault := FaultOf(no); fault != Unclear {
		return fault
	}
	no.Text = d.Text
	return FaultOf(no)
}
