package reading

import (
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// disclosed returns the first sentence in which a machine says of itself, or of what it wrote, that
// it is one, how much that weighs, and how many such there are. One that is only advertised ("try our
// virtual assistant") has written nothing.
func (b body) disclosed() (saw string, weight, times int) {
	for _, s := range b.spans {
		if !b.discloses(s) {
			continue
		}
		h, ok := s.classes["bot"]
		if made, is := b.made(s); is && (!ok || made.Weight > h.Weight) {
			h = made
		}
		if times++; times == 1 {
			weight = h.Weight
			saw = clip(b.text[b.words[h.From].Start:b.words[h.To-1].End])
		}
	}
	return saw, weight, times
}

// discloses reports whether a sentence is one in which a machine says what it is.
func (b body) discloses(s span) bool {
	_, ok := s.classes["bot"]
	_, made := b.made(s)
	return !b.echoes(s) && (made || ok && !b.advertises(s))
}

// made returns the words with which a sentence says that a machine made the text, and whether it does: not where
// it says the contrary.
func (b body) made(s span) (lexicon.Hit, bool) {
	h, ok := s.classes["made"]
	if !ok {
		return h, false
	}
	for _, w := range b.words[max(s.from, h.From-2):h.From] {
		switch w.Folded {
		case "ikke", "ikkje", "inte", "not", "ei", "ej", "aldri", "aldrig", "never":
			return h, false
		}
	}
	return h, true
}

// saysMade reports whether any sentence says that a machine made the text.
func (b body) saysMade() bool {
	return slices.ContainsFunc(b.spans, func(s span) bool {
		_, made := b.made(s)
		return made && !b.echoes(s)
	})
}

// advertises reports whether a sentence speaks of a machine that the reader may turn to, not of its
// writer.
func (b body) advertises(s span) bool {
	self, advert := false, false
	for _, w := range b.words[s.from:s.to] {
		self = self || lexicon.Default().Self.Has(w.Folded)
		advert = advert || lexicon.Default().Advert.Has(w.Folded)
	}
	if !self {
		return advert || !b.introduces(s)
	}
	first := b.words[s.from].Folded
	return advert && lexicon.Default().Advert.Has(first)
}

// introduces reports whether a sentence without a subject of its own says who writes: it stands
// first, or is a short line by itself, as signatures are.
func (b body) introduces(s span) bool { return s.from == 0 || s.to-s.from <= 5 }

// namedMachine reports whether the name of the sender says that a machine writes.
func namedMachine(m message.Message) string {
	name, _, ok := strings.Cut(m.Header.Text("From"), "<")
	if !ok {
		return ""
	}
	for _, w := range lexicon.Words(name) {
		for _, mark := range []string{"bot", "chatbot", "chattbot", "robot", "roboten", "botti", "chatbotti", "chatrobot", "aiassistent", "kiassistent"} {
			if w.Folded == mark || len(w.Folded) > len(mark)+2 && strings.HasSuffix(w.Folded, mark) {
				return clip(strings.TrimSpace(name))
			}
		}
	}
	list := " " + lexicon.Joined(lexicon.Words(name)) + " "
	for _, mark := range []string{" ai agent ", " virtual assistant ", " virtuell assistent ", " digital assistent ", " ai assistant ", " virtuelle assistent ", " digitale assistent "} {
		if strings.Contains(list, mark) {
			return clip(strings.TrimSpace(name))
		}
	}
	return ""
}
