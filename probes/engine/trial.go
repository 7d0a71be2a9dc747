package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

const (
	// TrialsADay is how many trials a channel has names for, each day.
	TrialsADay = 64
	// trialDays is for how long a trial and its answers are known as one.
	trialDays = 30
)

// TrialToken returns the token of a channel's trial of a day, by its number below
// [TrialsADay]. It follows from the seed, so that a process that hears the trial's
// copy or its answer knows it as a trial's without a shared ledger.
func TrialToken(ed *edition.Edition, channel string, day calendar.Date, number int) string {
	return plan.NewStream(ed.Seed, "trial", channel, day.String(), fmt.Sprint(number)).Token(8)
}

// trialPersona returns the persona of a trial.
func trialPersona(ed *edition.Edition, channel, token string) (edition.Persona, bool) {
	return choose(plan.NewStream(token, "persona"), ed.PersonasOn(channel))
}

// trialNames are the names by which trials of the last days are known, by
// channel.
type trialNames struct {
	mu    sync.Mutex
	until map[string]calendar.Date // the day up to which they are made
	names map[string]map[string]bool
}

// isTrial reports whether an arrival is a trial's copy, or answers one. A clue
// that is a guess is none.
func (e *Engine) isTrial(h probes.StoredArrival, m message.Message) bool {
	keys := slices.Clone(h.Arrival.Names)
	for _, clue := range match.Clues(m) {
		if clue.Rule != probes.RuleGuess {
			keys = append(keys, clue.Key)
		}
	}
	if len(keys) == 0 {
		return false
	}
	for _, channel := range e.Edition.HeardOn(h.Channel) {
		known := e.trialsOf(channel)
		if slices.ContainsFunc(keys, func(key string) bool { return known[key] }) {
			return true
		}
	}
	return false
}

// trialsOf returns the names of a channel's trials up to tomorrow, for clocks
// that are ahead of ours.
func (e *Engine) trialsOf(channel string) map[string]bool {
	opener, ok := e.Channels[channel].(channels.Opener)
	if !ok {
		return nil
	}
	t := &e.trials
	t.mu.Lock()
	defer t.mu.Unlock()
	until := e.Edition.Day(e.now()).AddDays(1)
	if t.until[channel] == until {
		return t.names[channel]
	}
	names := map[string]bool{}
	for back := range trialDays + 2 { // tomorrow and today too
		for number := range TrialsADay {
			o, ok := e.trialOpening(channel, TrialToken(e.Edition, channel, until.AddDays(-back), number))
			if !ok {
				continue
			}
			if o, err := opener.Prepare(o); err == nil {
				for _, name := range o.Names() {
					names[name] = true
				}
			}
		}
	}
	if t.names == nil {
		t.names, t.until = map[string]map[string]bool{}, map[string]calendar.Date{}
	}
	t.names[channel], t.until[channel] = names, until
	return names
}

// trialOpening returns as much of a trial as its names are made of.
func (e *Engine) trialOpening(channel, token string) (channels.Opening, bool) {
	persona, ok := trialPersona(e.Edition, channel, token)
	for _, co := range e.Edition.Companies {
		if reach := co.Reach[channel]; ok && reach != "" {
			return channels.Opening{Attempt: "trial." + token, Token: token, Reach: reach, Persona: persona.Persona}, true
		}
	}
	return channels.Opening{}, false
}

// keepTrial keeps what belongs to a trial. It is no company's, no person has to
// judge it, and it is not counted.
func (e *Engine) keepTrial(ctx context.Context, tx probes.Tx, h probes.StoredArrival) error {
	got, err := e.judge(ctx, tx, &h, attribution{})
	if err != nil {
		return err
	}
	h.Rule, h.Copy, h.Kind, h.Doubtful, h.Unread, h.Fingerprint = probes.RuleTrial, true, reading.Other, false, false, ""
	fresh, err := tx.Hear(ctx, h)
	if fresh {
		e.Log.Info("a trial was heard", "channel", h.Channel, "as", got.Kind, "key", h.Arrival.Key,
			"at", h.Arrival.Times.Arrived.Format(time.RFC3339))
	}
	return err
}

// RoundTrip returns the opening of a message that a persona is to send to itself at
// an instant, which must differ for each. Who hears it knows it as a canary by the
// edition's key; and as a trial by its address, where the key was made only later.
func RoundTrip(ed *edition.Edition, persona edition.Persona, at time.Time) channels.Opening {
	when := strconv.FormatInt(at.UnixMicro(), 36)
	id := canaryID + when + seal(ed, persona.Channel, when)
	o := channels.Opening{Attempt: id, Token: id[len(canaryID):], ID: id, Persona: persona.Persona}
	draw, today := plan.NewStream(ed.Seed, "round trip", persona.Channel, when), ed.Day(at)
	for back := range trialDays {
		first := int(draw.Below(TrialsADay))
		for i := range TrialsADay {
			token := TrialToken(ed, persona.Channel, today.AddDays(-back), (first+i)%TrialsADay)
			if chosen, ok := trialPersona(ed, persona.Channel, token); ok && chosen.Persona == persona.Persona {
				o.Token = token
				return o
			}
		}
	}
	return o // more personas than there are trials
}

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
