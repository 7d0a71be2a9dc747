package queue

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// Options say how eagerly work is done. The zero value suits a season.
type Options struct {
	Workers int           // openers that may be leaving at once. 0 = 50
	Poll    time.Duration // between looks for work. 0 = 1 second
	Log     *slog.Logger  // River's own warnings; nil = none
}

// A Queue keeps jobs in the database of a ledger. It implements probes.Queue.
type Queue struct {
	client *river.Client[*sql.Tx]
	opener *opener
}

var _ probes.Queue = (*Queue)(nil)

// New returns the queue that lives in a ledger, and brings its tables up to
// date.
func New(ctx context.Context, l *ledger.Ledger, opt Options) (*Queue, error) {
	driver := riversqlite.New(l.DB())
	log := slog.New(slog.DiscardHandler)
	if opt.Log != nil {
		log = slog.New(warnings{opt.Log.Handler()})
	}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("queue: migrate: %w", err)
	}
	if err := resetStale(ctx, l.DB()); err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	q := &Queue{opener: &opener{log: log}}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, q.opener); err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	q.client, err = river.NewClient(driver, &river.Config{
		FetchPollInterval: orElse(opt.Poll, time.Second),
		FetchCooldown:     min(orElse(opt.Poll, time.Second), 100*time.Millisecond),
		JobTimeout:        -1, // the engine bounds what it does
		Logger:            log,
		MaxAttempts:       1,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: orElse(opt.Workers, 50)}},
		Workers:           workers,
	})
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return q, nil
}

// resetStale removes what a process that was killed has left in River's tables: the
// jobs that it ran, which would keep the same from being asked for again until
// River gives them up after an hour, and its leadership, without which nothing
// that is scheduled starts for 15 seconds. The ledger's lock has shown that no
// other process lives on this database. What is still to be done the engine
// asks for anew.
func resetStale(ctx context.Context, db *sql.DB) error {
	for _, relic := range []string{`DELETE FROM river_job WHERE state = 'running'`, `DELETE FROM river_leader`} {
		if _, err := db.ExecContext(ctx, relic); err != nil {
			return fmt.Errorf("bury a killed process's work: %w", err)
		}
	}
	return nil
}

// Add implements probes.Queue.
func (q *Queue) Add(ctx context.Context, tx probes.Tx, due ...probes.Job) error {
	if len(due) == 0 {
		return nil
	}
	due = distinct(due) // River refuses a batch in which one is asked for twice
	jobs := make([]river.InsertManyParams, len(due))
	for i, d := range due {
		jobs[i] = river.InsertManyParams{Args: job(d)}
		if d.At.After(time.Now()) { // any other time, also a past one, waits for River's scheduler
			jobs[i].InsertOpts = &river.InsertOpts{ScheduledAt: d.At}
		}
	}
	if _, err := q.client.InsertManyTx(ctx, ledger.SQL(tx), jobs); err != nil {
		return fmt.Errorf("queue %d openers: %w", len(due), err)
	}
	return nil
}

// distinct returns each of due once, in order, whatever zone its time is in.
func distinct(due []probes.Job) []probes.Job {
	seen := make(map[probes.Job]bool, len(due))
	var once []probes.Job
	for _, d := range due {
		key := d
		key.At = d.At.Round(0).UTC()
		if !seen[key] {
			seen[key] = true
			once = append(once, d)
		}
	}
	return once
}

// Run implements probes.Queue. It may be called once.
func (q *Queue) Run(ctx context.Context, work probes.Work) error {
	q.opener.begin(func(due probes.Job) (time.Duration, error) {
		again, err := work(ctx, due)
		if ctx.Err() != nil {
			return 0, nil // what was cut short is asked for again by the next run
		}
		return again, err
	})
	background := context.WithoutCancel(ctx)
	if err := q.client.Start(background); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	<-ctx.Done()
	if err := q.client.Stop(background); err != nil {
		return fmt.Errorf("stop queue: %w", err)
	}
	return nil
}

// A job is a due opener as River keeps it.
type job probes.Job

// Kind implements river.JobArgs.
func (job) Kind() string { return "open" }

// InsertOpts makes a job unique as long as it waits or runs.
func (job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// opener works jobs by the engine's function. That runs under the engine's
// context, not River's: River stops by waiting, and the engine knows how long
// an opener may take to leave.
type opener struct {
	river.WorkerDefaults[job]
	log *slog.Logger

	mu   sync.Mutex
	work func(probes.Job) (again time.Duration, err error)
}

func (o *opener) begin(work func(probes.Job) (time.Duration, error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.work = work
}

// Work implements river.Worker.
func (o *opener) Work(_ context.Context, j *river.Job[job]) error {
	o.mu.Lock()
	work := o.work
	o.mu.Unlock()
	again, err := work(probes.Job(j.Args))
	switch {
	case err != nil:
		o.log.Error("opener", "contact", j.Args.Contact, "attempt", j.Args.Attempt, "err", err)
		return err
	case again > 0:
		return river.JobSnooze(again)
	}
	return nil
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
