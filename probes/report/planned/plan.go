package planned

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// A Plan is an edition with the plan that follows from it.
type Plan struct {
	plan.Plan
	edition *edition.Edition
	season  plan.Season
}

// Moment is how plans are shown to people: in the edition's time, which is said
// once a table.
const Moment = "Mon 2006-01-02 15:04:05"

// Draw draws an edition's plan.
func Draw(ed *edition.Edition) Plan {
	season := plan.Season(*ed)
	return Plan{plan.Draw(season), ed, season}
}

// Digest returns the SHA-256 that commits to the plan.
func (d Plan) Digest() string { return d.Plan.Digest(d.season) }

// Canonical returns the text that the digest is made of.
func (d Plan) Canonical() string { return d.Plan.Canonical(d.season) }

// A Line is one contact as plan --json prints it, with the season's time.
type Line struct {
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

// Line returns a contact as it is printed.
func (d Plan) Line(c plan.Contact) Line {
	return Line{
		Contact: c.ID, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
		Round: c.Round.In(d.zone()), At: c.At.In(d.zone()), Weekday: c.Weekday, Slot: c.Slot,
		Scenario: c.Scenario, Persona: c.Persona, Replaces: c.Replaces,
	}
}

// zone is where the season's days begin.
func (d Plan) zone() *time.Location { return d.edition.Rules.Calendar.Zone }

// Lines prints one JSON line a contact.
func (d Plan) Lines(out io.Writer) {
	encode := json.NewEncoder(out)
	for _, c := range d.Contacts {
		_ = encode.Encode(d.Line(c)) // out keeps its error
	}
}

// Remark says beside the lines what they do not hold.
func (d Plan) Remark(out io.Writer) {
	if len(d.Left) > 0 {
		fmt.Fprintf(out, "svartid: %d could not be placed; plan without --json says why\n", len(d.Left))
	}
	for _, p := range Unplanned(d.season) {
		fmt.Fprintln(out, "svartid:", p)
	}
}

// Unplanned says of the probes whose rounds no plan holds that it does not.
func Unplanned(s plan.Season) (texts []string) {
	for _, p := range s.Probes {
		if _, ahead := s.Rounds(p); !ahead {
			texts = append(texts, fmt.Sprintf("probe %s ticks too often to be planned ahead: each round is drawn when it begins", p.Name))
		}
	}
	return texts
}

// Print writes the plan for a person: the contacts, how even they are, and what
// the plan does not hold.
func (d Plan) Print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "at (%s)\tclass\tcompany\tchannel\tprobe\tscenario\tpersona\tcontact\tagain, if silent\tmoved because\n", d.zone())
	for _, c := range d.Contacts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.At.In(d.zone()).Format(Moment),
			c.Class, c.Company, c.Channel, c.Probe, c.Scenario, c.Persona, c.ID, d.again(c), c.Moved)
	}
	_ = w.Flush() // out keeps its error
	d.printBalance(out)
	d.printLeft(out)
}

// again writes when a contact is asked again if no answer comes; "" = never.
func (d Plan) again(c plan.Contact) string {
	if c.Second.IsZero() {
		return ""
	}
	return c.Second.In(d.zone()).Format("Mon 01-02 15:04")
}

// printLeft prints what the plan does not hold, and why.
func (d Plan) printLeft(out io.Writer) {
	if len(d.Left) > 0 {
		fmt.Fprintf(out, "\n%d could not be placed:\n", len(d.Left))
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, l := range d.Left {
		company := l.Company
		if company == "" {
			company = "(all)"
		}
		fmt.Fprintf(w, "round of %s\t%s\t%s\t%s\n", l.Round.In(d.zone()).Format(Moment), l.Probe, company, l.Why)
	}
	_ = w.Flush() // out keeps its error
	for i, text := range Unplanned(d.season) {
		if i == 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, text)
	}
}
