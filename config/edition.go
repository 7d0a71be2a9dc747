package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/reading"
)

// Probing returns the edition as the engine runs it.
func (c *Config) Probing() *probes.Edition {
	ed := &probes.Edition{
		Name: c.Edition.Name, From: c.Edition.From, To: c.Edition.To,
		Hours: c.Edition.Hours, Seed: c.Edition.Seed, Rules: c.rules(),
		Limits: probes.Limits{
			PerCompanyPerDay:     c.Limits.PerCompanyPerDay,
			PerCompanyPerEdition: c.Limits.PerCompanyPerEdition,
			PerMinute:            c.Limits.PerMinute,
		},
	}
	for _, p := range c.Probes {
		ed.Probes = append(ed.Probes, probes.Probe{
			Name: p.Name, Channel: p.Channel, Ticks: p.Ticks, Spread: p.Spread,
			Hours: p.Hours, Within: p.promise(),
		})
	}
	for _, p := range c.Personas {
		ed.Personas = append(ed.Personas, probes.Persona{Channel: p.Channel, Persona: channels.Persona{
			Name: p.Name, Address: p.Address, Tag: p.Tag,
		}})
	}
	for _, s := range c.Scenarios {
		ed.Scenarios = append(ed.Scenarios, probes.Scenario{
			Name: s.Name, Language: s.Language, Classes: s.Classes, Subjects: s.Subject, Body: s.Body,
		})
	}
	for _, co := range c.Companies {
		ed.Companies = append(ed.Companies, co.probing())
	}
	return ed
}

// rules returns what outcomes and waits follow from.
func (c *Config) rules() probes.Rules {
	r := probes.Rules{
		Calendar: c.Edition.Calendar(), Opening: c.Edition.OpeningClock,
		Within:     map[string]calendar.Within{},
		Deflection: probes.Outcome(c.Policy.Deflection), Bot: probes.Outcome(c.Policy.Bot),
	}
	for _, p := range c.Probes {
		r.Within[p.Name] = p.promise()
	}
	return r
}

// RulesDigest names the rules that outcomes follow from: a ledger folded under
// another digest is folded anew.
func (c *Config) RulesDigest() string {
	h := sha256.New()
	e := c.Edition
	fmt.Fprintln(h, e.Zone, e.Country, e.DaysOff, e.OpeningClock, c.Policy.Deflection, c.Policy.Bot)
	for _, p := range c.Probes {
		fmt.Fprintln(h, p.Name, p.Within, p.DayEnds)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// promise returns the time that the probe gives a company to answer.
func (p Probe) promise() calendar.Within {
	w := p.Within
	w.DayEnds = p.DayEnds
	return w
}

// probing returns the company as the engine knows it.
func (co Company) probing() probes.Company {
	out := probes.Company{
		ID: co.ID, Name: co.Name, Class: co.Class, Language: co.Language,
		Consent: co.Consent, Hours: co.Hours, Reach: map[string]string{},
	}
	for channel, reach := range co.Reach {
		out.Reach[channel] = reach.String()
	}
	for _, ce := range co.Centres {
		out.Centres = append(out.Centres, reading.CentreRule{ID: ce.ID, From: ce.Match.From})
	}
	for _, p := range co.Pauses {
		out.Pauses = append(out.Pauses, probes.Pause{From: p.From, To: p.To, Reason: p.Reason})
	}
	return out
}
