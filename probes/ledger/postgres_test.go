package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	ledgertest.Run(t, func(t *testing.T) string { return server.Database(t) })
}

// A replica is what a process has of a ledger that others would write to as well,
// over a wire that can be cut.
type replica struct {
	*ledger.Ledger
	wire *peers.Cut
	dsn  string // not over the wire
}

// newReplica opens an empty ledger with a lease for so long.
func newReplica(t *testing.T, server *peers.Postgres, lease time.Duration) replica {
	t.Helper()
	dsn, wire := server.Database(t), peers.Proxy(t, server.Address)
	opt := ledgertest.Options()
	opt.Lease = lease
	l, err := ledger.Open(t.Context(), strings.Replace(dsn, server.Address, wire.Addr, 1), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		wire.Drop()
		_ = l.Close() // what it says of a lost lease is no matter
	})
	return replica{l, wire, dsn}
}

// successor opens the ledger for writing as soon as that is allowed.
func (r replica) successor(t *testing.T) *ledger.Ledger {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		l, err := ledger.Open(t.Context(), r.dsn, ledgertest.Options())
		if err == nil {
			t.Cleanup(func() {
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			})
			return l
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

// lost waits until the replica knows that it has lost the lease.
func (r replica) lost(t *testing.T) {
	t.Helper()
	select {
	case <-r.Lost():
	case <-time.After(time.Minute):
		t.Fatal("the lease is not lost")
	}
}

// TestLease: whatever becomes of who has the lease, what he writes after another may
// have it is not kept, and he is told so.
func TestLease(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	for name, run := range map[string]func(*testing.T, *peers.Postgres){
		"out of reach":               leaseOutOfReach,
		"out of reach half-way":      leaseHalfWay,
		"out of reach at the commit": leaseAtCommit,
		"kept through a long update": leaseKept,
		"given back":                 leaseGivenBack,
		"taken from under":           leaseTaken,
		"a correction beside":        leaseBeside,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); run(t, server) })
	}
}

// leaseOutOfReach: who cannot reach the server knows by himself when he has lost it.
func leaseOutOfReach(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, 2*time.Second)
	update(t, r.Ledger, plan)
	r.wire.Silence()
	r.lost(t)
	next := r.successor(t)
	r.wire.Heal()
	err := r.Update(t.Context(), func(tx probes.Tx) error { return planNumber(t.Context(), tx, 1) })
	if !errors.Is(err, ledger.ErrLost) {
		t.Errorf("got %v, want %v", err, ledger.ErrLost)
	}
	if found := contacts(t, next); len(found) != 1 {
		t.Errorf("got %d contacts, want the one from before", len(found))
	}
}

// leaseHalfWay: a transaction that is under way as the wire is cut does not keep a
// successor out, and is undone.
func leaseHalfWay(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, 2*time.Second)
	var next *ledger.Ledger
	err := r.Update(t.Context(), func(tx probes.Tx) error {
		if err := plan(t.Context(), tx); err != nil {
			return err
		}
		r.wire.Silence()
		next = r.successor(t)
		r.wire.Heal()
		return nil
	})
	if err == nil {
		t.Error("a transaction was committed that another lease has come after")
	}
	if found := contacts(t, next); len(found) != 0 {
		t.Errorf("got %d contacts, want none", len(found))
	}
}

// leaseAtCommit: a commit whose answer does not come in time is none to send by.
func leaseAtCommit(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, 2*time.Second)
	over := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		over <- r.Update(ctx, func(tx probes.Tx) error {
			err := plan(ctx, tx)
			r.wire.Silence()
			return err
		})
	}()
	r.lost(t)
	r.successor(t)
	r.wire.Heal()
	if err := <-over; err == nil {
		t.Error("an update came back as durable after the lease was lost")
	}
}

// leaseKept: an update that takes longer than the lease does not lose it.
func leaseKept(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, 2*time.Second)
	update(t, r.Ledger, func(ctx context.Context, tx probes.Tx) error {
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if _, err := tx.Find(ctx, probes.Query{}); err != nil {
				return err
			}
		}
		return plan(ctx, tx)
	})
	var held *ledger.InUseError
	_, err := ledger.Open(t.Context(), r.dsn, ledgertest.Options())
	if !errors.As(err, &held) || !strings.Contains(held.By, "process ") {
		t.Errorf("got %v, want that it is in use", err)
	}
	select {
	case <-r.Lost():
		t.Error("the lease was lost")
	default:
	}
}

// leaseGivenBack: who closes the ledger is succeeded at once.
func leaseGivenBack(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, time.Hour)
	update(t, r.Ledger, plan)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	next := r.successor(t)
	if found := contacts(t, next); len(found) != 1 {
		t.Errorf("got %d contacts, want 1", len(found))
	}
}

// leaseTaken: who has lost the lease without knowing is told by the server.
func leaseTaken(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, time.Hour)
	if _, err := server.Ask(r.dsn, `UPDATE leases SET token = token + 1`); err != nil {
		t.Fatal(err)
	}
	err := r.Update(t.Context(), func(tx probes.Tx) error { return plan(t.Context(), tx) })
	if !errors.Is(err, ledger.ErrLost) {
		t.Errorf("got %v, want %v", err, ledger.ErrLost)
	}
	r.lost(t)
	if found := contacts(t, r.Ledger); len(found) != 0 {
		t.Errorf("got %d contacts, want none", len(found))
	}
}

// leaseBeside: a person's correction comes between the holder's transactions, and
// neither loses the other's work.
func leaseBeside(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, 0)
	update(t, r.Ledger, plan)
	beside, err := ledger.OpenBeside(t.Context(), r.dsn, ledgertest.Options())
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	const each = 15
	amend := func(ctx context.Context, tx probes.Tx) error {
		a := probes.Amendment{Outcome: probes.Void, By: "kari"}
		_, err := tx.Append(ctx, ledgertest.ID(0), ledgertest.Event(probes.Amended, 0, ledgertest.Monday, a))
		return err
	}
	done := make(chan error, 1)
	go func() {
		var err error
		for range each {
			err = errors.Join(err, beside.Update(t.Context(), func(tx probes.Tx) error { return amend(t.Context(), tx) }))
		}
		done <- err
	}()
	for range each {
		update(t, r.Ledger, amend)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if found := contacts(t, r.Ledger); len(found) != 1 || found[0].Events != 1+2*each {
		t.Errorf("got %+v, want one contact of %d events", found, 1+2*each)
	}
	if err := r.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// planNumber plans contact n.
func planNumber(ctx context.Context, tx probes.Tx, n int) error {
	p := ledgertest.Plan(n)
	_, err := tx.Append(ctx, ledgertest.ID(n), ledgertest.Event(probes.Planned, 1, p.Slot, p))
	return err
}

// TestPostgresRestarted: a server that is started anew finds the same holder, who
// goes on.
func TestPostgresRestarted(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	r := newReplica(t, server, 5*time.Minute)
	update(t, r.Ledger, plan)
	server.Stop()
	if err := r.Update(t.Context(), func(tx probes.Tx) error { return planNumber(t.Context(), tx, 1) }); err == nil {
		t.Error("an update was durable on a server that is stopped")
	}
	server.Start()
	update(t, r.Ledger, func(ctx context.Context, tx probes.Tx) error { return planNumber(ctx, tx, 2) })
	if found := contacts(t, r.Ledger); len(found) != 2 {
		t.Errorf("got %d contacts, want 2", len(found))
	}
	if err := r.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestUnconfirmed: a commit that no standby has confirmed is not taken for durable.
func TestUnconfirmed(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	r := newReplica(t, server, 5*time.Minute)
	ask := func(statements ...string) string {
		t.Helper()
		said, err := server.Ask(r.dsn, statements...)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	ask(`ALTER SYSTEM SET synchronous_standby_names = 'nowhere'`, `SELECT pg_reload_conf()`)
	over := make(chan error, 1)
	go func() { over <- r.Update(t.Context(), func(tx probes.Tx) error { return plan(t.Context(), tx) }) }()
	const cancel = `SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query ILIKE 'commit%'`
	for late := time.Now().Add(time.Minute); ask(cancel) == "0"; time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-over:
			t.Fatalf("it did not wait for the standby: %v", err)
		default:
		}
		if time.Now().After(late) {
			t.Fatal("nobody waits for the standby")
		}
	}
	if err := <-over; err == nil || !strings.Contains(err.Error(), "perhaps not on a standby") {
		t.Errorf("got %v, want that no standby has it", err)
	}
	ask(`ALTER SYSTEM RESET synchronous_standby_names`, `SELECT pg_reload_conf()`)
	if found := contacts(t, r.Ledger); len(found) != 1 {
		t.Errorf("got %d contacts, want the one that is here", len(found))
	}
}
