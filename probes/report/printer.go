package report

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// A Printer writes in one language, with the times of one zone. It may be used
// by several goroutines at once.
type Printer struct {
	lang Language
	say  *message.Printer
	zone *time.Location
}

// Printers returns one printer for each language, in the order of [Languages].
func Printers(zone *time.Location) ([]*Printer, error) {
	languages, err := Languages()
	if err != nil {
		return nil, err
	}
	var all []*Printer
	for _, l := range languages {
		say, err := l.printer()
		if err != nil {
			return nil, err
		}
		all = append(all, &Printer{l, say, zone})
	}
	return all, nil
}

// English returns the printer that the command line uses.
func English(zone *time.Location) (*Printer, error) {
	all, err := Printers(zone)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Tag names the printer's language.
func (p *Printer) Tag() language.Tag { return p.lang.Tag }

// Name returns what the language is called in itself.
func (p *Printer) Name() string { return p.lang.Name }

// Zone returns the zone of the printer's times.
func (p *Printer) Zone() *time.Location { return p.zone }

// T writes a phrase, which is English, in the printer's language. What is in
// the phrase is as in fmt.Sprintf.
func (p *Printer) T(phrase string, args ...any) string { return p.say.Sprintf(phrase, args...) }

// Outcome names what became of a contact.
func (p *Printer) Outcome(o probes.Outcome) string {
	return p.T(strings.ReplaceAll(string(o), "_", " "))
}

// Kind names what an arrival is.
func (p *Printer) Kind(k reading.Kind) string { return p.T(string(k)) }

// Rule says by what an arrival was matched, to continue "matched by".
func (p *Printer) Rule(r match.Rule) string { return p.named("rule: ", string(r)) }

// Tap names what a person reports by a button.
func (p *Printer) Tap(tap channels.ReportKind) string { return p.named("tap: ", string(tap)) }

// How names the road by which a person opens a conversation.
func (p *Printer) How(how string) string { return p.named("how: ", how) }

// Signal names what counted towards a reading.
func (p *Printer) Signal(name string) string {
	var n, of int
	if _, err := fmt.Sscanf(name, "this line came in %d of %d mails", &n, &of); err == nil {
		return p.T("this line came in %d of %d mails", n, of)
	}
	return p.named("signal: ", name)
}

// Unranked says why a company is not ranked, as package fairness has it. A reason that is
// not known, as of a later version, is written as it is.
func (p *Printer) Unranked(why string) string {
	var n, of int
	var share float64
	read := func(layout string, into ...any) bool {
		_, err := fmt.Sscanf(why, layout, into...)
		return err == nil
	}
	switch {
	case why == "no valid contact yet":
		return p.T("no valid contact yet")
	case why == "no valid contact on a channel that counts":
		return p.T("no valid contact on a channel that counts")
	case read("%d valid contacts, and it takes %d", &n, &of):
		return p.T("%d valid contacts, and it takes %d", n, of)
	case read("%d of %d planned contacts are valid, and it takes %g", &n, &of, &share):
		return p.T("%d of %d planned contacts are valid, and it takes %s", n, of, p.Percent(share/100))
	case read("only 1 company of the class can be ranked, and it takes %d", &of):
		return p.T("only %d companies of the class can be ranked, and it takes %d", 1, of)
	case read("only %d companies of the class can be ranked, and it takes %d", &n, &of):
		return p.T("only %d companies of the class can be ranked, and it takes %d", n, of)
	}
	return why
}

// Moved says why a contact is not where its plan would have put it, as package plan has it.
// A reason that is not known is written as it is.
func (p *Printer) Moved(why string) string {
	var n int
	if _, err := fmt.Sscanf(why, "no day left for %d a day", &n); err == nil {
		return p.T("no day left for %d a day", n)
	}
	if because, paused := strings.CutPrefix(why, "paused: "); paused {
		return p.T("paused: %s", because)
	}
	return p.named("moved: ", why)
}

// Within says how long a company has to answer, as a plan has it.
func (p *Printer) Within(promise string) string {
	w, err := calendar.ParseWithin(promise)
	switch {
	case err != nil:
		return promise
	case w.WorkingDays > 0:
		return p.T("%d working days", w.WorkingDays)
	}
	return p.Wait(w.Duration)
}

// Holiday names a public holiday, which the calendar names in the language of its country.
func (p *Printer) Holiday(name string) string { return p.named("holiday: ", name) }

// Policy names what companies are ranked by.
func (p *Printer) Policy(policy fairness.Policy) string { return p.T(string(policy)) }

// Centre names who answered, as far as that is known.
func (p *Printer) Centre(name string) string {
	if name == "" || name == match.UnknownCentre {
		return p.T("unknown")
	}
	return name
}

// named writes a word of the domain, which stands in the languages under its
// kind. One that does not, as of a later version, is written as it is.
func (p *Printer) named(kind, word string) string {
	if _, known := p.lang.Phrases[kind+word]; !known {
		return word
	}
	return p.T(kind + word)
}
