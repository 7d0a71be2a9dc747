package reading

import (
	"strings"
	"time"
)

// Asked is what is known of an arrival beside its words: what the customer wrote, what was heard
// before, and what the platform shows. Its zero value says that nothing is known.
type Asked struct {
	// Subject and Text are the customer's. They help to tell an answer from a promise.
	Subject, Text string
	// At is when the opener was taken by the company's channel.
	At time.Time
	// Seen is how many times the same voice has been heard from this centre (see Heard).
	Seen int
	// Responder is who the platform says has answered: "human", "bot", "acknowledgement",
	// "unknown" where it cannot tell, or empty where it says nothing.
	Responder string
	// Why is what the platform shows that makes it this responder.
	Why string
}

// Read judges m, which arrived at the given time (zero if unknown). Equal input gives an
// equal reading. A fault of the reader itself makes a reading, too (see [Reading.Failed]).
func Read(m Message, asked Asked, arrived time.Time) Reading {
	if m.failed != "" {
		return failed(m.failed)
	}
	return guarded(func() Reading { return read(m, asked, arrived) })
}

// read judges m by its words and its header.
func read(m Message, asked Asked, arrived time.Time) Reading {
	l := cut(m.text)
	r, ok := settled(m, l)
	if !ok {
		e := weigh(m, l, asked, arrived)
		v := e.heed(e.judge(), asked)
		r = Reading{Kind: v.kind, Doubtful: v.margin < 2, Because: e.because(v.kind)}
	}
	if why := unsureAnswer(m); r.Kind == Answer && why != "" {
		r.doubt(why, m.From())
	}
	switch {
	case m.opened:
		r.doubt("text of the message that it carries", m.returned.first("Message-Id"))
	case m.sealed:
		r.doubt("something in it is encrypted", "")
	}
	r.Text = l.own
	r.Language = languageOf(l.own, asked.Text)
	return r
}

// settled judges reports on delivery, the other reports, and what is no text.
func settled(m Message, l letter) (Reading, bool) {
	r, ok := readDelivery(m, words(m.text))
	if !ok {
		r, ok = readReport(m)
	}
	if !ok {
		r, ok = readNoise(l.own)
	}
	return r, ok
}

// readReport judges the other machine-readable reports: receipts (RFC 8098), complaints
// (RFC 5965) and mail that carries another and has no words of its own.
func readReport(m Message) (Reading, bool) {
	kind, params := mediaType(m.header)
	report := kind == "multipart/report"
	switch {
	case m.report.receipt != "" || report && strings.EqualFold(params["report-type"], "disposition-notification"):
		return Reading{Kind: Other, Because: []Reason{{"read receipt", 10, "disposition-notification"}}}, true
	case m.report.feedback != "" || report && strings.EqualFold(params["report-type"], "feedback-report"):
		return Reading{Kind: Other, Because: []Reason{{"abuse report", 10, "feedback-report"}}}, true
	case m.returned != nil && len(words(m.text)) == 0:
		because := []Reason{{"carries a message and says nothing", 6, m.returned.first("Message-Id")}}
		return Reading{Kind: Other, Doubtful: true, Because: because}, true
	}
	return Reading{}, false
}
