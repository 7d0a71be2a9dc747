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
	// Expects is what an answer has to hold to be sure; none: any fact of the matter will do.
	Expects []Fact
	// At is when the opener was taken by the company's channel.
	At time.Time
	// PerCharacter is the shortest time in which anyone types a character; an answer that came quicker
	// is doubtful on every channel. Zero looks at no speed: where seconds stand for days, all are quick.
	PerCharacter time.Duration
	// Seen is how many times the same voice has been heard from this centre (see Heard).
	Seen int
	// Template is what the same centre has written to other customers.
	Template Template
	// Responder is who the platform says has answered: "human", "bot", "acknowledgement",
	// "unknown" where it cannot tell, "unreadable" where the words could not be had, or
	// empty where it says nothing.
	Responder string
	// Why is what the platform shows that makes it this responder.
	Why string
}

// Read judges m, which arrived at the given time (zero if unknown). Equal input gives an
// equal reading. A fault of the reader itself makes a reading, too (see [Reading.Failed]),
// and so do words that could not be had.
func Read(m Message, asked Asked, arrived time.Time) Reading {
	if m.failed != "" {
		return failed(m.failed)
	}
	if asked.Responder == "unreadable" {
		return failed(clip(printable(strings.ToValidUTF8(asked.Why, ""))))
	}
	return guarded(func() Reading { return read(m, asked, arrived) })
}

// read judges m by its words and its header.
func read(m Message, asked Asked, arrived time.Time) Reading {
	l := cut(m.text)
	r, ok := settled(m, l)
	if !ok {
		r = readLetter(m, l, asked, arrived)
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

// readLetter judges what somebody wrote, or some machine. The readers that have learnt from letters
// decide about mail. Chat lines are too short for them: there the rules decide, and the reader of
// sentences may doubt.
func readLetter(m Message, l letter, asked Asked, arrived time.Time) Reading {
	own, taken := asked.Template.without(l.own, asked)
	if len(taken) > 0 && says(own) {
		l.own = own
	}
	if signature, more := asked.Template.without(l.signature, asked); len(more) > 0 {
		l.signature = signature
	}
	r := judgeLetter(m, l, asked, arrived)
	if len(taken) > 0 && !says(own) {
		r = asked.Template.emptied(r)
	}
	r.Because = append(r.Because, taken[:min(len(taken), maxTaken)]...)
	return r
}

// maxTaken is how many lines that were taken out a reading lists.
const maxTaken = 20

// judgeLetter judges what is left of a letter without what its centre writes to everybody.
func judgeLetter(m Message, l letter, asked Asked, arrived time.Time) Reading {
	e := weigh(m, l, asked, arrived)
	o := consult(Observation{Signals: e.signals(m, l), Sentences: e.sentences(m, asked)})
	v := e.judge()
	if m.mail {
		v = e.weighOpinion(o)
	} else if o.disputes(v.kind) {
		v.margin = 0
	}
	v = e.heed(v, asked)
	if v.kind == Answer && (!e.expected || e.met(quickerThanTyped) > 0) {
		v.margin = 0
	}
	r := Reading{Kind: v.kind, Doubtful: v.margin < 2, Because: append(e.because(v.kind), o.because...)}
	r.Probability = o.probabilities[v.kind]
	if asked.Responder == "bot" || asked.Responder == "acknowledgement" {
		r.Probability = told
	}
	return r
}

// told is the probability of what a platform itself says.
const told = 0.99

// settled judges reports on delivery, the other reports, and what is no text.
func settled(m Message, l letter) (Reading, bool) {
	r, ok := readDelivery(m)
	if !ok {
		r, ok = readReport(m)
	}
	if !ok {
		r, ok = readNoise(l.own)
	}
	if !ok {
		r, ok = readNotice(m, l)
	}
	if r.Probability = told; r.Doubtful {
		r.Probability = unsettled
	}
	return r, ok
}

// unsettled is the probability of a report that is not quite one.
const unsettled = 0.7

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
