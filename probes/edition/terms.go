package edition

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
)

// answered is the value of a term by which deflections, or machines, are answers.
const answered = "answered"

// Score is the term that names the policy by which companies are ranked.
const Score = "score"

// Under returns the edition as it is judged by other terms, such as those of a plan: what
// its terms say of outcomes, waits and ranks is as they have it. The error is of a term
// that this version does not know.
func (ed Edition) Under(terms []Term) (*Edition, error) {
	ed.Terms = terms
	ed.Scoring.Floor, ed.Scoring.Weights = 0, map[string]float64{}
	ed.Rules.LateEnds = maps.Clone(ed.Rules.LateEnds)
	for probe := range ed.Rules.LateEnds {
		ed.Rules.LateEnds[probe] = false
	}
	for _, t := range terms {
		if err := ed.take(t); err != nil {
			return nil, fmt.Errorf("term %s, %q: %w", t.Name, t.Value, err)
		}
	}
	return &ed, nil
}

// take takes over one term.
func (ed *Edition) take(t Term) (err error) {
	switch channel, weighted := strings.CutPrefix(t.Name, "weight of "); {
	case weighted:
		ed.Scoring.Weights[channel], err = strconv.ParseFloat(t.Value, 64)
		return err
	case strings.HasPrefix(t.Name, "late of "):
		if ed.Rules.LateEnds != nil {
			ed.Rules.LateEnds[strings.TrimPrefix(t.Name, "late of ")] = t.Value != ""
		}
		return nil
	}
	switch t.Name {
	case "opening clock":
		ed.Rules.Opening, err = calendar.ParseHours(t.Value)
	case "deflection":
		ed.Rules.DeflectionAnswers = t.Value == answered
		ed.Scoring.DeflectionAnswers = ed.Rules.DeflectionAnswers
	case "bot":
		ed.Rules.BotAnswers = t.Value == answered
		ed.Scoring.BotAnswers = ed.Rules.BotAnswers
	case Score:
		ed.Scoring.Policy = fairness.Policy(t.Value)
	case "valid contacts":
		_, err = fmt.Sscanf(t.Value, "%d, %g", &ed.Scoring.MinContacts, &ed.Scoring.MinShare)
	case "floor":
		ed.Scoring.Floor, err = strconv.ParseFloat(t.Value, 64)
	default:
		return errors.New("this version does not know it")
	}
	return err
}
