package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels/email"
)

type loginCmd struct {
	Channel string `arg:"" help:"The mail channel with oauth2 and device_url."`
}

// longestLogin is how long a person may take to consent.
const longestLogin = 15 * time.Minute

// Run gets the first token of a mailbox, by a code that a person enters in a
// browser. Nothing is sent, and no mailbox is opened.
func (l loginCmd) Run(ctx context.Context, g *globals, std streams) error {
	cfg, err := load(g.Config)
	if err != nil {
		return err
	}
	if faults := append(cfg.Secrets(), cfg.Unfit()...); len(faults) > 0 {
		return misuse{faults}
	}
	settings, ok := cfg.Channels[l.Channel].Settings.(*email.Config)
	if !ok {
		return misuse{fmt.Errorf("%q is no mail channel; the channels are %s", l.Channel,
			strings.Join(slices.Sorted(maps.Keys(cfg.Channels)), ", "))}
	}
	file := tokenFile(cfg, l.Channel)
	if file == "" {
		return misuse{fmt.Errorf("tokens are kept beside the ledger, and %s is no file", cfg.Ledger.DSN)}
	}
	channel, err := email.New(*settings, email.Options{Tokens: file})
	if err != nil {
		return misuse{err}
	}
	ctx, cancel := context.WithTimeout(ctx, longestLogin)
	defer cancel()
	err = channel.Login(ctx, func(d email.Device) error {
		_, err := fmt.Fprintf(std.out, "Open %s, enter %s and log in as %s.\n", d.URL, d.Code, settings.IMAP.Username)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "The token is in %s. Now try: svartid check --connect\n", file)
	return err
}
