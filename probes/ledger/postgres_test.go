package ledger_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	ledgertest.Run(t, func(t *testing.T) string {
		// Each folds dozens of lives, in Go.
		for _, folds := range []string{"rules/", "totals/kept_up", "chain/any", "chain/together", "find/paging", "changed/since", "changed/by_rules"} {
			if strings.HasPrefix(t.Name(), "TestPostgres/"+folds) {
				long.Only(t, "the same on SQLite, and other updates of many events")
			}
		}
		return server.Database(t)
	})
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
		"an answer that is lost":     leaseAnswerLost,
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

// leaseAnswerLost: a commit whose answer is lost on the way is found to have come to
// pass, or not.
func leaseAnswerLost(t *testing.T, server *peers.Postgres) {
	r := newReplica(t, server, time.Minute)
	for _, statement := range []string{
		`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN PERFORM pg_sleep(2); RETURN NULL; EXCEPTION WHEN query_canceled THEN
				IF NEW.contact LIKE ''%2'' THEN RAISE ''no''; END IF; RETURN NULL; END'`,
		`CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION dawdle()`,
	} {
		if _, err := server.Ask(r.dsn, statement); err != nil {
			t.Fatal(err)
		}
	}
	for n, comes := range map[int]bool{1: true, 2: false} {
		over := make(chan error, 1)
		go func() {
			over <- r.Update(t.Context(), func(tx probes.Tx) error { return planNumber(t.Context(), tx, n) })
		}()
		const dawdling = `SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
		for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			said, err := server.Ask(r.dsn, dawdling)
			if said == "1" {
				break
			}
			if err != nil || time.Now().After(late) {
				t.Fatalf("it is not about to be committed: %v", err)
			}
		}
		r.wire.Drop()
		if err := <-over; (err == nil) != comes {
			t.Errorf("contact %d: got %v, want it there %t", n, err, comes)
		}
	}
	if found := contacts(t, r.Ledger); len(found) != 1 || found[0].ID != ledgertest.ID(1) {
		t.Errorf("got %+v, want the contact whose commit came to pass", found)
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
	over, made := make(chan error, 1), 0
	commit := func() {
		n := made
		made++
		go func() {
			over <- r.Update(t.Context(), func(tx probes.Tx) error { return planNumber(t.Context(), tx, n) })
		}()
	}
	commit()
	const cancel = `SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query ILIKE 'commit%'`
	for late := time.Now().Add(time.Minute); ask(cancel) == "0"; time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-over:
			if err != nil {
				t.Fatal(err)
			}
			commit() // before the server had read its configuration again
		default:
		}
		if time.Now().After(late) {
			t.Fatal("nobody waits for the standby")
		}
	}
	if err := <-over; err == nil || !strings.Contains(err.Error(), "perhaps not on a standby") {
		t.Errorf("got %v, want that no standby has it", err)
	}
	risks, err := r.Risks(t.Context())
	missing, failed := r.StandbyMissing(t.Context())
	if err := errors.Join(err, failed); err != nil || !missing || !strings.Contains(strings.Join(risks, "; "), "is not there") {
		t.Errorf("got %q, standby missing: %v, %v; want that the standby is not there", risks, missing, err)
	}
	ask(`ALTER SYSTEM RESET synchronous_standby_names`, `SELECT pg_reload_conf()`)
	if found := contacts(t, r.Ledger); len(found) != made {
		t.Errorf("got %d contacts, want the %d that are here", len(found), made)
	}
}

// TestPostgresRestored: what pg_dump has copied is the same ledger, in another epoch,
// and stays in that; whoever owns the database needs no more than that.
func TestPostgresRestored(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	dsn := server.Database(t)
	if _, err := server.Ask(dsn, `CREATE ROLE kari LOGIN`, `GRANT ALL ON SCHEMA public TO kari`); err != nil {
		t.Fatal(err)
	}
	dsn = strings.Replace(dsn, "svartid@", "kari@", 1)
	was := stands(t, dsn, plan)
	if again := stands(t, dsn, plan); again != was {
		t.Errorf("opened again: got %+v, want %+v", again, was)
	}
	restored := server.Copy(t, strings.Replace(dsn, "kari@", "svartid@", 1))
	is := stands(t, restored, plan)
	if is.Ledger != was.Ledger || is.Epoch == was.Epoch || is.Epoch == "" || was.Epoch == "" {
		t.Errorf("restored: got %+v, want another epoch of %+v", is, was)
	}
	if again := stands(t, restored, plan); again != is {
		t.Errorf("restored, and opened again: got %+v, want %+v", again, is)
	}
}

// stands opens a ledger, does something with it, verifies it and says where it stands.
func stands(t *testing.T, dsn string, do func(context.Context, probes.Tx) error) (s probes.Snapshot) {
	t.Helper()
	opened(t, dsn, ledgertest.Options(), func(l *ledger.Ledger) {
		update(t, l, do)
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		s = snapshot(t, l)
	})
	return s
}

// TestMove: a ledger that was moved is the same, row by row, on either side, and
// goes on there; the one it was moved from does not.
func TestMove(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	first, second, third := file(t), server.Database(t), file(t)
	was := lived(t, first)
	all := columns(t, first, `SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema
		WHERE type = 'table' AND name NOT IN (`+notOurs+`) ORDER BY name)`)
	for _, leg := range []struct{ from, to string }{{first, second}, {second, third}} {
		moved, err := ledger.Move(t.Context(), leg.from, leg.to, ledgertest.Options())
		if err != nil {
			t.Fatal(err)
		}
		var carried []string
		for _, sum := range moved.Tables {
			carried = append(carried, sum.Table)
			if sum.Rows == 0 && sum.Table != "erasures" && sum.Table != "erased" && sum.Table != "accesses" {
				t.Errorf("nothing was in %s", sum.Table)
			}
		}
		if slices.Sort(carried); strings.Join(carried, " ") != all {
			t.Errorf("carried %s, want %s", carried, all)
		}
		if l, err := ledger.Open(t.Context(), leg.from, ledgertest.Options()); err == nil {
			t.Error("a ledger that was moved was opened for writing", l.Close())
		} else if !strings.Contains(err.Error(), "was moved to "+moved.To) {
			t.Errorf("got %v, want where it was moved to", err)
		}
		if l, err := ledger.OpenBeside(t.Context(), leg.from, ledgertest.Options()); err == nil {
			t.Error("a ledger that was moved was opened for corrections", l.Close())
		}
		is := stands(t, leg.to, plan)
		if is.Ledger != was.Ledger || is.Epoch == was.Epoch || is.Version != was.Version {
			t.Errorf("got %+v, want another epoch of %+v", is, was)
		}
		was = is
		if _, err := ledger.Move(t.Context(), leg.to, leg.to, ledgertest.Options()); err == nil {
			t.Error("moved onto itself")
		}
	}
	// What is there is not written over.
	full := file(t)
	lived(t, full)
	if _, err := ledger.Move(t.Context(), third, full, ledgertest.Options()); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v, want that there is a ledger", err)
	}
	stands(t, third, plan)
}

// lived makes a ledger with something in each table, and says where it stands.
func lived(t *testing.T, dsn string) probes.Snapshot {
	t.Helper()
	stands(t, dsn, func(ctx context.Context, tx probes.Tx) error {
		for _, h := range ledgertest.Lives(rand.New(rand.NewPCG(5, 5)), 40) {
			if err := ledgertest.Append(ctx, tx, h); err != nil {
				return err
			}
		}
		for n, text := range []string{"Sm\xf8rbr\xf8d", "nul \x00", "\x1b00", "plain"} {
			h := probes.StoredArrival{
				Channel: "mail", Source: "INBOX", Kind: reading.Other, Subject: text,
				Arrival: channels.Arrival{Key: strconv.Itoa(n) + text, Raw: []byte(text), Times: channels.Times{Arrived: ledgertest.Monday}},
			}
			if _, err := tx.Hear(ctx, h); err != nil {
				return err
			}
		}
		return errors.Join(plan(ctx, tx), tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: ledgertest.Monday}))
	})
	opened(t, dsn, ledgertest.Options(), func(l *ledger.Ledger) {
		key := probes.ArrivalKey{Channel: "mail", Key: "3plain"}
		_, err := l.Erase(t.Context(), probes.Erasure{Scope: "a test", Arrivals: []probes.ArrivalKey{key}, Evidence: true, Personal: true})
		if err := errors.Join(err, l.Access(t.Context(), probes.Access{Reader: "kari", What: "a test"})); err != nil {
			t.Fatal(err)
		}
	})
	return stands(t, dsn, func(context.Context, probes.Tx) error { return nil })
}

// notOurs are tables that a database has besides those of its ledger.
const notOurs = "'goose_db_version', 'leases', 'deliveries', 'sqlite_sequence'"

// columns opens a ledger and asks what it has.
func columns(t *testing.T, dsn, ask string) (all string) {
	t.Helper()
	opened(t, dsn, ledgertest.Options(), func(l *ledger.Ledger) {
		if err := l.DB().QueryRowContext(t.Context(), ask).Scan(&all); err != nil {
			t.Fatal(err)
		}
	})
	return all
}

// TestSameTables: both databases have the same tables with the same columns.
func TestSameTables(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	lite := columns(t, file(t), `SELECT group_concat(line, ' ') FROM (
		SELECT m.name || '.' || c.name AS line FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT IN (`+notOurs+`) ORDER BY line)`)
	postgres := columns(t, server.Database(t), `SELECT string_agg(table_name || '.' || column_name, ' '
		ORDER BY (table_name || '.' || column_name) COLLATE "C")
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN (`+notOurs+`)`)
	if lite != postgres {
		t.Errorf("got\n%s\n%s", lite, postgres)
	}
}

// TestFailOver: a standby that commits do not wait for is a risk that is told of; one
// that they wait for takes the server's place with all that was durable, under another
// epoch, and the holder of the lease knows that it has to open the ledger anew.
func TestFailOver(t *testing.T) {
	long.Only(t, "TestLease")
	t.Parallel()
	server := peers.StartPostgres(t, "fsync=on")
	r := newReplica(t, server, 20*time.Second)
	// Servers find each other, and connections are told of a setting, in a while.
	risky := func(want string) {
		t.Helper()
		for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			risks, err := r.Risks(t.Context())
			got := strings.Join(risks, "; ")
			missing, failed := r.StandbyMissing(t.Context())
			err = errors.Join(err, failed)
			if err == nil && (want == "" && got == "" || want != "" && strings.Contains(got, want)) && missing == (want != "") {
				return
			}
			if time.Now().After(late) {
				t.Fatalf("got %q, standby missing: %v, %v; want %q", got, missing, err, want)
			}
		}
	}
	update(t, r.Ledger, plan)
	risky("")
	standby := server.Standby(t)
	risky("has a standby that commits do not wait for")
	for _, statement := range []string{`ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`} {
		if _, err := server.Ask(r.dsn, statement); err != nil {
			t.Fatal(err)
		}
	}
	risky("")
	was := snapshot(t, r.Ledger)
	update(t, r.Ledger, func(ctx context.Context, tx probes.Tx) error { return planNumber(ctx, tx, 1) })
	server.Crash()
	standby.Promote()
	r.wire.Turn(standby.Address)
	r.wire.Drop()
	r.lost(t)
	if err := r.Update(t.Context(), func(tx probes.Tx) error { return planNumber(t.Context(), tx, 2) }); err == nil {
		t.Error("an update was durable under a lease that another server has given")
	}
	if err := r.Close(); err != nil {
		t.Log(err) // its lease is of a server that is gone
	}
	next := replica{dsn: strings.Replace(r.dsn, server.Address, standby.Address, 1)}.successor(t)
	if found := contacts(t, next); len(found) != 2 {
		t.Errorf("got %d contacts, want the 2 that were durable", len(found))
	}
	if err := next.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if is := snapshot(t, next); is.Ledger != was.Ledger || is.Epoch == was.Epoch {
		t.Errorf("got %+v, want another epoch of %+v", is, was)
	}
}

// TestPostgresFound: of several servers the one that takes writes is found, by who writes
// and by who reads.
func TestPostgresFound(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	dsn := server.Database(t) + "?target_session_attrs=read-write"
	opened(t, dsn, ledgertest.Options(), func(l *ledger.Ledger) { update(t, l, plan) })
	reader, err := ledger.OpenReader(t.Context(), dsn, ledgertest.Options())
	if err != nil {
		t.Fatal(err)
	}
	if found := contacts(t, reader); len(found) == 0 {
		t.Error("the reader finds nothing")
	}
	if err := reader.Update(t.Context(), func(tx probes.Tx) error { return plan(t.Context(), tx) }); err == nil {
		t.Error("a reader writes")
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}
