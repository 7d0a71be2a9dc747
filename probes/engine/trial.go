package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/parsed"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// A trial, its copy and its answers are known by its names alone, in a process that
// shares no ledger with the one that made it: of all names that the channel could
// give it, it has one of the few that the seed marks. One in so many is marked:
const (
	// of what has an @: a mailbox has not many natural addresses.
	markedMail = 64
	// of all others, such as a room's alias.
	markedName = 1 << 16
)

// isMarked reports whether the seed marks a name as a trial's.
func isMarked(ed *edition.Edition, name string) bool {
	rarity := uint64(markedName)
	if strings.Contains(name, "@") {
		rarity = markedMail
	}
	return plan.NewStream(ed.Seed, "trial's name", strings.ToLower(name)).Below(rarity) == 0
}

// telling returns the names by which others may point at a prepared opening: those
// that have to be marked.
func telling(o channels.Opening) []string {
	switch {
	case strings.Contains(o.Address, "@"):
		return []string{o.Address, o.ID}
	case o.Address != "":
		return []string{o.Address}
	case o.ID != "" && o.ID != o.Attempt:
		return []string{o.ID}
	}
	return nil // such as a call, or what is known by its attempt
}

// A Preparer is the Prepare of a [channels.Opener].
type Preparer func(channels.Opening) (channels.Opening, error)

// mark prepares o under the first token of a stream with which all of its names
// that telling picks are marked.
func (prepare Preparer) mark(ed *edition.Edition, o channels.Opening, s *plan.Stream,
	telling func(channels.Opening) []string,
) (channels.Opening, error) {
	unmarked := func(name string) bool { return !isMarked(ed, name) }
	const draws = 50 * markedName // it takes that many with a chance of e^-50
	for range draws {
		o.Token = s.Token(12)
		o.Attempt = channels.Trial + o.Token
		prepared, err := prepare(o)
		if err != nil || !slices.ContainsFunc(telling(prepared), unmarked) {
			return prepared, err
		}
	}
	return o, errors.New("no name is marked as a trial's")
}

// isTrial reports whether a letter is a trial's copy, or answers one. The ids of
// messages are believed before addresses: of these, one in so many is marked by
// chance.
func (e *Engine) isTrial(h probes.StoredArrival, m message.Message) bool {
	var ids, others []string
	for _, clue := range match.Clues(m) {
		switch {
		case clue.Rule == probes.RuleGuess || !e.atHome(h.Channel, clue.Key) || strings.HasPrefix(clue.Key, canaryID):
		case clue.Rule == probes.RuleCopy || clue.Rule == match.ByThread:
			ids = append(ids, clue.Key)
		default:
			others = append(others, clue.Key)
		}
	}
	if len(ids) == 0 {
		ids = others
	}
	return slices.ContainsFunc(ids, func(name string) bool { return isMarked(e.Edition, name) })
}

// atHome reports whether a name is at the domain of a persona that a channel hears.
func (e *Engine) atHome(channel, name string) bool {
	for _, heard := range e.Edition.HeardOn(channel) {
		for _, p := range e.Edition.PersonasOn(heard) {
			if at := domainOf(p.Address); at != "" && at == domainOf(name) {
				return true
			}
		}
	}
	return false
}

// namesTrial reports whether a platform names a trial for an arrival, whatever
// else it names: in a room of the company's a season's contact may be open too.
func (e *Engine) namesTrial(ctx context.Context, tx probes.Tx, h probes.StoredArrival) (bool, error) {
	for _, name := range h.Arrival.Names {
		if strings.HasPrefix(name, channels.Trial) {
			return true, nil
		}
		if !isMarked(e.Edition, name) {
			continue
		}
		for _, channel := range e.Edition.HeardOn(h.Channel) {
			ours, err := tx.Find(ctx, probes.Query{Channel: channel, Names: []string{name, probes.Digested(name)}})
			if err != nil || len(ours) > 0 {
				return false, err
			}
		}
		return true, nil
	}
	return false, nil
}

// keepTrial keeps what belongs to a trial. It is no company's, no person has to
// judge it, and it is not counted.
func (e *Engine) keepTrial(ctx context.Context, tx probes.Tx, h *parsed.Arrival) error {
	got, err := e.judge(ctx, tx, h, attribution{})
	if err != nil {
		return err
	}
	h.Rule, h.Copy, h.Kind, h.Doubtful, h.Unread, h.Fingerprint = probes.RuleTrial, true, reading.Other, false, false, ""
	fresh, err := tx.Hear(ctx, h.StoredArrival)
	if fresh {
		e.Log.Info("a trial was heard", "channel", h.Channel, "as", got.Kind, "key", h.Arrival.Key,
			"at", h.Arrival.Times.Arrived.Format(time.RFC3339))
	}
	return err
}

// RoundTrip returns the opening of a message that a persona is to send to itself at
// an instant, which must differ for each. Who hears it knows it as a canary by the
// edition's key; and as a trial by its address, where the key was made only later.
func (prepare Preparer) RoundTrip(ed *edition.Edition, persona edition.Persona, at time.Time) (channels.Opening, error) {
	when := strconv.FormatInt(at.UnixMicro(), 36)
	id := canaryID + when + seal(ed, persona.Channel, when)
	o := channels.Opening{Reach: persona.Address, Persona: persona.Persona}
	marked, err := prepare.mark(ed, o, plan.NewStream(ed.Seed, "round trip", persona.Channel, persona.Address, when),
		func(o channels.Opening) []string { return []string{o.Address} })
	return channels.Opening{Attempt: id, Token: marked.Token, ID: id, Persona: persona.Persona}, err
}

// ErrClosed says that the hours, a day off or a holiday keep a trial back, and
// nothing else does: make it later, or anyway.
var ErrClosed = errors.New("closed")

// A Trial is an opener that belongs to no plan and is not counted, not against
// the limits either.
type Trial struct {
	Company, Channel string
	At               time.Time // when it is to leave; with company and channel it names the trial
	Anyway           bool      // outside the hours and on days off too
}

// Opening returns the opening of a trial, prepared. Consent and pauses bind it like every
// other, and so do the hours and the days off unless it is made anyway; the
// error then wraps ErrClosed. It may leave before the edition begins, because
// that is when it is needed, and after its end.
func (t Trial) Opening(ed *edition.Edition, prepare Preparer) (channels.Opening, error) {
	co, known := ed.Company(t.Company)
	if !known {
		return channels.Opening{}, fmt.Errorf("company %s: not in the configuration", t.Company)
	}
	s := plan.NewStream(ed.Seed, "trial", t.Channel, t.Company, strconv.FormatInt(t.At.UnixNano(), 36))
	scenario, told := choose(s, ed.ScenariosFor(co))
	persona, found := choose(s, ed.PersonasOn(t.Channel))
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
	o := channels.Opening{Reach: co.Reach[t.Channel], Persona: persona.Persona}
	if err := fill(scenario, &o, co, s); err != nil {
		return o, err
	}
	return prepare.mark(ed, o, s, telling)
}

// admits says what keeps a trial from a company, if anything does.
func (t Trial) admits(ed *edition.Edition, co edition.Company) error {
	bar, barred := co.Barred(ed.Day(t.At), t.Channel)
	switch pause := bar.Pause; {
	case co.Consent.IsZero():
		return errors.New("no consent, no contact")
	case co.Left() && barred && pause == (edition.Pause{}) && !ed.Day(t.At).Before(co.Withdrawn):
		return fmt.Errorf("consent was withdrawn from %s on, no contact", co.Withdrawn)
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
