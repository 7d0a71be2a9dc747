package reading

import (
	"regexp"
	"strings"
	"sync"

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

// shortCover is the most words of a letter that is no more than the cover of what is
// attached to it.
const shortCover = 30

// attaches finds words for what is attached, in the languages of the Nordic countries, in
// English, German and French. It is compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var attaches = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^\pL])(?:vedlegg\pL*|vedlag[td]\pL*|vedh[æe]ft\pL*|bifog\pL*|bilag\pL*|` +
		`attach(?:ed|ments?)|enclos(?:ed|ures?)|anhang|anlage|angehängt|beigefügt\pL*|liit[et]\pL*|viðheng\pL*|pi[èe]ces? jointes?|ci-joint\pL*)`)
})

// mayAnswerIn says why the answer may be in what is attached to a letter that is none
// itself; empty if it may not. Files are not opened: that the letter points to one, or
// sends the customer elsewhere beside a document, is for a person to look at.
func (r Reading) mayAnswerIn(m message.Message, own string) (why, saw string) {
	if !m.Mail || r.Doubtful {
		return "", ""
	}
	if r.Kind == Deflection && m.CarriesDocument() {
		return "a document is attached", ""
	}
	short := len(lexicon.Words(own)) <= shortCover && (r.Kind == Acknowledgement || r.Kind == Other)
	if cover := strings.TrimSpace(attaches().FindString(own)); cover != "" && (short || r.Kind == Deflection) {
		if m.CarriesFile() || m.Returned != nil {
			return "points to what is attached", cover
		}
	}
	return "", ""
}
