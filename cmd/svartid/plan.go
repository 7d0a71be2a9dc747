package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

type planCmd struct {
	Digest    bool    `xor:"form" help:"Print only the plan's SHA-256, to be published before the season."`
	Canonical bool    `xor:"form" help:"Print the text that the digest is made of: its SHA-256 is the digest."`
	Verify    *string `xor:"form" placeholder:"FILE" help:"Prove that FILE, printed by plan --json, is what the seed and the configuration give; and hold what was sent against it."`
	Ical      bool    `name:"ical" xor:"form" help:"Print the plan as iCalendar."`
}

// A drawn is an edition with the plan that follows from it.
type drawn struct {
	plan.Plan
	edition *edition.Edition
	season  plan.Season
}

// moment is how plans are shown to people: in the edition's time, which is said
// once a table.
const moment = "Mon 2006-01-02 15:04:05"

// Run draws the plan and prints it in the form that was asked for.
func (c planCmd) Run(ctx context.Context, g *globals, std streams) error {
	if c.Ical && g.JSON {
		return misuse{errors.New("--ical and --json are two forms: want one")}
	}
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	d := draw(cfg.Probing())
	switch {
	case c.Digest:
		return d.digest(g, std)
	case c.Canonical:
		_, err := io.WriteString(std.out, d.Plan.Canonical(d.season))
		return err
	case c.Verify != nil:
		v, err := d.verify(ctx, *c.Verify, std.in, cfg.Ledger.DSN)
		if err != nil {
			return misuse{err}
		}
		return v.report(d.zone(), g, std)
	case c.Ical:
		return buffered(std.out, d.iCalendar)
	case g.JSON:
		d.remark(std.err)
		return buffered(std.out, d.lines)
	}
	return buffered(std.out, d.print)
}

// draw draws an edition's plan.
func draw(ed *edition.Edition) drawn {
	season := plan.Season(*ed)
	return drawn{plan.Draw(season), ed, season}
}

// buffered lets write print much, and returns what went wrong at its end.
func buffered(out io.Writer, write func(io.Writer)) error {
	w := bufio.NewWriter(out)
	write(w)
	return w.Flush()
}

// digest prints what commits to the plan, and on the side what it is made of.
func (d drawn) digest(g *globals, std streams) error {
	sum := d.Plan.Digest(d.season)
	if g.JSON {
		return json.NewEncoder(std.out).Encode(map[string]any{
			"edition": d.edition.Name, "digest": sum, "contacts": len(d.Contacts), "left": len(d.Left),
		})
	}
	fmt.Fprintln(std.err, "svartid: SHA-256 over seed, rules and plan: that of what plan --canonical prints")
	_, err := fmt.Fprintln(std.out, sum)
	return err
}

// A planLine is one contact as plan --json prints it, with the season's time.
type planLine struct {
	Contact  string    `json:"contact"`
	Company  string    `json:"company"`
	Class    string    `json:"class"`
	Channel  string    `json:"channel"`
	Probe    string    `json:"probe"`
	Round    time.Time `json:"round"` // the tick
	At       time.Time `json:"at"`
	Weekday  string    `json:"weekday"`
	Slot     string    `json:"slot"`
	Scenario string    `json:"scenario"`
	Persona  string    `json:"persona"`
	Replaces string    `json:"replaces"`
}

// line returns a contact as it is printed.
func (d drawn) line(c plan.Contact) planLine {
	return planLine{
		Contact: c.ID, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
		Round: c.Round.In(d.zone()), At: c.At.In(d.zone()), Weekday: c.Weekday, Slot: c.Slot,
		Scenario: c.Scenario, Persona: c.Persona, Replaces: c.Replaces,
	}
}

// zone is where the season's days begin.
func (d drawn) zone() *time.Location { return d.edition.Rules.Calendar.Zone }

// lines prints one JSON line a contact.
func (d drawn) lines(out io.Writer) {
	encode := json.NewEncoder(out)
	for _, c := range d.Contacts {
		_ = encode.Encode(d.line(c)) // out keeps its error
	}
}

// remark says beside the lines what they do not hold.
func (d drawn) remark(out io.Writer) {
	if len(d.Left) > 0 {
		fmt.Fprintf(out, "svartid: %d could not be placed; plan without --json says why\n", len(d.Left))
	}
	for _, p := range often(d.season) {
		fmt.Fprintln(out, "svartid:", p)
	}
}

// often names the probes whose rounds no plan holds.
func often(s plan.Season) (texts []string) {
	for _, p := range s.Probes {
		if _, ahead := s.Rounds(p); !ahead {
			texts = append(texts, fmt.Sprintf("probe %s ticks too often to be planned ahead: each round is drawn when it begins", p.Name))
		}
	}
	return texts
}

// print tells the plan to a person: the contacts, how even they are, and what
// the plan does not hold.
func (d drawn) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "at (%s)\tclass\tcompany\tchannel\tprobe\tscenario\tpersona\tcontact\tagain, if silent\tmoved because\n", d.zone())
	for _, c := range d.Contacts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.At.In(d.zone()).Format(moment),
			c.Class, c.Company, c.Channel, c.Probe, c.Scenario, c.Persona, c.ID, d.again(c), c.Moved)
	}
	_ = w.Flush() // out keeps its error
	d.printBalance(out)
	d.printLeft(out)
}

// again writes when a contact is asked again if nobody answers; "" = never.
func (d drawn) again(c plan.Contact) string {
	if c.Second.IsZero() {
		return ""
	}
	return c.Second.In(d.zone()).Format("Mon 01-02 15:04")
}

// printLeft prints what the plan does not hold, and why.
func (d drawn) printLeft(out io.Writer) {
	if len(d.Left) > 0 {
		fmt.Fprintf(out, "\n%d could not be placed:\n", len(d.Left))
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, l := range d.Left {
		company := l.Company
		if company == "" {
			company = "(all)"
		}
		fmt.Fprintf(w, "round of %s\t%s\t%s\t%s\n", l.Round.In(d.zone()).Format(moment), l.Probe, company, l.Why)
	}
	_ = w.Flush() // out keeps its error
	for i, text := range often(d.season) {
		if i == 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, text)
	}
}
