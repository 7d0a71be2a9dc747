package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
)

// held reads what the ledger of a program holds.
func held(ctx context.Context, l *ledger.Ledger, edition string) (h probes.Holding, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		h, err = engine.ReadHolding(ctx, tx, edition)
		return err
	})
	return h, err
}

// admit holds a program, whose ledger is open, against what the ledger was last
// run by. The error names what a person has to accept first. What was accepted
// is kept, and the program's edition has its secret.
func (s *service) admit(ctx context.Context, p *program, cfg *config.Config) error {
	secret, fresh, err := secretOf(cfg)
	if err != nil {
		return misuse{err}
	}
	p.edition.Key = secret
	h, err := held(ctx, p.ledger, p.edition.Name)
	if err != nil {
		return err
	}
	s.holds = fmt.Sprintf("%s (%s)", placeOf(cfg), h)
	now := probes.BaselineOf(p.edition)
	accepted, err := s.accepted(h.Differences(now))
	if err != nil {
		return err
	}
	if fresh {
		if err := s.keepSecret(cfg, secret); err != nil {
			return err
		}
	}
	keep := func(ctx context.Context, accepted []probes.Difference) error {
		return p.ledger.Update(ctx, func(tx probes.Tx) error {
			return engine.KeepBaseline(ctx, tx, engine.Admitted{Baseline: now, Accepted: accepted}, time.Now())
		})
	}
	if s.rehearsal || !knowsNothingOf(h, p.edition) || renamed(accepted) {
		return keep(ctx, accepted)
	}
	s.log.Warn("the ledger knows nothing of an edition that has begun: looking for what tells of it before anything else", "ledger", placeOf(cfg))
	if fresh { // what it is run by is known, and what was before is not
		if err := keep(ctx, accepted); err != nil {
			return err
		}
	}
	h.Fresh = fresh
	p.recovered = s.recovery(h, now.Edition, func(ctx context.Context, more []probes.Difference) error {
		return keep(ctx, slices.Concat(accepted, more))
	})
	return p.ledger.Update(ctx, func(tx probes.Tx) error { return engine.KeepLost(ctx, tx, now.Edition, time.Now()) })
}

// take opens the ledger of a program and holds what it holds against the
// configuration.
func (s *service) take(ctx context.Context, p *program) error {
	p.newest = goneBack(s.accept)
	if err := p.open(ctx, string(s.cfg.Ledger.DSN), s.cfg.RulesDigest()); err != nil {
		p.ledger = nil
		return err
	}
	if err := s.admit(ctx, p, s.cfg); err != nil {
		err = errors.Join(err, p.ledger.Close())
		p.ledger = nil
		return err
	}
	s.accept = nil          // it holds once
	s.files = s.cfg.Files() // the first start writes the edition's secret
	return nil
}

// follow opens the ledger for a program that takes the place of another. Where another
// replica was quicker, or the server is out of reach, the program is to stand by.
func (s *service) follow(ctx context.Context, made *program, cfg *config.Config, answer chan error) (*program, error) {
	err := made.open(ctx, string(cfg.Ledger.DSN), cfg.RulesDigest())
	if err == nil {
		if err = s.admit(ctx, made, cfg); err != nil {
			err = errors.Join(err, made.ledger.Close())
			made.ledger = nil
		}
	}
	if err != nil && !s.passed(err) {
		s.note(err, answer)
		return nil, fmt.Errorf("open the ledger again: %w", err)
	}
	s.reread = cfg != s.cfg
	s.cfg, s.files, s.waiting = cfg, cfg.Files(), answer
	return made, nil
}

// changed is [service.successor], or no program where the file says what it said.
func (s *service) changed(ctx context.Context, l *ledger.Ledger) (cfg *config.Config, made *program, err error) {
	cfg, made, err = s.successor(ctx, l)
	if err == nil && s.same(cfg) {
		made = nil
	}
	return cfg, made, err
}

// same reports whether a configuration says what the present one does, so that all
// that runs goes on.
func (s *service) same(cfg *config.Config) bool {
	return reflect.DeepEqual(cfg, s.cfg) && cfg.Files() == s.files
}

// unchanged returns the sources of channels whose settings a configuration leaves as
// they are.
func (s *service) unchanged(cfg *config.Config, up map[probes.Source]bool) map[probes.Source]bool {
	kept := maps.Clone(up)
	files := cfg.Files() == s.files
	maps.DeleteFunc(kept, func(which probes.Source, _ bool) bool {
		return !files || !reflect.DeepEqual(cfg.Channels[which.Channel], s.cfg.Channels[which.Channel])
	})
	return kept
}

// decided returns another program of the configuration that runs: who is asked has
// been decided anew.
func (s *service) decided(context.Context, *ledger.Ledger) (*config.Config, *program, error) {
	s.log.Info("who is asked was decided anew: the plan is drawn again")
	p, err := s.program(s.cfg)
	return s.cfg, p, err
}

// successor returns what the file says now, if it can take the place of what
// runs: the ports, the ledger and the edition stay, and what would make its
// season contestable is not accepted while it runs.
func (s *service) successor(ctx context.Context, l *ledger.Ledger) (*config.Config, *program, error) {
	cfg, p, err := s.candidate()
	if err == nil {
		err = s.compare(ctx, l, p, cfg)
	}
	return cfg, p, err
}

// candidate returns what the file says now, if the ports, the ledger and the edition
// stay.
func (s *service) candidate() (*config.Config, *program, error) {
	cfg, err := s.readConfig()
	if err != nil {
		return nil, nil, err
	}
	for _, kept := range []struct{ key, was, is string }{
		{"web.listen", s.cfg.Web.Listen, cfg.Web.Listen},
		{"web.config_file", s.cfg.Web.ConfigFile, cfg.Web.ConfigFile},
		{"hooks.listen", s.cfg.Hooks.Listen, cfg.Hooks.Listen},
		{"ledger.dsn", string(s.cfg.Ledger.DSN), string(cfg.Ledger.DSN)},
		{"ledger.evidence_key_file", s.cfg.Ledger.EvidenceKeyFile, cfg.Ledger.EvidenceKeyFile},
		{"edition.name", s.cfg.Edition.Name, cfg.Edition.Name},
	} {
		if kept.was != kept.is {
			return nil, nil, fmt.Errorf("%s: %s cannot change while svartid runs: start it anew", s.file, kept.key)
		}
	}
	p, err := s.program(cfg)
	if err == nil && public.Hooked(p.channels) && s.listeners.hooks == nil {
		err = fmt.Errorf("%s: hooks.listen is not listened to yet: start svartid anew", s.file)
	}
	return cfg, p, err
}

// lookEach is how often a replica that stands by tries to take over.
const lookEach = time.Second

// standBy waits until this process may write to the ledger, and returns the program
// that has it: p, or that of a file that was read again meanwhile; nil if ctx has ended.
// An error is of a ledger that may not be gone on with; a server that is not reached is
// waited for.
func (s *service) standBy(ctx context.Context, p *program) (*program, error) {
	s.stands(p)
	defer s.hookHandler.Clear()
	defer s.board.Clear()
	shown := &watch{service: s}
	defer shown.close()
	for said := ""; ; {
		err := s.take(ctx, p)
		switch {
		case err == nil:
			s.log.Info("this process runs the edition from now on", "ledger", s.holds)
			return p, nil
		case ctx.Err() != nil:
			return nil, nil
		}
		if err := s.waits(err, said); err != nil {
			return nil, err
		}
		said = err.Error()
		shown.refresh(ctx)
		select {
		case <-ctx.Done():
			return nil, nil
		case <-s.hangup:
			cfg, made, err := s.candidate()
			if s.note(err, nil); err == nil {
				shown.close()
				s.cfg, p = cfg, made
				s.stands(p)
			}
		case <-time.After(lookEach):
		}
	}
}

// waits says why this process stands by, unless that was said last, and where it is met.
// It returns an error that waiting does not mend.
func (s *service) waits(err error, said string) error {
	var held *ledger.InUseError
	s.newer.Store(s.isNewers(err))
	switch {
	case errors.As(err, &held):
		s.holds = fmt.Sprintf("%s (in use by %s: standing by)", placeOf(s.cfg), held.By)
	case s.newer.Load():
		s.holds = fmt.Sprintf("%s (%s: standing by)", placeOf(s.cfg), s.outdated())
	case ledger.Unreachable(err):
		s.holds = fmt.Sprintf("%s (out of reach: standing by)", placeOf(s.cfg))
	default:
		return err
	}
	if said != err.Error() {
		s.log.Warn("standing by: nothing is sent and nothing heard here", "err", err)
	}
	return s.show()
}

// isClosed reports whether a channel is closed; one that is nil never is.
func isClosed(lost <-chan struct{}) bool {
	select {
	case <-lost:
		return true
	default:
		return false
	}
}

// ended closes the ledger of a program that has ended. If its lease was lost, what it
// ended by follows from that and is logged, and the program that stands by in its place
// is returned.
func (s *service) ended(p *program, err error) (next *program, _ error) {
	s.board.Clear()
	// The server may be gone, or the lease be known to be over, before that is told.
	onServer := p.ledger.Lost() != nil
	lost := isClosed(p.ledger.Lost()) || onServer && err != nil && ledger.Unreachable(err)
	err = errors.Join(err, p.ledger.Close())
	if !lost {
		return nil, err
	}
	s.log.Error("the ledger is another process's, or out of reach: nothing is sent any more", "ended", err)
	return s.program(s.cfg)
}

// secretOf returns the edition's secret; fresh if it has none yet, and this one
// was drawn for it.
func secretOf(cfg *config.Config) (secret string, fresh bool, err error) {
	secret, err = cfg.Secret()
	if err != nil || secret != "" {
		return secret, false, err
	}
	return config.DrawSecret(), true, nil
}

// keepSecret keeps a secret that was drawn.
func (s *service) keepSecret(cfg *config.Config, secret string) error {
	if !s.rehearsal {
		s.log.Info("made the edition's secret: keep it as safe as the ledger, and apart from it", "file", cfg.Edition.SecretFile)
	}
	return cfg.KeepSecret(secret)
}

// knowsNothingOf reports whether a ledger knows nothing of an edition that has begun, or
// whether it was not settled by an earlier start that it does.
func knowsNothingOf(h probes.Holding, ed *edition.Edition) bool {
	return h.Lost[ed.Name] || !h.Knows(ed.Name) && (&engine.Engine{Edition: ed}).Begun(time.Now())
}

// renamed reports whether it was accepted that the edition has a new name, which
// no ledger can know.
func renamed(accepted []probes.Difference) bool {
	return slices.ContainsFunc(accepted, func(d probes.Difference) bool { return d.What == "edition" })
}

// accepted returns what is contestable and was accepted by name. The error names
// what was not.
func (s *service) accepted(all []probes.Difference) (accepted []probes.Difference, err error) {
	var refused []probes.Difference
	for _, d := range all {
		switch {
		case d.Contestable && (s.rehearsal || slices.Contains(s.accept, d.Digest)):
			accepted = append(accepted, d)
			s.log.Warn("accepted", "what", d.What, "digest", d.Digest, "text", d.Text)
		case d.Contestable:
			refused = append(refused, d)
		default:
			s.log.Info("the configuration differs from what the ledger was last run by", "what", d.What, "text", d.Text)
		}
	}
	if len(refused) == 0 {
		return accepted, nil
	}
	return nil, refusal(refused)
}

// compare says what would have to be accepted for a program to take the place of
// the one that runs on a ledger.
func (s *service) compare(ctx context.Context, l *ledger.Ledger, p *program, cfg *config.Config) error {
	var err error
	if p.edition.Key, err = cfg.Secret(); err != nil {
		return misuse{err}
	}
	h, err := held(ctx, l, p.edition.Name)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(h.Differences(probes.BaselineOf(p.edition)), func(d probes.Difference) bool { return !d.Contestable })
	if len(all) == 0 || s.rehearsal {
		return nil
	}
	return refusal(all)
}

// refusal is the error for differences that were not accepted.
func refusal(all []probes.Difference) error {
	var texts []string
	for _, d := range all {
		texts = append(texts, fmt.Sprintf("%s\n  If that is meant: svartid serve --accept %s", d.Text, d.Digest))
	}
	return misuse{errors.New("the season would be contestable: " + strings.Join(texts, "\n"))}
}

// A keeping keeps by what the edition is run, and what more was accepted.
type keeping func(ctx context.Context, more []probes.Difference) error

// recovery is told what was found for a ledger that knows nothing of its season,
// and lets the engine go on if that explains it or is accepted.
func (s *service) recovery(h probes.Holding, edition string, keep keeping) func(context.Context, engine.Recovery) error {
	accept := slices.Clone(s.accept)
	return func(ctx context.Context, found engine.Recovery) error {
		for channel, n := range found.Adopted {
			s.log.Info("adopted what the ledger had lost", "channel", channel, "openers", n)
		}
		if h.Fresh && len(found.Unmarked) > 0 {
			found.Unexplained = found.Unmarked
		}
		if len(found.Unexplained) == 0 || h.Fresh && len(found.Unmarked) == 0 {
			return keep(ctx, nil)
		}
		d := h.Empty(edition, found.Unexplained)
		if !slices.Contains(accept, d.Digest) {
			return refusal([]probes.Difference{d})
		}
		s.log.Warn("accepted", "what", d.What, "digest", d.Digest, "text", d.Text)
		return keep(ctx, []probes.Difference{d})
	}
}

// placeOf says where the ledger of a configuration is.
func placeOf(cfg *config.Config) string {
	file, ok := cfg.Ledger.DSN.SQLite()
	if !ok || cfg.Ledger.DSN.Memory() {
		return cfg.Ledger.DSN.String()
	}
	if whole, err := filepath.Abs(file); err == nil {
		file = whole
	}
	return file
}

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
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return []finding{say("fault", "%v", err)}
	}
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), opt)
	switch {
	case errors.Is(err, fs.ErrNotExist) && secret != "" && knowsNothingOf(probes.Holding{}, ed):
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
		level, text := foreseen(d)
		all = append(all, say(level, "%s", text))
	}
	changed, err := unpromised(ctx, l, ed)
	if err != nil {
		return append(all, say("fault", "%v", err))
	}
	for _, text := range changed {
		all = append(all, say("warning", "%s", text))
	}
	return all
}

// foreseen says how bad a difference is, and what it is.
func foreseen(d probes.Difference) (level, text string) {
	if d.Contestable {
		return "fault", fmt.Sprintf("%s; serve refuses this without --accept %s", d.Text, d.Digest)
	}
	return "note", d.Text
}
