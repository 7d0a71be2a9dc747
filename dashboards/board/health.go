package board

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// A healthPage is the state of our own sources, canaries and clocks.
type healthPage struct {
	frame
	Listeners []listener
	Lag       time.Duration // of the most overdue opener
	Channels  []traffic
	Failures  []probes.EventKind
	Unsure    []mark
	Twice     []mark // whose opener left twice
	Unsent    []trial
	Gaps      []gap
	Blind     int // sources that are not heard
}

// A listener is one source of a channel.
type listener struct {
	Channel, Source string
	Up, Known       bool      // is heard now; whether that is known
	Until           time.Time // all that arrived before has been read; zero: never read to its end
	Behind          time.Duration
}

// traffic is what a channel has heard and could not send.
type traffic struct {
	Channel   string
	Heard     int
	Unmatched int
	Failed    []int // by kind of failure, in the order of the page's Failures
}

// A trial is an opener that did not leave.
type trial struct {
	mark
	State  probes.State
	Due    time.Time
	Reason string
}

// A gap is a time in which we may have missed an answer.
type gap struct {
	mark
	Reason string
}

// health reads the page of our own health.
func (b *Board) health(v *visit) (any, error) {
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	page := healthPage{frame: v.frame("eyes", v.T("Our own eyes"), s), Failures: probes.Failures(), Listeners: b.listeners(s, v.now)}
	for _, l := range page.Listeners {
		if l.Known && !l.Up {
			page.Blind++
		}
	}
	page.Channels = b.traffic(s)
	err = b.Ledger.View(v.ctx, func(tx probes.Tx) error {
		if page.Lag, err = probes.PlanLag(v.ctx, tx, b.Edition, v.now); err != nil {
			return err
		}
		if page.Twice, err = b.twice(v.ctx, tx); err != nil {
			return err
		}
		return b.trouble(v.ctx, tx, &page)
	})
	return page, err
}

// listeners returns every source that is listened to, or ever was.
func (b *Board) listeners(s snapshot, now time.Time) []listener {
	up := b.Health.Up()
	found := map[probes.Source]listener{}
	for channel, sources := range b.Sources {
		for _, source := range sources {
			found[probes.Source{Channel: channel, Name: source}] = listener{Channel: channel, Source: source}
		}
	}
	for channel, marks := range s.totals.Checkpoints {
		for _, m := range marks {
			at := probes.Source{Channel: channel, Name: m.Source}
			if _, listened := found[at]; !listened && b.Sources != nil {
				continue // of a source that is no longer listened to
			}
			l := listener{Channel: channel, Source: m.Source, Until: m.Until}
			if !m.Until.IsZero() {
				l.Behind = max(now.Sub(m.Until), 0)
			}
			found[at] = l
		}
	}
	var all []listener
	for at, l := range found {
		l.Up, l.Known = up[at]
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b listener) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Source, b.Source))
	})
	return all
}

// traffic returns what each channel heard and failed to send.
func (b *Board) traffic(s snapshot) []traffic {
	names := b.channels()
	for channel := range b.Sources {
		if !slices.Contains(names, channel) {
			names = append(names, channel)
		}
	}
	slices.Sort(names)
	var all []traffic
	for _, name := range names {
		t := traffic{Channel: name, Unmatched: s.totals.Unmatched[name]}
		for _, a := range s.totals.Arrivals {
			if a.Channel == name && slices.Contains(reading.Kinds(), a.Kind) {
				t.Heard += a.Count
			}
		}
		for _, kind := range probes.Failures() {
			n := 0
			for _, f := range s.totals.Failures {
				if f.Channel == name && f.Reason == kind {
					n += f.Count
				}
			}
			t.Failed = append(t.Failed, n)
		}
		all = append(all, t)
	}
	return all
}

// twice returns the contacts whose openers left twice, the newest last.
func (b *Board) twice(ctx context.Context, tx probes.Tx) (all []mark, err error) {
	doubles, err := tx.Checkpoints(ctx, probes.Doubles)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(doubles, func(x, y channels.Checkpoint) int { return x.Until.Compare(y.Until) })
	for _, m := range doubles {
		id, _, _ := strings.Cut(m.Source, ".")
		c, _, err := tx.Story(ctx, id)
		if errors.Is(err, probes.ErrNoContact) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, newMark(c))
	}
	return all, nil
}

// trouble adds the contacts that we, not the companies, are to blame for.
func (b *Board) trouble(ctx context.Context, tx probes.Tx, page *healthPage) error {
	const shown = 20
	query := probes.Query{Edition: b.Edition.Name, Newest: true, Limit: shown}
	unsure, unsent, broken := query, query, query
	unsure.States = []probes.State{probes.AttemptUnsure}
	unsent.States = []probes.State{probes.AttemptUnsent, probes.AttemptRefused}
	broken.Outcomes = []probes.Outcome{probes.BrokenOff}
	for _, look := range []struct {
		at  probes.Query
		add func(probes.Contact)
	}{
		{unsure, func(c probes.Contact) { page.Unsure = append(page.Unsure, newMark(c)) }},
		{unsent, func(c probes.Contact) {
			a := c.Current()
			page.Unsent = append(page.Unsent, trial{newMark(c), a.State, a.Due, a.Failure.Reason})
		}},
		{broken, func(c probes.Contact) { page.Gaps = append(page.Gaps, gap{newMark(c), c.Current().Failure.Reason}) }},
	} {
		found, err := tx.Find(ctx, look.at)
		if err != nil {
			return err
		}
		for _, c := range found {
			if c, _, err = probes.Told(ctx, tx, c, nil); err != nil {
				return err
			}
			look.add(c)
		}
	}
	return nil
}
