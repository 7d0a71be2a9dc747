package ledgertest

import (
	"context"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// openDurable: what was there when the ledger was closed is there when it is
// opened again, and goes on from where it was.
func openDurable(b *bench) {
	b.live(7, 20)
	b.hear(storedArrival(0))
	contacts, totals := b.all(), b.totals(0)
	b.reopen(Options())
	b.same("contacts", b.all(), contacts)
	b.same("totals", b.totals(0), totals)
	if b.hear(storedArrival(0))[0] {
		b.Error("an arrival is new again after the ledger was opened again")
	}
	b.append(ID(0), Event(probes.Amended, 0, Monday, probes.Amendment{Outcome: probes.Void, By: "kari"}))
	b.must(b.ledger.Verify(b.Context()))
}

// openTwice: the second who would write is refused, until the first is done.
func openTwice(b *bench) {
	// Also inside one process: it is the ledger that is locked, not we.
	if l, err := ledger.Open(b.Context(), b.dsn, Options()); err == nil {
		b.must(l.Close())
		b.Fatal("opened twice")
	} else {
		b.wrong(err, "in use by process")
	}
	b.append(ID(0), sent(0)...)
	b.reopen(Options())
}

// openReader: a reader sees what the writer does, as it does it, and writes
// nothing.
func openReader(b *bench) {
	r, err := ledger.OpenReader(b.Context(), b.dsn, ledger.Options{})
	b.must(err)
	b.append(ID(0), sent(0)...)
	reader := &bench{T: b.T, dsn: b.dsn, ledger: r}
	reader.same("contacts", reader.all(), b.all())
	reader.same("totals", reader.totals(0), b.totals(0))
	b.must(r.Verify(b.Context()))
	write := func(tx probes.Tx) error { return everything(context.Background(), tx, 1) }
	b.wrong(r.Update(b.Context(), write), "reading only")
	b.wrong(r.Rebuild(b.Context()), "reading only")
	// A reader that is left alone goes on reading.
	b.must(b.ledger.Close())
	if c, _ := reader.story(ID(0)); c.ID != ID(0) {
		b.Errorf("got contact %q, want %q", c.ID, ID(0))
	}
	b.must(r.Close())
}
