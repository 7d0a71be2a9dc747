package ledger

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/ledger/internal/dialect"
	"github.com/svartid/svartid/probes/ledger/internal/postgres"
)

// A location is where a ledger lies: on a server, in a file, or in memory if both are
// empty.
type location struct {
	server *postgres.Server // nil: it is a file
	file   string
	temp   bool // the file goes when the ledger is closed
}

// parse reads a DSN. Its errors quote no more than the scheme, because the
// rest may hold a password.
func parse(dsn string) (location, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	switch {
	case found && (scheme == "postgres" || scheme == "postgresql"):
		server, err := postgres.Parse(dsn)
		return location{server: server}, err
	case !found:
		return location{}, errors.New("ledger: dsn has no scheme; want sqlite:FILE or postgres://user@host/database")
	case scheme != "sqlite":
		return location{}, fmt.Errorf("ledger: dsn scheme %q is not known; want sqlite:FILE or postgres://user@host/database", scheme)
	case rest == "":
		return location{}, errors.New("ledger: dsn names no file; want sqlite:FILE")
	case rest == ":memory:":
		return location{temp: true}, nil
	}
	return location{file: rest}, nil
}

// dialect returns how the database is spoken to.
func (p location) dialect() dialect.Dialect {
	if p.server != nil {
		return dialect.Postgres()
	}
	return dialect.SQLite()
}

// String names the place as errors should: without what the driver adds.
func (p location) String() string {
	if p.server != nil {
		return p.server.String()
	}
	if p.temp {
		return ":memory:"
	}
	return p.file
}

// exists returns an error if there is nothing to read at p.
func (p location) exists() error {
	if p.server != nil {
		return nil // its tables are asked for
	}
	if p.temp {
		return errors.New("ledger: a ledger in memory has no readers of its own")
	}
	if _, err := os.Stat(p.file); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	return nil
}

// prepare makes the file, readable by us alone: it holds what people wrote. The
// place that it returns has a file in any case, and remove takes away a
// temporary one.
func (p location) prepare() (prepared location, remove func() error, err error) {
	remove = func() error { return nil }
	if p.temp {
		dir, err := os.MkdirTemp("", "svartid-ledger-")
		if err != nil {
			return p, nil, fmt.Errorf("open ledger in memory: %w", err)
		}
		p.file = filepath.Join(dir, "ledger.db")
		remove = func() error { return os.RemoveAll(dir) }
	}
	f, err := os.OpenFile(p.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return p, nil, errors.Join(fmt.Errorf("open ledger: %w", err), remove())
	}
	if err := f.Close(); err != nil {
		return p, nil, errors.Join(fmt.Errorf("open ledger: %w", err), remove())
	}
	return p, remove, nil
}

// forWriting returns the driver's name for p: durable at each commit, and
// transactions that take the write lock at once, so that none fails half-way. Larger
// caches, here and for reading, were measured to take memory and no time away.
func (p location) forWriting(patience time.Duration) string {
	// FULL syncs the log at each commit; in memory there is nothing to survive.
	synchronous := "FULL"
	if p.temp {
		synchronous = "OFF"
	}
	return p.uri(url.Values{
		"_pragma": {
			"journal_mode(WAL)", "synchronous(" + synchronous + ")",
			fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()), "foreign_keys(1)", "cache_size(-2000)",
		},
		"_txlock": {"immediate"},
	})
}

// forReading returns the driver's name for connections that refuse to write. On a
// medium that cannot be written to, SQLite has to be told that nothing changes: it
// would make files of its own beside a ledger.
func (p location) forReading() string {
	settings := url.Values{"_pragma": {"busy_timeout(10000)", "query_only(1)", "cache_size(-500)"}}
	if p.readOnly() && !p.logged() {
		settings.Set("immutable", "1")
	}
	return p.uri(settings)
}

// log is the file of what was committed and is not yet in the ledger's own.
func (p location) log() string { return p.file + "-wal" }

// logged reports whether there is something in that file.
func (p location) logged() bool {
	about, err := os.Stat(p.log())
	return err == nil && about.Size() > 0
}

// uri escapes the path, which may hold anything that a file name can, and adds
// settings for the driver.
func (p location) uri(settings url.Values) string {
	path := url.URL{Path: p.file}
	return "file:" + path.EscapedPath() + "?" + settings.Encode()
}
