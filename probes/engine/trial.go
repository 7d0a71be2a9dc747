package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// ErrClosed says that the hours, a day off or a holiday keep a trial back, and
// nothing else does: make it later, or anyway.
var ErrClosed = errors.New("closed")

// A Trial is an opener that belongs to no plan and is not counted, not against
// the limits either.
type Trial struct {
	Company, Channel string
	Token            string    // must be unique
	At               time.Time // when it is to leave
	Anyway           bool      // outside the hours and on days off too
}

// Opening returns the opening of a trial. Consent and pauses bind it like every
// other, and so do the hours and the days off unless it is made anyway; the
// error then wraps ErrClosed. It may leave before the edition begins, because
// that is when it is needed, and after its end.
func (t Trial) Opening(ed *edition.Edition) (channels.Opening, error) {
	co, known := ed.Company(t.Company)
	if !known {
		return channels.Opening{}, fmt.Errorf("company %s: not in the configuration", t.Company)
	}
	s := plan.NewStream(t.Token, "trial")
	scenario, told := choose(s, ed.ScenariosFor(co))
	persona, found := trialPersona(ed, t.Channel, t.Token)
	switch {
	case co.Reach[t.Channel] == "":
		return channels.Opening{}, fmt.Errorf("company %s: is not reached over %s", co.ID, t.Channel)
	case !told:
		return channels.Opening{}, fmt.Errorf("company %s: no scenario in %s for class %s", co.ID, co.Language, co.Class)
	case !found:
		return channels.Opening{}, fmt.Errorf("channel %s: no persona", t.Channel)
	}
	if err := t.admits(ed, co); err != nil {
		return channels.Opening{}, fmt.Errorf("company %s: %w", co.ID, err)
	}
	o := channels.Opening{
		Attempt: "trial." + t.Token, Token: t.Token, Reach: co.Reach[t.Channel], Persona: persona.Persona,
	}
	return o, fill(scenario, &o, co, s)
}

// admits says what keeps a trial from a company, if anything does.
func (t Trial) admits(ed *edition.Edition, co edition.Company) error {
	bar, barred := co.Barred(ed.Day(t.At), t.Channel)
	switch pause := bar.Pause; {
	case co.Consent.IsZero():
		return errors.New("no consent, no contact")
	case barred && pause == (edition.Pause{}):
		return fmt.Errorf("no consent before %s, no contact", co.Consent)
	case barred:
		return fmt.Errorf("paused from %s to %s: %s", pause.From, pause.To, pause.Reason)
	case t.Anyway:
		return nil
	}
	if reason := t.closed(ed, co); reason != "" {
		return fmt.Errorf("%w on %s: %s", ErrClosed, t.At.In(ed.Zone()).Format("Mon 2006-01-02 at 15:04"), reason)
	}
	return nil
}

// closed says why no probe of a trial's channel could write to the company at
// its time, whatever the edition's first and last day; "" if one could. On a
// channel without probes the edition's own hours hold.
func (t Trial) closed(ed *edition.Edition, co edition.Company) (reason string) {
	unbounded := *ed
	unbounded.From, unbounded.To = calendar.Date{}, calendar.Date{}
	series := slices.DeleteFunc(slices.Clone(ed.Probes), func(p edition.Probe) bool { return p.Channel != t.Channel })
	if len(series) == 0 {
		series = []edition.Probe{{Channel: t.Channel}}
	}
	for _, p := range series {
		why, open := unbounded.Opens(p, co, t.At)
		if open {
			return ""
		}
		reason = why
	}
	return reason
}

// choose draws one of some things; there is none if there are none.
func choose[T any](s *plan.Stream, from []T) (T, bool) {
	if len(from) == 0 {
		var none T
		return none, false
	}
	return from[s.Below(uint64(len(from)))], true
}
