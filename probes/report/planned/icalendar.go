package planned

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/plan"
)

// ICalendar prints the plan as RFC 5545 has it, one event a contact. Its text
// follows from the plan alone: the stamp is the season's first moment, so that
// the same plan imported again changes nothing.
func (d Plan) ICalendar(out io.Writer) {
	stamp := d.season.From.In(d.zone())
	write := func(name, value string) { foldLine(out, name+":"+value) }
	write("BEGIN", "VCALENDAR")
	write("VERSION", "2.0")
	write("PRODID", "-//svartid//plan//EN")
	write("CALSCALE", "GREGORIAN")
	write("X-WR-CALNAME", escapeText(d.edition.Name))
	for _, c := range d.Contacts {
		write("BEGIN", "VEVENT")
		write("UID", c.ID+"@svartid")
		write("DTSTAMP", icalTime(stamp))
		write("DTSTART", icalTime(c.At))
		write("SUMMARY", escapeText(fmt.Sprintf("%s: %s over %s", d.company(c), c.Scenario, c.Channel)))
		write("DESCRIPTION", escapeText(describe(c)))
		write("CATEGORIES", escapeText(c.Class)+","+escapeText(c.Channel))
		write("TRANSP", "TRANSPARENT")
		write("END", "VEVENT")
	}
	write("END", "VCALENDAR")
}

// company returns the name of the company that a contact is for.
func (d Plan) company(c plan.Contact) string {
	if co, ok := d.edition.Company(c.Company); ok && co.Name != "" {
		return co.Name
	}
	return c.Company
}

// describe says of a contact what its heading does not.
func describe(c plan.Contact) string {
	text := fmt.Sprintf("Contact %s to %s, class %s\nProbe %s, persona %s", c.ID, c.Company, c.Class, c.Probe, c.Persona)
	if c.Moved != "" {
		text += "\nMoved: " + c.Moved
	}
	return text
}

// icalTime writes an instant in UTC (RFC 5545 section 3.3.5, form 2).
func icalTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escapeText writes a value of type TEXT (RFC 5545 section 3.3.11), which holds
// no control characters.
func escapeText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || r == 0x7f) {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// foldLine writes a content line in pieces of at most 75 octets, none of which
// ends inside a character (RFC 5545 section 3.1).
func foldLine(out io.Writer, line string) {
	const most = 75
	for room := most; len(line) > room; room = most - 1 {
		cut := room
		for cut > room-utf8.UTFMax && !utf8.RuneStart(line[cut]) {
			cut--
		}
		fmt.Fprintf(out, "%s\r\n ", line[:cut])
		line = line[cut:]
	}
	fmt.Fprintf(out, "%s\r\n", line)
}
