package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/browser/transcript"
)

const (
	// settles is how long words must not have changed before they are heard: some are written bit by bit.
	settles = 400 * time.Millisecond
	// wiring is how long we wait for what came over the wire with words that are drawn.
	wiring = 3 * time.Second
	// holding is the longest that anything is kept back.
	holding = 6 * time.Second
	// deaf is the lag above which the page was not heard.
	deaf = time.Second
	// looking is how long one look may take.
	looking = 15 * time.Second
)

var (
	errNotFollowed = errors.New("listen: Follow has not been called")
	errUnshown     = errors.New("our own message is not shown")
	errComing      = errors.New("its window is being opened again")
)

// Listen looks at the windows of the open conversations, whenever one of them says
// that something has changed and each poll besides, until ctx ends. Windows that are gone are opened again
// as the same visitors.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if c.follow == nil {
		return errNotFollowed
	}
	heard, err := channels.ParsePositions[[]transcript.Mark](from.Position)
	if err != nil {
		return err
	}
	l := &listening{Channel: c, heard: heard, until: from.Until, hear: hear, failed: map[string]error{}}
	ctx, end := context.WithCancel(ctx)
	defer l.coming.Wait()
	defer end()
	for {
		wait, err := l.turn(ctx)
		if err != nil {
			return err
		}
		if err := c.rest(ctx, wait); err != nil {
			return err
		}
	}
}

// rest waits until it is time to look again, or a page says that something has changed.
func (c *Channel) rest(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	case <-c.nudges:
	}
	select { // a change seldom comes alone
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}

// A listening is one call of Listen.
type listening struct {
	*Channel
	heard  position
	until  time.Time
	hear   channels.Hear
	told   time.Time      // when something was last heard
	gaps   []channels.Gap // since then
	coming sync.WaitGroup

	mu     sync.Mutex
	failed map[string]error // why windows could not be opened again, by opener
}

// turn looks at each conversation once, and has heard what is new. wait is how long
// the next may wait.
func (l *listening) turn(ctx context.Context) (wait time.Duration, err error) {
	open, err := l.follow(ctx)
	if err != nil {
		return 0, fmt.Errorf("follow: %w", err)
	}
	t := turn{next: position{}, until: l.clock().Add(-l.behind)}
	followed := map[string]bool{}
	looks := make([]func() (telling, error), len(open))
	var looked sync.WaitGroup
	for i, o := range open {
		followed[o.Opening.ID] = true
		looked.Go(func() { looks[i] = l.look(ctx, o) })
	}
	looked.Wait()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	for i, o := range open {
		told, err := looks[i]()
		t.add(o, l, told, err)
	}
	if err := l.tidy(followed); err != nil {
		return 0, err
	}
	return l.tell(ctx, &t)
}

// tell has a turn heard, if there is anything to say.
func (l *listening) tell(ctx context.Context, t *turn) (wait time.Duration, err error) {
	wait = l.cfg.Poll
	if t.held {
		wait = settles / 4
	}
	l.gaps = joined(append(l.gaps, t.Gaps...))
	quiet := len(t.Arrivals) == 0
	switch {
	case quiet && t.held:
		return wait, nil
	case quiet && time.Since(l.told) < l.cfg.Poll:
		return l.cfg.Poll - time.Since(l.told), nil
	}
	t.Gaps = l.gaps
	t.Checkpoint = channels.Checkpoint{Source: source, Position: t.next.String()}
	if t.until.Before(l.until) {
		t.until = l.until
	}
	if t.read > 0 || len(t.Unread) == 0 {
		t.Checkpoint.Until = t.until
	}
	if err := l.hear(ctx, t.Batch); err != nil {
		return 0, err
	}
	l.heard, l.told, l.gaps = t.next, time.Now(), nil
	if !t.Checkpoint.Until.IsZero() {
		l.until = t.until
	}
	return wait, nil
}

// joined returns gaps with those that touch as one.
func joined(gaps []channels.Gap) (all []channels.Gap) {
	for _, g := range gaps {
		i := slices.IndexFunc(all, func(o channels.Gap) bool { return o.Reach == g.Reach && !g.From.After(o.To) && !o.From.After(g.To) })
		if i < 0 {
			all = append(all, g)
			continue
		}
		if g.From.Before(all[i].From) {
			all[i].From = g.From
		}
		if g.To.After(all[i].To) {
			all[i].To, all[i].Reason = g.To, g.Reason
		}
	}
	return all
}

// look looks at one conversation. What it returns tells what was seen, or why nothing was.
func (l *listening) look(ctx context.Context, open channels.Conversation) func() (telling, error) {
	fail := func(err error) func() (telling, error) {
		return func() (telling, error) { return telling{}, err }
	}
	o := open.Opening
	r := l.inside(o.ID)
	if r == nil {
		return fail(l.again(ctx, open))
	}
	r.over = open.Over
	within, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	seen, err := r.page.Look(within)
	if err != nil {
		return fail(err)
	}
	if !r.pictured && answered(o, seen.Lines) {
		r.pictured, r.picture = true, screen(within, r.page)
	}
	return func() (telling, error) { return telling{room: r, sight: seen, clock: l.clock}, nil }
}

// answered reports whether something that is not ours stands below our opener.
func answered(o channels.Opening, lines []page.Line) bool {
	marks := marksOf(o, lines)
	own := slices.Index(marks, ownMark(o))
	said := func(l page.Line) bool { return l.Author != "mine" && l.Author != "acknowledgement" }
	return own >= 0 && slices.ContainsFunc(lines[own+1:], said)
}

// again opens the window of a conversation again, aside, and says why it is not open.
func (l *listening) again(ctx context.Context, open channels.Conversation) error {
	o := open.Opening
	l.mu.Lock()
	defer l.mu.Unlock()
	before, tried := l.failed[o.ID]
	if tried && errors.Is(before, errComing) {
		return before
	}
	l.failed[o.ID] = errComing
	from := l.until
	l.coming.Go(func() {
		r, err := l.back(ctx, o)
		if err == nil {
			r.from, r.opened = from, time.Now()
			l.enter(r)
		}
		l.mu.Lock()
		l.failed[o.ID] = err
		if err == nil {
			delete(l.failed, o.ID)
		}
		l.mu.Unlock()
		if err == nil {
			l.nudge()
		}
	})
	if tried && before != nil {
		return before
	}
	return errComing
}

// A turn is what one look at all conversations has come to.
type turn struct {
	channels.Batch
	next  position
	until time.Time
	read  int
	held  bool // something is not offered yet
}

// add takes in what was seen of a conversation, or why nothing was.
func (t *turn) add(open channels.Conversation, l *listening, seen telling, err error) {
	o := open.Opening
	known := l.heard[o.ID]
	t.next[o.ID] = known
	if err != nil {
		t.miss(open, l, err)
		return
	}
	lines, hold := seen.ready()
	if !hold.IsZero() {
		t.held = true
		if hold.Before(t.until) {
			t.until = hold
		}
	}
	shown := marksOf(o, lines)
	own := slices.Index(shown, ownMark(o))
	merged, fresh := transcript.Merge(known, ownMark(o), shown)
	t.next[o.ID] = merged
	t.take(seen, lines, known, fresh)
	if own < 0 && (seen.room.again || !slices.Contains(merged, ownMark(o))) {
		t.Unread = append(t.Unread, channels.Unread{Reach: o.Reach, Reason: errUnshown.Error(), Answered: true})
		return
	}
	t.covered(o.Reach, l, seen.sight)
}

// take makes arrivals of those lines that are new.
func (t *turn) take(seen telling, lines []page.Line, known []transcript.Mark, fresh []int) {
	o := seen.room.opening
	shown := marksOf(o, lines)
	own := slices.Index(shown, ownMark(o))
	met := map[transcript.Mark]int{}
	for _, m := range known {
		met[m]++
	}
	for _, i := range fresh {
		if lines[i].Author != "mine" {
			before := own < 0 && !slices.Contains(known, ownMark(o)) || i < own
			t.Arrivals = append(t.Arrivals, seen.arrival(lines[i], keyOf(o, shown[i], met[shown[i]]), asked(!before)))
		}
		met[shown[i]]++
	}
}

// covered notes how far a conversation has been heard.
func (t *turn) covered(reach string, l *listening, seen page.Sight) {
	t.read++
	at := l.clock().Add(-time.Since(seen.At)).Add(-l.behind)
	if seen.Lag > deaf {
		t.Gaps = append(t.Gaps, channels.Gap{
			From: at.Add(-seen.Lag), To: at, Reach: reach, Reason: fmt.Sprintf("the page ran %v late", seen.Lag.Round(time.Millisecond)),
		})
	}
	if at = at.Add(-seen.Lag); at.Before(t.until) {
		t.until = at
	}
}

// miss notes that a conversation could not be looked at.
func (t *turn) miss(open channels.Conversation, l *listening, err error) {
	reach := open.Opening.Reach
	switch {
	case open.Over && !errors.Is(err, errComing):
	case errors.Is(err, errForgets) && !open.Over:
		if now := l.clock(); !l.until.IsZero() && now.After(l.until) {
			t.Gaps = append(t.Gaps, channels.Gap{From: l.until, To: now, Reach: reach, Reason: err.Error()})
		}
	default:
		var door *channels.Deferral
		t.Unread = append(t.Unread, channels.Unread{Reach: reach, Reason: err.Error(), Ours: !errors.As(err, &door)})
	}
}

// ready returns the lines that have settled, and since when the first that has not is
// drawn; zero: all have.
func (t telling) ready() (lines []page.Line, hold time.Time) {
	r := t.room
	for i, line := range t.sight.Lines {
		age := t.sight.At.Sub(line.At)
		unsettled := !line.Gone && age < settles
		unwired := line.Author != "mine" && age < wiring && !r.page.Came(line.Text)
		if !unsettled && !unwired {
			continue
		}
		if r.held.IsZero() {
			r.held = time.Now()
		}
		if time.Since(r.held) > holding {
			break
		}
		return t.sight.Lines[:i], t.clock().Add(-time.Since(line.At))
	}
	r.held = time.Time{}
	return t.sight.Lines, time.Time{}
}
