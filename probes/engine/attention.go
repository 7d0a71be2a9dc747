package engine

import (
	"context"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// An attention is what has been heard since the engine started. Until a channel
// has been heard to its end no opener leaves on it: what left before may be
// there, and the ledger not know it.
type attention struct {
	mu       sync.Mutex
	sources  map[probes.Source]bool     // read to their end since the start
	back     map[string]bool            // channels whose places were looked into
	openings map[string]map[string]bool // adopted attempts, by channel
	strange  map[string]map[string]bool // keys of what may be openers by another secret, by channel
	settled  bool                       // it is settled whether what was found explains the ledger
	news     chan struct{}              // has one where something was read, looked into or settled for the first time
}

func newAttention(settled bool) *attention {
	return &attention{
		sources: map[probes.Source]bool{}, back: map[string]bool{}, openings: map[string]map[string]bool{},
		strange: map[string]map[string]bool{}, settled: settled,
		news: make(chan struct{}, 1),
	}
}

// read notes that a source was read to its end.
func (a *attention) read(s probes.Source) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.sources[s] {
		a.announce()
	}
	a.sources[s] = true
}

// looked notes that the places of a channel were looked into.
func (a *attention) looked(channel string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.back[channel] {
		a.announce()
	}
	a.back[channel] = true
}

// adopted notes an opener that the ledger had lost. Noted twice, it counts once.
func (a *attention) adopted(channel, attempt string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.openings[channel] == nil {
		a.openings[channel] = map[string]bool{}
	}
	a.openings[channel][attempt] = true
}

// passed notes what may be an opener by another secret.
func (a *attention) passed(channel, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.strange[channel] == nil {
		a.strange[channel] = map[string]bool{}
	}
	a.strange[channel][key] = true
}

// unmarked returns how many letters of a channel may be openers by another secret.
func (a *attention) unmarked(channel string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.strange[channel])
}

// count returns how many openers of a channel were adopted.
func (a *attention) count(channel string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.openings[channel])
}

// settle permits openers to leave.
func (a *attention) settle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.settled {
		a.announce()
	}
	a.settled = true
}

// announce wakes what waits for news.
func (a *attention) announce() {
	select {
	case a.news <- struct{}{}:
	default: // it is about to wake
	}
}

// isSettled reports whether openers may leave, and rounds begin.
func (a *attention) isSettled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settled
}

// has reports whether a channel was looked into and its sources were read.
func (a *attention) has(channel string, sources []probes.Source) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range sources {
		if !a.sources[s] {
			return false
		}
	}
	return a.back[channel]
}

// readable returns the sources that have to be read before an opener leaves on a
// channel: those of the channel that hears it. Conversations that are followed
// one by one, and what is told to us over HTTP, have no end to read to; there
// the openers themselves are looked for.
func (e *Engine) readable(channel string) (all []probes.Source) {
	hearer := e.Edition.Hearer(channel)
	_, follows := e.Channels[hearer].(channels.Follower)
	_, told := e.Channels[hearer].(channels.Hooked)
	listener, listens := e.Channels[hearer].(channels.Listener)
	if follows || told || !listens {
		return nil
	}
	for _, source := range listener.Sources() {
		all = append(all, probes.Source{Channel: hearer, Name: source})
	}
	return all
}

// heardAll reports whether everything on a channel has been heard since the
// start.
func (e *Engine) heardAll(channel string) bool { return e.heard.has(channel, e.readable(channel)) }

// untilHeard returns how long an opener has to wait for what is to be heard
// first; 0 lets it go. One that was due before this start may have left under a
// ledger that is lost: where the channel has no copies, it is looked for.
func (e *Engine) untilHeard(ctx context.Context, c probes.Contact) time.Duration {
	if !e.heard.isSettled() || !e.heardAll(c.Plan.Channel) {
		return e.Timing.Retry
	}
	a := c.Current()
	if a.Tries > 0 || !a.Due.Before(e.began) {
		return 0
	}
	if wait := e.began.Add(e.underWay(c.Plan.Channel)).Sub(e.now()); wait > 0 {
		return wait
	}
	if err := e.findLeft(ctx, candidate{plan: c.Plan, attempt: a.Number}); err != nil {
		e.Log.Warn("not opened: cannot look whether it left before", "contact", c.ID, "err", err)
		return e.Timing.Settle
	}
	return 0
}

// longestUnderWay is how long our own copy of an opener may be under way that left
// just before a start.
const longestUnderWay = 5 * time.Minute

// underWay returns how long after the start our own copies may still come home of
// openers that the ledger has lost: it is known that it has lost some, and the
// channel has copies.
func (e *Engine) underWay(channel string) time.Duration {
	copier, copies := e.Channels[channel].(channels.Copier)
	if e.Recovered == nil || !copies || !copier.Copies() {
		return 0
	}
	return min(longestUnderWay, e.Timing.Lost)
}

// lookAround looks into the places of every channel, and then settles
// whether what was found explains the ledger.
func (e *Engine) lookAround(ctx context.Context) error {
	var working sync.WaitGroup
	defer working.Wait()
	for name := range e.Channels {
		working.Go(func() {
			for ctx.Err() == nil {
				err := e.lookBack(ctx, name)
				if err == nil {
					break
				}
				e.Log.Error("will try again", "work", "look back", "channel", name, "err", err)
				e.rest(ctx)
			}
			e.heard.looked(name)
		})
	}
	return e.explain(ctx)
}

// rest waits a little, or for ctx to end.
func (e *Engine) rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(e.Timing.Retry):
	}
}

// longestUntold is how long openers wait for a channel to be heard before that is
// said.
const longestUntold = time.Minute

// untilAllHeard waits until everything on a channel has been heard since the start,
// or for ctx to end. Openers wait for that too, which nothing else would show.
func (e *Engine) untilAllHeard(ctx context.Context, channel string) {
	began, told := time.Now(), false
	for !e.heardAll(channel) && ctx.Err() == nil {
		if !told && time.Since(began) >= longestUntold {
			e.Log.Warn("no opener leaves yet: not everything on the channel has been heard since the start", "channel", channel)
			told = true
		}
		e.rest(ctx)
	}
}

// explain asks, once every channel has been heard, whether what was adopted
// explains a ledger that knows nothing of a season that has begun.
func (e *Engine) explain(ctx context.Context) error {
	var opens []string
	for name, channel := range e.Channels {
		if _, ok := channel.(channels.Opener); ok {
			opens = append(opens, name)
		}
	}
	var waiting sync.WaitGroup
	for _, name := range opens {
		waiting.Go(func() { e.untilAllHeard(ctx, name) })
	}
	waiting.Wait()
	if ctx.Err() != nil || e.Recovered == nil {
		return nil
	}
	found := Recovery{Adopted: map[string]int{}, Unexplained: map[string]int{}, Unmarked: map[string]int{}}
	for _, name := range opens {
		n, due := e.heard.count(name), e.dueBefore(name)
		if n > 0 {
			found.Adopted[name] = n
		} else if due > 0 {
			found.Unexplained[name] = due
		}
		if n := e.heard.unmarked(name); n > 0 {
			found.Unmarked[name] = n
		}
	}
	if err := e.Recovered(ctx, found); err != nil {
		return err
	}
	e.heard.settle()
	return nil
}

// A Recovery is what an engine has found that a ledger does not know.
type Recovery struct {
	Adopted     map[string]int // openers that left, by channel
	Unexplained map[string]int // contacts that were due before, by channels on which nothing was found
	Unmarked    map[string]int // letters of the season from a persona to a company that bear no mark of this secret, by channel
}

// dueBefore counts the contacts of a channel that were due before this start; of
// rounds that no plan holds, each counts as one.
func (e *Engine) dueBefore(channel string) (n int) {
	for _, c := range e.drawn.ahead.Contacts {
		if c.Channel == channel && c.At.Before(e.began) {
			n++
		}
	}
	for _, p := range e.Edition.Probes {
		if _, ahead := e.drawn.rounds(p); ahead || p.Channel != channel {
			continue
		}
		if _, due := p.Ticks.Due(e.firstInstant(), e.began); due {
			n++
		}
	}
	return n
}
