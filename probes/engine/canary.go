package engine

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
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/parsed"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// canaryID is what the ids of canaries begin with.
const canaryID = "canary-"

// A canarySender sends one channel's canaries and waits for them. A canary goes two ways: out, to
// our second mailbox, where the channel itself finds it; and back, as the copy
// that our listener hears. Unless both arrive, silence on the channel is unproven.
type canarySender struct {
	engine  *Engine
	channel string
	canary  channels.Canary
	rest    time.Duration // before the next canary, after one that was lost; 0: none was

	mu    sync.Mutex
	token string        // of the canary under way
	back  chan struct{} // closed once its copy is heard
}

// findCanaries returns the sender of each channel that has a canary.
func (e *Engine) findCanaries() map[string]*canarySender {
	all := map[string]*canarySender{}
	for name, channel := range e.Channels {
		if canary, ok := channel.(channels.Canary); ok && canary.HasCanary() {
			all[name] = &canarySender{engine: e, channel: name, canary: canary}
		}
	}
	return all
}

// run sends a canary with each round of the channel until ctx ends. Until one is
// lost, the canary counts as heard.
func (p *canarySender) run(ctx context.Context) error {
	p.engine.Health.MarkUp(probes.Source{Channel: p.channel, Name: channels.CanarySource})
	return p.engine.every(ctx, asleep(p.pause), "canary of "+p.channel, p.watch)
}

// pause returns how long to wait before looking whether a canary is due.
func (p *canarySender) pause() time.Duration {
	if p.rest > 0 {
		return p.rest
	}
	return p.engine.untilTick()
}

// watch sends a canary if one is due, and records when it has come back. One that
// was lost is followed by another after a rest that doubles, up to an hour: a
// slow mail must not leave the channel unproven until the next round.
func (p *canarySender) watch(ctx context.Context) error {
	e := p.engine
	due, err := p.due(ctx)
	if err != nil || !due {
		return err
	}
	at := e.now()
	lost := p.send(ctx, at)
	switch {
	case ctx.Err() != nil:
		return nil // the wait ended too early to know
	case lost != nil:
		p.rest = min(max(2*p.rest, e.Timing.Canary), time.Hour)
		e.Health.MarkDown(probes.Source{Channel: p.channel, Name: channels.CanarySource})
		return lost
	}
	p.rest = 0
	e.Health.MarkUp(probes.Source{Channel: p.channel, Name: channels.CanarySource})
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		return tx.Advance(ctx, p.channel, channels.Checkpoint{Source: channels.CanarySource, Until: at})
	})
}

// due reports whether a round of the channel has begun since the newest canary
// left that came back. So probes with the same tick share one, and one that was
// under way when the engine stopped, or was lost, is followed by another.
func (p *canarySender) due(ctx context.Context) (due bool, err error) {
	err = p.engine.Ledger.View(ctx, func(tx probes.Tx) error {
		heard, err := tx.Checkpoints(ctx, p.channel)
		if err != nil {
			return err
		}
		rounds, err := tx.Checkpoints(ctx, planner)
		if err != nil {
			return err
		}
		_, home := roundsBegun(heard, channels.CanarySource)
		for _, probe := range p.engine.Edition.Probes {
			if _, tick := roundsBegun(rounds, probe.Name); probe.Channel == p.channel && tick.After(home) {
				due = true
			}
		}
		return nil
	})
	return due, err
}

// send sends a canary and waits for both of its ways. The error says which of
// them it was lost on.
func (p *canarySender) send(ctx context.Context, at time.Time) error {
	o, err := canaryOpening(p.engine.Edition, p.channel, at)
	if err != nil {
		return err
	}
	patience := p.engine.Timing.Canary
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	back := p.listen(o.Token)
	out := p.canary.SendCanary(ctx, o)
	if copier, ok := p.canary.(channels.Copier); ok && !copier.Copies() {
		return out // no copy comes back, and none is missed
	}
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

// listen returns a channel that is closed once the copy of a canary is heard.
func (p *canarySender) listen(token string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token, p.back = token, make(chan struct{})
	return p.back
}

// returned records a copy that was heard.
func (p *canarySender) returned(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if token == p.token {
		p.token = ""
		close(p.back)
	}
}

// heard reports whether the copy of the canary that is awaited has come.
func (p *canarySender) heard(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.token != token
}

// canaryOpening returns the opening of a canary that is sent at an instant. Its token
// holds that and a signature, so that no other mail passes for ours.
func canaryOpening(ed *edition.Edition, channel string, at time.Time) (channels.Opening, error) {
	when := strconv.FormatInt(at.UnixMicro(), 36)
	persona, found := choose(plan.NewStream(ed.Seed, "canary's persona", channel, when), ed.PersonasOn(channel))
	if !found {
		return channels.Opening{}, errors.New("no persona may send the canary")
	}
	token := when + seal(ed, channel, when)
	return channels.Opening{
		Attempt: canaryID + token, Token: token, ID: canaryID + token, Persona: persona.Persona,
	}, nil
}

// signatureLength is how many letters of a canary's token are its signature: 40 bits.
const signatureLength = 8

func seal(ed *edition.Edition, channel, when string) string {
	return plan.NewStream(markKey(ed), "canary", channel, when).Token(signatureLength)
}

// canaryOf returns the token of the canary that an arrival names and by which rule:
// its copy, or else what answers it; "" if it has nothing to do with one of ours.
func canaryOf(ed *edition.Edition, channel string, a channels.Arrival) (token string, by match.Rule) {
	if a.Media != channels.Mail || !bytes.Contains(a.Raw, []byte(canaryID)) {
		return "", ""
	}
	for _, clue := range match.Clues(probes.MessageOf(a)) {
		local, _, _ := strings.Cut(clue.Key, "@")
		token, ok := strings.CutPrefix(local, canaryID)
		if at := len(token) - signatureLength; ok && at > 0 && token[at:] == seal(ed, channel, token[:at]) {
			return token, clue.Rule
		}
	}
	return "", ""
}

// keepCanary keeps what belongs to a canary: its copy or, by any other rule, what
// its sending has caused, such as a bounce. It is no company's, and no person has
// to judge it.
func (e *Engine) keepCanary(ctx context.Context, tx probes.Tx, h *parsed.Arrival, by match.Rule) error {
	got, err := e.judge(ctx, tx, h, attribution{})
	if err != nil {
		return err
	}
	h.Rule, h.Copy, h.Kind, h.Doubtful, h.Fingerprint = probes.RuleCanary, true, reading.Other, false, ""
	fresh, err := tx.Hear(ctx, h.StoredArrival)
	if fresh && by != probes.RuleCopy {
		e.Log.Warn("our canary was answered", "channel", h.Channel, "as", got.Kind, "key", h.Arrival.Key)
	}
	return err
}

// canariesReturned records the canaries whose copies a channel has kept.
func (e *Engine) canariesReturned(channel string, arrivals []channels.Arrival) {
	p, ok := e.canaries[channel]
	if !ok {
		return
	}
	for _, a := range arrivals {
		if token, by := canaryOf(e.Edition, channel, a); by == probes.RuleCopy {
			p.returned(token)
		}
	}
}
