package engine

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/centre"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/clock"
	"github.com/svartid/svartid/probes/engine/idle"
	"github.com/svartid/svartid/probes/engine/twice"
)

// An Engine runs an edition: it plans rounds, opens what is due, hears what
// comes in, and rules. Fill the fields, then call Run, once.
type Engine struct {
	Edition  *edition.Edition
	Channels map[string]any // by name; each a channels.Opener, a channels.Listener or both
	Ledger   probes.Ledger
	Queue    probes.Queue
	Log      *slog.Logger
	Clock    func() time.Time // nil = time.Now; only for what is written down
	Timing   Timing
	// Steady is our own clock as an engine of the same process before this one has held
	// it: a step that was not believed is not believed by this one either. nil = none was
	// before.
	Steady *clock.Steady
	Health *probes.SourceHealth // told which sources are heard; nil = not kept
	// Vantage looks whether hosts that are no company's answer, and returns those
	// that do; nil = there are none to look at.
	Vantage func(context.Context) []Witness
	// Notify tells a shopper of a prompt; nil: it waits in the queue alone.
	Notify func(context.Context, channels.Prompt) error

	// Recovered is told, before any opener leaves and any round begins, what was
	// found once every channel had been heard. An error from it ends Run. nil:
	// the ledger is one that knows its season, and nothing waits for that.
	Recovered func(context.Context, Recovery) error

	others     reached
	twice      twice.Watch
	unread     unread
	replies    centre.Memory
	clock      clock.Steady
	offsets    clock.Offsets
	looks      idle.Looks       // which found nothing to do
	marks      idle.Checkpoints // of sources at which nothing came
	began      time.Time
	heard      *attention
	drawing    sync.Once
	drawn      drawnPlan
	due        idle.Due // within the horizon at the last look; only plan uses it
	limits     map[string]*rate.Limiter
	canaries   map[string]*canarySender // by channel
	mu         sync.Mutex
	over       bool                     // it was said that the edition is over; plan alone uses it
	leaving    chan struct{}            // holds one: an opener that asks leave
	limited    map[probes.Job]time.Time // when an opener that met its channel's limit may leave
	doubted    map[string]bool          // channels on which nothing is decided, because of a clock
	unruled    map[string]bool          // channels on which contacts may be decided and not yet ruled
	holds      map[string]hold          // channels whose server refuses our login
	replaced   map[string]bool          // whether a contact is replaced, where that is settled; only plan uses it
	lostUntil  int64                    // the version of the ledger up to which all lost contacts are in it; only plan uses it
	addressees map[string][]string      // whom unmatched arrivals were for, by channel and key
	coming     map[string]comingTick    // by probe
	uncounted  int64                    // looks at a ledger that does not count its changes, below zero
}

// A Timing says how often the engine looks and how long it is patient. Zero
// fields have the values that a season wants.
type Timing struct {
	Plan    time.Duration // between looks for ticks and slots. 0 = 1 minute
	Horizon time.Duration // how far ahead openers go to the queue. 0 = 1 hour
	Open    time.Duration // the longest that opening may take. 0 = 10 minutes
	Drain   time.Duration // for openers under way when the engine is stopped. 0 = 15 seconds
	Settle  time.Duration // between looks for unsure openers. 0 = 30 seconds
	Lost    time.Duration // an unsure opener without a trace after this was not sent. 0 = 1 hour
	Grace   time.Duration // past the deadline that listening must have reached: for mail that is slow to be put down. 0 = 2 minutes
	Again   time.Duration // from the end of an attempt to the next. 0 = another day, as the plan has it
	Prompt  time.Duration // for a person to open, from the slot, and to say how it ended. 0 = 1 hour
	Seen    time.Duration // for the channel to see an opener that was tapped as sent. 0 = 2 minutes
	Canary  time.Duration // for a canary to come back; then it is lost. 0 = 10 minutes
	Retry   time.Duration // before a broken source is heard again; doubles. 0 = 1 second
	RetryTo time.Duration // where it stops doubling. 0 = 1 minute
	Step    time.Duration // after which a step of our own clock is believed though nothing shows that it is right. 0 = 1 hour
	Typing  time.Duration // the shortest in which anyone types a character: what came quicker is doubtful. 0 = 40 ms
	Follow  time.Duration // past its deadline that a conversation is listened to: a late answer is on the record too. 0 = 7 days
}

func (p Timing) orDefaults() Timing {
	orElse := func(d *time.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = otherwise
		}
	}
	orElse(&p.Plan, time.Minute)
	orElse(&p.Horizon, time.Hour)
	orElse(&p.Open, 10*time.Minute)
	orElse(&p.Drain, 15*time.Second)
	orElse(&p.Settle, 30*time.Second)
	orElse(&p.Lost, time.Hour)
	orElse(&p.Grace, 2*time.Minute)
	orElse(&p.Prompt, time.Hour)
	orElse(&p.Seen, 2*time.Minute)
	orElse(&p.Canary, 10*time.Minute)
	orElse(&p.Retry, time.Second)
	orElse(&p.RetryTo, time.Minute)
	orElse(&p.Step, time.Hour)
	// The best typists on record write 216 words a minute for a minute, which is 55 ms a character.
	orElse(&p.Typing, 40*time.Millisecond)
	orElse(&p.Follow, 7*24*time.Hour)
	return p
}

// Run runs the edition until ctx ends, and returns once everything that it
// started has stopped. An opener that is leaving when ctx ends is given
// Timing.Drain to arrive. Trouble with a channel or the ledger is logged and
// tried again; the error is of what cannot be.
func (e *Engine) Run(ctx context.Context) error {
	e.began = e.now()
	e.Timing = e.Timing.orDefaults()
	e.draw()
	e.heard = newAttention(e.Recovered == nil)
	e.limited, e.replaced = map[probes.Job]time.Time{}, map[string]bool{}
	e.holds = map[string]hold{}
	e.canaries = e.findCanaries()
	e.leaving = make(chan struct{}, 1)
	e.limits, e.doubted, e.unruled = map[string]*rate.Limiter{}, map[string]bool{}, map[string]bool{}
	for name := range e.Channels {
		e.limits[name], e.unruled[name] = limiter(e.Edition.Limits.PerMinute), true
	}
	for _, first := range []func(context.Context) error{e.recover, e.keepPlan, e.recallClocks} {
		if err := first(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("begin: %w", err)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return e.Queue.Run(ctx, e.open) })
	g.Go(func() error { return e.every(ctx, e.awaitTick, "plan", e.plan) })
	g.Go(func() error { return e.lookAround(ctx) })
	settling := asleep(func() time.Duration { return e.Timing.Settle })
	for name, work := range map[string]func(context.Context) error{
		"settle": e.settle, "end prompts": e.lapse, "say goodbye": e.sayGoodbye, "look at block lists": e.lookAtLists,
	} {
		g.Go(func() error { return e.every(ctx, settling, name, work) })
	}
	for _, p := range e.canaries {
		g.Go(func() error { return p.run(ctx) })
	}
	for name, channel := range e.Channels {
		if follower, ok := channel.(channels.Follower); ok {
			follower.Follow(e.conversations(name))
		}
		if inspector, ok := channel.(channels.Inspector); ok {
			inspector.Inspect(e.conversations(name))
		}
		listener, ok := channel.(channels.Listener)
		if !ok {
			continue
		}
		for _, source := range listener.Sources() {
			ear := sourceListener{engine: e, channel: name, source: source, listener: listener}
			g.Go(func() error { return ear.run(ctx) })
		}
	}
	return g.Wait()
}

// every does a piece of work at once and then again after each wait, until
// ctx ends.
func (e *Engine) every(ctx context.Context, wait func(context.Context), name string, work func(context.Context) error) error {
	for ctx.Err() == nil {
		if e.stepped() {
			e.Log.Warn("our own clock has stepped: nothing is done by it", "work", name)
			e.readVantage(ctx)
		} else if err := work(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("will try again", "work", name, "err", err)
		}
		wait(ctx)
	}
	return nil
}

// asleep returns a wait of a pause that is asked for each time.
func asleep(pause func() time.Duration) func(context.Context) {
	return func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(pause()):
		}
	}
}

// awaitTick waits until the plan has to be looked at again: the next tick has
// come, or more has been heard of what rounds wait for.
func (e *Engine) awaitTick(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-e.heard.news:
	case <-time.After(e.untilTick()):
	}
}

// untilTick returns how long to wait before looking at the plan again: no
// longer than to the next tick of any probe.
func (e *Engine) untilTick() time.Duration {
	now, wait := e.now(), e.Timing.Plan
	for _, p := range e.Edition.Probes {
		if next := e.nextTick(p, now); !next.IsZero() {
			wait = min(wait, next.Sub(now))
		}
	}
	return max(wait, 10*time.Millisecond)
}

// A comingTick is the next tick of a probe after an instant.
type comingTick struct{ after, tick time.Time }

// nextTick returns a probe's next tick after now; zero if there is none.
func (e *Engine) nextTick(p edition.Probe, now time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	known, found := e.coming[p.Name]
	if found && !now.Before(known.after) && (known.tick.IsZero() || now.Before(known.tick)) {
		return known.tick
	}
	if e.coming == nil {
		e.coming = map[string]comingTick{}
	}
	e.coming[p.Name] = comingTick{now, p.Ticks.Next(now)}
	return e.coming[p.Name].tick
}

// changes returns a number that grows whenever a contact changes, by whichever process: a
// person's correction comes from beside. It is another number each time where the ledger
// does not count, or cannot say.
func (e *Engine) changes(ctx context.Context) int64 {
	if counter, counts := e.Ledger.(probes.ChangeCounter); counts {
		if count, err := counter.Changes(ctx); err == nil {
			return count
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.uncounted--
	return e.uncounted
}

// limiter spaces openers of a channel evenly; a minute without any saves up
// for no more than one.
func limiter(perMinute int) *rate.Limiter {
	if perMinute == 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(float64(perMinute)/60), 1)
}

// record appends events to a contact and then what follows from them: that it
// is asked again or, if they decide it, the ruling. That waits while clocks
// disagree.
func (e *Engine) record(ctx context.Context, tx probes.Tx, id string, events ...probes.Event) error {
	c, err := tx.Append(ctx, id, events...)
	if err == nil && c.Again {
		c, err = e.askAgain(ctx, tx, c)
	}
	if err == nil {
		c, err = e.explained(ctx, tx, c, events)
	}
	if err != nil || c.Outcome == probes.Pending || c.Outcome == c.Ruled {
		return err
	}
	if e.undecided(c.Plan.Channel) {
		e.setUnruled(c.Plan.Channel, true)
		return nil
	}
	_, err = tx.Append(ctx, id, probes.NewEvent(probes.Ruled, c.Current().Number, e.now(), c.Ruling()))
	return err
}
