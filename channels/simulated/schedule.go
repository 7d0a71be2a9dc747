package simulated

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// An errand is a reply that waits for its moment.
type errand struct {
	at    time.Time
	turn  int // its turn in the record
	reply int // and its place there
	kind  Kind
	from  *opener
}

// A schedule holds errands until they are due. It is safe for concurrent use.
type schedule struct {
	mu      sync.Mutex
	waiting errands
	added   chan struct{} // holds one when there is something new to look at
}

// newSchedule returns one that nothing waits in.
func newSchedule() *schedule { return &schedule{added: make(chan struct{}, 1)} }

// add puts in an errand, which may be due at once.
func (s *schedule) add(e errand) {
	s.mu.Lock()
	heap.Push(&s.waiting, e)
	s.mu.Unlock()
	select {
	case s.added <- struct{}{}:
	default:
	}
}

// run hands over each errand when it is due, one at a time, until ctx ends or
// one of them fails. What is not yet due by then is dropped.
func (s *schedule) run(ctx context.Context, deliver func(errand) error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		due, wait := s.due(time.Now())
		for _, e := range due {
			if err := deliver(e); err != nil {
				return err
			}
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-s.added:
		case <-timer.C:
		}
	}
}

// due takes out the errands that are due, and says how long to wait for more.
func (s *schedule) due(now time.Time) (due []errand, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) > 0 {
		if wait := s.waiting[0].at.Sub(now); wait > 0 {
			return due, wait
		}
		due = append(due, heap.Pop(&s.waiting).(errand))
	}
	return due, time.Hour // an added errand ends the wait
}

// errands is a heap, the earliest first.
type errands []errand

func (e errands) Len() int           { return len(e) }
func (e errands) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e errands) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *errands) Push(x any)        { *e = append(*e, x.(errand)) }
func (e *errands) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}
