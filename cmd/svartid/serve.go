package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/svartid/svartid/config"
)

type serveCmd struct{}

// Run runs the edition until ctx ends. A hangup has the configuration read
// again.
func (serveCmd) Run(ctx context.Context, g *globals, std streams) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	s := &service{
		file: g.Config, log: slog.New(slog.NewTextHandler(std.err, nil)), hangup: hangup,
		up: func(l listeners) error {
			l.announce(std.out)
			return nil
		},
	}
	p, err := s.begin(ctx)
	if err != nil {
		return err
	}
	return s.run(ctx, p)
}

// clockIn returns the clock of a zone: a mail's Date shows where its writer is.
func clockIn(zone *time.Location) func() time.Time {
	return func() time.Time { return time.Now().In(zone) }
}

// load reads the configuration; what is wrong with it is misuse.
func load(path string) (*config.Config, error) {
	cfg, err := config.Load(path)
	if err != nil {
		return nil, misuse{err}
	}
	return cfg, nil
}
