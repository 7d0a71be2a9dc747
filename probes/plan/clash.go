package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Clash is what a plan gives up because a persona's name stands on several
// channels: who has an open contact on one is not free on another, so that
// companies of a class do not have the same cells.
type Clash struct {
	Names     []string // of personas, with their channels
	Contacts  int      // moved out of their cell, or left out
	Companies int      // whose they are
}

// String says what is given up and how it is mended, or nothing.
func (c Clash) String() string {
	if c.Contacts == 0 {
		return ""
	}
	return fmt.Sprintf("%d contacts of %d companies are not in the cells that the others of their class have: a name stands on several channels, "+
		"and is busy on one when it should write on another (%s); give each channel names of its own",
		c.Contacts, c.Companies, strings.Join(c.Names, "; "))
}

// Clash returns what the plan gives up of a season in which a persona's name
// stands on several channels; nothing where each channel has its own.
func (p Plan) Clash(s Season) (c Clash) {
	names, shared := s.sharedNames()
	companies := map[string]bool{}
	for _, contact := range p.Contacts {
		if contact.Moved == personaOpen && shared[contact.Channel] {
			c.Contacts++
			companies[contact.Company] = true
		}
	}
	for _, left := range p.Left {
		if probe, _ := s.probe(left.Probe); left.Why == personaBusy && shared[probe.Channel] {
			c.Contacts++
			companies[left.Company] = true
		}
	}
	c.Names, c.Companies = names, len(companies)
	return c
}

// sharedNames returns the names of personas that stand on several channels, with
// these, and the channels.
func (s Season) sharedNames() (names []string, shared map[string]bool) {
	on := map[string][]string{}
	for _, probe := range s.Probes {
		for _, persona := range s.personas(probe.Channel) {
			if !slices.Contains(on[persona.Name], probe.Channel) {
				on[persona.Name] = append(on[persona.Name], probe.Channel)
			}
		}
	}
	shared = map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(on)) {
		if channels := on[name]; len(channels) > 1 {
			names = append(names, name+" on "+strings.Join(channels, " and "))
			for _, channel := range channels {
				shared[channel] = true
			}
		}
	}
	return names, shared
}
