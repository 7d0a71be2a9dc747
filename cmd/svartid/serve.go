package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
)

type serveCmd struct{}

// Run runs the edition until ctx ends.
func (serveCmd) Run(ctx context.Context, g *globals, std streams) error {
	return serve(ctx, g.Config, std, tempo{})
}

// A tempo is how fast an edition runs. The zero value suits a season.
type tempo struct {
	pace  probes.Timing
	queue time.Duration // between the queue's looks for work; 0 = its default
	reply time.Duration // the longest that a mail server may take to answer; 0 = the channel's default
	retry time.Duration // before a deferred opener's second try; 0 = the rules' own
}

// serve runs the edition of a configuration file until ctx ends.
func serve(ctx context.Context, file string, std streams, t tempo) error {
	s := &service{
		file: file, tempo: t, log: slog.New(slog.NewTextHandler(std.err, nil)),
		hooks: &hooks{}, asked: make(chan chan error), out: std.out,
	}
	var err error
	if s.cfg, err = s.readConfig(); err != nil {
		return err
	}
	for _, note := range s.cfg.NotYet() {
		s.log.Warn("not yet in use", "note", note.Error())
	}
	p, err := s.program(s.cfg)
	if err != nil {
		return err
	}
	if err := s.listen(p); err != nil {
		return err
	}
	if err := p.open(ctx, string(s.cfg.Ledger.DSN), s.cfg.RulesDigest()); err != nil {
		return errors.Join(err, s.doors.close())
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
