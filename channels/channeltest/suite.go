package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// limit is how long a case waits for what must come.
const limit = time.Minute

// A World is a channel under test and all that lies around it. Each case gets
// a new one. Cases that need a func which is nil are skipped.
type World struct {
	Opener   channels.Opener     // nil: the channel does not open
	Listener channels.Listener   // nil: the channel does not listen
	Settler  channels.Reconciler // nil: the channel cannot settle

	// Opening returns an opening that is not yet prepared, with the given
	// token.
	Opening func(token string) channels.Opening
	// Decide makes fate what becomes of all further openers.
	Decide func(fate Fate)
	// Got returns how often the company got the opener.
	Got func(o channels.Opening) int

	// Deliver lets a message that holds text arrive at the first source,
	// and returns once it lies there.
	Deliver func(text string)
	// Break cuts every connection of the channel. New ones succeed.
	Break func()

	// Secrets may stand in no error.
	Secrets []string
	// Trouble returns errors that the channel makes of wrong secrets.
	Trouble func(ctx context.Context) []error
}

// Run puts a channel through the contract of package channels: world is
// called once for each case, and cleans up with t.
func Run(t *testing.T, world func(t *testing.T) World) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) { c.run(t, world(t)) })
	}
}

// RunParallel is Run with the cases side by side, for worlds that share nothing.
// Most cases wait for the clock of a server that tells seconds.
func RunParallel(t *testing.T, world func(t *testing.T) World) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			if !c.alone {
				t.Parallel()
			}
			c.run(t, world(t))
		})
	}
}

// A testCase is one part of the contract.
type testCase struct {
	name  string
	run   func(*testing.T, World)
	alone bool // it counts all goroutines
}

func cases() []testCase {
	return []testCase{
		{name: "Prepare is pure", run: preparePure},
		{name: "an opener is handed over once", run: openOnce},
		{name: "each fate is told apart", run: openFates},
		{name: "an opener that failed for now may be tried again", run: openAgain},
		{name: "nothing leaves once the context has ended", run: openEnded},
		{name: "leave is asked once, before anything is taken", run: leaveOnce},
		{name: "nothing leaves without leave", run: leaveDenied},
		{name: "the context may end while leave is asked", run: leaveEnded},
		{name: "an unsure opener is settled by looking", run: settle},
		{name: "arrivals are whole", run: hearWhole},
		{name: "what was not heard is offered again", run: hearAgain},
		{name: "what was heard is not offered again", run: hearOnce},
		{name: "the mark covers only what was offered", run: hearCovered},
		{name: "a broken connection loses nothing", run: hearBroken},
		{name: "the end of the context ends all", run: hearEnds, alone: true},
		{name: "no error holds a secret", run: trouble},
	}
}

// need skips the case if something of the world is missing.
func need(t *testing.T, have ...bool) {
	t.Helper()
	for _, ok := range have {
		if !ok {
			t.Skip("not for this channel")
		}
	}
}

// duly reports whether a server's time of what was done from before to now is
// right, to the two seconds that its clock may be cut by.
func duly(at, before time.Time) bool {
	const cut = 2 * time.Second
	return !at.Before(before.Add(-cut)) && !at.After(time.Now().Add(cut))
}

// promptly reports calls that all went on for a second after their context had
// ended. On a busy machine some may.
func promptly(t *testing.T, took []time.Duration) {
	t.Helper()
	if fastest := slices.Min(took); fastest > time.Second {
		t.Errorf("Listen ended %v after its context, and never sooner", fastest)
	}
}

// discreet reports an error that holds a secret.
func (w World) discreet(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		for _, secret := range w.Secrets {
			if strings.Contains(text, secret) {
				t.Errorf("an error holds a secret: %s", strings.ReplaceAll(text, secret, "(secret)"))
			}
		}
	}
}

func trouble(t *testing.T, w World) {
	need(t, w.Trouble != nil)
	errs := w.Trouble(t.Context())
	if len(errs) == 0 {
		t.Error("there was no trouble")
	}
	for _, err := range errs {
		if err == nil {
			t.Error("wrong secrets made no error")
		}
		w.discreet(t, err)
	}
}

// outcome names what an error of Open tells its caller to do.
func outcome(err error) string {
	refused, unsure := errors.Is(err, channels.ErrRefused), errors.Is(err, channels.ErrUnsure)
	switch {
	case err == nil:
		return "sent"
	case refused && unsure:
		return "refused and unsure at once"
	case refused:
		return "refused"
	case unsure:
		return "unsure"
	}
	return "again"
}
