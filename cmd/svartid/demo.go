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

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/channels/messenger"
	"github.com/svartid/svartid/probes"
)

type demoCmd struct {
	Listen    string        `default:"127.0.0.1:9724" help:"Where the board and /metrics are; a taken port moves on to a free one." placeholder:"ADDR"`
	Companies int           `default:"24" help:"How many companies take part."`
	For       time.Duration `help:"End after this time, with a summary. 0: run until interrupted." placeholder:"DURATION"`
	Dir       string        `help:"Keep the ledger in this folder; otherwise it goes with the demo." placeholder:"DIR"`
}

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
	doors, err := d.listen()
	if err != nil {
		return err
	}
	defer doors.close()
	t := newTown(d.Companies, "http://"+doors.hooks.Addr().String()+"/hooks/")
	if err := t.start(); err != nil {
		return err
	}
	// What companies refuse is on the board, and no reason to warn.
	p, err := demoProgram(t, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	if err := p.open(ctx, demoDSN(dir), demoRules); err != nil {
		return d.blame(err)
	}
	err = d.welcome(doors, g, std)
	if err == nil {
		err = play(ctx, t, p, doors)
	}
	if err == nil {
		err = d.farewell(context.WithoutCancel(ctx), p, g, std)
	}
	return errors.Join(err, p.ledger.Close())
}

// welcome says where to look.
func (d demoCmd) welcome(doors listeners, g *globals, std streams) error {
	if g.JSON {
		return nil
	}
	board := doors.board.Addr()
	_, err := fmt.Fprintf(std.out, "Board:   http://%s/\nMetrics: http://%s/metrics\n\n"+
		"%d simulated companies are asked every 10 to 20 s: by mail, in chats, on Messenger and by telephone.\n"+
		"They have %v to answer, on Messenger %v, and who is silent is asked once more, by mail excepted.\n"+
		"Some calls are left to you: they wait at http://%s/queue. Ctrl-C ends the demo.\n",
		board, board, d.Companies, demoDeadline, demoPages, board)
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

// play runs the companies, the shopper and the program side by side until ctx
// ends. The companies stay until the program is done with them.
func play(ctx context.Context, t *town, p *program, doors listeners) error {
	played, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return t.run(played) })
	g.Go(func() error { return newShopper(p, t).run(ctx) })
	g.Go(func() error {
		defer leave()
		return p.run(ctx, doors, webOptions{log: p.log})
	})
	g.Go(func() error {
		pages, ok := p.channels["messenger"].(*messenger.Channel)
		if !ok {
			return nil
		}
		return t.enrol(pages)
	})
	return g.Wait()
}

// listen listens where the flag says or, if that is taken and nobody asked for
// it, on any free port; and on another for the hooks.
func (d demoCmd) listen() (doors listeners, err error) {
	doors.board, err = net.Listen("tcp", d.Listen)
	if err != nil && d.Listen == "127.0.0.1:9724" {
		doors.board, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return doors, misuse{fmt.Errorf("listen: %w", err)}
	}
	if doors.hooks, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return doors, errors.Join(fmt.Errorf("listen for hooks: %w", err), doors.board.Close())
	}
	return doors, nil
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
func demoProgram(t *town, log *slog.Logger) (*program, error) {
	p := &program{
		log: log, poll: 100 * time.Millisecond, push: time.Second, hooks: &hooks{},
		pace: probes.Timing{
			Plan: 250 * time.Millisecond, Horizon: time.Nanosecond, Open: 20 * time.Second, Drain: 2 * time.Second,
			Settle: 2 * time.Second, Lost: 15 * time.Second, Grace: 1500 * time.Millisecond, RetryTo: 5 * time.Second,
			Again: 3 * time.Second, Prompt: time.Minute, Canary: 5 * time.Second,
		},
	}
	var err error
	if p.channels, err = t.channels(p.hooks); err != nil {
		return nil, err
	}
	p.edition, err = demoEdition(t)
	return p, err
}
