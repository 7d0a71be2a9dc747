package reading

import (
	"maps"
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

// A claim is a sentence, or a line of a signature, that may say that its writer is a machine.
type claim struct {
	names  map[string]bool // of the writer, folded
	list   []lexicon.Word
	signed bool // whether it stands in a signature, or begins with the writer's name
}

// weighMachine weighs what a mail says of who, or what, wrote it.
func (e *evidence) weighMachine(m message.Message, own, signature body) {
	e.made = own.saysMade() || signature.saysMade()
	if saw := e.ownMachine(own, signature); saw != "" && m.Mail {
		e.add(discloses, "says that its writer is a machine", 8, saw)
	}
	if name := namedMachine(m); name != "" {
		e.add(discloses, "a machine by its name", 6, name)
	}
}

// ownMachine returns the words with which a letter says that its writer is a machine, or that one wrote it; empty where
// it does not.
func (e *evidence) ownMachine(own, signature body) string {
	names := e.names
	for _, s := range signature.spans[:min(2, len(signature.spans))] {
		if list := signature.words[s.from:s.to]; len(list) <= 4 && capitalised(list) {
			names = withNames(names, list)
		}
	}
	for _, part := range []body{own, signature} {
		signed := len(part.text) > 0 && part.text == signature.text
		for _, s := range part.spans {
			c := claim{names, part.words[s.from:s.to], signed}
			c.signed = signed || names[c.list[0].Folded]
			if !part.echoes(s) && c.holds() {
				return clip(part.text[c.list[0].Start:c.list[len(c.list)-1].End])
			}
		}
	}
	return ""
}

// withNames returns names and those in a list.
func withNames(names map[string]bool, list []lexicon.Word) map[string]bool {
	all := map[string]bool{}
	maps.Copy(all, names)
	for _, w := range list {
		all[w.Folded] = len(w.Folded) > 2 && !lexicon.Default().Common.Has(w.Folded)
	}
	return all
}

// shortestClaim is how many words a line has that says no more than who writes.
const shortestClaim = 7

// holds reports whether the writer is said to be a machine.
func (c claim) holds() bool {
	for i := range c.list {
		if c.inhuman(i) || c.mechanical(i) || c.unread(i) {
			return true
		}
		n := lexicon.Machine(c.list, i)
		if n == 0 || c.among("denies", i-3, i) || c.advertises(i) || c.among("ours", i+n, i+n+1) {
			continue
		}
		if c.is(i) || c.wrote(i) || c.signs(i, n) {
			return true
		}
	}
	return false
}

// advertises reports whether a sentence begins by praising what it names at i.
func (c claim) advertises(i int) bool {
	for _, w := range c.list[:min(2, i)] {
		if lexicon.Default().Advert.Has(w.Folded) {
			return true
		}
	}
	return false
}

// signs reports whether the machine at i is who signs: in a line that says no more, or that begins with it.
func (c claim) signs(i, n int) bool {
	if !c.signed || c.among("vague", i, i+1) || c.among("written", i+n, i+n+1) || slices.ContainsFunc(c.list, func(w lexicon.Word) bool { return w.Folded == "var" || lexicon.Default().Advert.Has(w.Folded) }) {
		return false
	}
	return len(c.list) <= shortestClaim || i+n <= 3 && c.among("me", i+n, len(c.list))
}

// is reports whether the machine at i is what the writer is said to be: "Mina er en KI-agent", "jeg er Volta, en automat".
func (c claim) is(i int) bool {
	if c.among("here", i-1, i) || c.among("joins", 0, 1) && i <= 3 && c.among("me", i, len(c.list)) {
		return true // "her er chatboten", and "som digital assistent kan jeg"
	}
	for at := i - 1; at >= max(0, i-7); at-- {
		switch {
		case c.among("am", at, at+1):
			return true
		case c.among("joins", at, at+1):
			return false
		case c.among("copula", at, at+1) || c.among("here", at, at+1):
			return c.subject(at) && !c.among("denies", at, i)
		}
	}
	return false
}

// subject reports whether the writer is named before i: by "I", or by name.
func (c claim) subject(i int) bool {
	return c.among("me", i-4, i) || slices.ContainsFunc(c.list[max(0, i-4):i], func(w lexicon.Word) bool { return c.names[w.Folded] })
}

// wrote reports whether the machine at i is said to have written the text, and no person to have read it: "answered by".
func (c claim) wrote(i int) bool {
	if c.among("checked", 0, len(c.list)) && !c.unseen() {
		return false
	}
	for at := max(0, i-5); at < i; at++ {
		if c.among("denies", at-2, at) {
			continue
		}
		if c.among("written", at, at+1) && (c.among("by", at+1, i) || strings.HasPrefix(c.list[at].Folded, "vasta")) {
			return true
		}
	}
	return false
}

// unseen reports whether the text is said to have been read by no person.
func (c claim) unseen() bool {
	return c.among("denies", 0, len(c.list)) && c.among("people", 0, len(c.list)) && c.among("checked", 0, len(c.list))
}

// unread reports whether the words at i say that no person has read the message: "ingen ansatt har lest".
func (c claim) unread(i int) bool {
	return c.among("people", i, i+1) && c.among("denies", i-2, i) && c.among("checked", i+1, i+5)
}

// inhuman reports whether the words at i say that the writer is no person: "jeg er ikke et menneske", "isn't a real person".
func (c claim) inhuman(i int) bool {
	if !c.among("human", i, i+1) || !c.among("denies", i-3, i) {
		return false
	}
	return c.subject(i) || c.among("copula", i-4, i-1)
}

// mechanical reports whether the word at i says that something was made, with "written" beside it: "maskinelt fremstillet".
func (c claim) mechanical(i int) bool {
	return c.among("mechanical", i, i+1) && (c.among("written", i-2, i) || c.among("written", i+1, i+3)) && !c.among("denies", i-3, i)
}

// among reports whether any word of a stretch does something.
func (c claim) among(role string, from, to int) bool {
	words := lexicon.Default().Claim[role]
	from, to = max(0, min(from, len(c.list))), min(to, len(c.list))
	return from < to && slices.ContainsFunc(c.list[from:to], func(w lexicon.Word) bool { return words.Has(w.Folded) })
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
