package queue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/queue"
)

// A dispatcher is a queue in a bubble, and what was worked when.
type dispatcher struct {
	*queue.Queue
	t      *testing.T
	began  time.Time
	log    bytes.Buffer
	mu     sync.Mutex
	worked []string // "contact/attempt seconds"
	stop   func()
}

// dispatch runs test with a queue inside a bubble.
func dispatch(t *testing.T, workers int, test func(*dispatcher)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &dispatcher{t: t, began: time.Now(), stop: func() {}}
		d.Queue = queue.New(queue.Options{Workers: workers, Log: slog.New(slog.NewTextHandler(&d.log, nil))})
		test(d)
		d.stop()
	})
}

// run runs the queue aside until stop.
func (d *dispatcher) run(work probes.Work) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, work) }()
	d.stop = func() {
		cancel()
		if err := <-done; err != nil {
			d.t.Error(err)
		}
		d.stop = func() {}
	}
}

// note is work that is done at once.
func (d *dispatcher) note(_ context.Context, due probes.Job) (time.Duration, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.worked = append(d.worked, fmt.Sprintf("%s/%d %g", due.Contact, due.Attempt, time.Since(d.began).Seconds()))
	return 0, nil
}

// want compares what was worked by the time that nothing moves.
func (d *dispatcher) want(worked ...string) {
	d.t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.worked, worked) {
		d.t.Errorf("got %q worked, want %q", d.worked, worked)
	}
}

// at returns a job that is due some seconds after the beginning.
func (d *dispatcher) at(contact string, seconds float64) probes.Job {
	return probes.Job{Contact: contact, Attempt: 1, At: d.began.Add(time.Duration(seconds * float64(time.Second)))}
}

func TestWorksEachOnceAtItsTime(t *testing.T) {
	dispatch(t, 1, func(d *dispatcher) {
		d.Add()
		d.Add(d.at("late", 7200), d.at("b", 2.001), d.at("past", -5), d.at("a", 1))
		d.run(d.note)
		d.want("past/1 0")
		time.Sleep(1200 * time.Millisecond)
		d.Add(d.at("c", 1.5), d.at("a", 1)) // the second is done with, and is asked for anew
		time.Sleep(2 * time.Hour)
		d.want("past/1 0", "a/1 1", "a/1 1.2", "c/1 1.5", "b/1 2.001", "late/1 7200")
	})
}

func TestUniqueWhileItWaitsOrRuns(t *testing.T) {
	dispatch(t, 0, func(d *dispatcher) {
		second, elsewhere := d.at("a", 1), d.at("a", 1)
		second.Attempt = 2
		elsewhere.At = elsewhere.At.In(time.FixedZone("", 3600))
		d.Add(d.at("a", 1), d.at("a", 1), elsewhere)
		d.Add(elsewhere)
		d.run(func(ctx context.Context, due probes.Job) (time.Duration, error) {
			time.Sleep(10 * time.Second)
			return d.note(ctx, due)
		})
		time.Sleep(5 * time.Second)
		d.Add(d.at("a", 1))         // runs
		d.Add(second, d.at("a", 3)) // another attempt, and another time
		time.Sleep(time.Hour)
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.worked) != 3 || !strings.HasPrefix(d.worked[0], "a/1 11") {
			t.Errorf("got %q, want the first once and two others", d.worked)
		}
	})
}

func TestSnoozes(t *testing.T) {
	dispatch(t, 1, func(d *dispatcher) {
		again := []time.Duration{300 * time.Millisecond, 2 * time.Minute, 0}
		d.run(func(ctx context.Context, due probes.Job) (time.Duration, error) {
			_, _ = d.note(ctx, due)
			next := again[0]
			again = again[1:]
			return next, nil
		})
		d.Add(d.at("a", 0))
		time.Sleep(time.Minute)
		d.Add(d.at("a", 0)) // it waits
		time.Sleep(time.Hour)
		d.want("a/1 0", "a/1 0.3", "a/1 120.3")
	})
}

// TestWorkers: no more than so many at once, and what waits for a worker leaves in
// order.
func TestWorkers(t *testing.T) {
	dispatch(t, 2, func(d *dispatcher) {
		var running, most atomic.Int64
		for i := range 6 {
			d.Add(d.at(fmt.Sprint(i), float64(i)/100))
		}
		d.run(func(ctx context.Context, due probes.Job) (time.Duration, error) {
			most.Store(max(most.Load(), running.Add(1)))
			_, err := d.note(ctx, due)
			time.Sleep(10 * time.Second)
			running.Add(-1)
			return 0, err
		})
		time.Sleep(time.Hour)
		d.want("0/1 0", "1/1 0.01", "2/1 10", "3/1 10.01", "4/1 20", "5/1 20.01")
		if most.Load() != 2 {
			t.Errorf("%d at once, want 2", most.Load())
		}
	})
}

func TestRunWaitsForWork(t *testing.T) {
	dispatch(t, 0, func(d *dispatcher) {
		finished := false
		d.run(func(ctx context.Context, _ probes.Job) (time.Duration, error) {
			<-ctx.Done()
			time.Sleep(10 * time.Second) // an opener that is leaving
			finished = true
			return time.Second, ctx.Err()
		})
		d.Add(d.at("a", 0), d.at("b", 3600))
		synctest.Wait()
		d.stop()
		if !finished || d.log.Len() > 0 {
			t.Errorf("finished %v, told %q", finished, &d.log)
		}
	})
}

func TestErrorIsLoggedNotRetried(t *testing.T) {
	dispatch(t, 0, func(d *dispatcher) {
		d.run(func(_ context.Context, due probes.Job) (time.Duration, error) {
			if due.Contact == "panics" {
				panic("at the disco")
			}
			_, _ = d.note(context.Background(), due)
			return time.Hour, errors.New("no such channel")
		})
		d.Add(d.at("fails", 0), d.at("panics", 0))
		time.Sleep(2 * time.Hour)
		d.want("fails/1 0")
		for _, want := range []string{"contact=fails attempt=1 err=\"no such channel\"", "panic: at the disco"} {
			if !strings.Contains(d.log.String(), want) {
				t.Errorf("got log %q, want %q in it", &d.log, want)
			}
		}
		d.Add(d.at("fails", 0)) // nothing is left in the way
		d.want("fails/1 0", "fails/1 7200")
	})
}

// BenchmarkQueue prints what one opener costs: it is asked for, waits its turn and
// is worked.
func BenchmarkQueue(b *testing.B) {
	q := queue.New(queue.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan struct{}, 1)
	done := make(chan error, 1)
	go func() {
		done <- q.Run(ctx, func(context.Context, probes.Job) (time.Duration, error) {
			left <- struct{}{}
			return 0, nil
		})
	}()
	now := time.Now()
	for i := range b.N {
		q.Add(probes.Job{Contact: "a", Attempt: i, At: now})
		<-left
	}
	cancel()
	<-done
}
