package participation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/naming"
	"github.com/svartid/svartid/probes/plan"
)

// ErrAct says that a decision cannot be taken as it was given.
var ErrAct = errors.New("it cannot be decided so")

// The kinds of decision.
const (
	Paused    probes.EventKind = "paused"    // not asked from one day to another
	Resumed   probes.EventKind = "resumed"   // asked again
	Withdrawn probes.EventKind = "withdrawn" // the consent is withdrawn
	Consented probes.EventKind = "consented" // it is given, or given again
	Corrected probes.EventKind = "corrected" // an entry of the start was wrong: it counts as it is now
)

// An Act is one decision.
type Act struct {
	Kind    probes.EventKind
	Company string        // empty: every one, of a pause or a resumption
	From    calendar.Date // first day of what it brings about; zero: the day on which it is recorded
	To      calendar.Date // of a pause, its last day
	Channel string        // of a pause: the only one; empty: all
	// Entry is what was wrong, of a correction: "class", "hours" or "calendar". Value is what
	// it is instead, as the configuration has it; filled as the act is recorded.
	Entry, Value string
	// Confirms says that another person has decided the same before, so that a correction
	// counts, or what this ends. It is filled as the act is recorded.
	Confirms bool
	// Ends are the pauses that a resumption ends, as they were before. It is filled as
	// the act is recorded.
	Ends   []Span
	Reason string // empty once it is erased
	By     string // likewise

	Seq    int       // 1, 2 … ; filled as it is recorded
	At     time.Time // when it was decided
	Erased bool      // the words are gone
}

// A Span is a pause without its reason.
type Span struct {
	Company string `json:"company"`
	From    string `json:"from"`
	To      string `json:"to"`
	Channel string `json:"channel,omitempty"`
}

// about reports whether the act concerns a company.
func (a Act) about(id string) bool { return a.Company == "" || a.Company == id }

// begin gives an act without a first day today. A withdrawal of a consent that is yet to
// begin takes hold with it.
func (a *Act) begin(ed *edition.Edition, today calendar.Date) {
	if a.From.IsZero() {
		a.From = today
	}
	if co, known := ed.Company(a.Company); known && a.Kind == Withdrawn && co.Consent.After(a.From) {
		a.From = co.Consent
	}
}

// check says what is wrong with an act that is to be recorded today, for an edition as
// it stands.
func (a Act) check(ed *edition.Edition, today calendar.Date) error {
	co, known := ed.Company(a.Company)
	if err := a.reasoned(); err != nil {
		return err
	}
	switch {
	case !slices.Contains([]probes.EventKind{Paused, Resumed, Withdrawn, Consented, Corrected}, a.Kind):
		return lacks("%q is no decision", a.Kind)
	case a.Company != "" && !known:
		return lacks("company %s is not in the configuration", a.Company)
	case a.From.Before(today):
		return lacks("%s is past: what was asked until today was asked", a.From)
	case a.Channel != "" && known && co.Reach[a.Channel] == "":
		return lacks("company %s is not reached over %s", a.Company, a.Channel)
	}
	switch a.Kind {
	case Paused, Resumed:
		return a.checkPause()
	case Corrected:
		return a.checkEntry()
	}
	return a.checkConsent(co)
}

// reasoned says what an act lacks of a reason, and of who decides.
func (a Act) reasoned() error {
	if strings.TrimSpace(a.By) == "" || strings.TrimSpace(a.Reason) == "" {
		return lacks("want a reason, and who decides")
	}
	if err := naming.Check(a.By); err != nil {
		return lacks("%w", err)
	}
	return nil
}

// lacks is an error that wraps ErrAct.
func lacks(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrAct}, args...)...)
}

// checkPause says what is wrong with a pause, or with the end of one.
func (a Act) checkPause() error {
	switch {
	case a.Kind == Resumed && len(a.Ends) == 0:
		return lacks("no pause is in force that could be ended")
	case a.Kind == Resumed:
		return nil
	case a.To.IsZero():
		return lacks("want the last day of the pause")
	case a.To.Before(a.From):
		return lacks("the pause ends on %s, before it begins on %s", a.To, a.From)
	}
	return nil
}

// Entries are what of a company's entry can be corrected.
func Entries() []string { return []string{"class", "hours", "calendar"} }

// confirmed reports whether another person than the one who decides has decided the same
// before, or what this ends. Names that may be one person's are one (see [naming.Same]); of
// an erased one it is not known whose it was.
func (a Act) confirmed(before []Act) bool {
	return slices.ContainsFunc(before, func(b Act) bool { return a.follows(b) && b.By != "" && !naming.Same(a.By, b.By) })
}

// follows reports whether an act says what an earlier one said, or ends it.
func (a Act) follows(b Act) bool {
	said := map[probes.EventKind]probes.EventKind{Corrected: Corrected, Paused: Paused, Resumed: Paused, Consented: Withdrawn}[a.Kind]
	every := a.Kind == Resumed && (a.Company == "" || b.Company == "")
	switch {
	case b.Kind != said, a.Company != b.Company && !every:
		return false
	case a.Kind == Corrected:
		return b.Entry == a.Entry && b.Value == a.Value
	case a.Kind == Paused:
		return b.To == a.To && b.Channel == a.Channel
	}
	return true
}

// EntryOf returns an entry of a company as it is configured.
func EntryOf(co edition.Company, entry string) string {
	switch entry {
	case "class":
		return co.Class
	case "hours":
		return co.Hours.String()
	}
	return plan.OwnDays(co).String()
}

// checkEntry says what is wrong with a correction.
func (a Act) checkEntry() error {
	switch {
	case a.Company == "":
		return lacks("an entry is each company's own: want one")
	case !slices.Contains(Entries(), a.Entry):
		return lacks("%q is no entry that can be corrected; want one of %v", a.Entry, Entries())
	}
	return nil
}

// checkConsent says what is wrong with a withdrawal or a consent, as the company
// stands.
func (a Act) checkConsent(co edition.Company) error {
	holds := !co.Consent.IsZero() && !co.Left()
	switch {
	case a.Company == "":
		return lacks("consent is each company's own: want one")
	case a.Kind == Withdrawn && !holds:
		return lacks("company %s has no consent that it could withdraw", co.ID)
	case a.Kind == Consented && holds:
		return lacks("company %s has consented already", co.ID)
	}
	return nil
}

// ending returns the pauses that a resumption on a day ends.
func ending(ed *edition.Edition, company string, on calendar.Date) (spans []Span) {
	for _, co := range ed.Companies {
		if company != "" && co.ID != company {
			continue
		}
		for _, p := range co.Pauses {
			if !on.Before(p.From) && !on.After(p.To) {
				spans = append(spans, spanOf(co.ID, p))
			}
		}
	}
	return spans
}

func spanOf(company string, p edition.Pause) Span {
	return Span{company, p.From.String(), p.To.String(), p.Channel}
}

// Apply returns an edition as the acts, in their order, leave it. Applied to one that
// has them already it changes nothing that matters.
func Apply(ed *edition.Edition, acts []Act) *edition.Edition {
	if len(acts) == 0 {
		return ed
	}
	changed := *ed
	changed.Companies = slices.Clone(ed.Companies)
	for i, co := range changed.Companies {
		changed.Companies[i] = applied(co, acts)
	}
	return &changed
}

// applied returns a company as the acts leave it.
func applied(co edition.Company, acts []Act) edition.Company {
	co.Pauses = slices.Clone(co.Pauses)
	for _, a := range acts {
		if !a.about(co.ID) {
			continue
		}
		switch a.Kind {
		case Paused:
			if a.Channel == "" || co.ReachedOn(a.Channel) {
				co.Pauses = once(co.Pauses, edition.Pause{From: a.From, To: a.To, Channel: a.Channel, Reason: ByPerson})
			}
		case Resumed:
			co.Pauses = ended(co, a)
		case Withdrawn:
			co = withdrawn(co, a.From)
		case Consented:
			co = consented(co, a.From)
		}
	}
	return co
}

// The reasons that plans and pages give for what a person has decided. The person's
// own words may be erased, and a plan may not change by that.
const (
	ByPerson = "decided by the organiser"
	Gap      = "consent was withdrawn"
)

// ended returns the company's pauses after a resumption.
func ended(co edition.Company, a Act) (left []edition.Pause) {
	for _, p := range co.Pauses {
		if slices.Contains(a.Ends, spanOf(co.ID, p)) {
			p.To = a.From.AddDays(-1)
		}
		if !p.To.Before(p.From) {
			left = once(left, p)
		}
	}
	return left
}

// once appends a pause that is not there yet.
func once(all []edition.Pause, p edition.Pause) []edition.Pause {
	if slices.Contains(all, p) {
		return all
	}
	return append(all, p)
}

// withdrawn returns the company without consent from a day on, unless the file has a
// consent of a later one, or a withdrawal of an earlier.
func withdrawn(co edition.Company, from calendar.Date) edition.Company {
	if co.Consent.After(from) || co.Left() && co.Withdrawn.Before(from) {
		return co
	}
	co.Withdrawn = from
	return co
}

// consented returns the company with consent from a day on. A time without any that it
// had before is kept as a pause, so that the plan's past stays what it was.
func consented(co edition.Company, from calendar.Date) edition.Company {
	switch {
	case co.Consent.IsZero():
		co.Consent = from
	case co.Left() && co.Withdrawn.Before(from):
		co.Pauses = once(co.Pauses, edition.Pause{From: co.Withdrawn, To: from.AddDays(-1), Reason: Gap})
		co.Withdrawn = calendar.Date{}
	case co.Left() && co.Withdrawn == from: // withdrawn and given again on one day
		co.Withdrawn = calendar.Date{}
	}
	return co
}
