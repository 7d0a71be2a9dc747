package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/shopper"
	"github.com/svartid/svartid/channels/simulated/world"
	"github.com/svartid/svartid/cmd/svartid/internal/logging"
	"github.com/svartid/svartid/cmd/svartid/internal/prompts"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

type demoCmd struct {
	Listen    string        `default:"127.0.0.1:9724" help:"Where the board and /metrics are; a taken port moves on to a free one." placeholder:"ADDR"`
	Companies int           `default:"24" help:"How many companies take part."`
	For       time.Duration `help:"End after this time, with a summary. 0: run until interrupted." placeholder:"DURATION"`
	Level     string        `name:"log-level" default:"error" enum:"debug,info,warn,error" help:"What is logged: debug, info, warn or error." placeholder:"LEVEL"`
	Format    string        `name:"log-format" default:"text" enum:"text,json" help:"How it is written: text (logfmt) or json." placeholder:"FORMAT"`
	Dir       string        `help:"Keep the configuration and the ledger in this folder; otherwise they go with the demo." placeholder:"DIR"`
}

// Run writes the configuration of a simulated world and serves it until ctx
// ends.
func (d demoCmd) Run(ctx context.Context, g *globals, std streams) error {
	if d.Companies < 1 || d.Companies > 1000 {
		return misuse{fmt.Errorf("--companies %d: want 1 to 1000", d.Companies)}
	}
	dir, done, err := d.folder()
	if err != nil {
		return err
	}
	defer done()
	// SIGPIPE would end a demo whose output is no longer read, and leave its
	// folder behind.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := untilHangup(ctx)
	defer stop()
	if d.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.For)
		defer cancel()
	}
	open, err := d.listen()
	if err != nil {
		return err
	}
	defer open.close()
	w := world.New(world.Options{Companies: d.Companies, Hooks: "http://" + open.hooks.Addr().String() + "/hooks/"})
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Close()
	file, err := w.Write(dir, world.Serving{Board: open.board.Addr().String(), Hooks: open.hooks.Addr().String()})
	if err != nil {
		return d.blame(err)
	}
	// What companies refuse is on the board, and no reason to warn.
	log := logging.Flags{Level: d.Level, Format: d.Format}.Logger(std.err)
	s := &service{
		file: file, log: log, listeners: open, rehearsal: true, said: std.err,
		up: func(l listeners) error { return d.welcome(l, g, std) },
	}
	p, err := s.begin(ctx)
	if err != nil {
		return d.blame(err)
	}
	if err := rehearse(ctx, s, p, w); err != nil {
		return err
	}
	return d.farewell(context.WithoutCancel(ctx), file, g, std)
}

// rehearse runs the companies, the shopper and the service side by side until
// ctx ends. The companies stay until the service is done with them.
func rehearse(ctx context.Context, s *service, p *program, w *world.World) (err error) {
	person, done, err := shopperOf(ctx, s, w)
	if err != nil {
		return errors.Join(err, p.ledger.Close())
	}
	defer func() { err = errors.Join(err, done()) }()
	open, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.Run(open) })
	g.Go(func() error { return person.Run(ctx) })
	g.Go(func() error {
		defer leave()
		return s.run(ctx, p)
	})
	if pages, ok := p.channels["messenger"].(enroller); ok {
		g.Go(func() error { return w.Enrol(pages.EnrolLink) })
	}
	return g.Wait()
}

// An enroller is a channel that knows a persona by a link that was followed.
type enroller interface {
	EnrolLink(persona, page string) (string, error)
}

// shopperOf returns the person who sends what waits in the queue of a service,
// and what closes the ledger that it is seen in.
func shopperOf(ctx context.Context, s *service, w *world.World) (*shopper.Shopper, func() error, error) {
	b, err := openSession(ctx, s.file, ledger.OpenBeside)
	if err != nil {
		return nil, nil, err
	}
	person := &shopper.Shopper{
		Queue: prompts.Queue{Engine: &engine.Engine{Edition: b.edition, Ledger: b.Ledger, Log: s.log, Timing: timingOf(b.cfg.Timing)}},
		Pages: w.Platform(), Calls: map[string]simulated.Behaviour{}, Deadline: world.Deadline, Log: s.log,
	}
	for _, r := range w.Roles("phone") {
		person.Calls[r.Reach] = r.Behaviour
	}
	return person, b.Close, nil
}

// welcome says where to look.
func (d demoCmd) welcome(l listeners, g *globals, std streams) error {
	if at := l.board.Addr().String(); (world.Serving{Board: at}).Open() {
		fmt.Fprintf(std.err, "svartid: there is no login: everyone who reaches %s from another machine sees the demo's board, and acts on it as organiser\n", at)
	}
	if g.JSON {
		return nil
	}
	board := l.addresses()[0]
	l.announceBoard(std.out)
	_, err := fmt.Fprintf(std.out, "\n%d simulated companies are asked every 10 to 20 s: by mail, in chats, on Messenger and by telephone.\n"+
		"They have %v to answer, on Messenger %v, and who is silent is asked once more, by mail excepted.\n"+
		"Some calls are left to you: they wait at http://%s/queue. Ctrl-C ends the demo.\n",
		d.Companies, world.Deadline, world.PageDeadline, board)
	return err
}

// farewell prints the summary and, if the folder stays, what it is good for.
func (d demoCmd) farewell(ctx context.Context, file string, g *globals, std streams) (err error) {
	b, err := openSession(ctx, file, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if err := b.summary(ctx, g, std); err != nil || d.Dir == "" || g.JSON {
		return err
	}
	var some []probes.Contact
	err = b.View(ctx, func(tx probes.Tx) (err error) {
		some, err = tx.Find(ctx, probes.Query{Edition: b.edition.Name, Outcomes: []probes.Outcome{probes.Answered}, Limit: 1})
		return err
	})
	if err != nil {
		return err
	}
	contact := "CONTACT"
	if len(some) > 0 {
		contact = some[0].ID
	}
	_, err = fmt.Fprintf(std.out, "\nThe configuration and the ledger are kept. Every verb works on them, such as\n"+
		"  svartid -c %s standings\n  svartid -c %s explain %s\n", file, file, contact)
	return err
}

// listen listens where the flag says or, if its default is taken, on any free
// port; and on another for the hooks.
func (d demoCmd) listen() (open listeners, err error) {
	open.board, err = net.Listen("tcp", d.Listen)
	if err != nil && d.Listen == "127.0.0.1:9724" {
		open.board, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return open, misuse{fmt.Errorf("listen: %w", err)}
	}
	if open.hooks, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return open, errors.Join(fmt.Errorf("listen for hooks: %w", err), open.board.Close())
	}
	return open, nil
}

// folder returns where the demo writes, and what clears it away.
func (d demoCmd) folder() (dir string, done func(), err error) {
	if d.Dir != "" {
		return d.Dir, func() {}, d.blame(os.MkdirAll(d.Dir, 0o700))
	}
	dir, err = os.MkdirTemp("", "svartid-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// blame marks what is wrong with a folder as misuse if it was asked for.
func (d demoCmd) blame(err error) error {
	if err == nil || d.Dir == "" {
		return err
	}
	return misuse{fmt.Errorf("--dir %s: %w", d.Dir, err)}
}

// untilHangup returns a context that ends when the terminal is closed, unless
// that was to be ignored from the start, as nohup has it.
func untilHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // the second one ends the process at once
	return ctx, stop
}

// summary prints what became of everyone's contacts.
func (b *session) summary(ctx context.Context, g *globals, std streams) error {
	var totals probes.Totals
	err := b.View(ctx, func(tx probes.Tx) (err error) {
		totals, err = tx.Totals(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	s := report.Summarise(b.edition, totals, time.Now())
	if g.JSON {
		return json.NewEncoder(std.out).Encode(s.Companies)
	}
	fmt.Fprintln(std.out)
	return s.Print(std.out)
}
