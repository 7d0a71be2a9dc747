package reading

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// Read judges m, which arrived at the given time (zero if unknown). Equal input gives an
// equal reading. A fault of the reader itself makes a reading, too (see [Reading.Failed]),
// and so do words that could not be had.
func Read(m message.Message, asked Asked, arrived time.Time) Reading {
	if m.Failed != "" {
		return failed(m.Failed)
	}
	if asked.Responder == "unreadable" {
		return failed(clip(message.Printable(strings.ToValidUTF8(asked.Why, ""))))
	}
	return guarded(func() Reading {
		asked.words = asked.joined() // each look at a line of the letter asks for them
		return read(m, asked, arrived)
	})
}

// Own returns the Text that [Read] gives, without a judgement of what it is: that
// is needed only where it decides whether there are words at all.
func Own(m message.Message) string {
	if m.Failed == "" && !(m.Mail && (m.Uncut || m.Blank())) {
		return guarded(func() Reading { return Reading{Text: m.Letter().Own} }).Text
	}
	return Read(m, Asked{}, time.Time{}).Text
}

// read judges m by its words and its header.
func read(m message.Message, asked Asked, arrived time.Time) Reading {
	l := m.Letter()
	r, ok := settled(m, l)
	if !ok {
		r = readLetter(m, l, asked, arrived)
	}
	if why := r.unreadable(m); why != "" {
		return closed(why)
	}
	r.doubtWhole(m, l, asked)
	r.Text = l.Own
	r.Language = lexicon.LanguageOf(l.Own, asked.Text)
	return r
}

// doubtWhole doubts a reading for what is known of the whole message beside its words.
func (r *Reading) doubtWhole(m message.Message, l message.Letter, asked Asked) {
	if why := unsureAnswer(m); r.Kind == Answer && why != "" {
		r.doubt(why, m.From())
	}
	if why, saw := r.mayAnswerIn(m, l.Own); why != "" {
		r.doubt(why, saw)
	}
	if r.Kind != Bot && r.written() && asked.Disclosed != "" {
		r.doubt(asked.Disclosed+" as of a machine that has said what it is", "")
	}
	switch {
	case r.written() && (m.Binary || len(lexicon.Words(l.Own)) == 0):
		r.doubt("octets or signs that are no words", "")
	case m.Opened:
		r.doubt("text of the message that it carries", m.Returned.First("Message-Id"))
	case m.Sealed:
		r.doubt("something in it is encrypted", "")
	}
}

// readLetter judges what somebody wrote, or some machine. The readers that have learnt from letters
// decide about mail. Chat lines are too short for them: there the rules decide, and the reader of
// sentences may doubt.
func readLetter(m message.Message, l message.Letter, asked Asked, arrived time.Time) Reading {
	whole := l
	own, taken := asked.Template.without(l.Own, asked)
	if len(taken) > 0 && says(own) {
		l.Own = own
	}
	if signature, more := asked.Template.without(l.Signature, asked); len(more) > 0 {
		l.Signature = signature
	}
	r := judgeLetter(m, l, asked, arrived)
	switch {
	case len(taken) == 0:
	case !says(own):
		r = asked.Template.emptied(r)
	case r.Kind != Bot:
		// What a machine says of itself in words that no rule knows is template, too.
		if all := judgeLetter(m, whole, asked, arrived); all.Kind == Bot && !all.Doubtful {
			r.doubt("a machine's, with what came to others too", "")
		}
	}
	r.Because = append(r.Because, taken[:min(len(taken), maxTaken)]...)
	return r
}

// maxTaken is how many lines that were taken out a reading lists.
const maxTaken = 20

// judgeLetter judges what is left of a letter without what its centre writes to everybody.
func judgeLetter(m message.Message, l message.Letter, asked Asked, arrived time.Time) Reading {
	e := weigh(m, l, asked, arrived)
	o := consult(Observation{Signals: e.signals(m, l), Sentences: e.sentences(m, asked), Beside: e.beside(m, l)})
	v := e.judge()
	if m.Mail {
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

// failedSignal is the reason of a reading that the reader could not finish.
const failedSignal = "the reader failed"

// closedSignal is the reason of a reading of a letter whose words cannot be had.
const closedSignal = "no words can be taken out of it"

// Failed reports whether the reader stopped at a fault of its own, or could not have the words
// of the arrival, so that a person has to say what it is. Such a reading is [Other] and doubtful.
func (r Reading) Failed() bool {
	return slices.ContainsFunc(r.Because, func(b Reason) bool { return b.Signal == failedSignal || b.Signal == closedSignal })
}

// unreadable says why no words of a person can be taken out of a mail; empty if they can be,
// and where it is surely something, or a report.
func (r Reading) unreadable(m message.Message) string {
	switch {
	case !m.Mail || !r.Doubtful || r.Kind == Bounce || r.Kind == Delay:
		return ""
	case m.Uncut:
		return "parts that cannot be told apart"
	case !m.Blank():
		return ""
	case m.Sealed:
		return "encrypted"
	case m.CarriesFile():
		return "nothing but files"
	}
	return ""
}

// closed is the reading of what holds words that cannot be had.
func closed(why string) Reading {
	return Reading{Kind: Other, Doubtful: true, Because: []Reason{{closedSignal, 0, why}}}
}

// guarded returns what read makes, or the reading that says that it failed. No words of a
// stranger may stop the program that listens to all others.
func guarded(read func() Reading) (r Reading) {
	defer func() {
		if fault := recover(); fault != nil {
			r = failed(fmt.Sprint(fault))
		}
	}()
	return read()
}

// failed is the reading of what could not be read because of a fault.
func failed(fault string) Reading {
	return Reading{Kind: Other, Doubtful: true, Because: []Reason{{failedSignal, 0, fault}}}
}
