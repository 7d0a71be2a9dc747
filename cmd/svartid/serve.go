package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
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
	pace  probes.Pace
	queue time.Duration // between the queue's looks for work; 0 = its default
	reply time.Duration // the longest that a mail server may take to answer; 0 = the channel's default
	retry time.Duration // before a deferred opener's second try; 0 = the rules' own
}

// serve runs the edition of a configuration file until ctx ends.
func serve(ctx context.Context, file string, std streams, t tempo) error {
	cfg, err := load(file)
	if err != nil {
		return err
	}
	if faults := cfg.Servable(); len(faults) > 0 {
		return misuse{faults}
	}
	edition := cfg.Probing()
	if faults := cfg.Season(); len(faults) > 0 {
		return misuse{faults}
	}
	log := slog.New(slog.NewTextHandler(std.err, nil))
	defer unmoved(log)()
	for _, note := range cfg.NotYet() {
		log.Warn("not yet in use", "note", note.Error())
	}
	p := &program{edition: edition, pace: t.pace, poll: t.queue, log: log, hooks: &hooks{}}
	if t.retry > 0 {
		p.edition.Rules.Retry = t.retry
	}
	f := fitter{cfg: cfg, clock: clockIn(cfg.Edition.Zone), reply: t.reply, hooks: p.hooks}
	if p.channels, err = f.fit(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", cfg.Web.Listen)
	if err != nil {
		return misuse{fmt.Errorf("web.listen: %w", err)}
	}
	doors := listeners{board: l}
	if hooked(p.channels) {
		if doors.hooks, err = net.Listen("tcp", cfg.Hooks.Listen); err != nil {
			return errors.Join(misuse{fmt.Errorf("hooks.listen: %w", err)}, l.Close())
		}
	}
	if err := p.open(ctx, string(cfg.Ledger.DSN), cfg.RulesDigest()); err != nil {
		return errors.Join(err, doors.close())
	}
	doors.announce(std.out)
	err = p.run(ctx, doors, webOptions{configFile: cfg.Web.ConfigFile, log: log})
	return errors.Join(err, p.ledger.Close())
}

// unmoved keeps SIGHUP from ending the program, and logs it, until the func
// that it returns is called.
func unmoved(log *slog.Logger) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range hangups {
			log.Warn("SIGHUP is ignored: a changed configuration needs a restart")
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(hangups)
		<-done
	}
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
