package channeltest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
)

// Inbox is the folder that a letter comes to unless it says otherwise.
const Inbox = "INBOX"

// A Fake is a mail channel without mail: openers go to companies that live in
// memory, and their letters come back to folders in memory too. It may
// be used from several goroutines at once. Inside a synctest bubble it must
// also be made there.
type Fake struct {
	// Folders are the sources; none = Inbox. Set it before the first use.
	Folders []string
	// Poll is how often an idle source reports how far it has listened;
	// 0 = one minute, as with real mailboxes.
	Poll time.Duration
	// WithoutCopies keeps the blind copies of openers out of Inbox. The
	// zero value delivers them, as a real mailbox pair does; Settle finds
	// openers that left either way.
	WithoutCopies bool
	// LoseCopies keeps them out although they are said to come, as where a
	// persona's mail goes to another mailbox.
	LoseCopies bool
	// Shows is what the mailbox's clock shows at an instant; nil = the truth.
	Shows func(time.Time) time.Time
	// Clock is the channel's own, by which it notices and makes its checkpoints; nil =
	// time.Now.
	Clock func() time.Time
	// Claimed makes what the mailbox shows the word of a server that the
	// companies run.
	Claimed bool

	mu        sync.Mutex
	everyone  Company
	companies map[string]Company
	opened    []Opened
	mailbox   mailbox
	canaries  canaries
	broken    error
	stalled   bool
	changed   chan struct{} // closed and replaced at each change
}

// Copies reports whether openers come back to Inbox.
func (f *Fake) Copies() bool { return !f.WithoutCopies }

var (
	_ channels.Copier     = (*Fake)(nil)
	_ channels.Opener     = (*Fake)(nil)
	_ channels.Listener   = (*Fake)(nil)
	_ channels.Reconciler = (*Fake)(nil)
)

// An Opened is one call of Open, whatever became of it.
type Opened struct {
	Opening channels.Opening
	At      time.Time
	Left    bool  // it reached the company
	Err     error // as Open returned it
}

// NewFake returns a fake whose companies all behave as b; Put makes exceptions.
func NewFake(b Behaviour) *Fake {
	return &Fake{
		everyone:  Company{Replies: b},
		companies: map[string]Company{},
		mailbox:   mailbox{folders: map[string][]letter{}},
		changed:   make(chan struct{}),
	}
}

// Put makes c the company that is reached at reach. An empty reach stands for
// everyone who has not been put.
func (f *Fake) Put(reach string, c Company) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if reach == "" {
		f.everyone = c
		return
	}
	f.companies[reach] = c
}

// Openings returns every call of Open so far, in order.
func (f *Fake) Openings() []Opened {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.opened)
}

// Deliver puts raw into folder at once, as unsolicited mail.
func (f *Fake) Deliver(folder string, raw []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mailbox.schedule(time.Now(), folder, func(time.Time) []byte { return raw })
	f.announce()
}

// Break makes Listen and Reconcile fail with err, at once and until Restore.
// Letters still come, and wait in their folders.
func (f *Fake) Break(err error) { f.blind(err, false) }

// Stall makes Listen fall silent until Restore, like a connection that died
// without a word: it neither returns nor reports.
func (f *Fake) Stall() { f.blind(nil, true) }

// Restore ends Break and Stall.
func (f *Fake) Restore() { f.blind(nil, false) }

func (f *Fake) blind(err error, stalled bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken, f.stalled = err, stalled
	f.announce()
}

// announce wakes all that listen. The caller holds the lock.
func (f *Fake) announce() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// Prepare gives o the address local+token@domain, whatever the persona's tag
// says, and a Message-ID without brackets in the same domain.
func (f *Fake) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Token == "" {
		return o, fmt.Errorf("prepare %s: no token", o.Attempt)
	}
	local, domain, ok := strings.Cut(o.Persona.Address, "@")
	if !ok {
		local, domain = "shopper", "shopper.example"
	}
	o.Address = local + "+" + o.Token + "@" + domain
	o.ID = o.Token + "@" + domain
	return o, nil
}

// Open asks leave and hands o to its company, whose Fate decides the rest.
func (f *Fake) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	c, err := f.turn(o)
	if err == nil {
		err = c.admit(ctx, leave)
	}
	left := false
	if err == nil {
		left, err = c.verdict()
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	at := time.Now()
	f.opened = append(f.opened, Opened{Opening: o, At: at, Left: left, Err: err})
	if left {
		f.answer(c, o, at)
	}
	if err != nil {
		if c.Picture != nil {
			err = &channels.SeenError{Err: err, Picture: c.Picture}
		}
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, err)
	}
	id := fmt.Sprintf("Q%d", len(f.opened))
	return channels.Receipt{At: at, ID: id, Response: "250 2.0.0 Ok: queued as " + id, Picture: c.Picture}, nil
}

// turn returns the company that o goes to, and an error if it still fails for now.
func (f *Fake) turn(o channels.Opening) (Company, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.companies[o.Reach]
	if !ok {
		c = f.everyone
	}
	if c.Failures == 0 {
		return c, nil
	}
	c.Failures--
	f.companies[o.Reach] = c
	return c, c.temporary()
}

// admit goes as far as to what decides an opener's fate, by way of leave.
func (c Company) admit(ctx context.Context, leave channels.Leave) error {
	if err := pause(ctx, c.Connects); err != nil || c.early() {
		return err
	}
	if err := leave(ctx); err != nil {
		return err
	}
	return pause(ctx, c.Takes)
}

// answer schedules what c sends back, and the blind copy. The caller holds the lock.
func (f *Fake) answer(c Company, o channels.Opening, at time.Time) {
	if !f.WithoutCopies && !f.LoseCopies {
		f.mailbox.schedule(at, Inbox, queued(Copy(o), len(f.opened)))
	}
	if c.Replies != nil {
		for _, r := range c.Replies(o) {
			f.mailbox.schedule(at.Add(r.After), r.Folder, r.Raw)
		}
	}
	f.announce()
}

// Reconcile finds o among the openers that left.
func (f *Fake) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	}
	if f.broken != nil {
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, f.broken)
	}
	for _, sent := range f.opened {
		if sent.Left && sent.Opening.ID == o.ID {
			return channels.Receipt{At: sent.At, Response: "blind copy in " + Inbox}, nil
		}
	}
	return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, channels.ErrNotFound)
}

// pause waits for d, or for ctx to end.
func pause(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// key names an arrival by what it says.
func key(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
