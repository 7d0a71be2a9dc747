package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
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
	dir, done, err := d.folder()
	if err != nil {
		return err
	}
	defer done()
	// Whoever writes where nobody reads any more would be ended by SIGPIPE, and
	// leave the folder behind.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := untilHangup(ctx)
	defer stop()
	if d.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.For)
		defer cancel()
	}
	l, err := d.listen()
	if err != nil {
		return err
	}
	defer l.Close()
	world := simulated.New(simulated.Options{Companies: d.Companies, Seed: "demo", Scale: demoDeadline})
	if err := world.Start(); err != nil {
		return fmt.Errorf("start companies: %w", err)
	}
	p, err := demoProgram(world, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	if err := p.open(ctx, demoDSN(dir), "demo"); err != nil {
		return d.blame(err)
	}
	err = d.welcome(l, g, std)
	if err == nil {
		err = play(ctx, world, p, l)
	}
	if err == nil {
		err = d.farewell(context.WithoutCancel(ctx), p, g, std)
	}
	return errors.Join(err, p.ledger.Close())
}

// welcome says where to look.
func (d demoCmd) welcome(l net.Listener, g *globals, std streams) error {
	if g.JSON {
		return nil
	}
	_, err := fmt.Fprintf(std.out, "Board:   http://%s/\nMetrics: http://%s/metrics\n\n"+
		"%d simulated companies are asked every 10 s and have %v to answer. Ctrl-C ends the demo.\n",
		l.Addr(), l.Addr(), d.Companies, demoDeadline)
	return err
}

// farewell prints the summary and, if the ledger stays, what it is good for.
func (d demoCmd) farewell(ctx context.Context, p *program, g *globals, std streams) error {
	if err := p.summary(ctx, g, std); err != nil || d.Dir == "" || g.JSON {
		return err
	}
	var some []probes.Contact
	err := p.ledger.View(ctx, func(tx probes.Tx) (err error) {
		some, err = tx.Find(ctx, probes.Query{Edition: p.edition.Name, Outcomes: []probes.Outcome{probes.Answered}, Limit: 1})
		return err
	})
	if err != nil {
		return err
	}
	contact := "CONTACT"
	if len(some) > 0 {
		contact = some[0].ID
	}
	_, err = fmt.Fprintf(std.out, "\nThe ledger is kept. It tells the whole story of a contact, such as this one's:\n"+
		"  svartid explain --dir %s %s\n", d.Dir, contact)
	return err
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
		return d.Dir, func() {}, d.blame(os.MkdirAll(d.Dir, 0o700))
	}
	dir, err = os.MkdirTemp("", "svartid-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// blame marks what is wrong with a ledger as misuse if it lies in a folder that
// was asked for.
func (d demoCmd) blame(err error) error {
	if err == nil || d.Dir == "" {
		return err
	}
	return misuse{fmt.Errorf("--dir %s: %w", d.Dir, err)}
}

// demoDSN names the ledger of a demo in a folder.
func demoDSN(dir string) string { return "sqlite:" + filepath.Join(dir, "svartid.db") }

// untilHangup returns a context that ends when the terminal is closed, unless
// whoever started us wants that ignored, as nohup does.
func untilHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // whoever asks twice is not kept waiting
	return ctx, stop
}

// demoProgram returns the program with seconds for days.
func demoProgram(world *simulated.World, log *slog.Logger) (*program, error) {
	mailbox := world.Mailbox()
	mailbox.IMAP.Poll = 500 * time.Millisecond
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
