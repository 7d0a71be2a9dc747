package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
)

// When things go wrong, and until when it is waited for all to be decided.
const (
	calmBefore = 44 * time.Hour      // from the beginning of bubble time to the first start: Sunday evening
	troubled   = 20 * 24 * time.Hour // from then on
	calmAfter  = 7 * 24 * time.Hour
)

// An undoing ends a trouble.
type undoing struct {
	at time.Time
	do func()
}

// play runs the season from its beginning to its end.
func (w *world) play() {
	time.Sleep(calmBefore)
	w.start()
	calm := time.Now().Add(troubled)
	var undo []undoing
	for time.Now().Before(calm) {
		next := time.Now().Add(time.Duration(w.draw.ExpFloat64() * float64(7*time.Hour)))
		for i, u := range undo {
			if i == 0 || u.at.Before(next) {
				next = earlier(next, u.at)
			}
		}
		if w.await(earlier(next, calm)) {
			continue
		}
		now := time.Now()
		ended := 0
		undo = slices.DeleteFunc(undo, func(u undoing) bool {
			if u.at.After(now) {
				return false
			}
			u.do()
			ended++
			return true
		})
		if ended == 0 && now.Before(calm) {
			if u := w.trouble(); u.do != nil {
				undo = append(undo, u)
			}
		}
	}
	for _, u := range undo {
		u.do()
	}
	w.fuse.Store(-1)
	for until := time.Now().Add(calmAfter); w.await(until); {
		continue
	}
	w.people.Wait()
	w.stop()
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// await waits until an instant, and reports whether the process was killed before; then
// another has been started.
func (w *world) await(until time.Time) (killed bool) {
	select {
	case <-w.killed:
		w.restart(w.down())
		return true
	case err := <-w.done:
		w.ended(err)
		w.again(5 * time.Minute)
		return true
	case <-time.After(time.Until(until)):
		return false
	}
}

// down draws how long svartid is down after a kill.
func (w *world) down() time.Duration {
	switch n := w.draw.IntN(100); {
	case n < 70:
		return time.Duration(1+w.draw.IntN(60)) * time.Second
	case n < 92:
		return time.Duration(1+w.draw.IntN(60)) * time.Minute
	default:
		w.reached("down for long")
		return time.Duration(1+w.draw.IntN(24)) * time.Hour
	}
}

// trouble draws what happens next, and returns what ends it; zero if nothing has to.
func (w *world) trouble() undoing {
	in := func(from, to time.Duration) time.Time {
		return time.Now().Add(from + time.Duration(w.draw.Int64N(int64(to-from))))
	}
	switch n := w.draw.IntN(100); {
	case n < 12:
		w.reached("our clock steps")
		w.step.Store(int64(time.Duration(3+w.draw.IntN(17)) * time.Minute * time.Duration(1-2*w.draw.IntN(2))))
		return undoing{in(5*time.Minute, 50*time.Minute), func() { w.step.Store(0) }}
	case n < 32:
		return undoing{in(10*time.Minute, 20*time.Hour), w.blind()}
	case n < 42:
		w.full.Store(true)
		return undoing{in(time.Minute, time.Hour), func() { w.full.Store(false) }}
	case n < 54:
		w.reload()
	case n < 64:
		w.reached("stopped in good order")
		w.stop()
		w.again(w.down())
	case n < 80:
		w.amend()
	case n < 90:
		w.lines[mailName].stranger(w.draw.IntN(1 << 30))
		w.reached("a stranger writes")
	default:
		w.fuse.Store(int64(1 + w.draw.IntN(12)))
	}
	return undoing{}
}

// blind breaks or stalls a source, and returns what restores it.
func (w *world) blind() func() {
	l := w.lines[[]string{mailName, chatName}[w.draw.IntN(2)]]
	if w.draw.IntN(2) == 0 {
		w.reached("a source breaks")
		l.Break(errors.New("connection reset"))
	} else {
		w.reached("a source falls silent")
		l.Stall()
	}
	return l.Restore
}

// again starts a process on the ledger of one that has ended.
func (w *world) again(down time.Duration) {
	select {
	case <-w.killed: // as it ended
	default:
	}
	if err := w.ledger.Close(); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(down)
	w.start()
}

// reload stops the engine and runs it by another configuration: with other words, and
// perhaps with one more company.
func (w *world) reload() {
	w.stop()
	ed := *w.edition
	ed.Scenarios = slices.Clone(ed.Scenarios)
	ed.Scenarios[0].Body += fmt.Sprintf(" %d", w.draw.IntN(10))
	if len(ed.Companies) < 6 {
		ed.Companies = append(slices.Clone(ed.Companies), company(fmt.Sprintf("firm%d", len(ed.Companies))))
		w.reached("a company joins")
	}
	w.edition = &ed
	w.reached("read its configuration again")
	if w.dead.Load() {
		w.again(time.Second)
		return
	}
	w.run()
}

// amend corrects a contact that is decided, as a person would.
func (w *world) amend() {
	var decided []probes.Contact
	err := w.ledger.View(context.Background(), func(tx probes.Tx) error {
		all, err := tx.Find(context.Background(), probes.Query{})
		for _, c := range all {
			if c.Outcome.Valid() && !c.Amended {
				decided = append(decided, c)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(decided) == 0 {
		return
	}
	c := decided[w.draw.IntN(len(decided))]
	as := []probes.Outcome{probes.Void, probes.Unanswered, probes.Answered}[w.draw.IntN(3)]
	if as == probes.Answered && c.Answer.IsZero() {
		as = probes.Unanswered
	}
	err = w.engine.Ledger.Update(context.Background(), func(tx probes.Tx) error {
		a := probes.Amendment{Outcome: as, Reason: "a test", By: "kari"}
		_, err := engine.Amend(context.Background(), tx, probes.Correction{Contact: c.ID, Amendment: a}, w.now())
		return err
	})
	switch {
	case err == nil:
		w.amended[c.ID] = as
		w.reached("a contact is corrected")
	case w.dead.Load():
		w.amended[c.ID] = "" // it may have been taken
	}
}
