package channeltest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
)

// batch is how many letters a batch holds at most.
const batch = 64

// A mailbox holds the letters that have come, by folder, and those on their way.
type mailbox struct {
	folders map[string][]letter
	coming  []letter // by time; equals in the order in which they were scheduled
}

// A letter is one message in a folder, or on its way there.
type letter struct {
	at     time.Time
	folder string
	write  Letter
	raw    []byte // once it has come
}

// schedule sends write on its way, to come to folder at the given time.
func (m *mailbox) schedule(at time.Time, folder string, write Letter) {
	if folder == "" {
		folder = Inbox
	}
	i := sort.Search(len(m.coming), func(i int) bool { return m.coming[i].at.After(at) })
	m.coming = slices.Insert(m.coming, i, letter{at: at, folder: folder, write: write})
}

// settle puts what has come by now into its folder. The number of a letter
// in its folder never changes.
func (m *mailbox) settle(now time.Time) {
	for len(m.coming) > 0 && !m.coming[0].at.After(now) {
		l := m.coming[0]
		m.coming = m.coming[1:]
		l.raw = l.write(l.at)
		m.folders[l.folder] = append(m.folders[l.folder], l)
	}
}

// A glance is what one look at a folder shows.
type glance struct {
	now     time.Time
	ours    time.Time // the same instant by the channel's own clock
	shows   func(time.Time) time.Time
	claimed bool
	letters []letter
	end     bool // nothing lies behind letters
	stalled bool
	wake    <-chan struct{}
	wait    time.Duration // until it is worth another look
}

// Sources returns the folders.
func (f *Fake) Sources() []string {
	if len(f.Folders) == 0 {
		return []string{Inbox}
	}
	return slices.Clone(f.Folders)
}

// Listen offers what is and comes in one folder. While nothing comes it
// reports how far it has listened at each Poll. It starts no goroutine.
func (f *Fake) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if !slices.Contains(f.Sources(), from.Source) {
		return fmt.Errorf("select %s: no such folder", from.Source)
	}
	next := 0
	if from.Position != "" {
		n, err := strconv.Atoi(from.Position)
		if err != nil {
			return fmt.Errorf("position of %s: %w", from.Source, err)
		}
		next = n
	}
	for {
		g, err := f.look(from.Source, next)
		if err != nil {
			return err
		}
		if !g.stalled {
			next += len(g.letters)
			if err := hear(ctx, g.hearing(from.Source, next)); err != nil {
				return fmt.Errorf("hear %s: %w", from.Source, err)
			}
			if !g.end {
				continue
			}
		}
		if err := g.sleep(ctx); err != nil {
			return err
		}
	}
}

// look returns what lies in source from number next on.
func (f *Fake) look(source string, next int) (glance, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return glance{}, fmt.Errorf("read %s: %w", source, f.broken)
	}
	g := glance{now: time.Now(), shows: f.Shows, claimed: f.Claimed, stalled: f.stalled, wake: f.changed, wait: f.Poll}
	if g.ours = g.now; f.Clock != nil {
		g.ours = f.Clock()
	}
	if g.wait == 0 {
		g.wait = time.Minute
	}
	if f.stalled {
		return g, nil
	}
	f.mailbox.settle(g.now)
	all := f.mailbox.folders[source]
	next = min(next, len(all))
	stop := min(next+batch, len(all))
	g.letters, g.end = all[next:stop:stop], stop == len(all)
	for _, l := range f.mailbox.coming {
		if l.folder == source {
			g.wait = min(g.wait, l.at.Sub(g.now))
			break
		}
	}
	return g, nil
}

// hearing returns the batch that g shows.
func (g glance) hearing(source string, next int) channels.Batch {
	h := channels.Batch{Checkpoint: channels.Checkpoint{Source: source, Position: strconv.Itoa(next)}}
	if g.end {
		h.Checkpoint.Until = g.ours
	}
	for _, l := range g.letters {
		shown := l.at
		if g.shows != nil {
			shown = g.shows(l.at)
		}
		h.Arrivals = append(h.Arrivals, channels.Arrival{
			Key:     key(l.raw),
			Media:   channels.Mail,
			Raw:     l.raw,
			Times:   channels.Times{Arrived: shown, Server: shown, Sender: l.at, Noticed: g.ours, Claimed: g.claimed},
			Flagged: aside(source),

			Submission: bytes.Contains(l.raw, []byte(ownServer)),
		})
	}
	return h
}

// aside names source if mail is put aside there.
func aside(source string) string {
	if source == Inbox {
		return ""
	}
	return source
}

// sleep waits until another look is worth it.
func (g glance) sleep(ctx context.Context) error {
	wait := time.NewTimer(g.wait)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-g.wake:
	case <-wait.C:
	}
	return nil
}
