package reading

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/message"
)

// toldWeight is what the word of a platform weighs: more than any one signal of the text.
const toldWeight = 10

// heed sets what the words were read as against what the platform says about who answered. That
// a machine wrote is taken at its word. That a person did rules the machines out and leaves the
// words to tell an answer from a deflection; where they read like a form, a person has to look.
// A platform that was asked and cannot tell makes every reading doubtful.
func (e *evidence) heed(v verdict, asked Asked) verdict {
	why := clip(message.Printable(strings.ToValidUTF8(asked.Why, "")))
	told := func(to side) {
		e.add(to, "the platform says "+asked.Responder, toldWeight, why)
	}
	switch asked.Responder {
	case "bot":
		told(discloses)
		return verdict{Bot, toldWeight}
	case "acknowledgement":
		told(receipt)
		return verdict{Acknowledgement, toldWeight}
	case "unknown":
		e.add(unconcerns, "the platform cannot tell", 1, why)
		return verdict{v.kind, 0}
	case "human":
		told(author)
		return e.typed(v)
	}
	return v
}

// typed is what v becomes where it is known that a person wrote.
func (e *evidence) typed(v verdict) verdict {
	switch v.kind {
	case Bot, Acknowledgement:
		return verdict{Answer, 0}
	case Absence:
		return verdict{Absence, 0}
	case Answer:
		if e.sum(person) > 0 && !e.points && !e.foreign {
			return verdict{Answer, max(v.margin, 2)}
		}
	}
	return v
}
