package simulation_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
)

// A plant is a fault between the engine and what it leans on. Its zero value is none.
type plant struct {
	name    string
	edition func(*edition.Edition)
	timing  func(*engine.Timing)
	clock   func(time.Time) time.Time
	channel func(*line) any // in place of the mail and the chat
	ledger  func(probes.Ledger) probes.Ledger
	tx      func(probes.Tx) probes.Tx // in place of what an update is given
	queue   func(probes.Queue) probes.Queue
}

// plants returns every fault that is planted.
func plants() []plant {
	return slices.Concat(plantsOfSending(), plantsOfHearing(), plantsOfKeeping(), plantsOfRules())
}

// plantsOfSending are faults of channels that send.
func plantsOfSending() []plant {
	return []plant{
		{name: "an opener that may have left is said not to have", channel: func(l *line) any { return certain{l} }},
		{name: "an opener that did not leave is said to have left", channel: func(l *line) any { return hopeful{l} }},
		{name: "an opener leaves before leave is asked", channel: func(l *line) any { return early{l} }},
		{name: "the traces of unsure openers are not found", channel: func(l *line) any { return untraced{l} }},
		{name: "the marks of openers are the same for all", channel: func(l *line) any { return unmarked{l} }},
		{name: "what is due is worked an hour before its time", queue: func(q probes.Queue) probes.Queue { return &soon{Queue: q} }},
		{name: "each third of what is due is lost by the queue", queue: func(q probes.Queue) probes.Queue { return &forgetful{Queue: q} }},
	}
}

// plantsOfHearing are faults of channels that listen.
func plantsOfHearing() []plant {
	heard := func(spoil func(context.Context, channels.Hear, channels.Batch) error) func(*line) any {
		return func(l *line) any { return eavesdropper{l, spoil} }
	}
	return []plant{
		{name: "a refused hearing counts as heard", channel: heard(func(ctx context.Context, hear channels.Hear, b channels.Batch) error {
			if err := hear(ctx, b); err != nil && ctx.Err() != nil {
				return err
			}
			return nil
		})},
		{name: "the checkpoint is written before the arrivals", channel: heard(func(ctx context.Context, hear channels.Hear, b channels.Batch) error {
			if err := hear(ctx, channels.Batch{Checkpoint: b.Checkpoint}); err != nil {
				return err
			}
			return hear(ctx, b)
		})},
		{name: "an arrival is dated by when it was noticed", channel: heard(func(ctx context.Context, hear channels.Hear, b channels.Batch) error {
			for i := range b.Arrivals {
				b.Arrivals[i].Times.Arrived, b.Arrivals[i].Times.Server = b.Arrivals[i].Times.Noticed, b.Arrivals[i].Times.Noticed
			}
			return hear(ctx, b)
		})},
		{name: "the last of several arrivals is left out", channel: heard(func(ctx context.Context, hear channels.Hear, b channels.Batch) error {
			if n := len(b.Arrivals); n > 1 {
				b.Arrivals = b.Arrivals[:n-1]
			}
			return hear(ctx, b)
		})},
		{name: "the key of an arrival is another one each time", channel: func() func(*line) any {
			n := 0
			return heard(func(ctx context.Context, hear channels.Hear, b channels.Batch) error {
				for i := range b.Arrivals {
					n++
					b.Arrivals[i].Key += strconv.Itoa(n)
				}
				return hear(ctx, b)
			})
		}()},
		{name: "a silent source is said to be heard", channel: func(l *line) any { return deaf{l} }},
	}
}

// plantsOfKeeping are faults of the ledger.
func plantsOfKeeping() []plant {
	in := func(spoil func(spoilt) probes.Tx) func(probes.Tx) probes.Tx {
		return func(tx probes.Tx) probes.Tx { return spoil(spoilt{Tx: tx}) }
	}
	without := func(kind probes.EventKind) func(probes.Tx) probes.Tx {
		return in(func(s spoilt) probes.Tx {
			s.events = func(all []probes.Event) []probes.Event {
				return slices.DeleteFunc(slices.Clone(all), func(e probes.Event) bool { return e.Kind == kind })
			}
			return s
		})
	}
	return []plant{
		{name: "an update that failed is said to be durable", ledger: func(l probes.Ledger) probes.Ledger { return careless{l} }},
		{name: "what is leaving is not found after a crash", tx: in(func(s spoilt) probes.Tx { s.blindTo = probes.AttemptSending; return s })},
		{name: "no arrival is new", tx: in(func(s spoilt) probes.Tx { s.stale = true; return s })},
		{name: "checkpoints are not kept", tx: in(func(s spoilt) probes.Tx { s.still = true; return s })},
		{name: "a correction is not kept", tx: without(probes.Amended)},
		{name: "an intent is not kept", tx: without(probes.Intended)},
		{name: "an acknowledgement counts as an answer", tx: in(func(s spoilt) probes.Tx { s.events = readAs(reading.Acknowledgement); return s })},
		{name: "a deflection counts as an answer", tx: in(func(s spoilt) probes.Tx { s.events = readAs(reading.Deflection); return s })},
	}
}

// plantsOfRules are faults of what the engine goes by.
func plantsOfRules() []plant {
	return []plant{
		{name: "a company may be asked twice a day", edition: func(ed *edition.Edition) { ed.Limits.PerCompanyPerDay = 2 }},
		{name: "openers leave in the evening", edition: func(ed *edition.Edition) {
			ed.Hours = must(calendar.ParseHours("Mon-Fri 09:00-20:00"))
			ed.Probes = slices.Clone(ed.Probes)
			for i := range ed.Probes {
				ed.Probes[i].Hours = must(calendar.ParseHours("14:00-20:00"))
			}
		}},
		{name: "the deadline is a day early", edition: func(ed *edition.Edition) {
			ed.Probes = slices.Clone(ed.Probes)
			ed.Probes[0].Within = calendar.Within{WorkingDays: 2}
		}},
		{name: "the deadline is half a minute late", edition: func(ed *edition.Edition) {
			ed.Probes = slices.Clone(ed.Probes)
			ed.Probes[1].Within = calendar.Within{Duration: chatTime + 30*time.Second}
		}},
		{name: "our clock runs five minutes ahead", clock: func(at time.Time) time.Time { return at.Add(5 * time.Minute) }},
	}
}

// readAs makes what is read as a kind an answer.
func readAs(kind reading.Kind) func([]probes.Event) []probes.Event {
	return func(all []probes.Event) []probes.Event {
		all = slices.Clone(all)
		for i, e := range all {
			var said probes.Classification
			if e.Kind == probes.Heard && json.Unmarshal(e.Data, &said) == nil && said.Kind == kind {
				said.Kind = reading.Answer
				all[i].Data = must(json.Marshal(said))
			}
		}
		return all
	}
}

type certain struct{ *line }

func (c certain) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	receipt, err := c.line.Open(ctx, o, leave)
	if errors.Is(err, channels.ErrUnsure) {
		err = errors.New("connection reset")
	}
	return receipt, err
}

type hopeful struct{ *line }

func (c hopeful) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	receipt, err := c.line.Open(ctx, o, leave)
	if errors.Is(err, channels.ErrUnsure) {
		return channels.Receipt{At: time.Now(), ID: "Q0"}, nil
	}
	return receipt, err
}

type early struct{ *line }

func (c early) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	receipt, err := c.line.Open(ctx, o, func(context.Context) error { return nil })
	if refused := leave(ctx); refused != nil {
		return channels.Receipt{}, refused
	}
	return receipt, err
}

type untraced struct{ *line }

func (c untraced) Copies() bool { return false }

func (c untraced) Reconcile(context.Context, channels.Opening) (channels.Receipt, error) {
	return channels.Receipt{}, channels.ErrNotFound
}

type unmarked struct{ *line }

func (c unmarked) Prepare(o channels.Opening) (channels.Opening, error) {
	o.Token = "same"
	return c.line.Prepare(o)
}

// An eavesdropper comes between a channel and who hears it.
type eavesdropper struct {
	*line
	spoil func(context.Context, channels.Hear, channels.Batch) error
}

func (c eavesdropper) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return c.line.Listen(ctx, from, func(ctx context.Context, b channels.Batch) error { return c.spoil(ctx, hear, b) })
}

// deaf says every hour that it has listened, whatever it heard.
type deaf struct{ *line }

func (c deaf) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	position := from.Position
	done := make(chan error, 1)
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		done <- c.line.Listen(inner, from, func(ctx context.Context, b channels.Batch) error {
			err := hear(ctx, b)
			if err == nil {
				position = b.Checkpoint.Position
			}
			return err
		})
	}()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(time.Hour):
			if err := hear(ctx, channels.Batch{Checkpoint: channels.Checkpoint{Source: channeltest.Inbox, Position: position, Until: c.world.now()}}); err != nil {
				cancel()
				return errors.Join(err, <-done)
			}
		}
	}
}

// planted is a ledger that gives updates a transaction that is spoilt.
type planted struct {
	journal
	tx func(probes.Tx) probes.Tx
}

func (p planted) Update(ctx context.Context, fn func(probes.Tx) error) error {
	return p.journal.Update(ctx, func(tx probes.Tx) error { return fn(p.tx(tx)) })
}

func (p planted) View(ctx context.Context, fn func(probes.Tx) error) error {
	return p.journal.View(ctx, func(tx probes.Tx) error { return fn(p.tx(tx)) })
}

// spoilt is a transaction of which one thing is wrong.
type spoilt struct {
	probes.Tx
	events  func([]probes.Event) []probes.Event
	blindTo probes.State
	stale   bool
	still   bool
}

func (s spoilt) Append(ctx context.Context, contact string, events ...probes.Event) (probes.Contact, error) {
	if s.events != nil {
		if events = s.events(events); len(events) == 0 {
			c, _, err := s.Story(ctx, contact)
			return c, err
		}
	}
	return s.Tx.Append(ctx, contact, events...)
}

func (s spoilt) Find(ctx context.Context, q probes.Query) ([]probes.Contact, error) {
	found, err := s.Tx.Find(ctx, q)
	if s.blindTo != "" && slices.Contains(q.States, s.blindTo) {
		found = slices.DeleteFunc(found, func(c probes.Contact) bool { return c.Current().State == s.blindTo })
	}
	return found, err
}

func (s spoilt) Hear(ctx context.Context, h probes.StoredArrival) (bool, error) {
	fresh, err := s.Tx.Hear(ctx, h)
	return fresh && !s.stale, err
}

func (s spoilt) Advance(ctx context.Context, channel string, to channels.Checkpoint) error {
	if s.still && to.Source == channeltest.Inbox {
		return nil
	}
	return s.Tx.Advance(ctx, channel, to)
}

type careless struct{ probes.Ledger }

func (l careless) Update(ctx context.Context, fn func(probes.Tx) error) error {
	var said error
	if err := l.Ledger.Update(ctx, func(tx probes.Tx) error { said = fn(tx); return said }); err != nil && said != nil {
		return err
	}
	return nil
}

// soon works what is due before its time.
type soon struct{ probes.Queue }

func (q *soon) Add(due ...probes.Job) {
	for _, d := range due {
		d.At = d.At.Add(-time.Hour)
		q.Queue.Add(d)
	}
}

func (q *soon) Run(ctx context.Context, work probes.Work) error {
	return q.Queue.Run(ctx, func(ctx context.Context, due probes.Job) (time.Duration, error) {
		due.At = due.At.Add(time.Hour)
		return work(ctx, due)
	})
}

// forgetful loses some of what it is asked for, for good.
type forgetful struct{ probes.Queue }

func (q *forgetful) Add(due ...probes.Job) {
	for _, d := range due {
		if d.At.Second()%3 != 0 {
			q.Queue.Add(d)
		}
	}
}
