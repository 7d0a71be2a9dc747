package reading

import (
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
)

// A span is one sentence and what was met in it.
type span struct {
	from, to int // words
	classes  map[string]lexicon.Hit
	covered  []bool // the words that phrases account for
	echo     bool   // whether it repeats the customer
	matter   int    // words of matter
	desk     int    // words about the correspondence
}

// A body is a text weighed sentence by sentence.
type body struct {
	text  string
	words []lexicon.Word
	spans []span
	asked string  // what the customer wrote, folded, between spaces
	form  [][]int // the lines of a form, as bytes of the text
}

// newBody cuts text into sentences and finds the phrases of a book in it.
func newBody(text string, asked Asked, book *lexicon.Phrasebook) body {
	b := body{text: text, words: lexicon.Words(text), form: formLines(text)}
	b.asked = asked.joined()
	hits := book.Find(b.words)
	for from := 0; from < len(b.words); {
		to := from
		for to < len(b.words) && b.words[to].Sentence == b.words[from].Sentence {
			to++
		}
		s := span{from: from, to: to, classes: map[string]lexicon.Hit{}}
		n := 0
		for n < len(hits) && hits[n].From < to {
			n++
		}
		s.meet(slices.DeleteFunc(hits[:n:n], b.receivedMatter))
		hits = hits[n:]
		s.echo = b.repeats(s)
		s.matter, s.desk = b.count(s)
		b.spans = append(b.spans, s)
		from = to
	}
	return b
}

// receivedMatter reports whether h says that something else than a message was received: "we
// have received your payment" is news, "we have received your request" is none.
func (b body) receivedMatter(h lexicon.Hit) bool {
	if h.Class != "receipt" {
		return false
	}
	switch b.words[h.To-1].Folded {
	case "din", "ditt", "dit", "dine", "di", "dina", "er", "ert", "deres", "jeres", "your", "the":
	default:
		return false
	}
	for i := h.To; i < min(h.To+3, len(b.words)) && b.words[i].Sentence == b.words[h.From].Sentence; i++ {
		if lexicon.Default().Desk.Has(b.words[i].Folded) {
			return false
		}
	}
	return true
}

// meet notes the longest hit of each class and how many words the hits account for.
func (s *span) meet(hits []lexicon.Hit) {
	s.covered = make([]bool, s.to-s.from)
	for _, h := range hits {
		if !ofBody(h.Class) {
			continue
		}
		if known, ok := s.classes[h.Class]; !ok || h.To-h.From > known.To-known.From {
			s.classes[h.Class] = h
		}
		for i := h.From; h.Class != "fact" && i < min(h.To, s.to); i++ {
			s.covered[i-s.from] = true
		}
	}
}

// ofBody reports whether phrases of a class are looked for in what people write.
func ofBody(class string) bool {
	if _, ok := marks().allowed[class]; ok {
		return true
	}
	return class == "fact" || class == "request" || class == "agent" || class == "human"
}

// said returns how many words of the sentence carry matter: neither formula nor common word,
// number, address, link or echo of what the customer wrote. Words about the correspondence
// itself are counted apart.
func (b body) said(s span) (matter, desk int) { return s.matter, s.desk }

// count counts what said returns.
func (b body) count(s span) (matter, desk int) {
	if s.echo {
		return 0, 0
	}
	allowed := 0
	for class := range s.classes {
		allowed = max(allowed, marks().allowed[class])
	}
	for i, w := range b.words[s.from:s.to] {
		switch {
		case lexicon.Default().Desk.Has(w.Folded):
			desk++
		case lexicon.Default().Elsewhere.Has(w.Folded):
		case !s.covered[i] && !lexicon.Hollow(w.Folded) && !lexicon.Default().Common.Has(w.Folded):
			matter++
		}
	}
	return max(0, matter-allowed), desk
}

// echoes reports whether the sentence stands word for word in what the customer wrote, or in a
// form: acknowledgements repeat the question.
func (b body) echoes(s span) bool { return s.echo }

// repeats finds out what echoes returns.
func (b body) repeats(s span) bool {
	return b.repeatsForm(s) || s.to-s.from >= 3 && strings.Contains(b.asked, " "+lexicon.Joined(b.words[s.from:s.to])+" ")
}

// asks reports whether the sentence is a question.
func (b body) asks(s span) bool {
	end := b.words[s.to-1].End
	return strings.HasPrefix(strings.TrimLeft(b.text[end:], ` "'»”)`), "?")
}

// deflections counts the sentences that send the customer elsewhere, and apart from them those
// that only invite him or tell him where to write instead of to an address that is not read.
func (b body) deflections() (firm, soft int, saw string) {
	unread := false // whether the sentence before says that what is sent there is not read
	for _, s := range b.spans {
		h, ok := s.classes["deflection"]
		after := unread
		if _, unread = s.classes["unread"]; !ok || unread || b.echoes(s) {
			continue
		}
		if _, invites := s.classes["invitation"]; invites || after {
			soft++
		} else {
			firm++
		}
		saw = clip(b.text[b.words[h.From].Start:b.words[h.To-1].End])
	}
	return firm, soft, saw
}

// goesOn returns the words with which somebody who is away, or whose house is closed, turns to
// the matter all the same: "we are closed at Easter, but the parcel leaves today".
func (b body) goesOn() string {
	for i, s := range b.spans[min(1, len(b.spans)):] {
		_, away := b.spans[i].classes["absence"]
		_, closed := b.spans[i].classes["closed"]
		if matter, _ := b.said(s); (away || closed) && matter >= 3 && lexicon.Contrasts("", b.words[s.from].Folded) {
			return clip(b.text[b.words[s.from].Start:b.words[s.to-1].End])
		}
	}
	return ""
}

// substance counts the words of matter, and those about the correspondence, in all sentences.
func (b body) substance() (matter, desk int) {
	for _, s := range b.spans {
		m, d := b.said(s)
		matter, desk = matter+m, desk+d
	}
	return matter, desk
}

// concrete reports whether any sentence of matter holds a price, a day or a time: robots have
// them in what is known as form only.
func (b body) concrete() bool {
	for _, s := range b.spans {
		if matter, _ := b.said(s); matter == 0 || s.formal() || b.placeIn(s) >= 0 {
			continue
		}
		if b.figures(s) {
			return true
		}
	}
	return false
}

// formal reports whether a sentence holds a phrase of any form.
func (s span) formal() bool {
	for class := range s.classes {
		switch class {
		case "fact", "thanks", "closing", "invitation", "request", "agent", "human", "pleasantry":
		default:
			return true
		}
	}
	return false
}

// strongest returns the first hit of a class, if any sentence has one, and how many have.
func (b body) strongest(class string) (saw string, weight, times int) {
	for _, s := range b.spans {
		h, ok := s.classes[class]
		if !ok || class != "human" && b.echoes(s) {
			continue
		}
		if times++; times == 1 {
			weight = h.Weight
			saw = clip(b.text[b.words[h.From].Start:b.words[h.To-1].End])
		}
	}
	return saw, weight, times
}

// questions counts the sentences that ask the customer for something, surveys apart.
func (b body) questions() int {
	count := 0
	for _, s := range b.spans {
		_, wanted := s.classes["request"]
		_, survey := s.classes["other"]
		_, greeting := s.classes["greeting"]
		if wanted && !survey && !greeting && b.asks(s) && !b.echoes(s) {
			count++
		}
	}
	return count
}

// onTopic returns the words of matter that the sender took up from the customer, however they
// are inflected, without the sentences that only repeat him.
func (b body) onTopic() string {
	asked, taken, shared := map[string]bool{}, map[string]bool{}, ""
	for _, w := range strings.Fields(b.asked) {
		if stem, ok := topical(w); ok {
			asked[stem] = true
		}
	}
	for _, s := range b.spans {
		if b.echoes(s) {
			continue
		}
		for i, w := range b.words[s.from:s.to] {
			if stem, ok := topical(w.Folded); ok && asked[stem] && !taken[stem] && !s.covered[i] {
				taken[stem] = true
				shared += " " + b.text[w.Start:w.End]
			}
		}
	}
	return clip(strings.TrimSpace(shared))
}

// topical returns the stem of a word that says what a text is about.
func topical(folded string) (string, bool) {
	if len(folded) < 5 || lexicon.Hollow(folded) || lexicon.Default().Common.Has(folded) || lexicon.Default().Desk.Has(folded) {
		return "", false
	}
	return folded[:5], true
}

// pointing returns the first word that names a place where customers are sent, or is empty.
func (b body) pointing() string {
	for _, s := range b.spans {
		if b.echoes(s) {
			continue
		}
		if i := b.placeIn(s); i >= 0 {
			return b.text[b.words[i].Start:b.words[i].End]
		}
	}
	return ""
}

// placeIn returns the first word of a sentence that names such a place, or -1.
func (b body) placeIn(s span) int {
	for i := s.from; i < s.to; i++ {
		if lexicon.Default().Elsewhere.Has(b.words[i].Folded) {
			return i
		}
	}
	return -1
}

// repeatsForm reports whether a sentence stands on a line of a form.
func (b body) repeatsForm(s span) bool {
	start := b.words[s.from].Start
	for _, line := range b.form {
		if start >= line[0] && start < line[1] {
			return true
		}
	}
	return false
}
