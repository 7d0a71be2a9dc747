package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
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
