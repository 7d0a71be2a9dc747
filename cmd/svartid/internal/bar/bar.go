// Package bar shows how far long work has come: a bar with what is left on a terminal, a
// line a minute anywhere else.
package bar

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/svartid/svartid/probes/progress"
)

const (
	patience = time.Second // what takes less shows nothing
	interval = time.Minute // between lines that are no bar
)

// On returns a watcher that writes to out. It is for one goroutine after another.
func On(out io.Writer, clock func() time.Time) progress.Watcher {
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return onTerminal(out, clock)
	}
	return every(clock, func(s progress.Step, left time.Duration) { fmt.Fprintln(out, Line(s, left)) })
}

// In returns a watcher that writes into a log.
func In(log *slog.Logger, clock func() time.Time) progress.Watcher {
	return every(clock, func(s progress.Step, left time.Duration) {
		log.Info("long work goes on", "what", s.What, "done", s.Done, "of", s.Total, "left", left.Round(time.Second))
	})
}

// Line says how far work has come, and about how long it still takes.
func Line(s progress.Step, left time.Duration) string {
	switch {
	case s.Total == 0:
		return fmt.Sprintf("%d %s", s.Done, s.What)
	case left <= 0:
		return fmt.Sprintf("%d of %d %s", s.Done, s.Total, s.What)
	}
	return fmt.Sprintf("%d of %d %s, about %s left", s.Done, s.Total, s.What, left.Round(time.Second))
}

// every returns a watcher that says something once a minute, from the first minute on.
func every(clock func() time.Time, say func(progress.Step, time.Duration)) progress.Watcher {
	var mu sync.Mutex
	var began, said time.Time
	what := ""
	return func(s progress.Step) {
		mu.Lock()
		defer mu.Unlock()
		now := clock()
		if s.What != what || s.Done == 0 {
			what, began, said = s.What, now, now
		}
		if now.Sub(said) < interval {
			return
		}
		said = now
		say(s, left(s, now.Sub(began)))
	}
}

// left is about how long work still takes that has taken so long.
func left(s progress.Step, taken time.Duration) time.Duration {
	if s.Done == 0 || s.Total <= s.Done {
		return 0
	}
	return time.Duration(float64(taken) / float64(s.Done) * float64(s.Total-s.Done))
}

// onTerminal returns a watcher that draws a bar, and wipes it when the work is done.
func onTerminal(out io.Writer, clock func() time.Time) progress.Watcher {
	var mu sync.Mutex
	var bar *progressbar.ProgressBar
	var began time.Time
	what := ""
	return func(s progress.Step) {
		mu.Lock()
		defer mu.Unlock()
		if s.What != what || s.Done == 0 {
			what, began = s.What, clock()
			if bar != nil {
				_ = bar.Clear() // a terminal that is gone is no fault of the work
			}
			bar = nil
		}
		if bar == nil && s.Done < s.Total && clock().Sub(began) > patience {
			bar = progressbar.NewOptions(s.Total,
				progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(s.What), progressbar.OptionShowCount(),
				progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
				progressbar.OptionFullWidth())
		}
		if bar != nil {
			_ = bar.Set(s.Done) // as above
		}
	}
}
