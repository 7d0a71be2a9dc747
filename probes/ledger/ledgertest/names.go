package ledgertest

import (
	"time"

	"github.com/svartid/svartid/probes"
)

// namesTaken: a name belongs to one attempt on its channel, and who is told so
// may draw another in the same transaction.
func namesTaken(b *bench) {
	b.append(ID(0), sent(0)...)
	b.append(ID(1), sent(1)[0]) // on another channel
	b.append(ID(2), sent(2)[0])
	plan := Plan(0)
	b.append(ID(0), Event(probes.Planned, 2, plan.Slot, plan))
	intend := func(attempt int, i probes.Intent) probes.Event {
		return Event(probes.Intended, attempt, Monday.Add(time.Hour), i)
	}
	taken := probes.Intent{Token: "token0", ID: "<new@example.no>"}
	err := b.ledger.Update(b.Context(), func(tx probes.Tx) error {
		_, err := tx.Append(b.Context(), ID(2), intend(1, taken))
		b.is(err, probes.ErrTaken)
		b.wrong(err, ID(2), "token0")
		_, err = tx.Append(b.Context(), ID(0), intend(2, taken))
		b.is(err, probes.ErrTaken)
		// Nothing of the refused intent is left in the way.
		_, err = tx.Append(b.Context(), ID(2), intend(1, probes.Intent{Token: "token2", ID: "<new@example.no>"}))
		return err
	})
	b.must(err)
	if c := b.append(ID(1), intend(1, taken)); c.Current().State != probes.AttemptSending {
		b.Errorf("on another channel: got %s, want sending", c.Current().State)
	}
	b.must(b.ledger.Verify(b.Context()))
}

// namesKept: an attempt that was deferred may use its names again, or others,
// and stays known by all of them.
func namesKept(b *bench) {
	b.append(ID(0), sent(0)[:2]...)
	deferred := Event(probes.Deferred, 1, Monday, probes.Failure{Reason: "421"})
	b.append(ID(0), deferred, sent(0)[1])
	b.append(ID(0), deferred, Event(probes.Intended, 1, Monday, probes.Intent{Token: "other"}))
	for _, name := range []string{"token0", "other"} {
		if found := b.find(probes.Query{Channel: "mail", Names: []string{name}}); len(found) != 1 {
			b.Errorf("by %s: got %d contacts, want 1", name, len(found))
		}
	}
}
