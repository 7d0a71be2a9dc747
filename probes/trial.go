package probes

import (
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/plan"
)

// Trial returns an opening to a company that belongs to no plan and is not
// counted. Consent binds it too. The token must be unique.
func (ed *Edition) Trial(company, channel, token string) (channels.Opening, error) {
	co, known := ed.Company(company)
	s := plan.NewStream(token, "trial")
	scenario, told := choose(s, ed.scenariosFor(co))
	persona, found := choose(s, ed.personasOn(channel))
	switch {
	case !known:
		return channels.Opening{}, fmt.Errorf("company %s: not in the configuration", company)
	case co.Consent.IsZero():
		return channels.Opening{}, fmt.Errorf("company %s: no consent, no contact", company)
	case co.Reach[channel] == "":
		return channels.Opening{}, fmt.Errorf("company %s: is not reached over %s", company, channel)
	case !told:
		return channels.Opening{}, fmt.Errorf("company %s: no scenario in %s for class %s", company, co.Language, co.Class)
	case !found:
		return channels.Opening{}, fmt.Errorf("channel %s: no persona", channel)
	}
	o := channels.Opening{
		Attempt: "trial." + token, Token: token, Reach: co.Reach[channel], Persona: persona.Persona,
	}
	return o, scenario.fill(&o, co, s)
}

// choose draws one of some things; there is none if there are none.
func choose[T any](s *plan.Stream, from []T) (T, bool) {
	if len(from) == 0 {
		var none T
		return none, false
	}
	return from[s.Below(uint64(len(from)))], true
}
