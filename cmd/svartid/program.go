package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/queue"
)

// A program is one edition with all that runs and shows it.
type program struct {
	edition  *probes.Edition
	channels map[string]any
	pace     probes.Pace
	poll     time.Duration // of the queue; 0 = its default
	log      *slog.Logger

	ledger *ledger.Ledger
	queue  *queue.Queue
	senses probes.Senses
	loaded time.Time
}

// open opens the ledger, and the queue in it.
func (p *program) open(ctx context.Context, dsn, rules string) error {
	p.loaded = time.Now()
	var err error
	p.ledger, err = ledger.Open(ctx, dsn, ledger.Options{Fold: p.edition.Rules.Fold, Rules: rules})
	if err != nil {
		return err
	}
	p.queue, err = queue.New(ctx, p.ledger, queue.Options{Poll: p.poll, Log: p.log})
	if err != nil {
		return fmt.Errorf("%w; %w", err, p.ledger.Close())
	}
	return nil
}

// run runs the engine and serves what it knows on l, until ctx ends.
func (p *program) run(ctx context.Context, l net.Listener, web webOptions) error {
	engine := &probes.Engine{
		Edition: p.edition, Channels: p.channels, Ledger: p.ledger, Queue: p.queue,
		Log: p.log, Pace: p.pace, Senses: &p.senses,
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return engine.Run(ctx) })
	g.Go(func() error { return serveWeb(ctx, l, p.handler(ctx), web) })
	return g.Wait()
}

// collector shows the ledger to Prometheus.
func (p *program) collector() *metrics.Collector {
	return &metrics.Collector{
		Ledger: p.ledger, Edition: p.edition, Senses: &p.senses, Sources: p.sources(),
		Clock: time.Now, Build: build(), Loaded: p.loaded,
	}
}

// board shows the ledger to operators.
func (p *program) board() *board.Board {
	return &board.Board{Ledger: p.ledger, Edition: p.edition, Clock: time.Now}
}

// sources returns what each channel listens to.
func (p *program) sources() map[string][]string {
	all := map[string][]string{}
	for name, channel := range p.channels {
		all[name] = nil
		if listener, ok := channel.(channels.Listener); ok {
			all[name] = listener.Sources()
		}
	}
	return all
}
