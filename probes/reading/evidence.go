package reading

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// evidence is what has been found out about one arrival before it is judged.
type evidence struct {
	found     []finding
	substance int
	questions int
	written   bool            // whether the sender put in any text or file at all
	signed    bool            // whether a person stands by his name
	points    bool            // whether it names a place where customers are sent
	concrete  bool            // whether it names a number that belongs to no form
	hours     bool            // whether a chat says when it is open, and no more about itself
	foreign   bool            // whether it is written in a language that is not known
	body      body            // what the sender wrote
	runes     int             // how many characters the sender wrote
	names     map[string]bool // the words of the sender's name, folded
	machines  bool            // whether it names a machine at all
	below     bool            // whether it says that its answers stand below
	made      bool            // whether it says that a machine made it
	expected  bool            // whether it holds a fact that the scenario expects, or the scenario expects none
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

// shutDesk takes what a chat says about its hours for what it is there: the line was taken and
// will be seen to. By themselves the words may as well answer who asked about the hours.
func (e *evidence) shutDesk() {
	for i, f := range e.found {
		if f.Signal == "closed" || f.Signal == "absence" && e.window() > 0 {
			e.found[i].side = receipt
			e.hours = e.hours || e.window() == 0
		}
	}
}

// weighWords weighs what the sender wrote.
func (e *evidence) weighWords(b body) {
	sides := map[string]side{
		"receipt": receipt, "promise": receipt, "robot": receipt, "case": receipt, "deadline": receipt, "queue": receipt, "thanks": receipt,
		"absence": absent, "closed": absent, "handoff": elsewhere, "bot": discloses, "human": discloses,
		"other": unconcerns, "notice": unconcerns, "fact": person, "agent": author, "unread": receipt,
		"greeting": receipt, "unattended": receipt, "queueing": receipt, "menu": discloses,
	}
	for _, class := range []string{
		"receipt", "promise", "robot", "case", "deadline", "queue", "thanks", "absence", "closed",
		"handoff", "bot", "human", "other", "notice", "fact", "agent", "unread", "greeting", "unattended", "queueing", "menu",
	} {
		saw, weight, times := b.strongest(class)
		if class == "bot" {
			saw, weight, times = b.disclosed()
		}
		if times > 1 && weight > 1 {
			weight++
		}
		e.add(sides[class], class, weight, saw)
	}
	if e.met("agent") > 0 {
		// A portal that hands on an answer says that it cannot be answered itself.
		e.found = slices.DeleteFunc(e.found, func(f finding) bool { return f.Signal == "robot" || f.Signal == "unread" })
	}
	if e.met("receipt") > 0 && e.met("promise") > 0 {
		e.add(receipt, "receipt and promise together", 2, "")
	}
	if len(b.form) > 0 {
		e.add(receipt, "repeats a form", 2, clip(b.text[b.form[0][0]:b.form[0][1]]))
	}
	e.weighSubstance(b)
	e.weighDeflection(b)
	few := 3 + e.met("subject-other")
	if saw, weight, _ := b.strongest("settled"); e.substance < few && e.met("fact") == 0 {
		e.add(unconcerns, "settled", weight, saw)
	}
}

// weighDeflection weighs sentences that send the customer elsewhere. One that only invites,
// as in "ring oss gjerne hvis …", counts where next to nothing else is said.
func (e *evidence) weighDeflection(b body) {
	firm, soft, saw := b.deflections()
	switch {
	case firm > 0:
		e.add(elsewhere, "deflection", min(4+firm, 6), saw)
	case soft > 0 && e.substance < 4:
		e.add(elsewhere, "only invites", 4, saw)
	case e.substance <= 3 && e.met("fact") == 0 && e.questions == 0 && e.window() == 0:
		if place := b.pointing(); place != "" {
			e.add(elsewhere, "points elsewhere and says little", 4, place)
		}
	}
}

// weighSubstance weighs what is said beyond formulas, and questions to the customer.
func (e *evidence) weighSubstance(b body) {
	matter, desk := b.substance()
	e.substance = matter
	_, elsewhere, _ := b.strongest("pointer")
	e.concrete, e.points = b.concrete(), b.pointing() != "" || elsewhere > 0
	shared := b.onTopic()
	e.foreign = shared == "" && lexicon.Foreign(b.text, b.words)
	e.questions = b.questions()
	if more := b.goesOn(); more != "" {
		e.add(person, "is away and goes on", 4, more)
	}
	if e.questions > 0 {
		e.add(person, "asks the customer", 4, fmt.Sprint(e.questions))
	}
	weight := 0
	for i, least := range []int{1, 2, 4, 7, 12, 25, 50} {
		if matter >= least {
			weight = i + 2
		}
	}
	if e.foreign {
		weight = min(weight, 3) // it may be matter, it may be form
	}
	e.add(person, "says something of its own", weight, fmt.Sprintf("%d words", matter))
	if shared != "" {
		e.add(person, "takes up what was asked", 1+min(strings.Count(shared, " "), 2), shared)
	}
	if desk >= 2 && desk > matter && e.questions == 0 {
		e.add(receipt, "speaks of the correspondence only", 3, fmt.Sprintf("%d words", desk))
	}
}

// weighSignature weighs what follows the closing words: machines say there what they are.
func (e *evidence) weighSignature(b body) {
	for _, class := range []string{"robot", "unread"} {
		if saw, weight, _ := b.strongest(class); e.met(class) == 0 {
			e.add(receipt, class, weight, saw)
		}
	}
	if saw, weight, _ := b.disclosed(); e.met("bot") == 0 {
		e.add(discloses, "bot", weight, saw)
	}
}

// quickerThanTyped is the signal of a text that is too long for the time in which it came.
const quickerThanTyped = "quicker than anyone types"

// typedTooSoon returns the time in which a text came that is too long to be typed in it, or 0.
func (a Asked) typedTooSoon(runes int, arrived time.Time) time.Duration {
	wait := arrived.Sub(a.At)
	if a.PerCharacter <= 0 || a.At.IsZero() || arrived.IsZero() || wait < 0 || runes < shortestTyped {
		return 0
	}
	if wait >= time.Duration(runes)*a.PerCharacter {
		return 0
	}
	return max(wait, 1)
}

// shortestTyped is how many characters a text must have: shorter ones are kept ready.
const shortestTyped = 60

// weighTiming weighs how soon the arrival came and whether the same words came before.
func (e *evidence) weighTiming(m message.Message, asked Asked, arrived time.Time) {
	if wait := arrived.Sub(asked.At); m.Mail && !asked.At.IsZero() && !arrived.IsZero() && wait >= 0 {
		switch {
		case wait <= time.Minute:
			e.add(machine, "sooner than people write", 3, wait.String())
		case wait <= 2*time.Minute:
			e.add(machine, "sooner than people write", 2, wait.String())
		}
	}
	if quick := asked.typedTooSoon(e.runes, arrived); quick > 0 {
		e.add(machine, quickerThanTyped, 3, fmt.Sprintf("%d characters in %v", e.runes, quick))
	}
	if asked.Seen > 0 {
		e.add(machine, "the same voice before", min(asked.Seen, 3), fmt.Sprintf("%d times", asked.Seen))
	}
}

// window is the weight of what chat windows say by themselves.
func (e *evidence) window() int {
	return e.met("greeting") + e.met("unattended") + e.met("queueing")
}
