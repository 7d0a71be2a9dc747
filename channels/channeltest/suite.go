package channeltest

import (
	"context"
	"errors"
	"fmt"
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
	cases := []struct {
		name string
		run  func(*testing.T, World)
	}{
		{"Prepare is pure", preparePure},
		{"an opener is handed over once", openOnce},
		{"each fate is told apart", openFates},
		{"an opener that failed for now may be tried again", openAgain},
		{"nothing leaves once the context has ended", openEnded},
		{"an unsure opener is settled by looking", settle},
		{"arrivals are whole", hearWhole},
		{"what was not heard is offered again", hearAgain},
		{"what was heard is not offered again", hearOnce},
		{"the mark covers only what was offered", hearCovered},
		{"a broken connection loses nothing", hearBroken},
		{"the end of the context ends all", hearEnds},
		{"no error holds a secret", trouble},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, world(t)) })
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
