package report

import (
	"encoding/json"

	"github.com/svartid/svartid/probes"
)

// Veil takes out of an explanation what people wrote and what was on the screen, and the names, addresses and
// numbers of people out of what servers and people said of it. Figures, hashes and
// digests stay.
func (x *Explanation) Veil() {
	x.Words, x.Pictures = nil, nil
	x.names.KeepOperators(x.told)
	x.Contact.Reason, x.Why = x.hide(x.Contact.Reason), x.hide(x.Why)
	x.Contact.Plan.Moved = x.hide(x.Contact.Plan.Moved)
	for i := range x.Contact.Attempts {
		a := &x.Contact.Attempts[i]
		a.Receipt.Response, a.Failure.Reason = x.hide(a.Receipt.Response), x.hide(a.Failure.Reason)
	}
	for i := range x.History {
		line := &x.History[i]
		if !line.Ours() {
			line.What = x.hide(line.What)
		}
		for j := range line.Why {
			line.Why[j] = x.hide(line.Why[j])
		}
	}
	for i := range x.told {
		x.told[i].Data = x.veiled(x.told[i])
	}
}

// KeepOperators marks as no one to be hidden who has corrected and reported by a history
// that is told with its words: that they did is theirs to answer for.
func (n Names) KeepOperators(told []probes.Event) {
	for _, e := range told {
		var by struct {
			By       string `json:"by"`
			Reported struct {
				By string `json:"by"`
			} `json:"tapped"`
		}
		if json.Unmarshal(e.Data, &by) == nil {
			n.Keep(by.By + " " + by.Reported.By)
		}
	}
}

// Ours reports whether a line tells of what we did ourselves: no address but ours is
// in it.
func (l Line) Ours() bool { return l.Kind == probes.Intended }

// hide takes people out of a text.
func (x *Explanation) hide(text string) string { return x.redactor.Hide(text, x.names) }

// veiled returns what an event says without the people in it.
func (x *Explanation) veiled(e probes.Event) json.RawMessage {
	var said map[string]any
	if json.Unmarshal(e.Data, &said) != nil {
		return e.Data
	}
	for key, value := range said {
		text, is := value.(string)
		switch key {
		case "reason", "response", "words", "moved":
			if is {
				said[key] = x.hide(text)
			}
		}
	}
	data, err := json.Marshal(said)
	if err != nil {
		return e.Data
	}
	return data
}
