package reading

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// evidence is what has been found out about one arrival before it is judged.
type evidence struct {
	found     []finding
	substance int
	questions int
	written   bool // whether there is any text of the sender's at all
}

// add appends a finding of weight, unless it weighs nothing.
func (e *evidence) add(to side, signal string, weight int, saw string) {
	if weight != 0 {
		e.found = append(e.found, finding{to, Reason{signal, weight, saw}})
	}
}

// sum adds up what speaks for the given sides.
func (e *evidence) sum(sides ...side) int {
	sum := 0
	for _, f := range e.found {
		if slices.Contains(sides, f.side) {
			sum += f.Weight
		}
	}
	return sum
}

// met returns the weight of a signal, or 0.
func (e *evidence) met(signal string) int {
	for _, f := range e.found {
		if f.Signal == signal {
			return f.Weight
		}
	}
	return 0
}

// weigh gathers every signal of a message that is no report on delivery.
func weigh(m Message, l letter, asked Asked, arrived time.Time) *evidence {
	e := &evidence{written: l.own != ""}
	e.found = append(e.found, machineSigns(m)...)
	e.found = append(e.found, subjectSigns(m.Subject(), asked.Subject)...)
	e.weighWords(newBody(l.own, asked))
	e.weighSignature(newBody(l.signature, asked))
	if l.agent {
		e.add(person, "block of a named agent", 4, "")
	}
	if m.returned != nil && !m.header.has("In-Reply-To") && bareSubject(m.Subject()) == m.Subject() {
		e.add(unconcerns, "carries a message and answers none", 5, m.returned.first("Subject"))
	}
	e.weighTiming(m, asked, arrived)
	return e
}

// weighWords weighs what the sender wrote.
func (e *evidence) weighWords(b body) {
	sides := map[string]side{
		"receipt": receipt, "promise": receipt, "robot": receipt, "case": receipt, "deadline": receipt, "queue": receipt, "thanks": receipt,
		"absence": absent, "closed": absent, "handoff": elsewhere, "bot": discloses, "human": discloses,
		"other": unconcerns, "fact": person, "agent": person,
	}
	for _, class := range []string{"receipt", "promise", "robot", "case", "deadline", "queue", "thanks", "absence", "closed",
		"handoff", "bot", "human", "other", "fact", "agent"} {
		saw, weight, times := b.strongest(class)
		if times > 1 && weight > 1 {
			weight++
		}
		e.add(sides[class], class, weight, saw)
	}
	if e.met("receipt") > 0 && e.met("promise") > 0 {
		e.add(receipt, "receipt and promise together", 2, "")
	}
	e.weighSubstance(b)
	e.weighDeflection(b)
}

// weighDeflection weighs sentences that send the customer elsewhere. One that only invites,
// as in "ring oss gjerne hvis …", counts where next to nothing else is said.
func (e *evidence) weighDeflection(b body) {
	firm, soft, saw := 0, 0, ""
	for _, s := range b.spans {
		h, ok := s.classes["deflection"]
		if !ok || b.echoes(s) {
			continue
		}
		if _, invites := s.classes["invitation"]; invites {
			soft++
		} else {
			firm++
		}
		saw = clip(b.text[b.words[h.from].start:b.words[h.to-1].end])
	}
	switch {
	case firm > 0:
		e.add(elsewhere, "deflection", min(4+firm, 6), saw)
	case soft > 0 && e.substance < 4:
		e.add(elsewhere, "only invites", 4, saw)
	}
}

// weighSubstance weighs what is said beyond formulas, and questions to the customer.
func (e *evidence) weighSubstance(b body) {
	matter, desk := b.substance()
	e.substance = matter
	e.questions = b.questions()
	if e.questions > 0 {
		e.add(person, "asks the customer", 4, fmt.Sprint(e.questions))
	}
	weight := 0
	for i, least := range []int{1, 2, 4, 7, 12, 25, 50} {
		if matter >= least {
			weight = i + 2
		}
	}
	e.add(person, "says something of its own", weight, fmt.Sprintf("%d words", matter))
	if shared := b.onTopic(); shared != "" {
		e.add(person, "takes up what was asked", 1+min(strings.Count(shared, " "), 2), shared)
	}
	if desk >= 2 && desk > matter && e.questions == 0 {
		e.add(receipt, "speaks of the correspondence only", 3, fmt.Sprintf("%d words", desk))
	}
}

// weighSignature weighs what follows the closing words: machines say there what they are.
func (e *evidence) weighSignature(b body) {
	for class, to := range map[string]side{"robot": receipt, "bot": discloses} {
		if saw, weight, _ := b.strongest(class); e.met(class) == 0 {
			e.add(to, class, weight, saw)
		}
	}
}

// weighTiming weighs how soon the arrival came and whether the same words came before.
func (e *evidence) weighTiming(m Message, asked Asked, arrived time.Time) {
	if wait := arrived.Sub(asked.At); m.mail && !asked.At.IsZero() && !arrived.IsZero() && wait >= 0 {
		switch {
		case wait <= time.Minute:
			e.add(machine, "sooner than people write", 3, wait.String())
		case wait <= 2*time.Minute:
			e.add(machine, "sooner than people write", 2, wait.String())
		}
	}
	if asked.Seen > 0 {
		e.add(machine, "the same voice before", min(asked.Seen, 3), fmt.Sprintf("%d times", asked.Seen))
	}
}

// A verdict is a kind and how far ahead of the next it is.
type verdict struct {
	kind   Kind
	margin int
}

// judge weighs the sides against each other. The order is from what leaves least room for
// error to what leaves most.
func (e *evidence) judge() verdict {
	machines, people := e.sum(machine), e.sum(person)
	received, away, sent := e.sum(receipt), e.sum(absent), e.sum(elsewhere)
	switch {
	case e.sum(discloses) >= 6:
		return verdict{Bot, e.sum(discloses) - 4}
	case e.sum(unconcerns) >= 5 && e.sum(unconcerns) > received && e.met("asks the customer")+e.met("fact") < 6:
		return verdict{Other, e.sum(unconcerns) + machines - people/2}
	case away >= 5 && away+machines > people && away >= e.form():
		return verdict{Absence, away + machines - people}
	case sent >= 4 && sent >= people && e.met("receipt")+e.met("robot")+e.met("promise") < 4 && machines < 6:
		return verdict{Deflection, sent + 1 - people}
	case e.core() && received+machines >= 5 && received+machines > people:
		return verdict{Acknowledgement, received + machines - people}
	case e.met("speaks of the correspondence only") > 0 && e.substance <= 1:
		return verdict{Acknowledgement, 0}
	case machines >= 4 && machines > people:
		return verdict{e.silentMachine(), 0}
	case people > 0:
		return verdict{Answer, people - received - machines}
	case received > 1 || machines > 0:
		return verdict{Acknowledgement, 0}
	case e.written:
		return verdict{Answer, 0}
	}
	return verdict{Other, 0}
}

// form is the weight of the form that acknowledgements have.
func (e *evidence) form() int {
	return e.met("receipt") + e.met("promise") + e.met("receipt and promise together")
}

// core reports whether there is more to an acknowledgement than courtesy: courtesies and
// deadlines alone are what people write, too.
func (e *evidence) core() bool {
	return e.form()+e.met("robot")+e.met("case")+e.met("subject-receipt") > 0
}

// silentMachine is the best guess about automatic mail whose words say little: a mail server's
// own prefix means an absence more often than not.
func (e *evidence) silentMachine() Kind {
	if e.sum(receipt) >= 3 {
		return Acknowledgement
	}
	if e.met("subject-automatic") > 0 || e.sum(absent) > 0 {
		return Absence
	}
	return Acknowledgement
}

// because lists the reasons for a kind, strongest first; what spoke against it is negative.
func (e *evidence) because(kind Kind) []Reason {
	against := []side{person}
	if kind == Answer || kind == Deflection {
		against = []side{machine, receipt, absent, discloses}
	}
	reasons := make([]Reason, 0, len(e.found))
	for _, f := range e.found {
		if slices.Contains(against, f.side) {
			f.Weight = -f.Weight
		}
		reasons = append(reasons, f.Reason)
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int {
		if a.Weight != b.Weight {
			return b.Weight - a.Weight
		}
		return strings.Compare(a.Signal, b.Signal)
	})
	return reasons
}
