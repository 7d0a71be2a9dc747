package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// foresight says what would change for the season that a ledger holds, were it
// run by the configuration. What serve would refuse is a fault.
func foresight(ctx context.Context, file string, cfg *config.Config) []finding {
	say := func(level, format string, args ...any) finding {
		return finding{Level: level, File: file, Key: "ledger.dsn", Text: fmt.Sprintf(format, args...)}
	}
	ed := cfg.Probing()
	secret, err := cfg.Secret()
	if err != nil {
		return []finding{say("fault", "%v", err)}
	}
	ed.Key = secret
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), ledger.Options{Fold: probes.Rules(ed.Rules).Fold, Rules: cfg.RulesDigest()})
	switch {
	case errors.Is(err, fs.ErrNotExist) && secret != "" && lost(probes.Holding{}, ed):
		return []finding{say("warning", "%s is not there, and the edition has begun: "+
			"serve looks in the mailboxes for what was asked, and refuses to go on if nothing there tells of it", placeOf(cfg))}
	case errors.Is(err, fs.ErrNotExist):
		return []finding{say("note", "%s is not there yet: serve makes it", placeOf(cfg))}
	case err != nil:
		return []finding{say("fault", "%v", err)}
	}
	defer l.Close()
	h, err := held(ctx, l, ed.Name)
	if err != nil {
		return []finding{say("fault", "%v", err)}
	}
	all := []finding{say("note", "%s holds %s", placeOf(cfg), h)}
	for _, d := range h.Differences(probes.BaselineOf(ed)) {
		if d.Contestable {
			all = append(all, say("fault", "%s; serve refuses this without --accept %s", d.Text, d.Digest))
		} else {
			all = append(all, say("note", "%s", d.Text))
		}
	}
	return all
}
