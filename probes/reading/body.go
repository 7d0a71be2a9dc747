package reading

import (
	"strings"
)

// A span is one sentence and what was met in it.
type span struct {
	from, to int // words
	classes  map[string]hit
	covered  int // words that phrases account for
}

// A body is a text weighed sentence by sentence.
type body struct {
	text  string
	words []word
	spans []span
	asked string // what the customer wrote, folded, between spaces
}

// newBody cuts text into sentences and finds its phrases.
func newBody(text string, asked Asked) body {
	b := body{text: text, words: words(text)}
	b.asked = " " + joined(words(asked.Subject+".\n"+asked.Text)) + " "
	hits := book().find(b.words)
	for from := 0; from < len(b.words); {
		to := from
		for to < len(b.words) && b.words[to].sentence == b.words[from].sentence {
			to++
		}
		s := span{from: from, to: to, classes: map[string]hit{}}
		n := 0
		for n < len(hits) && hits[n].from < to {
			n++
		}
		s.meet(hits[:n])
		hits = hits[n:]
		b.spans = append(b.spans, s)
		from = to
	}
	return b
}

// meet notes the longest hit of each class and how many words the hits account for.
func (s *span) meet(hits []hit) {
	covered := make([]bool, s.to-s.from)
	for _, h := range hits {
		if !ofBody(h.class) {
			continue
		}
		if known, ok := s.classes[h.class]; !ok || h.to-h.from > known.to-known.from {
			s.classes[h.class] = h
		}
		for i := h.from; h.class != "fact" && i < min(h.to, s.to); i++ {
			covered[i-s.from] = true
		}
	}
	for _, c := range covered {
		if c {
			s.covered++
		}
	}
}

// ofBody reports whether phrases of a class are looked for in what people write.
func ofBody(class string) bool {
	if _, ok := allowances()[class]; ok {
		return true
	}
	return class == "fact" || class == "request" || class == "agent" || class == "human"
}

// allowances says how many words beside its phrase a sentence of each class may hold before
// they count as something said. "We have received your message about the broken lamp, number
// 1234" is still no more than a receipt.
func allowances() map[string]int {
	return map[string]int{
		"receipt": 9, "promise": 8, "robot": 12, "case": 9, "queue": 10, "thanks": 3, "closing": 4, "invitation": 9,
		"absence": 14, "closed": 12, "deflection": 9, "handoff": 10, "later": 8, "bot": 6, "other": 12,
	}
}

// said returns how many words of the sentence are neither formula nor number, address, link
// or echo of what the customer wrote.
func (b body) said(s span) int {
	if b.echoes(s) {
		return 0
	}
	allowed := 0
	for class := range s.classes {
		allowed = max(allowed, allowances()[class])
	}
	empty := 0
	for _, w := range b.words[s.from:s.to] {
		if hollow(w.folded) {
			empty++
		}
	}
	return max(0, s.to-s.from-s.covered-empty-allowed)
}

// hollow reports whether a word says nothing by itself: an address or a link, or a long number.
func hollow(w string) bool {
	if strings.ContainsAny(w, "@/") || strings.HasPrefix(w, "www.") || strings.HasPrefix(w, "http") {
		return true
	}
	digits := 0
	for i := range len(w) {
		if w[i] >= '0' && w[i] <= '9' {
			digits++
		}
	}
	return digits >= 5 || strings.Count(w, ".") > 0 && digits == 0
}

// echoes reports whether the sentence stands word for word in what the customer wrote:
// acknowledgements repeat the question.
func (b body) echoes(s span) bool {
	return s.to-s.from >= 3 && strings.Contains(b.asked, " "+joined(b.words[s.from:s.to])+" ")
}

// asks reports whether the sentence is a question.
func (b body) asks(s span) bool {
	end := b.words[s.to-1].end
	return strings.HasPrefix(strings.TrimLeft(b.text[end:], ` "'»”)`), "?")
}

// joined writes folded words with single spaces.
func joined(list []word) string {
	folded := make([]string, len(list))
	for i, w := range list {
		folded[i] = w.folded
	}
	return strings.Join(folded, " ")
}

// substance counts the words of all sentences that say something.
func (b body) substance() int {
	sum := 0
	for _, s := range b.spans {
		sum += b.said(s)
	}
	return sum
}

// strongest returns the first hit of a class, if any sentence has one, and how many have.
func (b body) strongest(class string) (saw string, weight, times int) {
	for _, s := range b.spans {
		h, ok := s.classes[class]
		if !ok || class != "human" && b.echoes(s) {
			continue
		}
		if times++; times == 1 {
			weight = h.weight
			saw = clip(b.text[b.words[h.from].start:b.words[h.to-1].end])
		}
	}
	return saw, weight, times
}
