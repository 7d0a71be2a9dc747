package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/engine/clock"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// A world is one season: what the seed draws, the engine that runs in it, and what is
// known without the engine.
type world struct {
	t       *testing.T
	seed    uint64
	draw    *rand.Rand // of what the driver does
	edition *edition.Edition
	lines   map[string]*line
	plant   plant

	file    string
	ledger  *ledger.Ledger
	engine  *engine.Engine
	cancel  context.CancelFunc
	done    chan error
	people  sync.WaitGroup
	dead    atomic.Bool   // the process is gone: it writes and sends nothing
	full    atomic.Bool   // the disk is full: every update fails, and the process lives
	step    atomic.Int64  // how far our own clock is ahead
	steady  *clock.Steady // as this process has held it
	fuse    atomic.Int64  // updates until the process is killed; below zero: it is not
	after   atomic.Bool   // that update is durable first
	killed  chan struct{}
	amended map[string]probes.Outcome // what a person has said, by contact

	mu     sync.Mutex
	counts map[string]int  // how often situations were reached
	calls  map[string]call // by attempt: what a shopper did
	faults []string        // what was found by the run itself
	spent  int             // kills
}

// now is the clock of our host.
func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.step.Load())) }

// reached notes that a situation was.
func (w *world) reached(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

// fault notes what must not be.
func (w *world) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// kill ends the process: from now on it writes and sends nothing.
func (w *world) kill(where string) {
	if w.dead.Swap(true) {
		return
	}
	w.reached("killed " + where)
	w.cancel()
	w.killed <- struct{}{}
}

// A journal is the ledger as the engine is given it.
type journal struct {
	*ledger.Ledger
	world *world
}

// Update dies before or after its change is durable, where that was drawn.
func (j journal) Update(ctx context.Context, fn func(probes.Tx) error) error {
	w := j.world
	if w.dead.Load() {
		return errKilled
	}
	if w.full.Load() {
		w.reached("an update fails")
		return errFull
	}
	last := w.fuse.Add(-1) == 0
	if last && !w.after.Load() {
		w.kill("before an update")
		return errKilled
	}
	err := j.Ledger.Update(ctx, fn)
	if last && err == nil {
		w.kill("after an update")
		return errKilled
	}
	return err
}

// View shows nothing to a process that is gone.
func (j journal) View(ctx context.Context, fn func(probes.Tx) error) error {
	if j.world.dead.Load() {
		return errKilled
	}
	return j.Ledger.View(ctx, fn)
}

// errFull is what a disk says that is full.
var errFull = errors.New("no space left on device")

// newWorld makes a season of a seed, with what is planted in it.
func newWorld(t *testing.T, seed uint64, p plant) *world {
	w := &world{
		t: t, seed: seed, plant: p, edition: asked(t, 4), killed: make(chan struct{}, 1),
		counts: map[string]int{}, calls: map[string]call{}, amended: map[string]probes.Outcome{},
		file: filepath.Join(t.TempDir(), "ledger.db"),
	}
	w.draw = w.source("driver")
	w.lines = map[string]*line{}
	for _, name := range []string{mailName, chatName, phoneName} {
		w.lines[name] = newLine(w, name)
	}
	return w
}

// start opens the ledger and starts the engine on it.
func (w *world) start() {
	w.t.Helper()
	w.dead.Store(false)
	w.step.Store(0)
	w.steady = &clock.Steady{}
	l, err := ledger.Open(context.Background(), "sqlite:"+w.file, ledger.Options{Fold: probes.Rules(w.edition.Rules).Fold, Clock: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	w.ledger = l
	w.run()
}

// run starts the engine on the ledger that is open.
func (w *world) run() {
	w.fuse.Store(-1)
	if w.draw.IntN(100) < 70 {
		w.after.Store(w.draw.IntN(2) == 0)
		w.fuse.Store(int64(1 + w.draw.IntN(30)))
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	log := slog.New(slog.DiscardHandler)
	ed := *w.edition
	if w.plant.edition != nil {
		w.plant.edition(&ed)
	}
	var kept probes.Ledger = journal{w.ledger, w}
	if w.plant.tx != nil {
		kept = planted{kept.(journal), w.plant.tx}
	}
	work := probes.Queue(queue.New(queue.Options{Log: log}))
	if w.plant.queue != nil {
		work = w.plant.queue(work)
	}
	shown := w.now
	if w.plant.clock != nil {
		shown = func() time.Time { return w.plant.clock(w.now()) }
	}
	e := &engine.Engine{
		Edition: &ed, Channels: w.channels(), Ledger: w.spoilt(kept), Notify: w.called,
		Queue: work, Log: log, Health: &probes.SourceHealth{}, Clock: shown, Steady: w.steady,
		Timing: engine.Timing{Plan: 30 * time.Minute, Settle: 30 * time.Minute, Retry: 10 * time.Second},
	}
	if w.plant.timing != nil {
		w.plant.timing(&e.Timing)
	}
	w.mu.Lock()
	w.engine = e
	w.mu.Unlock()
	done := make(chan error, 1)
	w.done = done
	go func() { done <- e.Run(ctx) }()
}

// spoilt returns a ledger with the plant's own Update, if it has one.
func (w *world) spoilt(l probes.Ledger) probes.Ledger {
	if w.plant.ledger == nil {
		return l
	}
	return w.plant.ledger(l)
}

// channels returns what the engine is given, with what is planted.
func (w *world) channels() map[string]any {
	all := map[string]any{}
	for name, l := range w.lines {
		all[name] = l
		switch {
		case name == phoneName:
			all[name] = phone{l}
		case w.plant.channel != nil:
			all[name] = w.plant.channel(l)
		}
	}
	return all
}

// stop ends the engine in good order, and leaves the ledger open.
func (w *world) stop() {
	w.cancel()
	w.ended(<-w.done)
}

// ended notes how an engine ended that was not killed: it does not begin on a full disk.
func (w *world) ended(err error) {
	switch {
	case err == nil || w.dead.Load():
	case errors.Is(err, errFull):
		w.reached("a full disk keeps it from beginning")
	default:
		w.fault("the engine ended: %v", err)
	}
}

// restart lets the process that was killed end, and starts another after some time.
func (w *world) restart(down time.Duration) {
	w.spent++
	if err := <-w.done; err != nil && !errors.Is(err, errKilled) && !errors.Is(err, context.Canceled) {
		w.fault("the engine that was killed ended: %v", err)
	}
	if err := w.ledger.Close(); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(down)
	w.start()
}

// A call is what a shopper did with a prompt.
type call struct {
	person bool          // a person answered, and both taps were taken
	begun  bool          // the first tap was
	wait   time.Duration // until the person
}

// called is the shopper who is asked to call: at once or never, and who hears a person,
// a menu or nothing.
func (w *world) called(_ context.Context, p channels.Prompt) error {
	attempt := p.Notify[0]
	r := w.source("call", attempt)
	if r.IntN(100) < 12 {
		w.reached("a prompt is left")
		return nil
	}
	wait := time.Duration(10+r.IntN(280)) * time.Second
	last := channels.Person
	if r.IntN(100) < 25 {
		last, wait = channels.GaveUp, chatTime+time.Minute
	}
	begin := time.Duration(30+r.IntN(600)) * time.Second
	w.people.Go(func() {
		time.Sleep(begin)
		if !w.report(attempt, channels.Ringing) {
			return
		}
		w.note(attempt, call{begun: true})
		time.Sleep(wait)
		if w.report(attempt, last) && last == channels.Person {
			w.note(attempt, call{begun: true, person: true, wait: wait})
			w.reached("a call is answered")
		}
	})
	return nil
}

func (w *world) note(attempt string, c call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[attempt] = c
}

// report taps once; a process that is down takes nothing.
func (w *world) report(attempt string, kind channels.ReportKind) bool {
	contact, number := split(attempt)
	w.mu.Lock()
	e := w.engine
	w.mu.Unlock()
	return e.Report(context.Background(), probes.ManualReport{Contact: contact, Attempt: number, Report: kind, By: "kari"}) == nil
}
