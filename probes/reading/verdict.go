package reading

import (
	"slices"
)

// A verdict is a kind and how far ahead of the next it is.
type verdict struct {
	kind   Kind
	margin int
}

// judge weighs the sides against each other. The candidates stand in the order from what
// leaves least room for error to what leaves most; the first that holds is the verdict.
func (e *evidence) judge() verdict {
	for _, candidate := range []func() (verdict, bool){
		e.isBot, e.isOther, e.isAbsence, e.isDeflection, e.isAcknowledgement, e.isSilentMachine, e.isAnswer,
	} {
		if v, holds := candidate(); holds {
			return v
		}
	}
	switch {
	case e.sum(receipt) > 1 || e.sum(machine) > 0:
		return verdict{Acknowledgement, 0}
	case e.written:
		return verdict{Answer, 0}
	}
	return verdict{Other, 0}
}

// isBot holds where a machine says what it is, and no person says that he is none.
func (e *evidence) isBot() (verdict, bool) {
	disclosed := e.sum(discloses)
	return verdict{Bot, disclosed - 4}, disclosed >= 6
}

// isOther holds where it is about something else and no matter is dealt with.
func (e *evidence) isOther() (verdict, bool) {
	other := e.sum(unconcerns)
	people := e.people()
	holds := other >= 5 && other > e.sum(receipt) && other+e.sum(machine) > people && e.met("asks the customer") == 0
	return verdict{Other, other + e.sum(machine) - people}, holds
}

// isAbsence holds where somebody is away and that is all: people answer from holidays, too.
func (e *evidence) isAbsence() (verdict, bool) {
	away, people := e.sum(absent)+e.sum(machine), e.people()
	return verdict{Absence, away - people}, e.sum(absent) >= 5 && away > people && e.sum(absent) >= e.form()
}

// isDeflection holds where the customer is sent elsewhere and told nothing, by no form. Who
// typed it does not matter: people deflect, too.
func (e *evidence) isDeflection() (verdict, bool) {
	sent, people := e.sum(elsewhere), e.sum(person)
	formal := e.form() + e.window() + e.met("robot") + e.met("subject-receipt")
	if e.met("promise") > 0 {
		formal += e.met("speaks of the correspondence only")
	}
	margin := sent + 1 - people
	if e.foreign {
		margin = 0
	}
	return verdict{Deflection, margin}, sent >= 4 && sent >= people && formal < 4 && e.sum(machine) < 6
}

// isAcknowledgement holds where the form outweighs what is said beside it.
func (e *evidence) isAcknowledgement() (verdict, bool) {
	formal, people := e.sum(receipt)+e.sum(machine), e.people()
	if (e.core() || e.hours) && formal >= 5 && formal > people {
		margin := formal - people
		if e.hours || e.sum(machine) == 0 && people > 0 && margin < 3 {
			margin = 0
		}
		return verdict{Acknowledgement, margin}, true
	}
	return verdict{Acknowledgement, 0}, e.met("speaks of the correspondence only") > 0 && e.substance <= 1
}

// isSilentMachine holds where only the header says what sent it.
func (e *evidence) isSilentMachine() (verdict, bool) {
	machines := e.sum(machine)
	return verdict{e.silentMachine(), 0}, machines >= 4 && machines > e.people()
}

// isAnswer holds where somebody said anything at all.
func (e *evidence) isAnswer() (verdict, bool) {
	people := e.people()
	margin := people - e.sum(receipt) - e.sum(machine)
	if !e.core() {
		margin += e.met("thanks") // everyone says hello
	}
	if !e.supported() {
		margin = 0
	}
	return verdict{Answer, margin}, people > 0
}

// supported reports whether anything beside the number of its words speaks for an answer: a
// fact, a question back, what was asked, or a person who stands by it. What has none of these
// may be a robot whose words are not known, or where it names a place to turn to, a person who
// sends the customer there in words that are not known.
func (e *evidence) supported() bool {
	return !e.foreign && (e.matter() || e.questions > 0 || !e.points && (e.signed || e.sum(author) > 0))
}

// matter reports whether anything in it is a fact of the matter, or takes up what was asked.
func (e *evidence) matter() bool {
	return e.concrete || e.met("fact") > 0 || e.met("takes up what was asked") > 0
}

// people is the weight of all that only people do: to type, and to have something to say.
func (e *evidence) people() int { return e.sum(person) + e.sum(author) }

// form is the weight of the form that acknowledgements have.
func (e *evidence) form() int {
	return e.met("receipt") + e.met("promise") + e.met("receipt and promise together")
}

// core reports whether there is more to an acknowledgement than courtesy: courtesies and
// deadlines alone are what people write, too.
func (e *evidence) core() bool {
	sum := 0
	for _, signal := range []string{"robot", "unread", "case", "subject-receipt"} {
		sum += e.met(signal)
	}
	return e.form()+e.window()+sum > 0
}

// silentMachine is the best guess about automatic mail whose words say little: a mail server's
// own prefix means an absence more often than not.
func (e *evidence) silentMachine() Kind {
	if e.sum(receipt) >= 3 || e.met("mailbox rule") > 0 && e.sum(absent) == 0 {
		return Acknowledgement
	}
	if e.met("subject-automatic") > 0 || e.sum(absent) > 0 {
		return Absence
	}
	return Acknowledgement
}

// because lists the reasons for a kind, strongest first; what spoke against it is negative.
func (e *evidence) because(kind Kind) []Reason {
	against := []side{person, author}
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
	strongestFirst(reasons)
	return reasons
}
