package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser"
	"github.com/svartid/svartid/channels/browser/sessions"
	"github.com/svartid/svartid/channels/chatwoot"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/matrix"
	"github.com/svartid/svartid/channels/messenger"
	"github.com/svartid/svartid/channels/prompt"
	"github.com/svartid/svartid/channels/rocketchat"
	"github.com/svartid/svartid/channels/webhook"
	"github.com/svartid/svartid/cmd/svartid/internal/inbound"
	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/cmd/svartid/internal/standby"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/ledger/inbox"
)

// A fitter makes channels of their configuration.
type fitter struct {
	cfg   *config.Config
	clock func() time.Time
	trace io.Writer     // the dialogues; nil = not written
	hooks *public.Hooks // counts what becomes of deliveries; nil = not counted
	log   *slog.Logger  // nil = none
	desk  *inbound.Desk // knows what other replicas were told; nil = there are none
}

// logOf returns the log of a channel; nil = none.
func (f fitter) logOf(name string) *slog.Logger {
	if f.log == nil {
		return nil
	}
	return f.log.With("channel", name)
}

// fit makes every channel of the configuration, those first that others lean
// on.
func (f fitter) fit() (map[string]any, error) {
	fitted := map[string]any{}
	for _, leaning := range []bool{false, true} {
		for name, ch := range f.cfg.Channels {
			if _, leans := ch.Settings.(*prompt.Config); leans != leaning {
				continue
			}
			made, err := f.one(name, ch.Settings, fitted)
			if err != nil {
				return nil, misuse{fmt.Errorf("channel %s: %w", name, err)}
			}
			fitted[name] = made
		}
	}
	return fitted, nil
}

// one makes a channel. Before holds those it may lean on.
func (f fitter) one(name string, settings config.Settings, before map[string]any) (any, error) {
	count, reply, poll := f.hooks.Counter(name), f.cfg.Timing.Reply, f.cfg.Timing.Poll
	switch s := settings.(type) {
	case *email.Config:
		return email.New(*s, email.Options{
			Clock: f.clock, Timeout: reply, Relogin: f.cfg.Timing.ReconnectMost, Trace: f.trace, Tokens: tokenFile(f.cfg, name),
			Log: f.logOf(name),
		})
	case *messenger.Config:
		return messenger.New(*s, messenger.Options{
			Pages: f.pages(name), Personas: f.personas(name),
			Clock: f.clock, Timeout: reply, Trace: f.trace, Count: count, Complete: f.desk.Complete(name),
		})
	case *chatwoot.Config:
		all, hmac := f.inboxes(name)
		return chatwoot.New(*s, chatwoot.Options{
			Clock: f.clock, Timeout: reply, Poll: poll, Trace: f.trace, Inboxes: all, HMAC: hmac, Count: count,
		})
	case *rocketchat.Config:
		return rocketchat.New(*s, rocketchat.Options{
			Clock: f.clock, Timeout: reply, Trace: f.trace, Departments: f.departments(name), Count: count,
		})
	case *matrix.Config:
		return matrix.New(*s, matrix.Options{Clock: f.clock, Timeout: reply, Wait: poll, Trace: f.trace, Places: f.rooms(name)})
	case *webhook.Config:
		return webhook.New(*s, webhook.Options{
			Clock: f.clock, Timeout: reply, Beat: poll, Trace: f.trace, Count: count, Complete: f.desk.Complete(name),
		})
	case *browser.Config:
		return browser.New(*s, browser.Options{Clock: f.clock, Places: f.sites(name), Sessions: f.sessions(name)})
	case *prompt.Config:
		var address func(channels.Opening) (channels.Opening, error)
		if mail, ok := before[s.Mail].(channels.Opener); ok {
			address = mail.Prepare
		}
		return prompt.New(*s, prompt.Options{Address: address})
	}
	return nil, fmt.Errorf("nothing is made of %T", settings)
}

// A stopper is a channel that keeps something running, such as a browser with open windows.
type stopper interface{ Stop() error }

// stop ends what channels keep running.
func stop(channels ...any) (err error) {
	for _, channel := range channels {
		if s, runs := channel.(stopper); runs {
			err = errors.Join(err, s.Stop())
		}
	}
	return err
}

// pages returns the pages that companies have on a channel.
func (f fitter) pages(channel string) (all []messenger.Reach) {
	for _, co := range f.cfg.Companies {
		if page, ok := co.Reach[channel].(*messenger.Reach); ok {
			all = append(all, *page)
		}
	}
	return all
}

// sites returns the pages on which companies have a chat on a channel.
func (f fitter) sites(channel string) (all []browser.Reach) {
	for _, co := range f.cfg.Companies {
		if site, ok := co.Reach[channel].(*browser.Reach); ok {
			all = append(all, *site)
		}
	}
	return all
}

// sessions returns where the sessions of a channel are kept, beside its tokens, encrypted by the edition's secret; nil =
// the ledger is in memory.
func (f fitter) sessions(channel string) browser.Keeper {
	tokens := tokenFile(f.cfg, channel)
	if tokens == "" {
		return nil
	}
	return sessions.Folder{
		Path: strings.TrimSuffix(tokens, ".tokens") + ".sessions",
		Key: func() (channels.Secret, error) {
			secret, err := f.cfg.Secret()
			return channels.Inline(secret), err
		},
	}
}

// personas names who appears on a channel.
func (f fitter) personas(channel string) (names []string) {
	for _, p := range f.cfg.Personas {
		if p.Channel == channel {
			names = append(names, p.Name)
		}
	}
	return names
}

// inboxes returns the inboxes that companies have on a channel, and what proves
// visitors to them.
func (f fitter) inboxes(channel string) (all []chatwoot.Reach, hmac func(inbox string) channels.Secret) {
	keys := map[string]channels.Secret{}
	for _, co := range f.cfg.Companies {
		if inbox, ok := co.Reach[channel].(*chatwoot.Reach); ok {
			all, keys[inbox.String()] = append(all, *inbox), inbox.Secret()
		}
	}
	return all, func(inbox string) channels.Secret { return keys[inbox] }
}

// rooms returns the users and rooms that companies are met as on a channel.
func (f fitter) rooms(channel string) (all []matrix.Reach) {
	for _, co := range f.cfg.Companies {
		if place, ok := co.Reach[channel].(*matrix.Reach); ok {
			all = append(all, *place)
		}
	}
	return all
}

// departments returns those that companies have on a channel.
func (f fitter) departments(channel string) (all []rocketchat.Reach) {
	for _, co := range f.cfg.Companies {
		if department, ok := co.Reach[channel].(*rocketchat.Reach); ok {
			all = append(all, *department)
		}
	}
	return all
}

// storing serves the hooks of a program that stands by: what comes is proven, and written
// down for the one that runs the edition.
func (s *service) storing(p *program) http.Handler {
	if kept := s.desk.Storing(p.channels); kept != nil {
		return s.hooks.Handler(kept, p.hookNames)
	}
	return standby.Hooks()
}

// deskOf returns what a process has of the inbox in the ledger's database.
func deskOf(cfg *config.Config, log *slog.Logger) (*inbound.Desk, error) {
	key, err := cfg.EvidenceKey()
	if err != nil {
		return nil, misuse{err}
	}
	box, err := inbox.Open(string(cfg.Ledger.DSN), inbox.Options{Key: key})
	return &inbound.Desk{Inbox: box, Log: log}, err
}
