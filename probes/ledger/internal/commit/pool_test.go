package commit

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// newPool makes a pool on a database in a file.
func newPool(t *testing.T) *Pool {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	p := &Pool{DB: db, Kind: SQLite}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// begin begins a view.
func (p *Pool) begins(t *testing.T) *Connection {
	t.Helper()
	c, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// end ends views.
func (p *Pool) ends(t *testing.T, views ...*Connection) {
	t.Helper()
	for _, c := range views {
		if err := p.End(c); err != nil {
			t.Fatal(err)
		}
	}
}

// TestViewsShareConnections: many short views at once need no more connections than are made
// at once, whatever order they end in.
func TestViewsShareConnections(t *testing.T) {
	p := newPool(t)
	var mu sync.Mutex
	met := map[*Connection]bool{}
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			c, err := p.Begin(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			met[c] = true
			mu.Unlock()
			if err := p.End(c); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if p.used != 0 || len(p.waiting) != 0 || len(p.idle) > mostIdle || len(p.idle) == 0 {
		t.Errorf("%d are used, %d wait, %d are idle", p.used, len(p.waiting), len(p.idle))
	}
	t.Logf("200 views on %d connections", len(met))
}

// TestViewInsideViews: a view begins although all others wait for one inside them.
func TestViewInsideViews(t *testing.T) {
	p := newPool(t)
	var views []*Connection
	for range 3 * mostAtOnce {
		views = append(views, p.begins(t))
	}
	if p.used != len(views) {
		t.Errorf("%d are used, want %d", p.used, len(views))
	}
	p.ends(t, views...)
	if p.used != 0 || len(p.idle) != mostIdle {
		t.Errorf("%d are used, %d are idle", p.used, len(p.idle))
	}
}

// TestViewWaits: a view that waits gets the connection of the first that ends, is told to make one
// where that was of no use, and gives up with its context.
func TestViewWaits(t *testing.T) {
	p := newPool(t)
	var views []*Connection
	for range mostAtOnce {
		views = append(views, p.begins(t))
	}
	for name, tt := range map[string]struct {
		leaves *Connection
		ctx    func() context.Context
		want   error
	}{
		"ends":       {views[0], t.Context, nil},
		"is no more": {nil, t.Context, nil},
		"given up": {views[0], func() context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx
		}, context.Canceled},
	} {
		mine := make(chan *Connection, 1)
		p.mu.Lock()
		p.waiting = append(p.waiting, mine)
		p.mu.Unlock()
		if tt.want != nil {
			if c, err := p.giveUp(tt.ctx(), mine); c != nil || !errors.Is(err, tt.want) || p.used != mostAtOnce {
				t.Errorf("%s: got %v and %v, %d are used", name, c, err, p.used)
			}
			continue
		}
		if !p.leave(tt.leaves) || p.used != mostAtOnce {
			t.Errorf("%s: it was not handed over, %d are used", name, p.used)
		}
		if c, err := p.giveUp(tt.ctx(), mine); c != tt.leaves || err != nil {
			t.Errorf("%s: got %v and %v", name, c, err)
		}
	}
	p.ends(t, views...)
	if len(p.waiting) != 0 || p.used != 0 {
		t.Errorf("%d wait, %d are used", len(p.waiting), p.used)
	}
}

// TestPoolClosed: a view under way ends after the pool is closed, and no other begins.
func TestPoolClosed(t *testing.T) {
	p := newPool(t)
	c := p.begins(t)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.End(c); err != nil {
		t.Errorf("end: %v", err)
	}
	if _, err := p.Begin(t.Context()); err == nil || p.used != 0 || len(p.idle) != 0 {
		t.Errorf("got %v, %d are used, %d are idle", err, p.used, len(p.idle))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := p.take(ctx); err != nil {
		t.Errorf("take: %v", err)
	}
	p.leave(nil)
}
