package reading

import "strings"

// disclosed returns the first sentence in which a machine says of itself, or of what it wrote, that
// it is one, how much that weighs, and how many such there are. One that is only praised ("try our
// virtual assistant") has written nothing.
func (b body) disclosed() (saw string, weight, times int) {
	for _, s := range b.spans {
		h, ok := s.classes["bot"]
		if !ok || b.echoes(s) || b.praises(s) {
			continue
		}
		if times++; times == 1 {
			weight = h.weight
			saw = clip(b.text[b.words[h.from].start:b.words[h.to-1].end])
		}
	}
	return saw, weight, times
}

// praises reports whether a sentence speaks of a machine as of somebody else, whom the reader may
// turn to.
func (b body) praises(s span) bool {
	self, advert := false, false
	for _, w := range b.words[s.from:s.to] {
		self = self || known().self.has(w.folded)
		advert = advert || known().advert.has(w.folded)
	}
	if !self {
		return advert || !b.introduces(s)
	}
	first := b.words[s.from].folded
	return advert && known().advert.has(first)
}

// introduces reports whether a sentence without a subject of its own says who writes: it stands
// first, or is a short line by itself, as signatures are.
func (b body) introduces(s span) bool { return s.from == 0 || s.to-s.from <= 5 }

// namedMachine reports whether the name of the sender says that a machine writes.
func namedMachine(m Message) string {
	name, _, ok := strings.Cut(m.header.text("From"), "<")
	if !ok {
		return ""
	}
	for _, w := range words(name) {
		for _, mark := range []string{"bot", "chatbot", "chattbot", "robot", "roboten", "botti", "chatbotti", "chatrobot", "aiassistent", "kiassistent"} {
			if w.folded == mark || len(w.folded) > len(mark)+2 && strings.HasSuffix(w.folded, mark) {
				return clip(strings.TrimSpace(name))
			}
		}
	}
	list := " " + joined(words(name)) + " "
	for _, mark := range []string{" ai agent ", " virtual assistant ", " virtuell assistent ", " digital assistent ", " ai assistant ", " virtuelle assistent ", " digitale assistent "} {
		if strings.Contains(list, mark) {
			return clip(strings.TrimSpace(name))
		}
	}
	return ""
}
