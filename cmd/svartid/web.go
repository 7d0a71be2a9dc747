package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/cmd/svartid/internal/access"
	"github.com/svartid/svartid/cmd/svartid/internal/api"
	"github.com/svartid/svartid/cmd/svartid/internal/openid"
	"github.com/svartid/svartid/cmd/svartid/internal/standby"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// webOptions say how the operators' listener is guarded.
type webOptions struct {
	configFile string // TLS and basic auth, in exporter-toolkit's format; "" = none
	log        *slog.Logger
}

// handler returns what operators see. Streams on it end with ctx.
func (p *program) handler(ctx context.Context) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	const scrapes = 4 // at once
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.NewHandler(p.collector(), registry, scrapes))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", p.ready)
	if p.again != nil {
		mux.HandleFunc("POST /-/reload", p.again)
	}
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	ranking := &report.Ranking{Ledger: p.ledger, Edition: p.edition}
	drawn := sync.OnceValue(func() planned.Plan { return planned.Draw(p.edition) }) // a start draws one already, the engine's
	api.API{Ledger: p.ledger, Edition: p.edition, Rules: p.rules, Plan: drawn, Ranking: ranking}.Mount(mux)
	pages := p.board(ranking)
	pages.Planned = func() []plan.Contact { return drawn().Contacts }
	pages.Mount(ctx, mux)
	return mux
}

// ready answers 200 once every source is heard and the ledger answers. Else it says
// what is missing, to those who may see the board.
func (p *program) ready(w http.ResponseWriter, r *http.Request) {
	missing := p.missing(r.Context())
	switch {
	case len(missing) == 0:
		fmt.Fprintln(w, "ready")
	case access.RoleOf(r.Context()).May(access.Read):
		http.Error(w, strings.Join(missing, "\n"), http.StatusServiceUnavailable)
	default:
		http.Error(w, "not ready", http.StatusServiceUnavailable)
	}
}

// missing says what keeps us from hearing or from writing down what is heard, each
// in a line.
func (p *program) missing(ctx context.Context) (all []string) {
	up, sources := p.senses.Up(), p.sources()
	for _, channel := range slices.Sorted(maps.Keys(sources)) {
		for _, source := range sources[channel] {
			which := probes.Source{Channel: channel, Name: source}
			switch heard, tried := up[which]; {
			case !tried:
				all = append(all, fmt.Sprintf("not listening to %s %s: it has not been heard since the start", channel, source))
			case !heard:
				all = append(all, fmt.Sprintf("not listening to %s %s: the log says why", channel, source))
			}
		}
	}
	err := p.ledger.View(ctx, func(tx probes.Tx) error {
		_, err := tx.Checkpoints(ctx, "")
		return err
	})
	risks, failed := p.ledger.Risks(ctx)
	if err := errors.Join(err, failed); err != nil {
		all = append(all, fmt.Sprintf("the ledger: %v", err))
	}
	for _, risk := range risks {
		all = append(all, "the ledger: "+risk)
	}
	return all
}

// stands has a process serve that it stands by, and take what it is told.
func (s *service) stands(p *program) {
	s.board.Set(s.guard.Handler(p.access, standby.Board{Why: s.outdated}.Handler()))
	s.hookHandler.Set(s.storing(p))
}

// A watch is what a replica shows of the ledger while it stands by.
type watch struct {
	service *service
	program *program // of a ledger beside that of the process that runs the edition; nil: none can be read
	tried   time.Time
	end     func() // ends what streams
}

// watchEach is how often a ledger is tried that could not be read.
const watchEach = 5 * time.Second

// refresh shows the ledger if it can be read by now, and anew if who is asked was decided
// anew.
func (w *watch) refresh(ctx context.Context) {
	if time.Since(w.tried) < watchEach || w.program != nil && !w.program.decidedAnew(ctx) {
		return
	}
	w.tried = time.Now()
	limited, cancel := context.WithTimeout(ctx, watchEach)
	defer cancel()
	next, err := w.service.beside(limited)
	if err != nil {
		w.service.log.Debug("the ledger is not shown here", "err", err)
		return
	}
	w.close()
	streams, end := context.WithCancel(ctx)
	stop := w.service.atEnd(end) // they would keep the board from being shut
	w.program, w.end = next, func() { stop(); end() }
	board := standby.Board{Why: w.service.outdated, Pages: next.watched(streams)}
	w.service.board.Set(w.service.guard.Handler(next.access, board.Handler()))
}

// close ends what is shown.
func (w *watch) close() {
	if w.program == nil {
		return
	}
	w.end()
	w.service.board.Clear()
	if err := w.program.ledger.Close(); err != nil {
		w.service.log.Warn("the ledger that was shown", "err", err)
	}
	w.program = nil
}

// beside returns a program whose ledger is open beside the process that runs the edition:
// for looking, and for people's decisions on who is asked.
func (s *service) beside(ctx context.Context) (p *program, err error) {
	if p, err = s.program(s.cfg); err != nil {
		return nil, err
	}
	if p.edition.Key, err = s.cfg.Secret(); err != nil {
		return nil, err
	}
	p.access.Secret, p.guard = p.edition.Key, s.guard
	opt, err := ledgerOptions(s.cfg)
	if err != nil {
		return nil, err
	}
	if p.ledger, err = ledger.OpenBeside(ctx, string(s.cfg.Ledger.DSN), opt); err != nil {
		return nil, err
	}
	p.rules = p.ledger.Rules()
	if p.edition, p.decisions, err = decided(ctx, p.ledger, p.edition); err != nil {
		return nil, errors.Join(err, p.ledger.Close())
	}
	return p, nil
}

// watched returns the pages of a program that does not run. What streams ends with ctx.
func (p *program) watched(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	ranking := &report.Ranking{Ledger: p.ledger, Edition: p.edition}
	drawn := sync.OnceValue(func() planned.Plan { return planned.Draw(p.edition) })
	api.API{Ledger: p.ledger, Edition: p.edition, Rules: p.rules, Plan: drawn, Ranking: ranking}.Mount(mux)
	pages := &board.Board{
		Ledger: p.ledger, Edition: p.edition, Clock: time.Now, Every: p.push, Slot: p.pace.Prompt, Prompt: p.prompt,
		Standings: standing(ranking), Accessed: p.ledger.Access,
		Decide: func(ctx context.Context, act participation.Act) error {
			return p.ledger.Update(ctx, func(tx probes.Tx) error {
				act.At = time.Now()
				return participation.Record(ctx, tx, p.edition, act)
			})
		},
		Planned: func() []plan.Contact { return drawn().Contacts },
	}
	pages.Mount(ctx, mux)
	return mux
}

// serveWeb serves h on l until ctx ends.
func serveWeb(ctx context.Context, l net.Listener, h http.Handler, opt webOptions) error {
	server := &http.Server{
		Handler: access.Headers(h), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(opt.log.Handler(), slog.LevelDebug),
	}
	flags := &web.FlagConfig{WebConfigFile: &opt.configFile}
	if err := access.Serve(ctx, server, func() error { return web.Serve(access.Limit(l), server, flags, opt.log) }); err != nil {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

// accessRules returns who may reach the operators' listener of a configuration.
func accessRules(cfg *config.Config) (rules access.Rules, err error) {
	rules = access.Rules{Names: cfg.Web.Names, Verified: cfg.Web.ChecksPasswords(), Proxy: access.Proxy{Header: cfg.Web.Proxy.Header}}
	for _, text := range cfg.Web.Proxy.From {
		net, err := netip.ParsePrefix(text)
		if address, notNet := netip.ParseAddr(text); notNet == nil {
			net, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return rules, fmt.Errorf("web.proxy.from: %w", err)
		}
		rules.Proxy.From = append(rules.Proxy.From, net)
	}
	if rules.OpenID, err = openIDOf(cfg.Web.OpenID); err != nil || cfg.Web.UsersFile == "" {
		return rules, err
	}
	text, err := os.ReadFile(cfg.Web.UsersFile)
	if err == nil {
		rules.Users, err = access.ParseUsers(text)
	}
	if err != nil {
		return rules, fmt.Errorf("web.users_file: %w", err)
	}
	return rules, nil
}

// openIDOf returns who logs in at a provider of OpenID Connect; nobody if there is none.
func openIDOf(web config.WebOpenID) (access.OpenID, error) {
	if !web.On() {
		return access.OpenID{}, nil
	}
	c := openid.Config{
		Issuer: web.Issuer, ClientID: web.ClientID, ClientSecret: web.ClientSecret, Callback: web.Callback, Scopes: web.Scopes,
		Name: web.NameClaim, Roles: web.RolesClaim, Personas: web.PersonasClaim,
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"email", "profile"}
	}
	var err error
	if web.CAFile != "" {
		if c.CA, err = channels.ReadFile(web.CAFile, channels.LargestSecret<<4); err != nil {
			return access.OpenID{}, fmt.Errorf("web.openid.ca_file: %w", err)
		}
	}
	provider, err := openid.New(c)
	if err != nil {
		return access.OpenID{}, fmt.Errorf("web.openid.ca_file: %w", err)
	}
	roles := map[string]access.Role{}
	for value, role := range web.Roles {
		roles[value] = access.Role(role)
	}
	return access.OpenID{Provider: provider, Roles: roles, Secure: strings.HasPrefix(web.Callback, "https://")}, nil
}

// listeners are where the program is met.
type listeners struct {
	board net.Listener
	hooks net.Listener // nil: no channel is told over HTTP
	tls   bool         // the board is served over TLS
}

// announce says where the board is, first of all.
func (l listeners) announce(out io.Writer) {
	l.announceBoard(out)
	if l.hooks != nil {
		fmt.Fprintf(out, "Hooks:   http://%s/hooks/\n", l.hooks.Addr())
	}
}

// announceBoard says where the board is, and by which other addresses.
func (l listeners) announceBoard(out io.Writer) {
	scheme := "http"
	if l.tls {
		scheme = "https"
	}
	for i, at := range l.addresses() {
		if i == 0 {
			fmt.Fprintf(out, "Board:   %s://%s/\nMetrics: %s://%s/metrics\n", scheme, at, scheme, at)
			continue
		}
		fmt.Fprintf(out, "Also at: %s://%s/\n", scheme, at)
	}
}

// addresses returns by what the board can be asked for, loopback first: of a listener on
// every address of the machine each of them, as no request may name what stands for all.
func (l listeners) addresses() (all []string) {
	at, ok := l.board.Addr().(*net.TCPAddr)
	if !ok || !at.IP.IsUnspecified() {
		return []string{l.board.Addr().String()}
	}
	port := strconv.Itoa(at.Port)
	all = []string{net.JoinHostPort("127.0.0.1", port)}
	known, _ := net.InterfaceAddrs() // none is known: loopback is
	for _, address := range known {
		ip, ok := address.(*net.IPNet)
		if ok && ip.IP.IsGlobalUnicast() && (at.IP.To4() == nil || ip.IP.To4() != nil) {
			all = append(all, net.JoinHostPort(ip.IP.String(), port))
		}
	}
	return all
}

// close gives the ports back.
func (l listeners) close() error {
	if l.hooks == nil {
		return l.board.Close()
	}
	return errors.Join(l.board.Close(), l.hooks.Close())
}
