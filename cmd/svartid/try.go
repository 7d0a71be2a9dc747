package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
)

type tryCmd struct {
	Company string        `required:"" help:"Whom to ask, by id. Consent and pauses bind a trial too." placeholder:"ID"`
	Channel string        `required:"" help:"Over which channel." placeholder:"NAME"`
	Wait    time.Duration `help:"Then listen for so long, and read what comes." placeholder:"DURATION"`
	Anyway  bool          `help:"Outside the hours and on days off too; never without consent, nor in a pause."`
}

// What a trial does of which nobody knows whether it left.
const (
	searchFor   = 30 * time.Second // at least; as long as it listens if that is longer
	searchEvery = 2 * time.Second
)

// Run sends one opener outside the plan and the ledger. Whoever runs serve on
// the same mailbox will find its answer unmatched.
func (t tryCmd) Run(ctx context.Context, g *globals, std streams) error {
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	if faults := append(cfg.Secrets(), cfg.Unfit()...); len(faults) > 0 {
		return misuse{faults}
	}
	opening, settings, err := t.opening(cfg, time.Now())
	if err != nil {
		return misuse{err}
	}
	mail, err := email.New(*settings, email.Options{
		Trace: std.err, Clock: clockIn(cfg.Edition.Zone), Tokens: tokenFile(cfg, t.Channel),
	})
	if err != nil {
		return misuse{err}
	}
	if opening, err = mail.Prepare(opening); err != nil {
		return misuse{err}
	}
	quiet, err := email.New(*settings, email.Options{Clock: clockIn(cfg.Edition.Zone), Tokens: tokenFile(cfg, t.Channel)})
	if err != nil {
		return misuse{err}
	}
	tr := &trial{mail: quiet, opening: opening, began: time.Now(), globals: g, std: std}
	receipt, err := mail.Open(ctx, opening, channels.Unrecorded)
	if err != nil && !errors.Is(err, channels.ErrUnsure) {
		return fmt.Errorf("try: %w", err)
	}
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

// opening puts together what would be asked.
func (t tryCmd) opening(cfg *config.Config, now time.Time) (channels.Opening, *email.Config, error) {
	settings, ok := cfg.Channels[t.Channel].Settings.(*email.Config)
	if !ok {
		return channels.Opening{}, nil, fmt.Errorf("--channel %s: not a mail channel of the configuration", t.Channel)
	}
	trial := engine.Trial{
		Company: t.Company, Channel: t.Channel, Token: strings.ToLower(rand.Text())[:8], At: now, Anyway: t.Anyway,
	}
	opening, err := trial.Opening(cfg.Probing())
	if errors.Is(err, engine.ErrClosed) {
		err = fmt.Errorf("%w; --anyway sends it all the same", err)
	}
	return opening, settings, err
}

// A trial is an opener that has left, or may have.
type trial struct {
	mail    *email.Channel
	opening channels.Opening
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
	search, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		receipt, err := t.mail.Reconcile(search, t.opening)
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
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	for _, source := range t.mail.Sources() {
		g.Go(func() error {
			err := t.mail.Listen(ctx, channels.Checkpoint{Source: source}, t.hear)
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
		m := reading.Parse(a.Raw)
		if !concerns(m, t.opening) {
			continue
		}
		got := reading.Read(m, reading.Asked{Subject: t.opening.Subject, Text: t.opening.Body}, a.Times.Arrived)
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

// concerns reports whether a message belongs to the opening, and is not its
// own blind copy.
func concerns(m reading.Message, o channels.Opening) bool {
	if m.ID() == o.ID {
		return false
	}
	for _, clue := range m.Clues() {
		if clue.Rule != "guess" && (clue.Key == o.Address || clue.Key == o.ID || clue.Key == o.Token) {
			return true
		}
	}
	return false
}
