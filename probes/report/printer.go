package report

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
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
