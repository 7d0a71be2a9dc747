package ledgertest

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
)

// changedSince: what has changed after a version is found, each once, in pages
// too; what was only looked at is not.
func changedSince(b *bench) {
	r := rand.New(rand.NewPCG(9, 9))
	all := Shuffle(r, Lives(r, 60))
	b.apply(r, all[:len(all)*9/10])
	before, then := b.snapshot(), b.bodies()
	b.apply(r, all[len(all)*9/10:])
	b.update(func(ctx context.Context, tx probes.Tx) error {
		return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX"})
	})
	var want []string
	for id, body := range b.bodies() {
		if then[id] != body {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	if len(want) == 0 || len(want) == len(b.all()) {
		b.Fatalf("%d of %d have changed; want some", len(want), len(b.all()))
	}
	b.same("changed", b.changed(before.Version), want)
	b.same("changed since now", b.changed(b.snapshot().Version), []string(nil))
	none := b.find(probes.Query{ChangedSince: before.Version, Edition: "2025"})
	b.same("of another edition", len(none), 0)
}

// changedByRules: other rules change those contacts that they judge otherwise,
// and no others.
func changedByRules(b *bench) {
	bot := Event(probes.Heard, 1, Monday, probes.Classification{
		Kind: reading.Bot, Times: channels.Times{Arrived: Plan(0).Slot},
	})
	b.append(ID(0), append(sent(0), bot)...)
	b.append(ID(1), sent(1)...)
	before := b.snapshot()
	b.reopen(ledger.Options{Fold: probes.Rules{BotAnswers: true}.Fold, Rules: "other"})
	b.same("changed", b.changed(before.Version), []string{ID(0)})
	after := b.snapshot()
	b.same("ledger", after.Ledger, before.Ledger)
	b.same("rules", []string{before.Rules, after.Rules}, []string{"zero", "other"})
}

// snapshots: each update that writes raises the version, once, and no two
// ledgers have the same name.
func snapshots(b *bench) {
	first := b.snapshot()
	b.append(ID(0), sent(0)...)
	b.update(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Append(ctx, ID(1), sent(1)...)
		b.must(err)
		inside, err := tx.Snapshot(ctx)
		b.same("inside", inside.Version, first.Version+2)
		b.must(err)
		_, err = tx.Append(ctx, ID(2), sent(2)...)
		return err
	})
	b.update(func(ctx context.Context, tx probes.Tx) error {
		_, _, err := tx.Story(ctx, ID(0))
		return err
	})
	last := b.snapshot()
	b.same("version", last.Version, first.Version+2)
	b.same("what the half-way version has missed", b.changed(first.Version+1), []string{ID(1), ID(2)})
	b.reopen(Options())
	b.same("opened again", b.snapshot(), last)
	other := &bench{T: b.T, dsn: "sqlite::memory:"}
	other.open(Options())
	if name := other.snapshot().Ledger; len(name) != 32 || name == last.Ledger {
		b.Errorf("another ledger than %q is named %q", last.Ledger, name)
	}
}

// changed pages through the ids of what has changed after a version.
func (b *bench) changed(since int64) (ids []string) {
	b.Helper()
	for after := " "; ; {
		page := b.find(probes.Query{ChangedSince: since, After: after, Limit: 7})
		for _, c := range page {
			ids, after = append(ids, c.ID), c.ID
		}
		if len(page) < 7 {
			return ids
		}
	}
}

// bodies returns every contact as JSON, by id.
func (b *bench) bodies() map[string]string {
	b.Helper()
	all := map[string]string{}
	for _, c := range b.all() {
		all[c.ID] = asJSON(b, c)
	}
	return all
}

// snapshot says where the ledger stands.
func (b *bench) snapshot() (s probes.Snapshot) {
	b.Helper()
	b.view(func(ctx context.Context, tx probes.Tx) (err error) {
		s, err = tx.Snapshot(ctx)
		return err
	})
	return s
}
