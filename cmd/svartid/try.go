package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

type tryCmd struct {
	Company string        `required:"" help:"Whom to ask, by id. Consent and pauses bind a trial too." placeholder:"ID"`
	Channel string        `required:"" help:"Over which channel." placeholder:"NAME"`
	Wait    time.Duration `help:"Then listen for so long, and read what comes." placeholder:"DURATION"`
	Anyway  bool          `help:"Outside the hours and on days off too; never without consent, nor in a pause."`
}

// How a trial looks for our copy of an opener that may have left.
const (
	searchFor   = 30 * time.Second // at least; as long as it listens if that is longer
	searchEvery = 2 * time.Second
)

// Run sends one opener outside the plan and the ledger. A serve on the same
// mailbox knows its copy and its answer as a trial's.
func (t tryCmd) Run(ctx context.Context, g *globals, std streams) error {
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	if faults := append(cfg.Secrets(), cfg.Unfit()...); len(faults) > 0 {
		return misuse{faults}
	}
	loud, opening, err := t.opening(cfg, std.err)
	if err != nil {
		return misuse{err}
	}
	if p, ok := loud.(channels.Prompter); ok {
		if prompt, asks := p.Prompt(opening); asks {
			fmt.Fprintf(std.out, "a person sends it: %s\n%s\n", prompt.How, prompt.Link)
			if prompt.Typed != "" {
				fmt.Fprintf(std.out, "from: %s\n", prompt.Typed) // by which the answer is known as a trial's
			}
			_, err := fmt.Fprintln(std.out, prompt.Text)
			return err
		}
	}
	defer func() { _ = stop(loud) }()
	quiet, err := t.quiet(cfg, loud)
	if err != nil {
		return misuse{err}
	}
	tr := &trial{channel: quiet, opening: opening, began: time.Now(), globals: g, std: std}
	receipt, err := loud.(channels.Opener).Open(ctx, opening, channels.Unrecorded)
	if err != nil && !errors.Is(err, channels.ErrUnsure) {
		return fmt.Errorf("try: %w", err)
	}
	tr.names, tr.learnt = append(opening.Names(), receipt.Names...), receipt.Names
	var watch errgroup.Group // neither ends the other
	if err == nil {
		tr.sent(receipt)
	} else {
		fmt.Fprintf(std.err, "-- nobody knows whether it left (%v): looking for our copy\n", err)
		watch.Go(func() error { return tr.settle(ctx, max(t.Wait, searchFor), err) })
	}
	if t.Wait > 0 {
		watch.Go(func() error { return tr.follow(ctx, t.Wait) })
	}
	return watch.Wait()
}

// channel makes the channel by itself, with its dialogue written to trace.
func (t tryCmd) channel(cfg *config.Config, trace io.Writer) (any, error) {
	made, err := fitter{cfg: cfg, clock: clockIn(cfg.Edition.Zone), trace: trace}.fit()
	if err != nil {
		return nil, err
	}
	channel, known := made[t.Channel]
	if _, opens := channel.(channels.Opener); !known || !opens {
		return nil, fmt.Errorf("--channel %s: not a channel of the configuration that opens", t.Channel)
	}
	return channel, nil
}

// quiet makes the channel once more, without the dialogue. One that keeps something running listens itself:
// what it has opened stays open.
func (t tryCmd) quiet(cfg *config.Config, loud any) (any, error) {
	if _, runs := loud.(stopper); runs {
		return loud, nil
	}
	return t.channel(cfg, nil)
}

// opening puts together what would be asked, and over which channel.
func (t tryCmd) opening(cfg *config.Config, trace io.Writer) (any, channels.Opening, error) {
	loud, err := t.channel(cfg, trace)
	if err != nil {
		return nil, channels.Opening{}, err
	}
	ed, err := decidedFor(cfg)
	if err != nil {
		return nil, channels.Opening{}, err
	}
	trial := engine.Trial{Company: t.Company, Channel: t.Channel, At: time.Now(), Anyway: t.Anyway}
	opening, err := trial.Opening(ed, loud.(channels.Opener).Prepare)
	if errors.Is(err, engine.ErrClosed) {
		err = fmt.Errorf("%w; --anyway sends it all the same", err)
	}
	return loud, opening, err
}

// A trial is an opener that has left, or may have.
type trial struct {
	channel any
	opening channels.Opening
	names   []string // by which an arrival may point at it
	learnt  []string // those of them that its receipt gave
	began   time.Time
	globals *globals

	mu  sync.Mutex // guards what std prints
	std streams
}

// sent says that the opener left.
func (t *trial) sent(receipt channels.Receipt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.std.out, "sent to %s from %s at %s: %s\n", t.opening.Reach, t.opening.Address,
		receipt.At.Format(time.RFC3339), receipt.Response)
}

// settle looks for the opener's blind copy until it is found. If it is not,
// for so long, the error wraps what sending it failed with.
func (t *trial) settle(ctx context.Context, within time.Duration, unsure error) error {
	looks, ok := t.channel.(channels.Reconciler)
	if !ok {
		return fmt.Errorf("try: the channel cannot look whether it left: %w", unsure)
	}
	search, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		receipt, err := looks.Reconcile(search, t.opening)
		if err == nil {
			t.sent(receipt)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("try: %w, looking for a copy: %w", context.Cause(ctx), unsure)
		case <-search.Done():
			return fmt.Errorf("try: no copy of it within %v (%w): %w", within, err, unsure)
		case <-time.After(searchEvery):
		}
	}
}

// follow tells of what arrives for the opening, for so long.
func (t *trial) follow(ctx context.Context, wait time.Duration) error {
	listener, ok := t.channel.(channels.Listener)
	if !ok {
		return errors.New("try: the channel hears nothing by itself")
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if f, ok := t.channel.(channels.Follower); ok {
		f.Follow(func(context.Context) ([]channels.Conversation, error) {
			return []channels.Conversation{{Opening: t.opening, At: t.began, Names: t.learnt}}, nil
		})
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, source := range listener.Sources() {
		g.Go(func() error {
			err := listener.Listen(ctx, channels.Checkpoint{Source: source}, t.hear)
			if ctx.Err() != nil || errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}

// hear prints what concerns the opening.
func (t *trial) hear(_ context.Context, h channels.Batch) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range h.Arrivals {
		m := probes.MessageOf(a)
		if a.Opener || !concerns(m, a.Names, t.opening, t.names) {
			continue
		}
		got := reading.Read(m, reading.Asked{
			Subject: t.opening.Subject, Text: t.opening.Body, Responder: string(a.Responder), Why: a.Because,
		}, a.Times.Arrived)
		// The mailbox counts in whole seconds: an answer at once has come before.
		wait := max(0, a.Times.Arrived.Sub(t.began).Round(time.Second))
		err := printReading(t.std.out, t.globals, readLine{
			File: fmt.Sprintf("after %v", wait),
			Kind: got.Kind, Permanent: got.Permanent, Doubtful: got.Doubtful,
			Because: got.Because, Text: got.Text, Language: got.Language,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// concerns reports whether a message, which the channel itself has names for,
// belongs to the opening, and is not its own blind copy.
func concerns(m message.Message, given []string, o channels.Opening, names []string) bool {
	if o.ID != "" && m.ID() == o.ID {
		return false
	}
	ours := func(name string) bool { return slices.Contains(names, name) }
	return slices.ContainsFunc(given, ours) || slices.ContainsFunc(match.Clues(m), func(clue match.Clue) bool {
		return clue.Rule != probes.RuleGuess && ours(clue.Key)
	})
}
