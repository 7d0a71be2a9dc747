package simulated

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated/loopback"
)

// What holds where the options are silent.
const (
	defaultCompanies = 24
	defaultScale     = 8 * time.Second
	defaultDomain    = "kunder.example"

	username = "svartid"
	canary   = "canary"
)

// Options say what a world is like. The zero value is the demo's.
type Options struct {
	Companies int              // how many; 0 = 24
	Seed      string           // draws names, times and texts
	Scale     time.Duration    // the deadline that companies are timed by; 0 = 8 s
	Clock     func() time.Time // what the servers and the log go by; nil = time.Now
	Domain    string           // ours, with all below it; empty = kunder.example
	Cast      []Character      // dealt to the companies in turn; none = the usual mix
	Mischief  Mischief
}

// A World is the companies and the servers between them and svartid. Its
// methods are safe for concurrent use.
type World struct {
	opt       Options
	companies []Company
	password  string

	books    map[string]phrasebook
	mailbox  *mailbox
	smtp     *smtp.Server
	imap     *loopback.Listener
	relay    *loopback.Listener
	record   *record
	schedule *schedule
	imp      *faultInjector
	queued   atomic.Uint64

	mu      sync.Mutex
	state   state
	quit    chan struct{} // closed when the world ends
	leaving sync.Once
}

// A state is how far a world has come.
type state int

const (
	made state = iota
	listening
	running
	over
)

// New returns a world that serves nothing before Start.
func New(opt Options) *World {
	if opt.Companies == 0 {
		opt.Companies = defaultCompanies
	}
	if opt.Scale == 0 {
		opt.Scale = defaultScale
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Domain == "" {
		opt.Domain = defaultDomain
	}
	if len(opt.Cast) == 0 {
		opt.Cast = repertoire()
	}
	if opt.Mischief.Pause == 0 {
		opt.Mischief.Pause = opt.Scale / 4
	}
	w := &World{
		opt:       opt,
		companies: cast(opt.Companies, opt.Cast, opt.Seed),
		password:  cryptorand.Text(),
		record:    newRecord(),
		schedule:  newSchedule(),
		quit:      make(chan struct{}),
	}
	w.imp = &faultInjector{Mischief: opt.Mischief, quit: w.quit, r: draws(opt.Seed, "mischief")}
	return w
}

// Companies returns who can be written to, in the order of the cast. The same
// options give the same companies.
func (w *World) Companies() []Company { return slices.Clone(w.companies) }

// Start listens on two free ports of the loopback. Nothing is served before
// Run, but who connects meanwhile is not turned away.
func (w *World) Start() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state != made {
		return errors.New("world was started before")
	}
	var err error
	if w.books, err = phrasebooks(); err != nil {
		return err
	}
	if w.mailbox, err = newMailbox(username, w.password); err != nil {
		return err
	}
	if w.imap, err = loopback.Listen(); err != nil {
		return err
	}
	if w.relay, err = loopback.Listen(); err != nil {
		return errors.Join(err, w.imap.Close())
	}
	w.smtp = w.submissionServer()
	w.state = listening
	return nil
}

// Mailbox is how svartid reaches its half of the world: openers out, arrivals
// in. It holds once Start has returned.
func (w *World) Mailbox() email.Config {
	return email.Config{
		SMTP:        w.login(w.relay, username),
		IMAP:        email.Mailbox{Server: w.login(w.imap, username), Folders: []string{inbox, junk}},
		TrustedHops: []string{w.host()},
	}
}

// Canary is svartid's second mailbox, for who wants one. It holds once Start has
// returned.
func (w *World) Canary() *email.Canary {
	return &email.Canary{
		Address: canary + "@" + w.opt.Domain,
		IMAP:    email.Mailbox{Server: w.login(w.imap, canary)},
	}
}

// login is how a user logs in to the server behind l.
func (w *World) login(l *loopback.Listener, user string) email.Server {
	return email.Server{
		Host: "127.0.0.1", Port: l.Port(), TLS: email.None,
		Username: user, Password: channels.Inline(w.password),
	}
}

// Domain is ours: the mailbox catches every address at it and below it.
func (w *World) Domain() string { return w.opt.Domain }

// host is the name of our mail server.
func (w *World) host() string { return "mx." + w.opt.Domain }

// Run plays the world until ctx ends or a server breaks. When it returns
// nothing of it is left running; replies that were not yet due never come.
// A world runs once.
func (w *World) Run(ctx context.Context) error {
	w.mu.Lock()
	if w.state != listening {
		w.mu.Unlock()
		return errors.New("world is not started, or has run before")
	}
	w.state = running
	w.mu.Unlock()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts := []func() error{
		func() error { return served("SMTP", w.smtp.Serve(w.relay)) },
		func() error { return served("IMAP", w.mailbox.server.Serve(w.imap)) },
		func() error { return w.schedule.run(ctx, w.deliver) },
	}
	errs := make([]error, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() {
			errs[i] = part()
			cancel()
		})
	}
	select {
	case <-ctx.Done():
	case <-w.quit:
		cancel()
	}
	err := w.leave()
	wg.Wait()
	return errors.Join(append(errs, err)...)
}

// Close ends a world, running or not: Run returns soon after.
func (w *World) Close() error { return w.leave() }

// leave closes both listeners and waits until the connections are gone.
func (w *World) leave() error {
	w.leaving.Do(func() { close(w.quit) })
	w.mu.Lock()
	before := w.state
	w.state = over
	w.mu.Unlock()
	if before == made {
		return nil
	}
	err := errors.Join(w.relay.Close(), w.imap.Close())
	w.relay.Wait()
	w.imap.Wait()
	return err
}

// served returns what made a server stop, unless we did.
func served(protocol string, err error) error {
	if err == nil || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", protocol, err)
}

// ours reports whether our mailbox catches an address.
func (w *World) ours(address string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	return domain == w.opt.Domain || strings.HasSuffix(domain, "."+w.opt.Domain)
}
