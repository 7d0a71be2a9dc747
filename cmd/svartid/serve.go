package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/svartid/svartid/cmd/svartid/internal/access"
	"github.com/svartid/svartid/cmd/svartid/internal/handover"
	"github.com/svartid/svartid/cmd/svartid/internal/inbound"
	"github.com/svartid/svartid/cmd/svartid/internal/logging"
	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/cmd/svartid/internal/stuck"
	"github.com/svartid/svartid/cmd/svartid/internal/vantage"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/probes/engine/clock"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/progress"
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
	files       string // digest of what its files hold
	hooks       public.Hooks
	guard       *access.Guard
	board       handover.Handler
	hookHandler handover.Handler
	asked       chan chan error // a request to read the file again
	asking      *rate.Limiter   // of such requests
	reload      reloaded
	newer       atomic.Bool   // the ledger is a newer svartid's
	desk        *inbound.Desk // what replicas were told over HTTP
	steady      clock.Steady  // outlives each program: what it has seen of our clock is not forgotten by a reload

	said    io.Writer                       // where it says where it was, should it not end
	drain   atomic.Int64                    // for how long openers may arrive at the end, in nanoseconds
	atEnd   func(func()) (stop func() bool) // has something done when the service is to end
	holds   string                          // where the ledger is, and what it held as it was opened
	shown   bool                            // it was said where the board is
	reread  bool                            // the present program is of a file that was read again
	waiting chan error                      // who asked for that
}

// begin reads the file, listens and opens the ledger, unless another process has it
// on a server: then the program that it returns has none, and stands by. What it
// returns is for run, which closes the ledger.
func (s *service) begin(ctx context.Context) (*program, error) {
	s.asked, s.asking = make(chan chan error), rate.NewLimiter(rate.Every(reloadEach), reloadsAtOnce)
	var err error
	if s.cfg, err = s.readConfig(); err != nil {
		return nil, err
	}
	if s.desk, err = deskOf(s.cfg, s.log); err != nil {
		return nil, err
	}
	for _, note := range s.cfg.NotYet() {
		s.log.Warn("not yet in use", "note", note.Error())
	}
	for _, warning := range s.cfg.Exposed() {
		s.log.Warn("not kept to ourselves", "warning", warning.Error())
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
	err = s.take(ctx, p)
	if err != nil && !s.others(err) {
		return nil, errors.Join(err, s.listeners.close())
	}
	return p, nil
}

// decisionsEach is how often the ledger is asked whether people have decided anew who
// takes part.
const decisionsEach = time.Second

// How often POST /-/reload has the file read again: a loop of requests must leave
// time to listen and to send.
const (
	reloadEach    = 10 * time.Second
	reloadsAtOnce = 8
)

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

// telephones is the file that keeps the keys of Web Push, and the telephones.
func telephones(cfg *config.Config) string {
	return cmp.Or(cfg.Web.PushFile, filepath.Join(filepath.Dir(cfg.Edition.SecretFile), "push.json"))
}

// program makes all that runs of a configuration; the ledger is not yet open.
func (s *service) program(cfg *config.Config) (*program, error) {
	p := &program{
		edition: cfg.Probing(), pace: timingOf(cfg.Timing), push: cfg.Timing.Board, log: s.log,
		hooks: &s.hooks, reload: &s.reload, again: s.again, kept: cfg.Ledger, steady: &s.steady, desk: s.desk,
		telephones: telephones(cfg),
	}
	places := 0
	for _, co := range p.edition.Companies {
		places += len(co.Reach)
	}
	p.byClass = cfg.Metrics.ByClass(places)
	p.vantage = vantage.Of(cfg.Vantage, clockIn(cfg.Edition.Zone))
	var err error
	if p.evidenceKey, err = cfg.EvidenceKey(); err != nil {
		return nil, misuse{err}
	}
	if public, err := url.Parse(cfg.Hooks.PublicURL); err == nil && public.Host != "" {
		p.hookNames = access.Names{public.Hostname()}
	}
	if p.access, err = accessRules(cfg); err != nil {
		return nil, misuse{err}
	}
	p.access.Log = s.log
	p.channels, err = fitter{cfg: cfg, clock: clockIn(cfg.Edition.Zone), hooks: &s.hooks, log: s.log, desk: s.desk}.fit()
	return p, err
}

// listen takes the ports. Without a channel that is told over HTTP the public
// one is left alone.
func (s *service) listen(p *program) error {
	var err error
	s.listeners.tls = s.cfg.Web.TLS()
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

// run serves until ctx ends. The first program is open. At the end no hook is taken
// any more, those under way are heard, and then the engine is stopped, which lets
// openers arrive that are leaving.
func (s *service) run(ctx context.Context, p *program) error {
	s.guard = access.NewGuard()
	g, ctx := errgroup.WithContext(progress.With(ctx, nil)) // pages do not say how long they take
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g.Go(func() error {
		return serveWeb(ctx, s.listeners.board, &s.board, webOptions{configFile: s.cfg.Web.ConfigFile, log: s.log})
	})
	if s.listeners.hooks != nil {
		g.Go(func() error {
			defer stop()
			return public.Serve(ctx, s.listeners.hooks, &s.hookHandler)
		})
	} else {
		context.AfterFunc(ctx, stop)
	}
	s.atEnd = func(do func()) func() bool { return context.AfterFunc(ctx, do) }
	defer stuck.Watch(ctx, s.longestEnd, s.said)()
	g.Go(func() error { return s.supervise(working, p) })
	return errors.Join(g.Wait(), s.desk.Close())
}

// longestEnd is how long the end of a program may take: what lasts a minute longer than
// openers are given to arrive never comes.
func (s *service) longestEnd() time.Duration { return time.Minute + time.Duration(s.drain.Load()) }

// supervise runs one program after the other, as the configuration changes.
func (s *service) supervise(ctx context.Context, p *program) error {
	for p != nil {
		if p.ledger == nil {
			var err error
			if p, err = s.standBy(ctx, p); err != nil || p == nil {
				return err
			}
		}
		next, err := s.runOnce(ctx, p)
		if err != nil || next == nil {
			return err
		}
		p = next
	}
	return nil
}

// runOnce runs a program until ctx ends, a better configuration takes its place or
// another process its ledger; then it returns the next, which is open, or is to stand
// by.
func (s *service) runOnce(ctx context.Context, p *program) (next *program, err error) {
	s.drain.Store(int64(p.pace.Drain))
	running, stop := context.WithCancel(ctx)
	defer stop()
	over := make(chan error, 1)
	p.prepare()
	p.access.Secret, p.guard = p.edition.Key, s.guard
	streams, endStreams := context.WithCancel(running)
	defer endStreams()
	defer s.atEnd(endStreams)() // they would keep the board from being shut
	s.board.Set(s.guard.Handler(p.access, p.handler(streams)))
	if err := s.ready(); err != nil {
		return nil, errors.Join(err, p.ledger.Close())
	}
	go func() { over <- p.work(running) }()
	closeHooks := s.openHooks(running, p)
	defer closeHooks()
	decided := p.decisionsAnew(running)
	for {
		var answer chan error
		successor := s.changed
		select {
		case err := <-over:
			return s.ended(p, err)
		case <-p.ledger.Lost():
			defer stuck.After(s.longestEnd(), s.said)()
			closeHooks()
			stop()
			return s.ended(p, <-over)
		case <-s.hangup:
		case answer = <-s.asked:
		case <-decided:
			successor = s.decided
		}
		cfg, made, err := successor(ctx, p.ledger)
		if err != nil || made == nil {
			s.note(err, answer)
			continue
		}
		made.senses.Assume(s.unchanged(cfg, p.senses.Up()))
		closeHooks() // what comes by them is heard to its end before the engine is stopped
		stop()
		err = <-over // the board is served as long as its ledger is open
		s.board.Clear()
		if err := errors.Join(err, p.ledger.Close()); err != nil {
			return nil, err
		}
		return s.follow(ctx, made, cfg, answer)
	}
}

// passed reports whether an error of opening a ledger says that another process has it,
// or that its server is out of reach.
func (s *service) passed(err error) bool { return s.others(err) || ledger.Unreachable(err) }

// others reports whether an error of opening a ledger on a server says that another
// process has it, or will have.
func (s *service) others(err error) bool {
	var held *ledger.InUseError
	return errors.As(err, &held) || s.isNewers(err)
}

// isNewers reports whether an error of opening a ledger on a server says that it is a newer
// svartid's, which may be at work or about to be.
func (s *service) isNewers(err error) bool {
	var newer *ledger.NewerError
	return s.cfg.Ledger.DSN.Postgres() && errors.As(err, &newer)
}

// outdated says why this process cannot take over, whoever ends; empty: it can.
func (s *service) outdated() string {
	if s.newer.Load() {
		return "the ledger is a newer svartid's, and this one takes over no more: replace it"
	}
	return ""
}

// goneBack returns the version of a newer fold that it was accepted to go back from, as
// fold-17; zero if none was.
func goneBack(accepted []string) (newest int) {
	for _, what := range accepted {
		if version, ok := strings.CutPrefix(what, "fold-"); ok {
			newest, _ = strconv.Atoi(version) // what is no number is none's digest either
		}
	}
	return newest
}

// openHooks has the hooks of a program served as soon as its channels listen. What
// it returns has deliveries wait for the next program; it may be called again.
func (s *service) openHooks(ctx context.Context, p *program) (closeHooks func()) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if p.awaitHooks(ctx); ctx.Err() == nil {
			s.hookHandler.Set(p.hooks.Handler(p.desk.Hearing(p.channels), p.hookNames))
		}
	}()
	return sync.OnceFunc(func() {
		stop()
		<-done
		s.hookHandler.Clear()
	})
}

// ready signals at the first call that the program is up, and to who has asked for it
// that it has taken the last one's place.
func (s *service) ready() error {
	if s.waiting != nil || s.reread {
		s.note(nil, s.waiting)
		s.waiting, s.reread = nil, false
	}
	return s.show()
}

// show says once where the board is.
func (s *service) show() error {
	if s.shown {
		return nil
	}
	s.shown = true
	return s.up(s.listeners)
}

// note keeps how a reading of the configuration went, and tells who asked.
func (s *service) note(err error, answer chan error) {
	s.reload.failed.Store(err != nil)
	if err != nil {
		s.log.Error("the configuration stays as it was", "err", err)
	} else {
		now := time.Now()
		s.reload.at.Store(&now)
		s.log.Info("the configuration was read again")
	}
	if answer != nil {
		answer <- err
	}
}

// again serves POST /-/reload: it answers once the new configuration is in
// force, or says why the old one stays.
func (s *service) again(w http.ResponseWriter, r *http.Request) {
	if !s.asking.Allow() {
		w.Header().Set("Retry-After", strconv.Itoa(int(reloadEach.Seconds())))
		http.Error(w, "the configuration was read again too often", http.StatusTooManyRequests)
		return
	}
	s.log.Info("asked to read the configuration again", "by", board.Served(r).Name)
	handover.Detach(r.Context())
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
	logging.Flags
	Accept []string `help:"Go on in spite of a difference between the ledger and the configuration that would make the season contestable, by its digest; kept, and good for once." placeholder:"WHAT"`
}

// Run runs the edition until ctx ends. A hangup has the configuration read
// again.
func (c serveCmd) Run(ctx context.Context, g *globals, std streams) error {
	beSmall()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	s := &service{
		file: g.Config, log: c.Logger(std.err), hangup: hangup,
		accept: c.Accept, said: std.err,
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

// beSmall has memory collected twice as often as Go does, unless the environment says
// how often: what a season holds in memory is small, and what is read and thrown away
// would double it.
func beSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}
