package ledgertest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// Run runs the suite. Each call of dsn names another ledger, which is empty
// and can be opened again after it was closed.
func Run(t *testing.T, dsn func(t *testing.T) string) {
	for _, test := range []struct {
		name string
		run  func(b *bench)
	}{
		{"chain/links", chainLinks},
		{"chain/words", chainWords},
		{"chain/words missing", chainWordsMissing},
		{"chain/tampered", chainTampered},
		{"chain/cut short", chainCutShort},
		{"chain/contact changed", chainContact},
		{"chain/begins with a plan", chainBegins},
		{"chain/planned twice", chainPlannedTwice},
		{"chain/together or one by one", chainBatches},
		{"chain/any interleaving", chainInterleaved},
		{"names/taken", namesTaken},
		{"names/kept for another try", namesKept},
		{"arrivals/kept once", arrivalsOnce},
		{"arrivals/read back", arrivalsReadBack},
		{"arrivals/any octets", arrivalsAnyOctets},
		{"arrivals/marks", arrivalsMarks},
		{"arrivals/by time", arrivalsByTime},
		{"evidence", evidence},
		{"evidence/tampered", evidenceTampered},
		{"erased", erased},
		{"erased/in parts", erasedInParts},
		{"erased/marked", erasedMarked},
		{"erased/copy", erasedCopy},
		{"erased/tampered", erasedTampered},
		{"accesses", accesses},
		{"accesses/removed", accessesRemoved},
		{"verify/every column", verifyColumns},
		{"verify/every row", verifyRows},
		{"verify/senders", verifySenders},
		{"verify/an earlier version's rows", verifyEarlier},
		{"verify/digests are made once", verifyDigestsOnce},
		{"verify/tables", verifySchema},
		{"verify/what cannot be read", verifyMalformed},
		{"find", find},
		{"find/bounds", findBounds},
		{"find/by name", findByName},
		{"find/paging", findPaging},
		{"changed/since", changedSince},
		{"changed/by rules", changedByRules},
		{"changed/snapshots", snapshots},
		{"totals/kept up or rebuilt", totalsRebuilt},
		{"totals/since", totalsSince},
		{"totals/what scores follow from is verified", totalsTampered},
		{"totals/what else is counted", totalsCounts},
		{"rules/changed", rulesChanged},
		{"rules/there and back", rulesThereAndBack},
		{"update/undone", updateUndone},
		{"update/undone after a dropped error", updateBroken},
		{"update/cannot be committed", updateUncommittable},
		{"update/cancelled", updateCancelled},
		{"update/one at a time", updateOneAtATime},
		{"view/during an update", viewDuringUpdate},
		{"view/writes nothing", viewWrites},
		{"open/durable", openDurable},
		{"open/two at once", openTwice},
		{"open/reader", openReader},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := &bench{T: t, dsn: dsn(t)}
			b.open(Options())
			test.run(b)
		})
	}
}

// Options returns options that fold by the zero rules, with a clock that ticks
// and salt that can be guessed.
func Options() ledger.Options {
	now := time.Date(2026, 3, 2, 9, 0, 0, 123, time.UTC)
	return ledger.Options{
		Fold:  probes.Rules{}.Fold,
		Rules: "zero",
		Clock: func() time.Time { now = now.Add(1001 * time.Microsecond); return now },
		Salt:  func() string { return "salt" }, // so that the same happenings make the same chains
	}
}

// A bench is one test with one ledger on it. What goes wrong where it should
// not, ends the test.
type bench struct {
	*testing.T
	dsn    string
	ledger *ledger.Ledger
}

// server reports whether the ledger is on a PostgreSQL server.
func (b *bench) server() bool { return strings.HasPrefix(b.dsn, "postgres:") }

// open opens the ledger, which is closed when the test ends.
func (b *bench) open(opt ledger.Options) {
	b.Helper()
	l, err := ledger.Open(b.Context(), b.dsn, opt)
	b.must(err)
	b.ledger = l
	b.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
}

// reopen closes the ledger and opens it again.
func (b *bench) reopen(opt ledger.Options) {
	b.Helper()
	b.must(b.ledger.Close())
	b.open(opt)
}

// must ends the test if there is an error.
func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// wrong fails the test unless err says all of want.
func (b *bench) wrong(err error, want ...string) {
	b.Helper()
	if err == nil {
		b.Fatalf("got no error, want one with %q", want)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			b.Errorf("got error %q, want one with %q", err, w)
		}
	}
}

// is fails the test unless err wraps want.
func (b *bench) is(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("got error %v, want %v", err, want)
	}
}

// same fails the test unless got and want are the same as JSON.
func (b *bench) same(what string, got, want any) {
	b.Helper()
	if got, want := asJSON(b, got), asJSON(b, want); got != want {
		b.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// asJSON makes values comparable that differ in nothing but how their times are
// held in memory.
func asJSON(b *bench, v any) string {
	b.Helper()
	text, err := json.Marshal(v)
	b.must(err)
	return string(text)
}

// update runs an update that should work.
func (b *bench) update(fn func(ctx context.Context, tx probes.Tx) error) {
	b.Helper()
	b.must(b.ledger.Update(b.Context(), func(tx probes.Tx) error { return fn(b.Context(), tx) }))
}

// view runs a view that should work.
func (b *bench) view(fn func(ctx context.Context, tx probes.Tx) error) {
	b.Helper()
	b.must(b.ledger.View(b.Context(), func(tx probes.Tx) error { return fn(b.Context(), tx) }))
}

// append appends events in an update of their own.
func (b *bench) append(contact string, events ...probes.Event) (c probes.Contact) {
	b.Helper()
	b.update(func(ctx context.Context, tx probes.Tx) (err error) {
		c, err = tx.Append(ctx, contact, events...)
		return err
	})
	return c
}

// story reads a contact and its events.
func (b *bench) story(contact string) (c probes.Contact, events []probes.Event) {
	b.Helper()
	b.view(func(ctx context.Context, tx probes.Tx) (err error) {
		c, events, err = tx.Story(ctx, contact)
		return err
	})
	return c, events
}

// all reads every contact, by id.
func (b *bench) all() (found []probes.Contact) {
	b.Helper()
	b.view(func(ctx context.Context, tx probes.Tx) (err error) {
		found, err = tx.Find(ctx, probes.Query{After: " "})
		return err
	})
	return found
}

// totals reads the running totals.
func (b *bench) totals(since int64) (totals probes.Totals) {
	b.Helper()
	b.view(func(ctx context.Context, tx probes.Tx) (err error) {
		totals, err = tx.Totals(ctx, since)
		return err
	})
	return totals
}

// tamper changes the tables behind the ledger's back.
func (b *bench) tamper(statement string, args ...any) {
	b.Helper()
	result, err := b.ledger.DB().ExecContext(b.Context(), statement, args...)
	b.must(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		b.Fatalf("nothing to tamper with: %v", err)
	}
}
