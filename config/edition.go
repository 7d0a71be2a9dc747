package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/prompt"
	"github.com/svartid/svartid/channels/webhook"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// Probing returns the edition as the engine runs it.
func (c *Config) Probing() *edition.Edition {
	ed := &edition.Edition{
		Name: c.Edition.Name, From: c.Edition.From, To: c.Edition.To,
		Hours: c.Edition.Hours, Seed: c.Edition.Seed, Rules: c.rules(),
		Limits: edition.Limits{
			PerCompanyPerDay:     c.Limits.PerCompanyPerDay,
			PerCompanyPerEdition: c.Limits.PerCompanyPerEdition,
			PerMinute:            c.Limits.PerMinute,
		},
		Judged: c.Review.Until, Review: edition.Review{Sample: c.Review.Sample.Of, Blind: c.Review.Blind},
		Titles: edition.Titles(c.Titles),
		Terms:  c.terms(), HeardBy: map[string]string{}, SelfReported: map[string]bool{}, Unheard: map[string]bool{}, Scoring: c.scoring(),
	}
	for _, p := range c.Probes {
		ed.Probes = append(ed.Probes, edition.Probe{
			Name: p.Name, Channel: p.Channel, Ticks: p.Ticks, Spread: p.Spread,
			Hours: p.Hours, Within: p.promise(), Attempts: p.Attempts, Closing: p.Closing, Closings: p.Closings,
			AskForPerson: p.AskForPerson,
		})
	}
	for name, ch := range c.Channels {
		switch form, ok := ch.Settings.(*prompt.Config); {
		case ok && form.Mail != "":
			ed.HeardBy[name] = form.Mail
		case ok:
			ed.Unheard[name] = true
		}
		if relay, ok := ch.Settings.(*webhook.Config); ok && relay.SelfReported {
			ed.SelfReported[name] = true
		}
	}
	for _, p := range c.Personas {
		ed.Personas = append(ed.Personas, edition.Persona{Channel: p.Channel, Persona: channels.Persona{
			Name: p.Name, Address: p.Address, Tag: p.Tag,
		}})
	}
	for _, s := range c.Scenarios {
		ed.Scenarios = append(ed.Scenarios, edition.Scenario{
			Name: s.Name, Language: s.Language, Classes: s.Classes, Subjects: s.Subject, Body: s.Body,
			Bodies: s.Bodies, Details: s.Details, Expects: facts(s.Expects),
		})
	}
	for _, co := range c.Companies {
		ed.Companies = append(ed.Companies, c.probing(co))
	}
	return ed
}

// facts are the names of facts as the reader knows them.
func facts(names []string) (facts []reading.Fact) {
	for _, name := range names {
		facts = append(facts, reading.Fact(name))
	}
	return facts
}

// rules returns what outcomes and waits follow from.
func (c *Config) rules() edition.Rules {
	r := edition.Rules{
		Calendar: c.Edition.Calendar(), Opening: c.Edition.OpeningClock,
		Within: map[string]calendar.Within{}, LateEnds: map[string]bool{}, Own: map[string]calendar.Calendar{},
		DeflectionAnswers: c.Policy.Deflection == string(probes.Answered), BotAnswers: c.Policy.Bot == string(probes.Answered),
		Retry: c.Timing.Defer,
	}
	for _, p := range c.Probes {
		r.Within[p.Name] = p.promise()
		r.LateEnds[p.Name] = p.Late != ""
	}
	for _, co := range c.Companies {
		if own := c.ownCalendar(co); own != nil {
			r.Own[co.ID] = *own
		}
	}
	return r
}

// scoring returns how companies are ranked.
func (c *Config) scoring() fairness.Rules {
	return fairness.Rules{
		Policy: fairness.Policy(c.Policy.Score), Weights: c.Policy.Weights,
		DeflectionAnswers: c.Policy.Deflection == string(probes.Answered), BotAnswers: c.Policy.Bot == string(probes.Answered),
		MinContacts: c.Policy.MinValid.Contacts, MinShare: c.Policy.MinValid.Share,
		Floor: c.Policy.Floor,
	}
}

// terms are the rules by which nothing is drawn, and that the plan's digest
// commits to all the same.
func (c *Config) terms() []edition.Term {
	terms := []edition.Term{
		{Name: "opening clock", Value: c.Edition.OpeningClock.String()},
		{Name: "deflection", Value: c.Policy.Deflection},
		{Name: "bot", Value: c.Policy.Bot},
		{Name: edition.Score, Value: c.Policy.Score},
		{Name: "valid contacts", Value: fmt.Sprintf("%d, %g", c.Policy.MinValid.Contacts, c.Policy.MinValid.Share)},
	}
	if c.Policy.Floor > 0 {
		terms = append(terms, edition.Term{Name: "floor", Value: fmt.Sprintf("%g", c.Policy.Floor)})
	}
	for _, name := range names(c.Policy.Weights) {
		terms = append(terms, edition.Term{Name: "weight of " + name, Value: fmt.Sprintf("%g", c.Policy.Weights[name])})
	}
	for _, p := range c.Probes {
		if p.Late != "" {
			terms = append(terms, edition.Term{Name: "late of " + p.Name, Value: p.Late})
		}
	}
	return terms
}

// ownCalendar returns the days that a company keeps, if they are not the
// edition's: its country's holidays beside the edition's days off.
func (c *Config) ownCalendar(co Company) *calendar.Calendar {
	own := c.Edition.Calendar()
	if co.Country != "" && co.Country != own.Country {
		own.Country, own.Zone = co.Country, capital(co.Country)
	}
	if co.Zone != nil {
		own.Zone = co.Zone
	}
	if own.Country == c.Edition.Country && own.Zone.String() == c.Edition.Zone.String() {
		return nil
	}
	return &own
}

// RulesDigest names the rules that outcomes follow from: a ledger folded under
// another digest is folded anew.
func (c *Config) RulesDigest() string {
	h := sha256.New()
	e := c.Edition
	fmt.Fprintln(h, reading.Digest())
	fmt.Fprintln(h, e.Zone, e.Country, e.DaysOff, e.OpeningClock, c.Policy.Deflection, c.Policy.Bot)
	for _, s := range c.Scenarios {
		if len(s.Expects) > 0 {
			fmt.Fprintln(h, "expects", s.Name, s.Expects)
		}
	}
	for _, p := range c.Probes {
		fmt.Fprintln(h, p.Name, p.Within, p.DayEnds, p.Late)
	}
	for _, co := range c.Companies {
		if own := c.ownCalendar(co); own != nil {
			fmt.Fprintln(h, co.ID, own.Zone, own.Country)
		}
	}
	if c.Timing.Defer > 0 {
		fmt.Fprintln(h, "defer", c.Timing.Defer)
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
func (c *Config) probing(co Company) edition.Company {
	out := edition.Company{
		ID: co.ID, Name: co.Name, Class: co.Class, Language: co.Language,
		Consent: co.Consent, Withdrawn: co.Withdrawn, Hours: co.Hours, Calendar: c.ownCalendar(co), Reach: map[string]string{},
	}
	for channel, reach := range co.Reach {
		out.Reach[channel] = reach.String()
	}
	for _, ce := range co.Centres {
		out.Centres = append(out.Centres, match.CentreRule{
			ID: ce.ID, From: ce.Match.From, Received: ce.Match.Received, Signature: ce.Match.Signature,
		})
	}
	for _, p := range co.Pauses {
		out.Pauses = append(out.Pauses, edition.Pause(p))
	}
	return out
}
