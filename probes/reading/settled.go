package reading

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// settled judges reports on delivery, the other reports, and what is no text.
func settled(m message.Message, l message.Letter) (Reading, bool) {
	r, ok := readDelivery(m)
	if !ok {
		r, ok = readReport(m)
	}
	if !ok {
		r, ok = readNoise(l.Own)
	}
	if !ok {
		r, ok = readNotice(m, l)
	}
	if r.Probability = told; r.Doubtful {
		r.Probability = unsettled
	}
	return r, ok
}

// readReport judges the other machine-readable reports: receipts (RFC 8098), complaints
// (RFC 5965) and mail that carries another and has no words of its own.
func readReport(m message.Message) (Reading, bool) {
	kind, params := message.MediaType(m.Header)
	report := kind == "multipart/report"
	switch {
	case m.Report.Receipt != "" || report && strings.EqualFold(params["report-type"], "disposition-notification"):
		return Reading{Kind: Other, Because: []Reason{{"read receipt", 10, "disposition-notification"}}}, true
	case m.Report.Feedback != "" || report && strings.EqualFold(params["report-type"], "feedback-report"):
		return Reading{Kind: Other, Because: []Reason{{"abuse report", 10, "feedback-report"}}}, true
	case m.Returned != nil && len(lexicon.Words(m.Text)) == 0:
		because := []Reason{{"carries a message and says nothing", 6, m.Returned.First("Message-Id")}}
		return Reading{Kind: Other, Doubtful: true, Because: because}, true
	}
	return Reading{}, false
}

// told is the probability of what a platform itself says.
const told = 0.99

// unsettled is the probability of a report that is not quite one.
const unsettled = 0.7
