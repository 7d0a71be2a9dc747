package channeltest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// prepared returns an opening that is ready to open.
func (w World) prepared(t *testing.T, token string) channels.Opening {
	t.Helper()
	o, err := w.Opener.Prepare(w.Opening(token))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func preparePure(t *testing.T, w World) {
	need(t, w.Opener != nil)
	first, second := w.prepared(t, "x7f3k2"), w.prepared(t, "x7f3k2")
	if !reflect.DeepEqual(first, second) {
		t.Errorf("Prepare gave %+v, then %+v", first, second)
	}
	if other := w.prepared(t, "m4q9z1"); other.ID != "" && other.ID == first.ID || other.Address != "" && other.Address == first.Address {
		t.Errorf("two attempts have marks in common: %v and %v", first.Names(), other.Names())
	}
	if w.Got != nil && w.Got(first) != 0 {
		t.Error("Prepare has sent it")
	}
	bare := first
	bare.Address, bare.ID = "", ""
	if want := w.Opening("x7f3k2"); !reflect.DeepEqual(bare, want) {
		t.Errorf("Prepare changed more than the marks: %+v, of %+v", bare, want)
	}
}

func openOnce(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Got != nil)
	o := w.prepared(t, "x7f3k2")
	before := time.Now()
	receipt, err := w.Opener.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	if !duly(receipt.At, before) {
		t.Errorf("receipt of %v, opened from %v to %v", receipt.At, before, time.Now())
	}
	if got := w.Got(o); got != 1 {
		t.Errorf("the company got it %d times", got)
	}
}

func openFates(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Decide != nil, w.Got != nil)
	for _, tt := range []struct {
		fate  Fate
		token string
		want  string
		got   int
	}{
		{Taken, "taken1", "sent", 1},
		{Refused, "refused1", "refused", 0},
		{UnsureLeft, "left1", "unsure", 1},
		{UnsureLost, "lost1", "unsure", 0},
		{Failing, "failing1", "again", 0},
	} {
		w.Decide(tt.fate)
		o := w.prepared(t, tt.token)
		d := w.departing(o)
		_, err := w.Opener.Open(t.Context(), o, d.leave)
		if got := outcome(err); got != tt.want {
			t.Errorf("%s: Open says %s (%v), want %s", tt.token, got, err, tt.want)
		}
		d.check(t, err)
		if got := w.Got(o); got != tt.got {
			t.Errorf("%s: the company got it %d times, want %d", tt.token, got, tt.got)
		}
		w.discreet(t, err)
	}
}

func openAgain(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Decide != nil, w.Got != nil)
	o := w.prepared(t, "x7f3k2")
	w.Decide(Failing)
	if _, err := w.Opener.Open(t.Context(), o, channels.Unrecorded); outcome(err) != "again" {
		t.Fatalf("Open: %v, want an error for now", err)
	}
	w.Decide(Taken)
	if _, err := w.Opener.Open(t.Context(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	if got := w.Got(o); got != 1 {
		t.Errorf("the company got it %d times", got)
	}
}

func openEnded(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Got != nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := w.prepared(t, "x7f3k2")
	d := w.departing(o)
	if _, err := w.Opener.Open(ctx, o, d.leave); outcome(err) != "again" || d.asked > 0 {
		t.Errorf("Open: %v, with leave asked %d times, want an error for now", err, d.asked)
	}
	if got := w.Got(o); got != 0 {
		t.Errorf("the company got it %d times", got)
	}
}

func settle(t *testing.T, w World) {
	need(t, w.Opener != nil, w.Settler != nil, w.Decide != nil)
	for fate, token := range map[Fate]string{UnsureLeft: "left1", UnsureLost: "lost1"} {
		w.Decide(fate)
		o := w.prepared(t, token)
		before := time.Now()
		if _, err := w.Opener.Open(t.Context(), o, channels.Unrecorded); outcome(err) != "unsure" {
			t.Fatalf("%s: Open: %v, want unsure", token, err)
		}
		receipt, err := w.Settler.Reconcile(t.Context(), o)
		if fate == UnsureLost {
			if !errors.Is(err, channels.ErrNotFound) {
				t.Errorf("%s: Settle: %v, want ErrNotFound", token, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: Settle: %v", token, err)
		}
		if !duly(receipt.At, before) {
			t.Errorf("%s: receipt of %v, opened at %v", token, receipt.At, before)
		}
	}
}
