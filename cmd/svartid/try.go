package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/reading"
	"golang.org/x/sync/errgroup"
)

type tryCmd struct {
	Company string        `required:"" help:"Whom to ask, by id." placeholder:"ID"`
	Channel string        `required:"" help:"Over which channel." placeholder:"NAME"`
	Wait    time.Duration `help:"Then listen for so long, and read what comes." placeholder:"DURATION"`
}

// Run sends one opener outside the plan and the ledger. Whoever runs serve on
// the same mailbox will find its answer unmatched.
func (t tryCmd) Run(ctx context.Context, g *globals, std streams) error {
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	opening, settings, err := t.opening(cfg)
	if err != nil {
		return misuse{err}
	}
	mail, err := email.New(*settings, email.Options{Trace: std.err, Clock: clockIn(cfg.Edition.Zone)})
	if err != nil {
		return misuse{err}
	}
	if opening, err = mail.Prepare(opening); err != nil {
		return misuse{err}
	}
	began := time.Now()
	receipt, err := mail.Open(ctx, opening)
	if err != nil {
		return fmt.Errorf("try: %w", err)
	}
	fmt.Fprintf(std.out, "sent to %s from %s at %s: %s\n", opening.Reach, opening.Address,
		receipt.At.Format(time.RFC3339), receipt.Response)
	if t.Wait == 0 {
		return nil
	}
	quiet, err := email.New(*settings, email.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, t.Wait)
	defer cancel()
	return follow(ctx, quiet, opening, func(a channels.Arrival, got reading.Reading) error {
		return printReading(std.out, g, readLine{
			File: fmt.Sprintf("after %v", a.Times.Arrived.Sub(began).Round(time.Second)),
			Kind: got.Kind, Permanent: got.Permanent, Doubtful: got.Doubtful,
			Because: got.Because, Text: got.Text, Language: got.Language,
		})
	})
}

// opening puts together what would be asked.
func (t tryCmd) opening(cfg *config.Config) (channels.Opening, *email.Config, error) {
	settings, ok := cfg.Channels[t.Channel].Settings.(*email.Config)
	if !ok {
		return channels.Opening{}, nil, fmt.Errorf("--channel %s: not a mail channel of the configuration", t.Channel)
	}
	opening, err := cfg.Probing().Trial(t.Company, t.Channel, strings.ToLower(rand.Text())[:8])
	if err != nil {
		return channels.Opening{}, nil, err
	}
	return opening, settings, nil
}

// follow tells of what arrives for the opening, until ctx ends.
func follow(ctx context.Context, mail channels.Listener, o channels.Opening, tell func(channels.Arrival, reading.Reading) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, source := range mail.Sources() {
		g.Go(func() error {
			err := mail.Listen(ctx, channels.Mark{Source: source}, func(_ context.Context, h channels.Hearing) error {
				for _, a := range h.Arrivals {
					m := reading.Parse(a.Raw)
					if !concerns(m, o) {
						continue
					}
					asked := reading.Asked{Subject: o.Subject, Text: o.Body}
					if err := tell(a, reading.Read(m, asked, a.Times.Arrived)); err != nil {
						return err
					}
				}
				return nil
			})
			if ctx.Err() != nil || errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
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
