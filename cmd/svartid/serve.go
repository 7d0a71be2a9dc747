package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/ledger"
)

// A service runs the edition of a configuration file, and another one once the
// file has changed and a signal says so. Its listeners stay through that.
type service struct {
	file      string
	log       *slog.Logger
	listeners listeners             // those that are open by now; the others are opened as the file says
	hangup    <-chan os.Signal      // each asks for the file to be read again; nil = none does
	up        func(listeners) error // called once: the first program is there
	accept    []string              // digests of differences that a person has accepted
	// rehearsal is true where nothing can be contested: what differs from an
	// earlier run is accepted, whatever it is.
	rehearsal bool

	cfg         *config.Config
	hooks       public.Hooks
	board       swappableHandler
	hookHandler swappableHandler
	asked       chan chan error // a request to read the file again
	reload      reloaded

	holds   string     // where the ledger is, and what it held as it was opened
	acts    int        // programs so far
	waiting chan error // who asked for the present one
}

// begin reads the file, listens and opens the ledger. What it returns is for
// run, which closes the ledger.
func (s *service) begin(ctx context.Context) (*program, error) {
	s.asked = make(chan chan error)
	var err error
	if s.cfg, err = s.readConfig(); err != nil {
		return nil, err
	}
	for _, note := range s.cfg.NotYet() {
		s.log.Warn("not yet in use", "note", note.Error())
	}
	for _, warning := range s.cfg.Rehearsing() {
		s.log.Warn("not as a season", "warning", warning.Error())
	}
	p, err := s.program(s.cfg)
	if err != nil {
		return nil, err
	}
	if err := s.listen(p); err != nil {
		return nil, err
	}
	if err := p.open(ctx, string(s.cfg.Ledger.DSN), s.cfg.RulesDigest()); err != nil {
		return nil, errors.Join(err, s.listeners.close())
	}
	if err := s.admit(ctx, p, s.cfg); err != nil {
		return nil, errors.Join(err, p.ledger.Close(), s.listeners.close())
	}
	s.accept = nil // it holds once
	return p, nil
}

// reloaded says how the last reading of the configuration went.
type reloaded struct{ failed atomic.Bool }

// A swappableHandler is a handler that may be changed while it serves. Between two it is
// unavailable.
type swappableHandler struct{ now atomic.Pointer[http.Handler] }

func (s *swappableHandler) set(h http.Handler) { s.now.Store(&h) }
func (s *swappableHandler) clear()             { s.now.Store(nil) }

// ServeHTTP lets the present handler serve.
func (s *swappableHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := s.now.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	w.Header().Set("Retry-After", "5")
	http.Error(w, "the configuration is being read", http.StatusServiceUnavailable)
}

// readConfig reads the file, and refuses what cannot be served.
func (s *service) readConfig() (*config.Config, error) {
	cfg, err := load(s.file)
	if err != nil {
		return nil, err
	}
	if faults := cfg.Servable(); len(faults) > 0 {
		return nil, misuse{faults}
	}
	if faults := cfg.Season(); len(faults) > 0 {
		return nil, misuse{faults}
	}
	if clash := clashing(cfg); clash != "" && cfg.Edition.SharedNames != "accepted" {
		return nil, misuse{fmt.Errorf("%s: personas: %s, or accept it by edition.shared_names: accepted", s.file, clash)}
	}
	return cfg, nil
}

// program makes all that runs of a configuration; the ledger is not yet open.
func (s *service) program(cfg *config.Config) (*program, error) {
	p := &program{
		edition: cfg.Probing(), pace: timingOf(cfg.Timing), poll: cfg.Timing.Queue, push: cfg.Timing.Board, log: s.log,
		hooks: &s.hooks, reload: &s.reload, again: s.again, heads: cfg.Ledger,
	}
	p.vantage = vantage(cfg.Vantage, clockIn(cfg.Edition.Zone))
	var err error
	p.channels, err = fitter{cfg: cfg, clock: clockIn(cfg.Edition.Zone), hooks: &s.hooks}.fit()
	return p, err
}

// listen takes the ports. Without a channel that is told over HTTP the public
// one is left alone.
func (s *service) listen(p *program) error {
	var err error
	if s.listeners.board == nil {
		if s.listeners.board, err = net.Listen("tcp", s.cfg.Web.Listen); err != nil {
			return misuse{fmt.Errorf("web.listen: %w", err)}
		}
	}
	if s.listeners.hooks != nil || !public.Hooked(p.channels) {
		return nil
	}
	if s.listeners.hooks, err = net.Listen("tcp", s.cfg.Hooks.Listen); err != nil {
		return errors.Join(misuse{fmt.Errorf("hooks.listen: %w", err)}, s.listeners.board.Close())
	}
	return nil
}

// run serves until ctx ends. The first program is open.
func (s *service) run(ctx context.Context, p *program) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return serveWeb(ctx, s.listeners.board, &s.board, webOptions{configFile: s.cfg.Web.ConfigFile, log: s.log})
	})
	if s.listeners.hooks != nil {
		g.Go(func() error { return public.Serve(ctx, s.listeners.hooks, &s.hookHandler) })
	}
	g.Go(func() error { return s.supervise(ctx, p) })
	return g.Wait()
}

// supervise runs one program after the other, as the configuration changes.
func (s *service) supervise(ctx context.Context, p *program) error {
	for p != nil {
		next, err := s.runOnce(ctx, p)
		if err != nil || next == nil {
			return err
		}
		p = next
	}
	return nil
}

// runOnce runs a program until ctx ends or a better configuration takes its place;
// then it returns the next, open.
func (s *service) runOnce(ctx context.Context, p *program) (next *program, err error) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	over := make(chan error, 1)
	p.prepare()
	s.board.set(p.handler(running))
	s.hookHandler.set(p.hooks.Handler(p.channels))
	if err := s.ready(); err != nil {
		return nil, errors.Join(err, p.ledger.Close())
	}
	go func() { over <- p.work(running) }()
	for {
		var answer chan error
		select {
		case err := <-over:
			return nil, errors.Join(err, p.ledger.Close())
		case <-s.hangup:
		case answer = <-s.asked:
		}
		cfg, made, err := s.successor(ctx, p.ledger)
		if err != nil {
			s.note(err, answer)
			continue
		}
		s.board.clear()
		s.hookHandler.clear()
		stop()
		if err := errors.Join(<-over, p.ledger.Close()); err != nil {
			return nil, err
		}
		if err := made.open(ctx, string(cfg.Ledger.DSN), cfg.RulesDigest()); err != nil {
			s.note(err, answer)
			return nil, fmt.Errorf("open the ledger again: %w", err)
		}
		if err := s.admit(ctx, made, cfg); err != nil {
			s.note(err, answer)
			return nil, errors.Join(fmt.Errorf("open the ledger again: %w", err), made.ledger.Close())
		}
		s.cfg, s.waiting = cfg, answer
		return made, nil
	}
}

// ready signals at the first call that the program is up.
func (s *service) ready() error {
	if s.acts++; s.acts == 1 {
		return s.up(s.listeners)
	}
	s.note(nil, s.waiting)
	s.waiting = nil
	return nil
}

// successor returns what the file says now, if it can take the place of what
// runs: the ports, the ledger and the edition stay, and what would make its
// season contestable is not accepted while it runs.
func (s *service) successor(ctx context.Context, l *ledger.Ledger) (*config.Config, *program, error) {
	cfg, err := s.readConfig()
	if err != nil {
		return nil, nil, err
	}
	for _, kept := range []struct{ key, was, is string }{
		{"web.listen", s.cfg.Web.Listen, cfg.Web.Listen},
		{"web.config_file", s.cfg.Web.ConfigFile, cfg.Web.ConfigFile},
		{"hooks.listen", s.cfg.Hooks.Listen, cfg.Hooks.Listen},
		{"ledger.dsn", string(s.cfg.Ledger.DSN), string(cfg.Ledger.DSN)},
		{"edition.name", s.cfg.Edition.Name, cfg.Edition.Name},
	} {
		if kept.was != kept.is {
			return nil, nil, fmt.Errorf("%s: %s cannot change while svartid runs: start it anew", s.file, kept.key)
		}
	}
	p, err := s.program(cfg)
	if err == nil && public.Hooked(p.channels) && s.listeners.hooks == nil {
		err = fmt.Errorf("%s: hooks.listen is not listened to yet: start svartid anew", s.file)
	}
	if err == nil {
		err = s.compare(ctx, l, p, cfg)
	}
	return cfg, p, err
}

// note keeps how a reading of the configuration went, and tells who asked.
func (s *service) note(err error, answer chan error) {
	s.reload.failed.Store(err != nil)
	if err != nil {
		s.log.Error("the configuration stays as it was", "err", err)
	} else {
		s.log.Info("the configuration was read again")
	}
	if answer != nil {
		answer <- err
	}
}

// again serves POST /-/reload: it answers once the new configuration is in
// force, or says why the old one stays.
func (s *service) again(w http.ResponseWriter, r *http.Request) {
	answer := make(chan error, 1)
	select {
	case s.asked <- answer:
	case <-r.Context().Done():
		return
	}
	select {
	case err := <-answer:
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "read again")
	case <-r.Context().Done():
	}
}

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
