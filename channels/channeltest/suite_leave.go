package channeltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// errDenied is why a departure is denied.
var errDenied = errors.New("the ledger is full")

// A departure is the Leave of one call of Open.
type departure struct {
	world   World
	opening channels.Opening
	answer  func(context.Context) error // nil = yes

	asked  int
	before int // how often the company had the opener when leave was last asked
}

// departing returns the Leave of an opening, which lets it go.
func (w World) departing(o channels.Opening) *departure { return &departure{world: w, opening: o} }

// leave is a channels.Leave. It gives the company time to take what it has been
// sent, for all that would be there if we were killed now.
func (d *departure) leave(ctx context.Context) error {
	d.asked++
	if d.world.Got != nil {
		time.Sleep(50 * time.Millisecond)
		d.before = d.world.Got(d.opening)
	}
	if d.answer == nil {
		return ctx.Err()
	}
	return d.answer(ctx)
}

// check holds what was asked against what Open said.
func (d *departure) check(t *testing.T, err error) {
	t.Helper()
	is := outcome(err)
	if d.asked > 1 || d.asked < 1 && (is == "sent" || is == "unsure") {
		t.Errorf("%s: leave was asked %d times, and Open says %s", d.opening.Token, d.asked, is)
	}
	if d.before > 0 {
		t.Errorf("%s: the company had it before leave was asked", d.opening.Token)
	}
}

func leaveOnce(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Got != nil)
	d := w.departing(w.prepared(t, "x7f3k2"))
	_, err := w.Opener.Open(t.Context(), d.opening, d.leave)
	d.check(t, err)
	if got := w.Got(d.opening); err != nil || got != 1 {
		t.Errorf("Open: %v, and the company got it %d times", err, got)
	}
}

// leaveDenied ends where a process would that is killed just before it makes
// the intent durable: what the company then has is all that it will have.
func leaveDenied(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Got != nil)
	d := w.departing(w.prepared(t, "x7f3k2"))
	d.answer = func(context.Context) error { return errDenied }
	_, err := w.Opener.Open(t.Context(), d.opening, d.leave)
	if outcome(err) != "again" || !errors.Is(err, errDenied) {
		t.Errorf("Open: %v, want leave's own error", err)
	}
	d.check(t, err)
	time.Sleep(50 * time.Millisecond)
	if got := w.Got(d.opening); d.asked != 1 || got != 0 {
		t.Errorf("leave was asked %d times and denied, and the company got it %d times", d.asked, got)
	}
	d = w.departing(d.opening)
	if _, err := w.Opener.Open(t.Context(), d.opening, d.leave); err != nil {
		t.Fatalf("another try: %v", err)
	}
	if got := w.Got(d.opening); got != 1 {
		t.Errorf("after another try the company got it %d times", got)
	}
}

func leaveEnded(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Got != nil)
	for name, answer := range map[string]error{"denied1": errDenied, "allowed1": nil} {
		ctx, cancel := context.WithCancel(t.Context())
		d := w.departing(w.prepared(t, name))
		d.answer = func(context.Context) error { cancel(); return answer }
		_, err := w.Opener.Open(ctx, d.opening, d.leave)
		d.check(t, err)
		time.Sleep(50 * time.Millisecond)
		got, is := w.Got(d.opening), outcome(err)
		if is == "sent" && got != 1 || is == "again" && got != 0 || is == "unsure" && answer != nil {
			t.Errorf("%s: Open says %s (%v), and the company got it %d times", name, is, err, got)
		}
		cancel()
	}
}
