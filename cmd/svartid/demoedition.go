package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
)

const (
	// demoDeadline is what stands in the demo for three working days of mail,
	// five minutes of a chat, and as long at the telephone.
	demoDeadline = 8 * time.Second
	// demoPages is what stands for half an hour of Messenger.
	demoPages = demoDeadline + demoDeadline/2
	// demoRules stands for the digest of the demo's rules, which do not change.
	demoRules = "demo"
	// demoCompanies is how many take part unless another number is asked for.
	demoCompanies = 24
)

// demoSpread is what the slots of a round are drawn inside of.
const demoSpread = 4 * time.Second

// demoClosing is the last thing that is said in a chat.
const demoClosing = "Tusen takk for hjelpen!"

// A series is how often a channel is used, and what it promises.
type series struct {
	channel       string
	every, within time.Duration
	attempts      int
}

// demoSeries are the probes, one a channel.
func demoSeries() []series {
	const chats, calls = 15 * time.Second, 20 * time.Second
	return []series{
		{"mail", 10 * time.Second, demoDeadline, 1},
		{"chatwoot", chats, demoDeadline, 2},
		{"rocketchat", chats, demoDeadline, 2},
		{"matrix", chats, demoDeadline, 2},
		{"webhook", chats, demoDeadline, 2},
		{"messenger", chats, demoPages, 2},
		{"phone", calls, demoDeadline, 2},
	}
}

// probe is the series as the edition has it.
func (s series) probe() (probes.Probe, error) {
	ticks, err := calendar.ParseCron(fmt.Sprintf("@every %v", s.every), time.Local)
	return probes.Probe{
		Name: s.channel, Channel: s.channel, Ticks: ticks, Spread: calendar.Within{Duration: demoSpread},
		Within: calendar.Within{Duration: s.within}, Attempts: s.attempts, Closing: demoClosing,
	}, err
}

// demoEdition asks every company in every way that it has, every few seconds.
func demoEdition(t *town) (*probes.Edition, error) {
	yesterday := calendar.DateOf(time.Now()).AddDays(-1)
	ed := &probes.Edition{
		Name: "demo", From: yesterday, Seed: demoSeed,
		Rules: probes.RulesData{
			Calendar: calendar.Calendar{Zone: time.Local}, Within: map[string]calendar.Within{},
			LateEnds: map[string]bool{"messenger": true}, Retry: time.Second,
		},
		Scenarios: demoScenarios(),
	}
	for _, one := range demoSeries() {
		probe, err := one.probe()
		if err != nil {
			return nil, err
		}
		ed.Probes, ed.Rules.Within[probe.Name] = append(ed.Probes, probe), probe.Within
		for _, persona := range demoPersonas() {
			if persona.Address += "@" + t.mail.Domain(); one.channel != "mail" {
				persona.Address, persona.Tag = "", ""
			}
			ed.Personas = append(ed.Personas, probes.Persona{Channel: one.channel, Persona: persona})
		}
	}
	for _, co := range t.mail.Companies() {
		ed.Companies = append(ed.Companies, probes.Company{
			ID: co.ID, Name: co.Name, Class: co.Class, Language: co.Language, Consent: yesterday,
			Reach: t.reach(co),
		})
	}
	return ed, nil
}

// demoPersonas are the customers that svartid appears as, with the part of
// their addresses before the @. They are so many that none meets a page again
// within five minutes: messages on Messenger bear no marks, and are told apart
// by persona, time and words.
func demoPersonas() (all []channels.Persona) {
	spell := strings.NewReplacer(" ", ".", "å", "a", "ø", "o", "æ", "ae")
	for _, name := range []string{
		"Kari Nordmann", "Ola Hansen", "Solveig Bråten", "Per Åsnes", "Anne Lie", "Nils Moe", "Berit Dahl",
		"Geir Haugen", "Liv Sætre", "Arne Bakke", "Turid Foss", "Leif Myhre", "Randi Eide", "Odd Lunde",
		"Grete Ness", "Terje Vik", "Astrid Holm", "Knut Aasen", "Marit Øye", "Svein Rud",
	} {
		all = append(all, channels.Persona{Name: name, Address: spell.Replace(strings.ToLower(name)), Tag: "catchall"})
	}
	return all
}

// reach is where a company is met, by channel.
func (t *town) reach(co simulated.Company) map[string]string {
	reach := map[string]string{"mail": co.Address}
	for _, r := range t.roles {
		if r.ID == co.ID {
			reach[r.channel] = r.reach
		}
	}
	return reach
}
