package queue_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// soon is how long a job that is due may take to be worked, on a busy machine.
const soon = time.Minute

// A dispatcher is a queue in a ledger on disk, and what was worked.
type dispatcher struct {
	t      *testing.T
	file   string
	ledger *ledger.Ledger
	queue  *queue.Queue
	log    lines
	worked chan probes.Job
	stop   func()
}

func newDispatcher(t *testing.T) *dispatcher {
	d := &dispatcher{t: t, file: filepath.Join(t.TempDir(), "svartid.db"), worked: make(chan probes.Job, 1000), stop: func() {}}
	d.open()
	t.Cleanup(func() { d.close() })
	return d
}

// open opens ledger and queue, as a new process does.
func (d *dispatcher) open() {
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

func (d *dispatcher) close() {
	d.t.Helper()
	d.stop()
	if err := d.ledger.Close(); err != nil {
		d.t.Error(err)
	}
}

// run runs the queue aside until stop.
func (d *dispatcher) run(work probes.Work) {
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
func (d *dispatcher) note(_ context.Context, due probes.Job) (time.Duration, error) {
	d.worked <- due
	return 0, nil
}

// add asks for work in a transaction of its own.
func (d *dispatcher) add(due ...probes.Job) {
	d.t.Helper()
	err := d.ledger.Update(d.t.Context(), func(tx probes.Tx) error { return d.queue.Add(d.t.Context(), tx, due...) })
	if err != nil {
		d.t.Fatal(err)
	}
}

// next returns what is worked next.
func (d *dispatcher) next() probes.Job {
	d.t.Helper()
	select {
	case due := <-d.worked:
		return due
	case <-time.After(soon):
		d.t.Fatal("nothing was worked")
		return probes.Job{}
	}
}

// quiet fails the test if anything more is worked within a while.
func (d *dispatcher) quiet() {
	d.t.Helper()
	select {
	case due := <-d.worked:
		d.t.Errorf("%s was worked", due.Contact)
	case <-time.After(300 * time.Millisecond):
	}
}

func due(contact string) probes.Job {
	return probes.Job{Contact: contact, Attempt: 1, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
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
