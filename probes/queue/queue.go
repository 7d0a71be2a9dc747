package queue

import (
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
)

// longestSleep bounds how long the queue sleeps by a timer, which does not
// notice that the clock has been set.
const longestSleep = time.Minute

// Options say how eagerly work is done. The zero value suits a season.
type Options struct {
	Workers int          // openers that may be leaving at once. 0 = 50
	Log     *slog.Logger // where failed work is told; nil = nowhere
}

// A Queue keeps jobs in memory. It implements probes.Queue, and is made by New.
type Queue struct {
	workers int
	log     *slog.Logger
	wake    chan struct{} // has one when there is something to look at

	mu      sync.Mutex
	waiting schedule
	held    map[probes.Job]bool // waits or runs
	running int
}

var _ probes.Queue = (*Queue)(nil)

// New returns a queue that holds nothing.
func New(opt Options) *Queue {
	q := &Queue{workers: opt.Workers, log: opt.Log, wake: make(chan struct{}, 1), held: map[probes.Job]bool{}}
	if q.workers == 0 {
		q.workers = 50
	}
	if q.log == nil {
		q.log = slog.New(slog.DiscardHandler)
	}
	return q
}

// Add implements probes.Queue.
func (q *Queue) Add(due ...probes.Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range due {
		d.At = d.At.Round(0).UTC() // the same instant is the same job, whatever zone it is told in
		if !q.held[d] {
			q.held[d] = true
			heap.Push(&q.waiting, entry{d, d.At})
		}
	}
	q.look()
}

// Run implements probes.Queue. It may be called once.
func (q *Queue) Run(ctx context.Context, work probes.Work) error {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		due, next := q.take(time.Now())
		for _, d := range due {
			running.Go(func() { q.do(ctx, d, work) })
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-time.After(next):
		}
	}
	return nil
}

// take removes and returns what is due and a worker is free for, and how long to
// sleep if nothing else happens.
func (q *Queue) take(now time.Time) (due []probes.Job, next time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) > 0 && q.running < q.workers {
		if wait := q.waiting[0].at.Sub(now); wait > 0 {
			return due, min(wait, longestSleep)
		}
		due = append(due, heap.Pop(&q.waiting).(entry).Job)
		q.running++
	}
	return due, longestSleep
}

// do does one job, and puts it back if it is to be done again. What was cut
// short is asked for again by the next run.
func (q *Queue) do(ctx context.Context, due probes.Job, work probes.Work) {
	again, err := guarded(ctx, due, work)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	switch {
	case err != nil && ctx.Err() == nil:
		q.log.Error("opener", "contact", due.Contact, "attempt", due.Attempt, "err", err)
		delete(q.held, due)
	case again > 0:
		heap.Push(&q.waiting, entry{due, time.Now().Add(again).Round(0)})
	default:
		delete(q.held, due)
	}
	q.look()
}

// guarded does one job. A panic costs that job alone, and is told as an error.
func guarded(ctx context.Context, due probes.Job, work probes.Work) (again time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return work(ctx, due)
}

// look wakes Run.
func (q *Queue) look() {
	select {
	case q.wake <- struct{}{}:
	default: // it is about to wake
	}
}

// An entry is a job, and when it is to be done: at its time, or again later.
type entry struct {
	probes.Job
	at time.Time
}

// A schedule is a heap of entries, the earliest first. It implements heap.Interface.
type schedule []entry

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].at.Before(s[j].at) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)        { *s = append(*s, x.(entry)) }

// Pop removes the last.
func (s *schedule) Pop() any {
	last := len(*s) - 1
	e := (*s)[last]
	*s = (*s)[:last]
	return e
}
