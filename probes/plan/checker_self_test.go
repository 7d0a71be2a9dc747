package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/plan"
)

// The checker finds each rule that is broken on purpose.
func TestCheckerFinds(t *testing.T) {
	r := award()
	r.companies = r.companies[:1]
	drawn := plan.Draw(r.season())
	chat := slices.IndexFunc(drawn.Contacts, func(c plan.Contact) bool { return !c.Second.IsZero() })
	shift := func(days int) func(*plan.Plan) {
		return func(p *plan.Plan) { p.Contacts[0].At = p.Contacts[0].At.AddDate(0, 0, days) }
	}
	for name, spoil := range map[string]func(*plan.Plan){
		"wrong weekday":      shift(1),
		"outside its round":  shift(14),
		"a holiday":          func(p *plan.Plan) { p.Contacts[0].At = time.Date(2027, 3, 26, 9, 0, 0, 0, time.UTC) },
		"a day off":          func(p *plan.Plan) { p.Contacts[0].At = time.Date(2027, 3, 24, 9, 0, 0, 0, time.UTC) },
		"at night":           func(p *plan.Plan) { p.Contacts[0].At = p.Contacts[0].At.Add(12 * time.Hour) },
		"no whole second":    func(p *plan.Plan) { p.Contacts[0].At = p.Contacts[0].At.Add(1) },
		"missing":            func(p *plan.Plan) { p.Contacts = p.Contacts[1:] },
		"twice":              func(p *plan.Plan) { p.Contacts = append(p.Contacts, p.Contacts[3]) },
		"other slot":         func(p *plan.Plan) { p.Contacts[0].Slot = "08-09" },
		"other id":           func(p *plan.Plan) { p.Contacts[0].ID = p.Contacts[1].ID },
		"other round":        func(p *plan.Plan) { p.Contacts[0].Round = p.Contacts[0].Round.Add(time.Hour) },
		"other class":        func(p *plan.Plan) { p.Contacts[0].Class = "x" },
		"scenario too often": func(p *plan.Plan) { p.Contacts[0].Scenario, p.Contacts[1].Scenario = "scenario-1", "scenario-1" },
		"persona unknown":    func(p *plan.Plan) { p.Contacts[0].Persona = "Nobody" },
		"persona again": func(p *plan.Plan) {
			for i := range p.Contacts {
				p.Contacts[i].Persona = "Kari Nordmann"
			}
		},
		"second on the same day": func(p *plan.Plan) { p.Contacts[chat].Second = p.Contacts[chat].At },
		"second on another's day": func(p *plan.Plan) {
			p.Contacts[chat].Second = p.Contacts[chat+1].At
		},
		"left without reason": func(p *plan.Plan) { p.Left = append(p.Left, plan.Left{}) },
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := plan.Plan{Contacts: slices.Clone(drawn.Contacts)}
			spoil(&spoilt)
			if len(breaches(r, spoilt)) == 0 {
				t.Error("found nothing")
			}
		})
	}
}

// The checker finds companies of a class that have other cells.
func TestCheckerFindsOtherCells(t *testing.T) {
	r := award()
	r.companies = slices.Clone(r.companies[:25])
	drawn := plan.Draw(r.season())
	r.companies[0].class, r.companies[1].class = "same", "same"
	for i, c := range drawn.Contacts {
		if c.Company == r.companies[0].id || c.Company == r.companies[1].id {
			drawn.Contacts[i].Class = "same"
		}
	}
	if len(breaches(r, drawn)) == 0 {
		t.Error("found nothing")
	}
}
