package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrLost says that another process may write by now: send nothing, and open the
// ledger anew.
var ErrLost = errors.New("the lease is lost, and another process may write")

// A HeldError says that another process holds the lease.
type HeldError struct {
	By    string        // who: process and host
	Holds time.Duration // for how long yet, unless it is renewed
}

// Error names the holder.
func (e *HeldError) Error() string { return "is in use by " + e.By }

// term is how long a lease holds when none is asked for. It bounds how soon a
// successor can write after its holder has died.
const term = 8 * time.Second

// returns is how long a newer program waits for a holder that has given the lease back:
// it may be reading its configuration again.
const returns = 3 * time.Second

// What is asked of the table of leases.
const (
	// made may be asked by several processes at once, which would each find that it
	// is not there: they come one at a time.
	alone = `SELECT pg_advisory_xact_lock(hashtext('svartid leases'))`
	made  = `CREATE TABLE IF NOT EXISTS leases (
		name   TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
		holder TEXT        COLLATE "C" NOT NULL,
		token  BIGINT      NOT NULL,
		until  TIMESTAMPTZ NOT NULL,
		about  TEXT        NOT NULL,
		UNIQUE (name, holder, token))`
	taken = `INSERT INTO leases (name, holder, token, until, about)
		VALUES ('writer', $1, 1, clock_timestamp() + $2 * interval '1 microsecond', $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = leases.token + 1,
			until = clock_timestamp() + $2 * interval '1 microsecond', about = excluded.about
		WHERE leases.until <= clock_timestamp()
		RETURNING token, ` + timeline
	holding = `SELECT about, (extract(epoch FROM until - clock_timestamp()) * 1000000)::bigint FROM leases WHERE name = 'writer'`
	renewed = `UPDATE leases SET until = clock_timestamp() + $3 * interval '1 microsecond'
		WHERE name = 'writer' AND holder = $1 AND token = $2
		RETURNING ` + timeline
	// timeline is another once another server has taken this one's place: what it
	// had confirmed may be gone, unless it was asked to wait for the other.
	timeline = `left(pg_walfile_name(pg_current_wal_lsn()), 8)`
	ended    = `UPDATE leases SET until = clock_timestamp() WHERE name = 'writer' AND holder = $1 AND token = $2`
	// locked keeps the lease from changing hands until the transaction is over.
	locked = `SELECT token FROM leases WHERE name = 'writer' AND holder = $1 AND token = $2 FOR KEY SHARE`
)

// A Lease is the right to write, for a while that is prolonged as long as its
// holder lives and the server answers.
type Lease struct {
	db     *sql.DB
	claim  Claim
	holder string // random: no other process has ever had it
	token  int64
	line   string // the server's timeline
	term   time.Duration

	mu     sync.Mutex
	until  time.Time      // by our own clock, counted from before the server was asked
	atLoss map[int]func() // what is to be done when it is lost
	next   int            // number of the next of these

	gone atomic.Bool
	lost chan struct{}
	stop context.CancelFunc
	done chan struct{}
}

// Take takes the lease for a term, and renews it until Close. The error is a [*HeldError]
// if another process has it, or is of an older version and may still take it, and a
// [*version.NewerError] if the ledger is a newer program's.
func (s *Server) Take(ctx context.Context, c Claim) (*Lease, error) {
	if c.Term == 0 {
		c.Term = term
	}
	l := &Lease{
		db: s.Plain(), claim: c, holder: rand.Text(), term: c.Term,
		lost: make(chan struct{}), done: make(chan struct{}), atLoss: map[int]func(){},
	}
	l.db.SetMaxOpenConns(1)
	asked := time.Now()
	if err := l.take(ctx); err != nil {
		return nil, errors.Join(err, l.db.Close())
	}
	l.prolonged(asked)
	keep, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go func() {
		defer close(l.done)
		l.keep(keep)
	}()
	return l, nil
}

// take writes itself down as the holder. It looks first, so that who stands by locks
// nothing that the holder's transactions lock too.
func (l *Lease) take(ctx context.Context) error {
	held, err := l.inUse(ctx)
	if err == nil {
		err = l.appear(ctx, l.term)
	}
	if err != nil {
		return err
	}
	if held.Holds > 0 {
		return held
	}
	err = l.write(ctx)
	var said *pgconn.PgError
	const lockNotAvailable = "55P03"
	if errors.Is(err, sql.ErrNoRows) || errors.As(err, &said) && said.Code == lockNotAvailable {
		return held // another was quicker, or one that was stopped in a transaction is yet to be ended
	}
	if err != nil {
		return fmt.Errorf("take the lease: %w", err)
	}
	return nil
}

// inUse says who has the lease, or may take it before us; for no time if nobody. The error
// is a [*version.NewerError] if the ledger is a newer program's.
func (l *Lease) inUse(ctx context.Context) (*HeldError, error) {
	held := &HeldError{By: "another process"}
	var micros int64
	err := l.db.QueryRowContext(ctx, holding).Scan(&held.By, &micros)
	switch {
	case NoTable(err):
		err = l.makeTable(ctx)
	case errors.Is(err, sql.ErrNoRows):
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("look who has the lease: %w", err)
	}
	older, err := l.entitled(ctx)
	if err != nil {
		return nil, err
	}
	held.Holds = time.Duration(micros) * time.Microsecond
	if held.Holds <= 0 && older != "" {
		held.By, held.Holds = older+", of an older version, which may still take over", l.term
	}
	return held, nil
}

// makeTable makes the table of leases.
func (l *Lease) makeTable(ctx context.Context) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing once it is committed
	for _, statement := range []string{alone, made} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// write takes a lease that has run out. The error is sql.ErrNoRows if it has not.
func (l *Lease) write(ctx context.Context) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing once it is committed
	if _, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '5s'`); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, taken, l.holder, l.term.Microseconds(), about()).Scan(&l.token, &l.line); err != nil {
		return err
	}
	return tx.Commit()
}

// about says who we are, for a person.
func about() string {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Sprintf("process %d", os.Getpid())
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// keep renews the lease several times a term, until ctx ends or it is lost.
func (l *Lease) keep(ctx context.Context) {
	for l.Valid() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(l.term/5, time.Until(l.end()))):
		}
		if l.Valid() {
			l.renew(ctx)
		}
	}
	l.lose()
}

// end is until when the lease holds by our own clock, if it is not renewed.
func (l *Lease) end() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until
}

// renew asks once more. Where another has the lease, or another server has taken this
// one's place, it is lost: the ledger has to be opened anew. A server that does not answer is asked again at the next
// tick: it may be starting anew, and what it kept is kept.
func (l *Lease) renew(ctx context.Context) {
	asked := time.Now()
	ctx, cancel := context.WithTimeout(ctx, min(l.term/3, time.Until(l.end())))
	defer cancel()
	var line string
	err := l.db.QueryRowContext(ctx, renewed, l.holder, l.token, l.term.Microseconds()).Scan(&line)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && line != l.line:
		l.lose()
	case err == nil:
		l.prolonged(asked)
	}
}

// became asks what became of a transaction by its number; not known while the server
// is not reached, or it is still under way.
func (l *Lease) became(id string) (status string, known bool) {
	ctx, cancel := context.WithTimeout(context.Background(), min(l.term/3, time.Until(l.end())))
	defer cancel()
	var said sql.NullString
	var line string
	err := l.db.QueryRowContext(ctx, `SELECT pg_xact_status($1::text::xid8), `+timeline, id).Scan(&said, &line)
	switch {
	case err != nil, said.String == "in progress":
		return "", false
	case line != l.line: // another server's, whose transactions have numbers of their own
		return "", true
	}
	return said.String, true
}

// prolonged notes that the lease holds for a term from when the server was asked.
// An eighth is left out, for clocks that do not run alike.
func (l *Lease) prolonged(asked time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = asked.Add(l.term - l.term/8)
}

// Valid reports whether nobody else can have the lease yet. A process that was
// stopped for longer than the lease held knows it by this at once.
func (l *Lease) Valid() bool {
	if l.gone.Load() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	// The steady clock stands still while a machine sleeps, the other may be set.
	return now.Before(l.until) && now.Round(0).Before(l.until.Round(0))
}

// Lost is closed once another process may write.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// lose notes that the lease is gone, and ends what was done under it.
func (l *Lease) lose() {
	if !l.gone.CompareAndSwap(false, true) {
		return
	}
	close(l.lost)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, do := range l.atLoss {
		do()
	}
}

// whenLost has something done when the lease is lost, at once if it is; forget takes it
// back.
func (l *Lease) whenLost(do func()) (forget func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone.Load() {
		do()
		return func() {}
	}
	number := l.next
	l.next++
	l.atLoss[number] = do
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.atLoss, number)
	}
}

// Close gives the lease back, so that a successor need not wait for its end.
func (l *Lease) Close() error {
	l.stop()
	<-l.done
	ctx, cancel := context.WithTimeout(context.Background(), l.term/2)
	defer cancel()
	var err error
	if l.Valid() {
		// Who only opens the ledger anew is not to find a newer one there.
		err = l.appear(ctx, min(l.term, returns))
		_, ending := l.db.ExecContext(ctx, ended, l.holder, l.token)
		err = errors.Join(err, ending)
	}
	l.gone.Store(true)
	if err := errors.Join(err, l.db.Close()); err != nil {
		return fmt.Errorf("give back the lease: %w", err)
	}
	return nil
}
