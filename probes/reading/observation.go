package reading

import (
	"math"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading/internal/model"
	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// An Observation is what the learnt readers see of an arrival. It is exported for those who train
// them (see the train folder); everybody else asks [Read].
type Observation struct {
	// Settled is the reading of reports and of what is no text, of which no learnt reader is
	// asked; nil of all else.
	Settled *Reading
	// Signals are the named signals by "side/signal", and what else is counted; a signal that was
	// not met is not there.
	Signals map[string]float64
	// Sentences are what the sender wrote, for the reader of n-grams.
	Sentences []model.Example
	// Beside are the lines of the signature and the name of the sender.
	Beside []model.Example
}

// Observe returns what the learnt readers see of m.
func Observe(m message.Message, asked Asked, arrived time.Time) Observation {
	l := m.Letter()
	if r, ok := settled(m, l); ok {
		return Observation{Settled: &r}
	}
	e := weigh(m, l, asked, arrived)
	return Observation{Signals: e.signals(m, l), Sentences: e.sentences(m, asked), Beside: e.beside(m, l)}
}

// perWeight is how much of a signal's weight is one for a regression.
const perWeight = 4

// signals names and measures what was found.
func (e *evidence) signals(m message.Message, l message.Letter) map[string]float64 {
	found := map[string]float64{}
	for _, f := range e.found {
		if f.Signal == "says something of its own" || f.side == "" {
			continue
		}
		if f.Signal == "takes up what was asked" {
			found["shares"] = float64(f.Weight) / perWeight // who is sent elsewhere is told so in his own words, too
			continue
		}
		found[string(f.side)+"/"+f.Signal] += float64(f.Weight) / perWeight
	}
	v := e.judge()
	found["judged "+string(v.kind)] = 1
	if v.margin >= 2 {
		found["judged surely "+string(v.kind)] = 1
	}
	found["substance"] = math.Log1p(float64(e.substance))
	found["length"] = math.Log1p(float64(strings.Count(l.Own, " ")))
	for name, holds := range map[string]bool{
		"asks": e.questions > 0, "concrete": e.concrete, "points": e.points, "signed": e.signed, "foreign": e.foreign,
		"quoted": l.Quoted, "says nothing": e.substance == 0,
		"reply": message.BareSubject(m.Subject()) != m.Subject(), "own subject": m.Subject() != "" && message.BareSubject(m.Subject()) == m.Subject(),
		"desk": helpdesk(m) != "", "no text": l.Own == "", "speaks of itself": e.core(),
		"subject apart":  e.apart(m.Subject()),
		"shares nothing": strings.TrimSpace(e.body.asked) != "" && found["shares"] == 0,
	} {
		if holds {
			found[name] = 1
		}
	}
	return found
}

// apart reports whether a subject is the sender's own and takes up nothing of what was asked, where that is known.
func (e *evidence) apart(subject string) bool {
	if subject == "" || strings.TrimSpace(e.body.asked) == "" || message.BareSubject(subject) != subject {
		return false
	}
	for _, w := range lexicon.Words(subject) {
		if stem, ok := topical(w.Folded); ok && strings.Contains(e.body.asked, " "+stem) {
			return false
		}
	}
	return true
}

// sentences returns what the reader of n-grams reads of a letter: its sentences, without those that
// repeat the customer, and the subject where the sender chose it.
func (e *evidence) sentences(m message.Message, asked Asked) []model.Example {
	var all []model.Example
	list := e.body.words
	for from := 0; from < len(list) && len(all) < maxSentences; {
		to := from
		for to < len(list) && list[to].Sentence == list[from].Sentence {
			to++
		}
		sentence := list[from:to]
		from = to
		if asked.Text != "" && len(sentence) >= 3 && strings.Contains(e.body.asked, " "+lexicon.Joined(sentence)+" ") {
			continue
		}
		all = append(all, e.example(sentence))
	}
	if subject := m.Subject(); subject != "" && message.BareSubject(subject) == subject {
		folded := lexicon.FoldedOf(lexicon.Words(subject))
		for i, w := range folded {
			folded[i] = "#" + w // a word says something else in a subject
		}
		all = append(all, model.Sentence(folded, nil))
	}
	return all
}

// maxSentences bounds how much of a letter the reader of n-grams reads.
const maxSentences = 80

// beside returns what the reader of n-grams reads beside a letter: each line of its signature, in which the name of the
// sender is but a name, and who sent it.
func (e *evidence) beside(m message.Message, l message.Letter) []model.Example {
	var all []model.Example
	for line := range strings.Lines(l.Signature) {
		folded := lexicon.FoldedOf(lexicon.Words(line))
		if len(folded) == 0 {
			continue
		}
		for i, w := range folded {
			if e.names[w] {
				folded[i] = "@"
			}
		}
		if all = append(all, model.Aside("~", folded)); len(all) == maxBeside {
			break
		}
	}
	name, _, named := strings.Cut(m.Header.Text("From"), "<")
	local, _, _ := strings.Cut(m.From(), "@")
	if !named {
		name = ""
	}
	if folded := lexicon.FoldedOf(lexicon.Words(name + " " + strings.NewReplacer(".", " ", "-", " ", "_", " ").Replace(local))); len(folded) > 0 && m.Mail {
		all = append(all, model.Aside("@", folded))
	}
	return all
}

// maxBeside bounds how many lines of a signature the reader of n-grams reads.
const maxBeside = 12

// SentenceOf returns a sentence as the reader of n-grams sees it.
func SentenceOf(text string) model.Example { return sentenceExample(text, lexicon.Words(text), nil) }
