package httpapi

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	defaultPatience = 10 * time.Second
	defaultAtOnce   = 32
)

var (
	// ErrSlow says that a server has not answered yet.
	ErrSlow = errors.New("the server takes long to answer")
	// ErrBusy says that a server was not asked yet, because as many others as may be
	// asked at once are slow to answer.
	ErrBusy = errors.New("not asked yet: as many servers as may be are slow to answer")
)

// A Pool reads several servers side by side, turn by turn, so that one that is slow
// does not delay the others: the turn goes on without it, and a later turn takes
// what it has said by then. A server is asked by one goroutine at a time. Fill the
// fields before the first turn; only one turn may run at a time.
type Pool[T any] struct {
	// Patience is how long a turn waits for servers once it has read one. 0 = 10 s.
	Patience time.Duration
	// AtOnce is how many servers are asked at once. 0 = 32.
	AtOnce int
	// Read reports whether a look has read anything: a turn that has read nothing
	// waits until it has, or until all have answered.
	Read func(T) bool

	slots   chan struct{}
	running map[string]*look[T]
	asked   sync.WaitGroup
}

// A look is one reading of a server. Its result is there once done is closed.
type look[T any] struct {
	done   chan struct{}
	begun  chan struct{} // closed once the server is being asked
	result T
}

// A Turn is what one turn of a pool came to.
type Turn[T any] struct {
	Fresh []T // of looks that began in this turn
	Late  []T // of looks that began in an earlier one
	// Waiting are the servers that are not read in this turn, and why: [ErrSlow] of one
	// that is being asked, [ErrBusy] of one that could not be.
	Waiting map[string]error
}

// Ask begins a look at each of the servers that is not being asked, and returns what
// has come of them. It waits for those of must in any case. It returns early
// once ctx ends, which all looks have to heed.
func (p *Pool[T]) Ask(ctx context.Context, servers map[string]func(context.Context) T, must ...string) Turn[T] {
	t := Turn[T]{Waiting: map[string]error{}}
	started := map[string]*look[T]{}
	for name, ask := range servers {
		if before := p.running[name]; before != nil {
			if !before.ended() {
				t.Waiting[name] = before.waits()
				continue
			}
			t.Late = append(t.Late, before.result)
			delete(p.running, name)
		}
		started[name] = p.begin(ctx, name, ask)
	}
	p.await(ctx, started, must)
	for name, l := range started {
		if l.ended() {
			t.Fresh = append(t.Fresh, l.result)
			delete(p.running, name)
			continue
		}
		t.Waiting[name] = l.waits()
	}
	return t
}

// Wait returns once no server is being asked any more. End the contexts of the turns
// first.
func (p *Pool[T]) Wait() { p.asked.Wait() }

// begin begins a look.
func (p *Pool[T]) begin(ctx context.Context, name string, ask func(context.Context) T) *look[T] {
	if p.slots == nil {
		atOnce := p.AtOnce
		if atOnce == 0 {
			atOnce = defaultAtOnce
		}
		p.slots, p.running = make(chan struct{}, atOnce), map[string]*look[T]{}
	}
	l := &look[T]{done: make(chan struct{}), begun: make(chan struct{})}
	p.running[name] = l
	p.asked.Go(func() {
		defer close(l.done)
		p.slots <- struct{}{} // those before it end with ctx
		defer func() { <-p.slots }()
		close(l.begun)
		l.result = ask(ctx)
	})
	return l
}

// await returns once all looks have ended, or those that must and patience is over.
func (p *Pool[T]) await(ctx context.Context, looks map[string]*look[T], must []string) {
	patience := p.Patience
	if patience == 0 {
		patience = defaultPatience
	}
	over := time.NewTimer(patience)
	defer over.Stop()
	ended := make(chan struct{}, len(looks)) // one for each that ends
	for _, l := range looks {
		p.asked.Go(func() {
			<-l.done
			ended <- struct{}{}
		})
	}
	impatient, left := false, len(looks)
	for left > 0 && (!impatient || !p.enough(looks, must)) {
		select {
		case <-ctx.Done():
			return
		case <-over.C:
			impatient = true
		case <-ended:
			left--
		}
	}
}

// enough reports whether a turn may end without the rest.
func (p *Pool[T]) enough(looks map[string]*look[T], must []string) bool {
	read := false
	for name, l := range looks {
		ended := l.ended()
		if !ended && slices.Contains(must, name) {
			return false
		}
		read = read || ended && p.Read(l.result)
	}
	return read
}

func (l *look[T]) ended() bool { return closed(l.done) }

// waits says why a look has not ended.
func (l *look[T]) waits() error {
	if closed(l.begun) {
		return ErrSlow
	}
	return ErrBusy
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
