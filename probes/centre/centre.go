// Package centre compares a reply with what the same centre has written to other customers of a company.
//
// Of each reply the ledger keeps the keyed fingerprints of its lines as evidence, so that an erasure
// reaches them ([Keep]). A line that came to contacts with other questions is template, and a signature
// under which a machine has said what it is makes all doubtful that bears it.
package centre

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
)

// A Reply is what a company's centre has written to one of its contacts, and what
// is kept of it to compare others with it.
type Reply struct {
	Contact  string // its id
	Scenario string // what it asked
	Channel  string
	Attempt  int
	Arrival  string // its key
	Kind     reading.Kind
	Doubtful bool
	Centre   string
	Digest   string // of the evidence that holds the fingerprints
	Prints   fingerprint.Prints
}

// disclosed reports whether a machine said in the reply what it is.
func (r Reply) disclosed() bool { return r.Kind == reading.Bot && !r.Doubtful }

// Replies are what a centre has written to a company's contacts: those to one contact
// stand together.
type Replies []Reply

// Keep keeps fingerprints as evidence, and returns their digest; empty if there are
// none.
func Keep(ctx context.Context, tx probes.Tx, p fingerprint.Prints) (string, error) {
	if p.None() {
		return "", nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode fingerprints: %w", err)
	}
	return tx.Keep(ctx, text)
}

// Writes reports whether a reading is of what a centre writes to its customers, as
// reports on delivery are not.
func Writes(kind reading.Kind) bool { return kind != reading.Bounce && kind != reading.Delay }

// Without returns the replies without one arrival.
func (all Replies) Without(arrival string) Replies {
	return slices.DeleteFunc(slices.Clone(all), func(r Reply) bool { return r.Arrival == arrival })
}

// A Contrast counts what a centre has written to a company's contacts, so that any of them can be held
// against all others without going through them again.
type Contrast struct {
	contacts counts             // contacts that were written to
	lines    map[string]*counts // contacts in which a line came
	machines Replies            // in which a machine said what it is
}

// counts are numbers of contacts: all of them, and by what they asked.
type counts struct {
	all  int
	by   []count // scenarios are few
	last int     // the contact that was counted last, from 1
}

// A count is of the contacts that asked one scenario.
type count struct {
	scenario string
	contacts int
}

// add counts a contact that asked a scenario, unless it was counted last.
func (c *counts) add(contact int, scenario string) {
	if c.last == contact {
		return
	}
	c.last = contact
	c.all++
	for i := range c.by {
		if c.by[i].scenario == scenario {
			c.by[i].contacts++
			return
		}
	}
	c.by = append(c.by, count{scenario, 1})
}

// beside returns how many contacts asked something else than a scenario; none where nothing was counted.
func (c *counts) beside(scenario string) int {
	if c == nil {
		return 0
	}
	for _, b := range c.by {
		if b.scenario == scenario {
			return c.all - b.contacts
		}
	}
	return c.all
}

// Contrast counts replies.
func (all Replies) Contrast() Contrast {
	c := Contrast{lines: map[string]*counts{}}
	c.count(all, func(line string) *counts {
		into := c.lines[line]
		if into == nil {
			into = &counts{}
			c.lines[line] = into
		}
		return into
	})
	return c
}

// ContrastOf counts replies, and of their lines those that one more has: what Contrast
// would say of that one.
func (all Replies) ContrastOf(lines []string) Contrast {
	c := Contrast{lines: make(map[string]*counts, len(lines))}
	for _, line := range lines {
		c.lines[line] = &counts{}
	}
	c.count(all, func(line string) *counts { return c.lines[line] })
	return c
}

// count counts replies, each line into what is given for it; nil: it is not counted.
func (c *Contrast) count(all Replies, into func(line string) *counts) {
	contact := 0
	for i, r := range all {
		if i == 0 || r.Contact != all[i-1].Contact {
			contact++
		}
		c.contacts.add(contact, r.Scenario)
		for _, line := range r.Prints.Lines {
			if counts := into(line); counts != nil {
				counts.add(contact, r.Scenario)
			}
		}
		if r.disclosed() {
			c.machines = append(c.machines, r)
		}
	}
}

// Template returns what the centre has written to contacts which asked something else
// than a scenario: of the lines given, how many of these had each. The key is that of
// the fingerprints.
func (c Contrast) Template(key []byte, scenario string, lines []string) reading.Template {
	t := reading.Template{Key: key, Others: c.contacts.beside(scenario), Lines: map[string]int{}}
	for _, line := range lines {
		if n := c.lines[line].beside(scenario); n > 0 {
			t.Lines[line] = n
		}
	}
	return t
}

// Disclosed says in what a message is like one in which a machine of the centre said
// what it is, to any contact but one and whenever that came; empty: in nothing.
func (c Contrast) Disclosed(contact string, p fingerprint.Prints) string {
	for _, r := range c.machines {
		if r.Contact == contact {
			continue
		}
		switch {
		case p.Signer != "" && p.Signer == r.Prints.Signer:
			return "the same signature"
		case fingerprint.Alike(p.Text, []string{r.Prints.Text}) > 0:
			return "the same text"
		}
	}
	return ""
}
