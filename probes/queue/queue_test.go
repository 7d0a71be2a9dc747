package queue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// soon is how long a job that is due may take to be worked, on a busy machine.
const soon = 10 * time.Second

// A desk is a queue in a ledger on disk, and what was worked.
type desk struct {
	t      *testing.T
	file   string
	ledger *ledger.Ledger
	queue  *queue.Queue
	log    lines
	worked chan probes.Due
	stop   func()
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, file: filepath.Join(t.TempDir(), "svartid.db"), worked: make(chan probes.Due, 1000), stop: func() {}}
	d.open()
	t.Cleanup(func() { d.close() })
	return d
}

// open opens ledger and queue, as a new process does.
func (d *desk) open() {
	d.t.Helper()
	var err error
	d.ledger, err = ledger.Open(context.Background(), "sqlite:"+d.file, ledger.Options{Fold: probes.Rules{}.Fold})
	if err != nil {
		d.t.Fatal(err)
	}
	d.queue, err = queue.New(context.Background(), d.ledger, queue.Options{
		Poll: 20 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&d.log, nil)),
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) close() {
	d.t.Helper()
	d.stop()
	if err := d.ledger.Close(); err != nil {
		d.t.Error(err)
	}
}

// run runs the queue aside until stop.
func (d *desk) run(work probes.Work) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	q := d.queue
	go func() { done <- q.Run(ctx, work) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				d.t.Error(err)
			}
		case <-time.After(soon):
			d.t.Error("the queue does not stop")
		}
	})
}

// note is work that is done at once.
func (d *desk) note(_ context.Context, due probes.Due) (time.Duration, error) {
	d.worked <- due
	return 0, nil
}

// add asks for work in a transaction of its own.
func (d *desk) add(due ...probes.Due) {
	d.t.Helper()
	err := d.ledger.Update(d.t.Context(), func(tx probes.Tx) error { return d.queue.Add(d.t.Context(), tx, due...) })
	if err != nil {
		d.t.Fatal(err)
	}
}

// next returns what is worked next.
func (d *desk) next() probes.Due {
	d.t.Helper()
	select {
	case due := <-d.worked:
		return due
	case <-time.After(soon):
		d.t.Fatal("nothing was worked")
		return probes.Due{}
	}
}

// quiet fails the test if anything more is worked within a while.
func (d *desk) quiet() {
	d.t.Helper()
	select {
	case due := <-d.worked:
		d.t.Errorf("%s was worked", due.Contact)
	case <-time.After(300 * time.Millisecond):
	}
}

func due(contact string) probes.Due {
	return probes.Due{Contact: contact, Attempt: 1, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

func TestWorksEachOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
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
	d := newDesk(t)
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
	d.add(due("a")) // and stands in nobody's way
	d.next()
}

func TestUniqueWhileItWaitsOrRuns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	second, moved := due("a"), due("a")
	second.Attempt, moved.At = 2, moved.At.Add(time.Hour)
	elsewhere := due("a")
	elsewhere.At = elsewhere.At.Local()
	d.add(due("a"), due("a"))
	d.add(due("a"), elsewhere)
	release := make(chan struct{})
	d.run(func(ctx context.Context, due probes.Due) (time.Duration, error) {
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
	d := newDesk(t)
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
	d := newDesk(t)
	var times []time.Time
	d.run(func(_ context.Context, due probes.Due) (time.Duration, error) {
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
	d := newDesk(t)
	d.run(d.note)
	later := due("later")
	later.At = time.Now().Add(1500 * time.Millisecond)
	d.add(later, due("now"))
	if got := d.next(); got.Contact != "now" {
		t.Errorf("got %s first", got.Contact)
	}
	got := d.next()
	if early := later.At.Sub(time.Now()); early > 0 || !got.At.Equal(later.At) {
		t.Errorf("got it %v before its time", early)
	}
}

func TestRunWaitsForWork(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	started, finished := make(chan struct{}), false
	d.run(func(ctx context.Context, _ probes.Due) (time.Duration, error) {
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
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.queue.Run(ctx, d.note); err != nil {
		t.Errorf("got %v of a context that has ended", err)
	}
}

func TestErrorIsLoggedNotRetried(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.run(func(_ context.Context, due probes.Due) (time.Duration, error) {
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
	d := newDesk(t)
	d.add(due("a"), due("b"))
	d.close()
	d.open()
	d.run(d.note)
	d.next()
	d.next()
	d.quiet()
}

// TestKilledInMidJob: a job that was running when the process was killed is
// offered at once by the next one.
func TestKilledInMidJob(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
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
	d := newDesk(t)
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

// lines collects what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
