package engine

import (
	"context"
	"fmt"
	"slices"
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
// [TrialsADay]. It follows from the seed, so that whoever hears the trial's copy
// or its answer knows it as a trial's, without a ledger that they share.
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

// keepTrial keeps what belongs to a trial. It is no company's, nobody has to judge
// it, and it counts for nothing.
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
