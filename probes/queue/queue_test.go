package queue_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
)

func TestWorksEachOnce(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.add()
	d.add(due("a"), due("b"))
	d.run(d.note)
	d.add(due("c"))
	seen := map[string]int{}
	for range 3 {
		got := d.next()
		seen[got.Contact]++
		if want := due(got.Contact); !got.At.Equal(want.At) || got.Attempt != want.Attempt {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if len(seen) != 3 {
		t.Errorf("got %v, want each of three", seen)
	}
	d.quiet()
}

func TestRolledBackNeverRuns(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.run(d.note)
	changed := errors.New("changed my mind")
	err := d.ledger.Update(t.Context(), func(tx probes.Tx) error {
		if err := d.queue.Add(t.Context(), tx, due("a")); err != nil {
			return err
		}
		return changed
	})
	if !errors.Is(err, changed) {
		t.Fatalf("got %v", err)
	}
	d.quiet()
	d.add(due("a")) // and does not block other jobs
	d.next()
}

func TestUniqueWhileItWaitsOrRuns(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	second, moved := due("a"), due("a")
	second.Attempt, moved.At = 2, moved.At.Add(time.Hour)
	elsewhere := due("a")
	elsewhere.At = elsewhere.At.Local()
	d.add(due("a"), due("a"))
	d.add(due("a"), elsewhere)
	release := make(chan struct{})
	d.run(func(ctx context.Context, due probes.Job) (time.Duration, error) {
		d.worked <- due
		<-release
		return 0, nil
	})
	d.next()
	d.add(due("a"))
	d.quiet()
	d.add(second, moved) // other attempts, or another time
	d.next()
	d.next()
	close(release)
	d.quiet()
}

func TestAgainOnceItIsDone(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.run(d.note)
	d.add(due("a"))
	d.next()
	for begun := time.Now(); len(d.worked) == 0; time.Sleep(50 * time.Millisecond) {
		d.add(due("a")) // left alone until it is written down that the first is done
		if time.Since(begun) > soon {
			t.Fatal("was not worked again")
		}
	}
}

func TestSnoozes(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	var times []time.Time
	d.run(func(_ context.Context, due probes.Job) (time.Duration, error) {
		times = append(times, time.Now()) // one after the other: there is one job
		if len(times) < 4 {
			return 300 * time.Millisecond, nil
		}
		d.worked <- due
		return 0, nil
	})
	d.add(due("a"))
	d.next()
	for i := range times[1:] {
		if pause := times[i+1].Sub(times[i]); pause < 300*time.Millisecond {
			t.Errorf("offered anew after %v, want at least 300ms", pause)
		}
	}
	d.quiet()
}

func TestWaitsForItsTime(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.run(d.note)
	later := due("later")
	later.At = time.Now().Add(1500 * time.Millisecond)
	d.add(later, due("now"))
	if got := d.next(); got.Contact != "now" {
		t.Errorf("got %s first", got.Contact)
	}
	got := d.next()
	if early := time.Until(later.At); early > 0 || !got.At.Equal(later.At) {
		t.Errorf("got it %v before its time", early)
	}
}

func TestRunWaitsForWork(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	started, finished := make(chan struct{}), false
	d.run(func(ctx context.Context, _ probes.Job) (time.Duration, error) {
		close(started)
		<-ctx.Done()
		time.Sleep(200 * time.Millisecond) // an opener that is leaving
		finished = true
		return 0, nil
	})
	d.add(due("a"))
	<-started
	d.stop()
	if !finished {
		t.Error("the queue stopped before its work")
	}
}

func TestRunOfNothing(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.queue.Run(ctx, d.note); err != nil {
		t.Errorf("got %v of a context that has ended", err)
	}
}

func TestErrorIsLoggedNotRetried(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.run(func(_ context.Context, due probes.Job) (time.Duration, error) {
		d.worked <- due
		if due.Contact == "panics" {
			panic("at the disco")
		}
		return time.Hour, fmt.Errorf("open %s: no such channel", due.Contact)
	})
	d.add(due("fails"), due("panics"))
	d.next()
	d.next()
	d.quiet()
	d.close()
	for _, want := range []string{"open fails: no such channel", "at the disco"} {
		if !strings.Contains(d.log.String(), want) {
			t.Errorf("got log %q, want %q in it", d.log.String(), want)
		}
	}
	d.open()
	d.run(d.note)
	d.add(due("fails"), due("panics")) // nothing is left in the way
	d.next()
	d.next()
}

func TestRestartKeepsJobs(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.add(due("a"), due("b"))
	d.close()
	d.open()
	d.run(d.note)
	d.next()
	d.next()
	d.quiet()
}

// TestKilledInMidJob: a job that was running when the process was killed is
// run when it is added again.
func TestKilledInMidJob(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.add(due("a"))
	if _, err := d.ledger.DB().ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1`); err != nil {
		t.Fatal(err)
	}
	d.close()
	d.open()
	d.add(due("a"))
	d.run(d.note)
	d.next()
	d.quiet()
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t)
	d.run(d.note)
	const n = 300
	var wait sync.WaitGroup
	for i := range 3 {
		wait.Go(func() {
			for j := range n {
				if j%3 == i || j%5 == 0 { // some are asked for several times
					d.add(due(fmt.Sprint(j)))
				}
			}
		})
	}
	wait.Wait()
	seen := map[string]int{}
	for len(seen) < n {
		seen[d.next().Contact]++
	}
}
