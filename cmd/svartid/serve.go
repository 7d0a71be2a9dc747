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

	"github.com/svartid/svartid/channels/email"
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
	p := &program{edition: edition, channels: map[string]any{}, pace: t.pace, poll: t.queue, log: log}
	if t.retry > 0 {
		p.edition.Rules.Retry = t.retry
	}
	for name, ch := range cfg.Channels {
		settings, ok := ch.Settings.(*email.Config)
		if !ok {
			continue
		}
		if p.channels[name], err = email.New(*settings, email.Options{Clock: clockIn(cfg.Edition.Zone), Timeout: t.reply}); err != nil {
			return misuse{fmt.Errorf("channel %s: %w", name, err)}
		}
	}
	l, err := net.Listen("tcp", cfg.Web.Listen)
	if err != nil {
		return misuse{fmt.Errorf("web.listen: %w", err)}
	}
	if err := p.open(ctx, string(cfg.Ledger.DSN), cfg.RulesDigest()); err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(std.out, "Board:   http://%s/\nMetrics: http://%s/metrics\n", l.Addr(), l.Addr())
	err = p.run(ctx, l, webOptions{configFile: cfg.Web.ConfigFile, log: log})
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
