package probes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
)

// canaryID is what the ids of canaries begin with.
const canaryID = "canary-"

// A perch is where a channel's canary sings from. A song goes two ways: out, to
// our second mailbox, where the channel itself finds it; and back, as the copy
// that our listener hears. Both must come home, or we are blind.
type perch struct {
	engine  *Engine
	channel string
	canary  channels.Canary
	rest    time.Duration // before the next song, after one that was lost; 0: none was

	mu    sync.Mutex
	token string        // of the song under way
	back  chan struct{} // closed once its copy is heard
}

// perches returns the perch of each channel that has a canary.
func (e *Engine) perches() map[string]*perch {
	all := map[string]*perch{}
	for name, channel := range e.Channels {
		if canary, ok := channel.(channels.Canary); ok && canary.Sings() {
			all[name] = &perch{engine: e, channel: name, canary: canary}
		}
	}
	return all
}

// run sings with each round of the channel until ctx ends. Until there is
// reason to doubt it, the canary counts as heard.
func (p *perch) run(ctx context.Context) error {
	p.engine.Senses.found(Sense{p.channel, channels.CanarySource})
	return p.engine.every(ctx, p.pause, "canary of "+p.channel, p.watch)
}

// pause returns how long to wait before looking whether a song is due.
func (p *perch) pause() time.Duration {
	if p.rest > 0 {
		return p.rest
	}
	return p.engine.untilTick()
}

// watch sings if that is due, and writes down when a canary has come home. One
// that was lost is followed by another after a rest that doubles, up to an
// hour: by a mail that was slow nobody must be blind until the next round.
func (p *perch) watch(ctx context.Context) error {
	e := p.engine
	due, err := p.due(ctx)
	if err != nil || !due {
		return err
	}
	at := e.now()
	lost := p.sing(ctx, at)
	switch {
	case ctx.Err() != nil:
		return nil // nobody waited long enough to know
	case lost != nil:
		p.rest = min(max(2*p.rest, e.Pace.Canary), time.Hour)
		e.Senses.lost(Sense{p.channel, channels.CanarySource})
		return lost
	}
	p.rest = 0
	e.Senses.found(Sense{p.channel, channels.CanarySource})
	return e.Ledger.Update(ctx, func(tx Tx) error {
		return tx.Advance(ctx, p.channel, channels.Mark{Source: channels.CanarySource, Until: at})
	})
}

// due reports whether a round of the channel has begun since the newest canary
// left that came home. So probes with the same tick share one, and one that was
// under way when the engine stopped, or was lost, is followed by another.
func (p *perch) due(ctx context.Context) (due bool, err error) {
	err = p.engine.Ledger.View(ctx, func(tx Tx) error {
		heard, err := tx.Marks(ctx, p.channel)
		if err != nil {
			return err
		}
		rounds, err := tx.Marks(ctx, planner)
		if err != nil {
			return err
		}
		_, home := begun(heard, channels.CanarySource)
		for _, probe := range p.engine.Edition.Probes {
			if _, tick := begun(rounds, probe.Name); probe.Channel == p.channel && tick.After(home) {
				due = true
			}
		}
		return nil
	})
	return due, err
}

// sing sends a canary and waits for both of its ways. The error says which of
// them it was lost on.
func (p *perch) sing(ctx context.Context, at time.Time) error {
	o, err := p.engine.Edition.song(p.channel, at)
	if err != nil {
		return err
	}
	patience := p.engine.Pace.Canary
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	back := p.listen(o.Token)
	out := p.canary.Sing(ctx, o)
	if out != nil {
		cancel() // its copy has had as much time as it had
	}
	select {
	case <-back:
	case <-ctx.Done():
	}
	heard := p.heard(o.Token)
	switch {
	case out == nil && heard:
		return nil
	case out == nil:
		return fmt.Errorf("the canary is lost on its way back: nothing was heard of its copy within %v", patience)
	case heard:
		return fmt.Errorf("the canary is lost on its way out, and not on its way back: %w", out)
	}
	return fmt.Errorf("the canary is lost on its way out, and nothing was heard of its copy: %w", out)
}

// listen returns a channel that is closed once the copy of a song is heard.
func (p *perch) listen(token string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token, p.back = token, make(chan struct{})
	return p.back
}

// welcome takes note of a copy that was heard.
func (p *perch) welcome(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if token == p.token {
		p.token = ""
		close(p.back)
	}
}

// heard reports whether the copy of the song that was listened to has come.
func (p *perch) heard(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.token != token
}

// song returns the opening of a canary that is sent at an instant. Its token
// holds that, and a seal without which nobody's mail passes for ours.
func (ed *Edition) song(channel string, at time.Time) (channels.Opening, error) {
	when := strconv.FormatInt(at.UnixMicro(), 36)
	persona, found := choose(plan.NewStream(ed.Seed, "canary's persona", channel, when), ed.personasOn(channel))
	if !found {
		return channels.Opening{}, errors.New("the canary has no persona to sing as")
	}
	token := when + ed.seal(channel, when)
	return channels.Opening{
		Attempt: canaryID + token, Token: token, ID: canaryID + token, Persona: persona.Persona,
	}, nil
}

// sealLength is how many letters of a canary's token are its seal: 40 bits.
const sealLength = 8

func (ed *Edition) seal(channel, when string) string {
	return plan.NewStream(ed.Seed, "canary", channel, when).Token(sealLength)
}

// sung returns the token of the canary that an arrival names and by which rule:
// its copy, or else what answers it; "" if it has nothing to do with one of ours.
func (ed *Edition) sung(channel string, a channels.Arrival) (token string, by reading.Rule) {
	if a.Media != channels.Mail || !bytes.Contains(a.Raw, []byte(canaryID)) {
		return "", ""
	}
	for _, clue := range MessageOf(a).Clues() {
		local, _, _ := strings.Cut(clue.Key, "@")
		token, ok := strings.CutPrefix(local, canaryID)
		if at := len(token) - sealLength; ok && at > 0 && token[at:] == ed.seal(channel, token[:at]) {
			return token, clue.Rule
		}
	}
	return "", ""
}

// keepSung keeps what belongs to a canary: its copy or, by any other rule, what
// its way out has brought on, such as a bounce. It is no company's, and nobody
// has to judge it.
func (e *Engine) keepSung(ctx context.Context, tx Tx, h Hearsay, by reading.Rule) error {
	got, err := e.judge(ctx, tx, &h, match{})
	if err != nil {
		return err
	}
	h.Rule, h.Copy, h.Kind, h.Doubtful, h.Voice = ruleCanary, true, reading.Other, false, ""
	fresh, err := tx.Hear(ctx, h)
	if fresh && by != ruleCopy {
		e.Log.Warn("our canary was answered", "channel", h.Channel, "as", got.Kind, "key", h.Arrival.Key)
	}
	return err
}

// welcome lets the canaries come home whose copies a channel has kept.
func (e *Engine) welcome(channel string, arrivals []channels.Arrival) {
	p, ok := e.canaries[channel]
	if !ok {
		return
	}
	for _, a := range arrivals {
		if token, by := e.Edition.sung(channel, a); by == ruleCopy {
			p.welcome(token)
		}
	}
}
