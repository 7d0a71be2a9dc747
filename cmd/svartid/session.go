package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
)

// A session is a configuration and the ledger of its edition, for a verb that
// looks into both.
type session struct {
	cfg     *config.Config
	edition *edition.Edition
	*ledger.Ledger
}

// An opener is a way to open a ledger: for looking, or beside its holder.
type opener func(ctx context.Context, dsn string, opt ledger.Options) (*ledger.Ledger, error)

// openSession opens the ledger with open. The caller closes it.
func openSession(ctx context.Context, file string, open opener) (*session, error) {
	b, err := openUndecided(ctx, file, open)
	if err != nil {
		return b, err
	}
	if b.edition, _, err = decided(ctx, b.Ledger, b.edition); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// openUndecided is openSession with the edition as it is configured: what people have
// decided is not read.
func openUndecided(ctx context.Context, file string, open opener) (*session, error) {
	cfg, err := load(file)
	if err != nil {
		return nil, err
	}
	b := &session{cfg: cfg, edition: cfg.Probing()}
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return nil, err
	}
	b.Ledger, err = open(ctx, string(cfg.Ledger.DSN), opt)
	return b, err
}

// decided returns an edition as people have decided in a ledger who is asked, with the
// calendars by which its companies are promised deadlines, and how many decisions there are.
func decided(ctx context.Context, l probes.Ledger, ed *edition.Edition) (now *edition.Edition, n int, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		if n, err = participation.Count(ctx, tx); err != nil {
			return err
		}
		if now, err = participation.Of(ctx, tx, ed); err != nil {
			return err
		}
		kept, err := field.Kept(ctx, tx, now, time.Now())
		if errors.Is(err, probes.ErrSealed) {
			return nil // what needs evidence says so
		}
		now = kept
		return err
	})
	return now, n, err
}

// folding returns by which rules a ledger of an edition is folded: those of a digest, but
// for calendars of companies that were changed after the start.
func folding(ed *edition.Edition, rules string) func(context.Context, probes.Tx) (ledger.Folding, error) {
	return func(ctx context.Context, tx probes.Tx) (ledger.Folding, error) {
		kept, err := field.Kept(ctx, tx, ed, time.Now())
		if err != nil {
			return ledger.Folding{}, err
		}
		by := ledger.Folding{Fold: probes.Rules(kept.Rules).Fold, Rules: rules}
		if counts := calendars(kept); counts != calendars(ed) {
			sum := sha256.Sum256([]byte(counts))
			by.Rules += " " + hex.EncodeToString(sum[:8])
		}
		return by, nil
	}
}

// calendars lists whose days companies keep that keep their own.
func calendars(ed *edition.Edition) (all string) {
	for _, id := range slices.Sorted(maps.Keys(ed.Rules.Own)) {
		own := ed.Rules.Own[id]
		all += fmt.Sprintln(id, own.Zone, own.Country)
	}
	return all
}

// decidedFor returns the edition of a configuration as people have decided in its ledger
// who is asked; as it is configured if there is no ledger yet.
func decidedFor(cfg *config.Config) (ed *edition.Edition, err error) {
	ctx, ed := context.Background(), cfg.Probing()
	if cfg.Ledger.DSN.Memory() {
		return ed, nil
	}
	opt, err := ledgerOptions(cfg)
	if err != nil {
		return nil, err
	}
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), opt)
	if errors.Is(err, fs.ErrNotExist) {
		return ed, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	ed, _, err = decided(ctx, l, ed)
	return ed, err
}

// unpromised returns in what an edition is not as the plan of its start has it, in
// sentences; none before its first day has begun.
func unpromised(ctx context.Context, l *ledger.Ledger, ed *edition.Edition) (all []string, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		now, err := participation.Of(ctx, tx, ed)
		if err != nil {
			return err
		}
		roll, err := field.Open(ctx, tx, now)
		if err != nil || !roll.Begun(time.Now()) {
			return err
		}
		rules, _ := roll.Rules()
		for _, c := range rules {
			all = append(all, fmt.Sprintf("not by the rules of the plan: %s; standings --final and result refuse that", c))
		}
		for _, text := range roll.Changed() {
			all = append(all, "not as at the start: "+text)
		}
		return nil
	})
	return all, err
}

// hasCompany returns an error unless the edition or the ledger has a company: one that was
// taken out of the configuration has its rights, and its season, all the same.
func (b *session) hasCompany(ctx context.Context, id string) error {
	if _, known := b.edition.Company(id); known {
		return nil
	}
	return b.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{Company: id, Limit: 1})
		if err == nil && len(found) == 0 {
			err = misuse{fmt.Errorf("--company %q is neither in the configuration nor in the ledger", id)}
		}
		return err
	})
}

// ledgerOptions returns how the ledger of a configuration is opened: by its rules, and
// with the key to its evidence, if that is there.
func ledgerOptions(cfg *config.Config) (ledger.Options, error) {
	key, err := cfg.EvidenceKey()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		err = nil // evidence is refused without it, by who asks for some
	}
	if err != nil {
		return ledger.Options{}, misuse{err}
	}
	ed := cfg.Probing()
	return ledger.Options{
		Fold: probes.Rules(ed.Rules).Fold, Rules: cfg.RulesDigest(), Under: folding(ed, cfg.RulesDigest()), Key: key,
	}, nil
}

// faultTexts returns the faults of a ledger in words. Of evidence that could not be looked
// at they say what is with the key that the configuration names, if it names one. Sealed
// reports whether nothing else is wrong.
func faultTexts(faults []ledger.Fault, cfg *config.Config) (words []string, sealed bool) {
	words, sealed = []string{}, len(faults) > 0
	for _, f := range faults {
		text := f.Error()
		if file := cfg.Ledger.EvidenceKeyFile; f.Sealed && file != "" {
			text += fmt.Sprintf(" (ledger.evidence_key_file: %s)", file)
			if _, err := cfg.EvidenceKey(); err != nil {
				text = fmt.Sprintf("%s (%v)", f.Error(), err)
			}
		}
		words = append(words, text)
		sealed = sealed && f.Sealed
	}
	return words, sealed
}

// takesPart returns what is wrong with --class: a class in which no company takes
// part. An empty one is all classes.
func (b *session) takesPart(class string) error {
	if class == "" || slices.Contains(b.edition.Classes(), class) {
		return nil
	}
	return misuse{fmt.Errorf("--class %q has no company; want one of %v", class, b.edition.Classes())}
}

// instant reads an RFC 3339 time, or a date of the edition's zone; empty is the
// zero time.
func (b *session) instant(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.In(b.cfg.Edition.Zone), nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, b.cfg.Edition.Zone)
	if err != nil {
		return at, misuse{fmt.Errorf("%s %q is no time; want one such as 2027-03-01T12:00:00+01:00, or a date", flag, text)}
	}
	return at, nil
}

// load reads the configuration; what is wrong with it is misuse.
func load(path string) (*config.Config, error) {
	cfg, err := config.Load(path)
	if err != nil {
		return nil, misuse{err}
	}
	return cfg, nil
}

// clockIn returns the clock of a zone: a mail's Date shows where its writer is.
func clockIn(zone *time.Location) func() time.Time {
	return func() time.Time { return time.Now().In(zone) }
}

// tokenFile returns where the tokens of a channel are kept: beside the ledger, or
// beside the secret if that is on a server. Empty = the ledger is in memory.
func tokenFile(cfg *config.Config, channel string) string {
	if cfg.Ledger.DSN.Postgres() {
		return filepath.Join(filepath.Dir(cfg.Edition.SecretFile), channel+".tokens")
	}
	file, ok := cfg.Ledger.DSN.SQLite()
	if !ok || file == "" || cfg.Ledger.DSN.Memory() {
		return ""
	}
	return filepath.Join(filepath.Dir(file), channel+".tokens")
}
