package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

type serveCmd struct {
	Accept []string `help:"Go on in spite of a difference between the ledger and the configuration that would make the season contestable, by its digest; kept, and good for once." placeholder:"WHAT"`
}

// Run runs the edition until ctx ends. A hangup has the configuration read
// again.
func (c serveCmd) Run(ctx context.Context, g *globals, std streams) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	s := &service{
		file: g.Config, log: slog.New(slog.NewTextHandler(std.err, nil)), hangup: hangup,
		accept: c.Accept,
	}
	s.up = func(l listeners) error {
		l.announce(std.out)
		_, err := fmt.Fprintf(std.out, "Ledger:  %s\n", s.holds)
		return err
	}
	p, err := s.begin(ctx)
	if err != nil {
		return err
	}
	return s.run(ctx, p)
}
