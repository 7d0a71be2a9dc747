package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"golang.org/x/sync/errgroup"
)

type demoCmd struct {
	Listen    string        `default:"127.0.0.1:9724" help:"Where the board and /metrics are; a taken port moves on to a free one." placeholder:"ADDR"`
	Companies int           `default:"24" help:"How many companies take part."`
	For       time.Duration `help:"End after this time, with a summary. 0: run until interrupted." placeholder:"DURATION"`
	Dir       string        `help:"Keep the ledger in this folder; otherwise it goes with the demo." placeholder:"DIR"`
}

// demoDeadline is what stands for three working days in the demo.
const demoDeadline = 8 * time.Second

// Run runs the demo until ctx ends.
func (d demoCmd) Run(ctx context.Context, g *globals, std streams) error {
	if d.Companies < 1 || d.Companies > 1000 {
		return misuse{fmt.Errorf("--companies %d: want 1 to 1000", d.Companies)}
	}
	if d.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.For)
		defer cancel()
	}
	l, err := d.listen()
	if err != nil {
		return err
	}
	if !g.JSON {
		fmt.Fprintf(std.out, "Board:   http://%s/\nMetrics: http://%s/metrics\n\n", l.Addr(), l.Addr())
		fmt.Fprintf(std.out, "%d simulated companies are asked every 10 s and have %v to answer. Ctrl-C ends the demo.\n",
			d.Companies, demoDeadline)
	}
	dir, done, err := d.folder()
	if err != nil {
		return err
	}
	defer done()
	world := simulated.New(simulated.Options{Companies: d.Companies, Seed: "demo", Scale: demoDeadline})
	if err := world.Start(); err != nil {
		return fmt.Errorf("start companies: %w", err)
	}
	p, err := demoProgram(world, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	if err := p.open(ctx, "sqlite:"+filepath.Join(dir, "svartid.db"), "demo"); err != nil {
		return err
	}
	if err := play(ctx, world, p, l); err != nil {
		return errors.Join(err, p.ledger.Close())
	}
	return errors.Join(p.summary(context.WithoutCancel(ctx), g, std), p.ledger.Close())
}

// play runs the companies and the program side by side until ctx ends. The
// companies stay until the program is done with them.
func play(ctx context.Context, world *simulated.World, p *program, l net.Listener) error {
	stage, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return world.Run(stage) })
	g.Go(func() error {
		defer leave()
		return p.run(ctx, listeners{board: l}, webOptions{log: p.log})
	})
	return g.Wait()
}

// listen listens where the flag says or, if that is taken and nobody asked for
// it, on any free port.
func (d demoCmd) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", d.Listen)
	if err != nil && d.Listen == "127.0.0.1:9724" {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, misuse{fmt.Errorf("listen: %w", err)}
	}
	return l, nil
}

// folder returns where the ledger goes, and what clears it away.
func (d demoCmd) folder() (dir string, done func(), err error) {
	if d.Dir != "" {
		return d.Dir, func() {}, os.MkdirAll(d.Dir, 0o700)
	}
	dir, err = os.MkdirTemp("", "svartid-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// demoProgram returns the program with seconds for days.
func demoProgram(world *simulated.World, log *slog.Logger) (*program, error) {
	mailbox := world.Mailbox()
	mailbox.Canary = world.Canary()
	mailbox.IMAP.Poll, mailbox.Canary.IMAP.Poll = 500*time.Millisecond, 500*time.Millisecond
	mail, err := email.New(mailbox, email.Options{Timeout: 10 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	ed, err := demoEdition(world)
	if err != nil {
		return nil, err
	}
	return &program{
		edition: ed, channels: map[string]any{"mail": mail}, log: log, poll: 100 * time.Millisecond,
		pace: probes.Pace{
			Plan: 250 * time.Millisecond, Horizon: time.Nanosecond, Open: 20 * time.Second, Drain: 2 * time.Second,
			Settle: 2 * time.Second, Lost: 15 * time.Second, Grace: 1500 * time.Millisecond, RetryTo: 5 * time.Second,
			Canary: 5 * time.Second,
		},
	}, nil
}

// demoEdition asks every company every ten seconds.
func demoEdition(world *simulated.World) (*probes.Edition, error) {
	ticks, err := calendar.ParseCron("@every 10s", time.Local)
	if err != nil {
		return nil, err
	}
	yesterday := calendar.DateOf(time.Now()).AddDays(-1)
	ed := &probes.Edition{
		Name: "demo", From: yesterday, Seed: "demo",
		Rules: probes.Rules{
			Calendar: calendar.Calendar{Zone: time.Local},
			Within:   map[string]calendar.Within{"mail": {Duration: demoDeadline}},
			Retry:    time.Second,
		},
		Probes: []probes.Probe{{
			Name: "mail", Channel: "mail", Ticks: ticks,
			Spread: calendar.Within{Duration: 4 * time.Second}, Within: calendar.Within{Duration: demoDeadline},
		}},
		Scenarios: demoScenarios(),
	}
	for _, who := range [][2]string{
		{"Kari Nordmann", "kari.nordmann"}, {"Ola Hansen", "ola.hansen"}, {"Solveig Bråten", "solveig.braten"}, {"Per Åsnes", "per.asnes"},
	} {
		ed.Personas = append(ed.Personas, probes.Persona{Channel: "mail", Persona: channels.Persona{
			Name: who[0], Address: who[1] + "@" + world.Domain(), Tag: "catchall",
		}})
	}
	for _, co := range world.Companies() {
		ed.Companies = append(ed.Companies, probes.Company{
			ID: co.ID, Name: co.Name, Class: co.Class, Language: co.Language, Consent: yesterday,
			Reach: map[string]string{"mail": co.Address},
		})
	}
	return ed, nil
}
