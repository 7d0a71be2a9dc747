package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"modernc.org/sqlite" // and the driver of that name

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/commit"
	"github.com/svartid/svartid/probes/ledger/internal/paper"
	"github.com/svartid/svartid/probes/ledger/internal/postgres"
)

// errReadOnly is what Update says of a ledger that OpenReader has opened.
var errReadOnly = errors.New("ledger is open for reading only")

// Options are what a ledger leans on.
type Options struct {
	// Fold makes a contact of its events, by the rules in force.
	Fold func(id string, story []probes.Event) probes.Contact
	// Rules is a digest of those rules. Where it differs from the one that
	// the ledger was last folded by, Open folds everything anew.
	Rules string
	// Under returns by which rules the contacts of this ledger are folded, instead of Fold
	// and Rules, where what it holds decides that. It is asked as the ledger is opened. Nil
	// means Fold and Rules.
	Under func(context.Context, probes.Tx) (Folding, error)
	// Clock says when an event is recorded. Nil means time.Now.
	Clock func() time.Time
	// Salt returns random text, for the words of an event, and for the name of when digests
	// were made. Nil means rand.Text.
	Salt func() string
	// Key is a file of keys as age-keygen writes it: evidence is encrypted for the
	// first of them, and each opens what was encrypted for it. Empty: evidence is
	// stored as it is.
	Key []byte
	// Lease is how long a process that writes to a ledger on a server keeps others
	// out after it has died or lost the server. Zero means 8 s.
	Lease time.Duration
	// Replica names this process among those that stand by for a ledger on a server. Empty:
	// by its number and host.
	Replica string
	// FoldVersion is the version of the fold. Zero means probes.FoldVersion.
	FoldVersion int
	// Newest is the version of a newer fold that this program may go back from, for a person
	// who means to. Zero: the error of Open is a [NewerError].
	Newest int
}

// A Folding is how contacts are made of their events: see [Options].
type Folding struct {
	Fold  func(id string, story []probes.Event) probes.Contact
	Rules string
}

// A Ledger is one database. It may be used from several goroutines at once.
type Ledger struct {
	opt        Options
	db         *sql.DB           // that is written to; nil if the ledger is for reading only
	committer  *commit.Committer // nil if the ledger is for reading only
	readers    *commit.Pool
	recent     recent
	packer     *paper.Packer
	place      location
	withoutLog bool            // there was no log as it was opened
	lease      *postgres.Lease // of a server's; nil: a file is locked
	unchosen   error           // why it is not known by which rules contacts are folded; nil: it is
	// digestsMade counts the rows of an earlier version that have got digests.
	digestsMade int
	release     []func() error // what Close undoes, last first
}

var (
	_ probes.Ledger        = (*Ledger)(nil)
	_ probes.ChangeCounter = (*Ledger)(nil)
)

// Open opens the ledger that dsn names, sqlite:FILE, sqlite::memory: or
// postgres://user@host/database, for writing. It makes the file or the tables if there
// are none, brings older ones up to date and refuses a ledger that another process
// writes to. Close it after use.
func Open(ctx context.Context, dsn string, opt Options) (*Ledger, error) {
	if opt.Fold == nil {
		return nil, errors.New("open ledger: no fold was given")
	}
	place, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	l, err := begin(opt)
	if err != nil {
		return nil, err
	}
	if err := l.openWriter(ctx, place); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// OpenReader opens the ledger that dsn names for looking only, also while
// another process writes to it. Update is refused. Contacts are shown as the
// writer folded them.
func OpenReader(ctx context.Context, dsn string, opt Options) (*Ledger, error) {
	place, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	if err := place.exists(); err != nil {
		return nil, err
	}
	l, err := begin(opt)
	if err != nil {
		return nil, err
	}
	if err := l.openReaders(place); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if err := upToDate(ctx, l.readers.DB, place.dialect()); err != nil {
		if place.readOnly() && place.logged() {
			err = fmt.Errorf("it lies where nothing can be written, and what is in %s cannot be read there: copy both to another folder: %w", place.log(), err)
		}
		return nil, errors.Join(fmt.Errorf("ledger %s: %w", place, err), l.Close())
	}
	if err := l.choose(ctx); err != nil && !errors.Is(err, probes.ErrSealed) { // what needs evidence says so
		l.unchosen = err // nothing is folded here, and Verify tells of it
	}
	return l, nil
}

// Rules returns the digest of the rules by which this ledger is to be folded.
func (l *Ledger) Rules() string { return l.opt.Rules }

// choose takes the rules by which this ledger is folded.
func (l *Ledger) choose(ctx context.Context) error {
	if l.opt.Under == nil {
		return nil
	}
	return l.view(ctx, func(t *tx) error {
		by, err := l.opt.Under(ctx, t)
		if err != nil {
			return fmt.Errorf("by which rules it is folded: %w", err)
		}
		l.opt.Fold, l.opt.Rules = by.Fold, by.Rules
		return nil
	})
}

// OpenBeside opens a ledger for a few writes beside the process that holds it,
// if one does: for a person's corrections while the edition runs. Nothing is
// migrated or folded anew, so the ledger must be of this version and folded by
// these rules. One that is given no Fold may be of any rules, and appends nothing: for a
// record of who reads evidence. Transactions of several processes come one at a time; one that
// waits for another longer than the database's patience fails, and nothing of
// it is kept.
func OpenBeside(ctx context.Context, dsn string, opt Options) (*Ledger, error) {
	place, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	l, err := OpenReader(ctx, dsn, opt)
	if err != nil {
		return nil, err
	}
	if err := l.beside(ctx, place); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", place, err), l.Close())
	}
	return l, nil
}

// longPatience is how long a write beside another process waits for its turn. SQLite
// keeps no order among those that wait, so a process that writes seldom can be passed
// many times by one that writes all the time.
const longPatience = time.Minute

// beside adds the connection that writes.
func (l *Ledger) beside(ctx context.Context, place location) error {
	err := l.view(ctx, func(t *tx) error {
		if err := t.stays(ctx); err != nil {
			return err
		}
		if l.unchosen != nil && l.opt.Fold != nil {
			return l.unchosen
		}
		rules, known, err := t.rules(ctx)
		if err == nil && l.opt.Fold != nil && (!known || rules != l.opt.Rules) {
			err = errors.New("it was folded by other rules, or by another version of svartid: start svartid serve with this configuration first")
		}
		if err == nil {
			err = t.sealed(ctx)
		}
		return err
	})
	if err != nil {
		return err
	}
	if place.server != nil {
		db := place.server.Writer(nil)
		l.release = append(l.release, db.Close)
		l.write(db, commit.Server)
		return nil
	}
	db, err := sql.Open("sqlite", place.forWriting(longPatience))
	if err != nil {
		return err
	}
	l.release = append(l.release, db.Close)
	l.write(db, commit.SQLite)
	return nil
}

// begin makes a ledger that has nothing open yet.
func begin(opt Options) (*Ledger, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Salt == nil {
		opt.Salt = rand.Text
	}
	var keys paper.Keys
	if len(opt.Key) > 0 {
		var err error
		if keys, err = paper.Read(opt.Key); err != nil {
			return nil, fmt.Errorf("open ledger: the key to its evidence %w", err)
		}
	}
	packer, err := paper.New(keys)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return &Ledger{opt: opt, packer: packer, release: []func() error{packer.Close}}, nil
}

// openWriter opens the ledger for writing. Each step leaves to Close what it
// takes to undo it, so that Close is right after a failure too.
func (l *Ledger) openWriter(ctx context.Context, place location) error {
	if place.server != nil {
		return l.openServer(ctx, place)
	}
	place, remove, err := place.prepare()
	if err != nil {
		return err
	}
	l.release = append(l.release, remove)
	unlock, err := lock(place)
	if err != nil {
		return err
	}
	l.release = append(l.release, unlock)
	db, err := sql.Open("sqlite", place.forWriting(patience))
	if err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	l.release = append(l.release, db.Close)
	db.SetMaxIdleConns(1) // the committer has one of its own
	if err := l.migrate(ctx, db, place.dialect()); err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	l.write(db, commit.SQLite)
	if err := l.openReaders(place); err != nil {
		return err
	}
	if err := l.ready(ctx); err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	return l.markOpen(ctx)
}

// write has the ledger write to a database.
func (l *Ledger) write(db *sql.DB, kind commit.Kind) {
	l.db, l.committer = db, &commit.Committer{DB: db, Kind: kind}
	l.release = append(l.release, l.committer.Close)
}

// patience is how long a write waits for one of another process.
const patience = 10 * time.Second

// ready makes a ledger that was just opened what the options say: its evidence can be
// read and is encrypted if it is to be, and its contacts are folded by the rules.
func (l *Ledger) ready(ctx context.Context) error {
	if err := l.view(ctx, func(t *tx) error { return t.sealed(ctx) }); err != nil {
		return err
	}
	if err := errors.Join(l.choose(ctx), l.refold(ctx)); err != nil {
		return err
	}
	return l.seal(ctx)
}

// openReaders opens the connections of views. Their number has no limit, so
// that a view inside another never waits for it.
func (l *Ledger) openReaders(place location) error {
	if place.server != nil {
		l.place, l.readers = place, &commit.Pool{DB: place.server.Readers(), Kind: commit.Server}
		l.release = append(l.release, l.readers.Close)
		return nil
	}
	base, err := sqlite.NewConnector(place.forReading())
	if err != nil {
		return fmt.Errorf("open ledger %s: %w", place, err)
	}
	_, err = os.Stat(place.log())
	l.place, l.withoutLog = place, errors.Is(err, fs.ErrNotExist) // looking makes one
	db := sql.OpenDB(keepsLog{base, place})
	l.readers = &commit.Pool{DB: db, Kind: commit.SQLite}
	l.release = append(l.release, l.readers.Close)
	return nil
}

// Close closes the ledger and lets go of its lock. It waits for a transaction
// that is under way to let go of its connection.
func (l *Ledger) Close() error {
	var errs []error
	for i := len(l.release) - 1; i >= 0; i-- {
		errs = append(errs, l.release[i]())
	}
	l.release = nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close ledger: %w", err)
	}
	return nil
}

// Update runs fn in the one transaction that may write. Updates that wait for each
// other share one: each runs by itself, and is durable once it returns nil. Should
// what they share not be made durable, each runs again alone. Fn must not call
// Update itself, nor wait for another's. It may call View, which sees the state
// before.
func (l *Ledger) Update(ctx context.Context, fn func(probes.Tx) error) error {
	return l.update(ctx, func(t *tx) error { return fn(t) })
}

// update is Update for this package.
func (l *Ledger) update(ctx context.Context, fn func(*tx) error) error {
	if l.committer == nil {
		return errReadOnly
	}
	return l.committer.Update(ctx, func(c *commit.Connection) error {
		t := newTx(l, c)
		defer t.end()
		if err := fn(t); err != nil {
			return err
		}
		return t.flush(ctx)
	})
}

// Changes implements probes.ChangeCounter: what it counts is the version at which a contact
// last changed.
func (l *Ledger) Changes(ctx context.Context) (count int64, err error) {
	err = l.view(ctx, func(t *tx) error {
		_, err := t.one(ctx, ask(`SELECT coalesce(max(changed), 0) FROM contacts`), &count)
		return err
	})
	return count, err
}

// View runs fn on one state of the ledger, while updates go on.
func (l *Ledger) View(ctx context.Context, fn func(probes.Tx) error) error {
	return l.view(ctx, func(t *tx) error { return fn(t) })
}

// view is View for this package.
func (l *Ledger) view(ctx context.Context, fn func(*tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("begin view: %w", err)
	}
	c, err := l.readers.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin view: %w", err)
	}
	t := newTx(l, c)
	defer func() {
		t.end()
		if ended := l.readers.End(c); ended != nil {
			err = errors.Join(err, fmt.Errorf("end view: %w", ended))
		}
	}()
	return fn(t)
}

// DB returns the database that is written to; nil if the ledger is for reading only.
// What writes to it waits for updates, and updates wait for that.
func (l *Ledger) DB() *sql.DB { return l.db }

// Size returns how many bytes the database takes, without its write-ahead log.
func (l *Ledger) Size(ctx context.Context) (int64, error) {
	var bytes int64
	if err := l.readers.DB.QueryRowContext(ctx, l.place.dialect().Size).Scan(&bytes); err != nil {
		return 0, fmt.Errorf("size of ledger: %w", err)
	}
	return bytes, nil
}
