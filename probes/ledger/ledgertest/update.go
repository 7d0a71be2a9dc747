package ledgertest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// everything writes to every table.
func everything(ctx context.Context, tx probes.Tx, n int) error {
	_, appended := tx.Append(ctx, ID(n), sent(n)...)
	_, heard := tx.Hear(ctx, storedArrival(n))
	return errors.Join(appended, heard, tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: Monday}))
}

// empty fails the test unless the ledger is as if nothing had been written.
func (b *bench) empty() {
	b.Helper()
	totals := b.totals(0)
	if found := b.all(); len(found)+len(totals.Tallies)+len(totals.Arrivals)+len(totals.Checkpoints) > 0 {
		b.Errorf("got contacts %v and totals %+v, want nothing", found, totals)
	}
	heard, err := b.ledger.Unmatched(b.Context(), 0)
	if err != nil || len(heard) > 0 {
		b.Errorf("got arrivals %v and error %v, want none", heard, err)
	}
}

// updateUndone: an error, a panic and a commit that cannot be made leave
// nothing, and the next update works.
func updateUndone(b *bench) {
	sorry := errors.New("sorry")
	b.is(b.ledger.Update(b.Context(), func(tx probes.Tx) error {
		b.must(everything(b.Context(), tx, 0))
		return sorry
	}), sorry)
	b.empty()
	func() {
		defer func() {
			if recover() == nil {
				b.Error("the panic got lost")
			}
		}()
		_ = b.ledger.Update(b.Context(), func(tx probes.Tx) error {
			b.must(everything(b.Context(), tx, 0))
			panic(sorry)
		})
	}()
	b.empty()
	// One that works, whose transaction must be of no use once it is over.
	var kept probes.Tx
	b.update(func(ctx context.Context, tx probes.Tx) error { kept = tx; return everything(ctx, tx, 1) })
	if _, err := kept.Append(b.Context(), ID(2), sent(2)...); err == nil {
		b.Error("a transaction that is over still appends")
	}
	if found := b.all(); len(found) != 1 || found[0].ID != ID(1) {
		b.Errorf("got %v, want contact 1 alone", found)
	}
}

// updateUncommittable: what the database refuses at the commit is undone.
func updateUncommittable(b *bench) {
	orphan := []string{`CREATE TRIGGER orphan AFTER INSERT ON contacts BEGIN INSERT INTO children VALUES (1); END`}
	if b.server() {
		orphan = []string{
			`CREATE FUNCTION orphan() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO children VALUES (1); RETURN NULL; END'`,
			`CREATE TRIGGER orphan AFTER INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION orphan()`,
		}
	}
	for _, statement := range append([]string{
		`CREATE TABLE parents (id BIGINT PRIMARY KEY)`,
		`CREATE TABLE children (parent BIGINT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)`,
	}, orphan...) {
		_, err := b.ledger.DB().ExecContext(b.Context(), statement)
		b.must(err)
	}
	all := func(tx probes.Tx) error { return everything(b.Context(), tx, 0) }
	// A child without a parent is found out by the commit, and not before.
	b.wrong(b.ledger.Update(b.Context(), all), "commit")
	b.empty()
	_, err := b.ledger.DB().ExecContext(b.Context(), `INSERT INTO parents VALUES (1)`)
	b.must(err)
	b.must(b.ledger.Update(b.Context(), all))
	if found := b.all(); len(found) != 1 {
		b.Errorf("got %d contacts, want 1", len(found))
	}
}

// updateBroken: what went wrong half-way is not made durable by a caller who
// drops the error.
func updateBroken(b *bench) {
	err := b.ledger.Update(b.Context(), func(tx probes.Tx) error {
		b.must(everything(b.Context(), tx, 0))
		// A statement that is interrupted may make SQLite undo all before it.
		gone, cancel := context.WithCancel(b.Context())
		cancel()
		if _, err := tx.Append(gone, ID(1), sent(1)...); err == nil {
			b.Error("appended without a context")
		}
		return nil
	})
	b.is(err, context.Canceled)
	b.empty()
}

// updateCancelled: a context that ends, before or in the middle, undoes all.
func updateCancelled(b *bench) {
	ctx, cancel := context.WithCancel(b.Context())
	b.is(b.ledger.Update(ctx, func(tx probes.Tx) error {
		b.must(everything(ctx, tx, 0))
		cancel()
		return nil
	}), context.Canceled)
	b.is(b.ledger.Update(ctx, func(probes.Tx) error { return nil }), context.Canceled)
	b.is(b.ledger.View(ctx, func(probes.Tx) error { return nil }), context.Canceled)
	b.empty()
	b.update(func(ctx context.Context, tx probes.Tx) error { return everything(ctx, tx, 1) })
}

// updateOneAtATime: updates from many goroutines do not lose each other's work.
func updateOneAtATime(b *bench) {
	b.append(ID(0), sent(0)...)
	const writers, each = 8, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				err := b.ledger.Update(b.Context(), func(tx probes.Tx) error {
					c, _, err := tx.Story(b.Context(), ID(0))
					if err != nil {
						return err
					}
					a := probes.Amendment{Outcome: probes.Void, By: "kari"}
					after, err := tx.Append(b.Context(), ID(0), Event(probes.Amended, 0, Monday, a))
					if after.Events != c.Events+1 {
						b.Errorf("got %d events after %d", after.Events, c.Events)
					}
					return err
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if c, _ := b.story(ID(0)); c.Events != 3+writers*each {
		b.Errorf("got %d events, want %d", c.Events, 3+writers*each)
	}
	b.must(b.ledger.Verify(b.Context()))
}

// viewDuringUpdate: a view does not wait for an update, and sees one state
// throughout: that before it.
func viewDuringUpdate(b *bench) {
	b.append(ID(0), sent(0)...)
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
	defer cancel()
	see := func(when string, want int) {
		b.must(b.ledger.View(ctx, func(tx probes.Tx) error {
			found, err := tx.Find(ctx, probes.Query{})
			if len(found) != want {
				b.Errorf("%s: got %d contacts, want %d", when, len(found), want)
			}
			return err
		}))
	}
	b.must(b.ledger.Update(ctx, func(tx probes.Tx) error {
		b.must(everything(ctx, tx, 1))
		see("inside an update", 1)
		done := make(chan struct{})
		go func() { defer close(done); see("beside an update", 1) }()
		<-done
		return nil
	}))
	see("after", 2)
	// And the other way round: an update does not wait for a view.
	b.must(b.ledger.View(ctx, func(tx probes.Tx) error {
		first, err := tx.Totals(ctx, 0)
		b.must(err)
		b.append(ID(2), sent(2)...)
		second, err := tx.Totals(ctx, 0)
		b.same("one view", second, first)
		return err
	}))
	see("at the end", 3)
}

// viewWrites: a view cannot write, and says so.
func viewWrites(b *bench) {
	for name, write := range map[string]func(probes.Tx) error{
		"append":  func(tx probes.Tx) error { _, err := tx.Append(b.Context(), ID(0), sent(0)...); return err },
		"hear":    func(tx probes.Tx) error { _, err := tx.Hear(b.Context(), storedArrival(0)); return err },
		"keep":    func(tx probes.Tx) error { _, err := tx.Keep(b.Context(), []byte("it")); return err },
		"advance": func(tx probes.Tx) error { return tx.Advance(b.Context(), "mail", channels.Checkpoint{Source: "x"}) },
	} {
		if err := b.ledger.View(b.Context(), write); err == nil {
			b.Errorf("%s: a view has written", name)
		}
	}
	b.empty()
}
