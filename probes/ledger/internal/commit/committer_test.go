package commit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of that name
)

// A together is a committer whose updates all wait for the first, so that they share
// its transaction.
type together struct {
	*Committer
	db    *sql.DB
	mu    sync.Mutex
	ran   map[string]int // how often each update ran
	ended map[string]error
	most  int // after how many others one came in its transaction
}

// newTogether makes a committer on a table of names, and one that may hold no
// child without its parent, which is found out by the commit alone.
func newTogether(t *testing.T) *together {
	t.Helper()
	dsn := "file:" + filepath.Join(t.TempDir(), "ledger.db") + "?_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	c := &Committer{DB: db, Kind: SQLite}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	for _, text := range []string{
		`CREATE TABLE names (name TEXT PRIMARY KEY)`,
		`CREATE TABLE children (parent TEXT REFERENCES names (name) DEFERRABLE INITIALLY DEFERRED)`,
	} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	return &together{Committer: c, db: db, ran: map[string]int{}, ended: map[string]error{}}
}

// An act is an update of a test.
type act struct {
	name   string
	writes string // a statement with $1 for its name
	fails  error
	ctx    context.Context // nil: the test's
	panics bool
}

// insert is what most updates write.
const insert = `INSERT INTO names VALUES ($1)`

// run has updates share a transaction: the first lasts until all others wait.
func (g *together) runAll(t *testing.T, acts ...act) {
	t.Helper()
	var all sync.WaitGroup
	began := make(chan struct{})
	for i, a := range acts {
		if i == 1 {
			<-began
		}
		all.Go(func() {
			defer func() { _ = recover() }()
			ctx := t.Context()
			if a.ctx != nil {
				ctx = a.ctx
			}
			err := g.Update(ctx, func(c *Connection) error {
				g.mu.Lock()
				g.ran[a.name]++
				g.most = max(g.most, g.shared.updates)
				first := i == 0 && g.ran[a.name] == 1
				g.mu.Unlock()
				if first {
					close(began)
					for g.waiting.Load() < int64(len(acts)-1) {
						time.Sleep(time.Millisecond)
					}
					g.shared.began = time.Now()
				}
				_, err := c.Exec(ctx, a.writes, a.name)
				if a.panics {
					panic(a.name)
				}
				return errors.Join(err, a.fails)
			})
			g.mu.Lock()
			defer g.mu.Unlock()
			g.ended[a.name] = err
		})
	}
	all.Wait()
}

// kept returns which names are durable.
func (g *together) kept(t *testing.T) (names []string) {
	t.Helper()
	rows, err := g.db.QueryContext(t.Context(), `SELECT name FROM names ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// TestUpdatesShare: updates that wait for one another are durable together, and one
// that fails, panics, is given up, or cannot be committed takes none with it.
func TestUpdatesShare(t *testing.T) {
	sorry := errors.New("sorry")
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	good := func(name string) act { return act{name: name, writes: insert} }
	const orphan = `INSERT INTO children VALUES ($1)`
	for name, tt := range map[string]struct {
		acts  []act
		kept  string
		fails map[string]string // by update, a part of its error
		alone bool              // each ran again
	}{
		"all well":            {[]act{good("a"), good("b"), good("c")}, "a b c", nil, false},
		"the first fails":     {[]act{{name: "a", writes: insert, fails: sorry}, good("b"), good("c")}, "b c", map[string]string{"a": "sorry"}, false},
		"another fails":       {[]act{good("a"), {name: "b", writes: insert, fails: sorry}, good("c")}, "a c", map[string]string{"b": "sorry"}, false},
		"its context ended":   {[]act{good("a"), {name: "b", writes: insert, ctx: gone}, good("c")}, "a c", map[string]string{"b": "canceled"}, false},
		"the first panics":    {[]act{{name: "a", writes: insert, panics: true}, good("b"), good("c")}, "b c", nil, false},
		"another panics":      {[]act{good("a"), {name: "b", writes: insert, panics: true}, good("c")}, "a c", nil, false},
		"one is written over": {[]act{good("a"), {name: "b", writes: `INSERT OR ROLLBACK INTO names VALUES ('a'), ($1)`}, good("c")}, "a c", map[string]string{"b": "UNIQUE"}, false},
		"the commit refuses":  {[]act{good("a"), {name: "b", writes: orphan}, good("c")}, "a c", map[string]string{"b": "commit"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newTogether(t)
			g.runAll(t, tt.acts...)
			if got := strings.Join(g.kept(t), " "); got != tt.kept {
				t.Errorf("kept %q, want %q", got, tt.kept)
			}
			for _, a := range tt.acts {
				err, want := g.ended[a.name], tt.fails[a.name]
				if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%s: got error %v, want %q", a.name, err, want)
				}
				if tt.alone && g.ran[a.name] != 2 {
					t.Errorf("%s ran %d times, want twice", a.name, g.ran[a.name])
				}
			}
		})
	}
}

// TestUpdatesShareFew: so many share a transaction, and no more.
func TestUpdatesShareFew(t *testing.T) {
	g := newTogether(t)
	var acts []act
	for i := range 2*mostShared + 3 {
		acts = append(acts, act{name: fmt.Sprintf("%03d", i), writes: insert})
	}
	g.runAll(t, acts...)
	if got := len(g.kept(t)); got != len(acts) || g.shared != nil {
		t.Errorf("kept %d, want %d", got, len(acts))
	}
	for name, err := range g.ended {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if g.most == 0 || g.most >= mostShared {
		t.Errorf("one came after %d others, want some, and fewer than %d", g.most, mostShared)
	}
}
