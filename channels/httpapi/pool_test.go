package httpapi

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// after returns a look that takes so long.
func after(d time.Duration, says string) func(context.Context) string {
	return func(ctx context.Context) string {
		select {
		case <-time.After(d):
			return says
		case <-ctx.Done():
			return "cut"
		}
	}
}

func newPool(atOnce int) *Pool[string] {
	return &Pool[string]{Patience: 10 * time.Second, AtOnce: atOnce, Read: func(s string) bool { return s != "failed" }}
}

// turn makes one, and says how long it took and what came of it.
func turn(t *testing.T, p *Pool[string], servers map[string]func(context.Context) string, must ...string) string {
	t.Helper()
	from := time.Now()
	got := p.Ask(t.Context(), servers, must...)
	slices.Sort(got.Fresh)
	return fmt.Sprint(time.Since(from), " fresh ", got.Fresh, " late ", got.Late, " waiting ", got.Waiting)
}

// TestPool: a slow server keeps a turn waiting once, for as long as patience lasts,
// and is taken up where it ends; one that must be read is waited for.
func TestPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(0)
		servers := map[string]func(context.Context) string{
			"":     after(time.Second, "shared"),
			"good": after(2*time.Second, "good"),
			"slow": after(25*time.Second, "slow"),
		}
		for i, want := range []string{
			"10s fresh [good shared] late [] waiting map[slow:the server takes long to answer]",
			"2s fresh [good shared] late [] waiting map[slow:the server takes long to answer]",
			"2s fresh [good shared] late [] waiting map[slow:the server takes long to answer]",
		} {
			if got := turn(t, p, servers, ""); got != want {
				t.Errorf("turn %d: got %s, want %s", i, got, want)
			}
		}
		time.Sleep(20 * time.Second)
		if got, want := turn(t, p, servers, ""), "10s fresh [good shared] late [slow] waiting map[slow:the server takes long to answer]"; got != want {
			t.Errorf("once it has ended: got %s, want %s", got, want)
		}
		p.Wait()
		servers[""] = after(15*time.Second, "shared")
		if got, want := turn(t, p, servers, ""), "15s fresh [good shared] late [slow] waiting map[slow:the server takes long to answer]"; got != want {
			t.Errorf("what must be read: got %s, want %s", got, want)
		}
		p.Wait()
	})
}

// TestPoolReadsSomething: a turn that could read nothing yet waits for who is slow.
func TestPoolReadsSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(0)
		servers := map[string]func(context.Context) string{"gone": after(0, "failed"), "slow": after(20*time.Second, "slow"), "slower": after(time.Minute, "")}
		if got, want := turn(t, p, servers), "20s fresh [failed slow] late [] waiting map[slower:the server takes long to answer]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		p.Wait()
		if got, want := turn(t, newPool(0), map[string]func(context.Context) string{"gone": after(time.Minute, "failed")}), "1m0s fresh [failed] late [] waiting map[]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestPoolBound: no more are asked at once than may be, and a turn says of whom it
// did not come to ask.
func TestPoolBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(2)
		var now, most atomic.Int32
		servers := map[string]func(context.Context) string{}
		for i := range 5 {
			servers[fmt.Sprint(i)] = func(ctx context.Context) string {
				defer now.Add(-1)
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				return after(6*time.Second, "x")(ctx)
			}
		}
		got := p.Ask(t.Context(), servers)
		asked, unasked := 0, 0
		for _, why := range got.Waiting {
			switch why {
			case ErrSlow:
				asked++
			case ErrBusy:
				unasked++
			}
		}
		if most.Load() != 2 || len(got.Fresh) != 2 || asked != 2 || unasked != 1 {
			t.Errorf("got %d at once, %v, %v", most.Load(), got.Fresh, got.Waiting)
		}
		p.Wait()
	})
}

// TestPoolEnds: a turn whose context ends returns, and so do its looks.
func TestPoolEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		servers := map[string]func(context.Context) string{"a": after(time.Hour, ""), "b": after(time.Hour, "")}
		from := time.Now()
		p.Ask(ctx, servers, "a")
		p.Wait()
		if took := time.Since(from); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}
