package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// TestPerson: the first line that a person wrote, whatever it says, is told from what machines write, and those that say what
// they are from those that do not.
func TestPerson(t *testing.T) {
	const s, m = time.Second, time.Minute
	line := func(after time.Duration, kind reading.Kind, who channels.Responder, signals ...string) probes.Event {
		j := probes.Classification{Kind: kind, Responder: who, Arrival: after.String()}
		for _, signal := range signals {
			j.Because = append(j.Because, reading.Reason{Signal: signal, Weight: 6})
		}
		return classification(after, j)
	}
	says, declared := "bot", "the platform says bot"
	for name, tt := range map[string]struct {
		story             []probes.Event
		wait              time.Duration // below 0: no person wrote
		machine, disclose bool
	}{
		"nothing yet":               {asked(), -1, false, false},
		"a person answers":          {asked(line(2*m, reading.Answer, channels.Human)), 2*m - s, false, false},
		"a person sends elsewhere":  {asked(line(2*m, reading.Deflection, "")), 2*m - s, false, false},
		"a person greets":           {asked(line(m, reading.Other, channels.Human), line(4*m, reading.Answer, channels.Human)), m - s, false, false},
		"something else, by no one": {asked(line(m, reading.Other, "")), -1, false, false},
		"a confirmation":            {asked(line(m, reading.Acknowledgement, channels.Acknowledging)), -1, false, false},
		"out of office":             {asked(line(m, reading.Absence, channels.Human)), -1, false, false},
		"a machine that says so":    {asked(line(s+s, reading.Bot, channels.Bot, declared, says), line(3*m, reading.Answer, channels.Human)), 3*m - s, true, true},
		"a machine that is silent about it": {
			asked(line(s+s, reading.Bot, channels.Bot, declared), line(3*m, reading.Answer, channels.Human)), 3*m - s, true, false,
		},
		"a person who mentions a bot": {asked(line(m, reading.Answer, channels.Human, says)), m - s, false, false},
		"out of order": {
			asked(line(4*m, reading.Answer, channels.Human), line(2*m, reading.Other, channels.Human)), 2*m - s, false, false,
		},
		"the company's own word": {
			asked(classification(m, probes.Classification{Kind: reading.Answer, Responder: channels.Human, SelfReported: true})), -1, false, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := probes.Rules{}.Fold("c", tt.story)
			_, wait, ok := c.Person()
			if ok != (tt.wait >= 0) || ok && wait != tt.wait {
				t.Errorf("a person wrote %t after %v, want %v", ok, wait, tt.wait)
			}
			if machine, disclose := c.Machine(); machine != tt.machine || disclose != tt.disclose {
				t.Errorf("a machine wrote %t, and said what it is %t; want %t and %t", machine, disclose, tt.machine, tt.disclose)
			}
		})
	}
}
