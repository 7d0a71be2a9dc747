package email

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

var _ channels.Canary = (*Channel)(nil)

// HasCanary reports whether a second mailbox is configured.
func (c *Channel) HasCanary() bool { return c.cfg.Canary != nil }

// SendCanary writes to our second mailbox as o's persona, from an address that is
// made of o's token as an opener's is, and under the Message-ID o.ID@domain.
// Then it looks for the message there, in every folder, until ctx ends.
func (c *Channel) SendCanary(ctx context.Context, o channels.Opening) error {
	o, err := c.canaryOpening(o)
	if err != nil {
		return fmt.Errorf("compose: %w", &channels.Refusal{Text: err.Error(), Ours: true})
	}
	second := c.second()
	err = retry(ctx, second.poll(), func() error {
		_, err := c.Open(ctx, o, channels.Unrecorded)
		if errors.Is(err, channels.ErrUnsure) {
			return nil // whether it left is seen where it should be
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("send to the second mailbox: %w", err)
	}
	err = retry(ctx, second.poll(), func() error {
		_, err := second.Reconcile(ctx, o)
		return err
	})
	if err != nil {
		return fmt.Errorf("look in the second mailbox: %w", err)
	}
	return nil
}

// A Home is where a message came that a persona sent to itself.
type Home struct {
	Address string        // the persona's own for this message, from and to which it went
	Folder  string        // empty: it has not come
	After   time.Duration // from when our server took it to when we saw it
	Err     error         // why it did not leave, or could never be looked for
}

// RoundTrips has each opening's persona write to the address that is made of its
// token as an opener's is, once and without a copy, under the Message-ID
// o.ID@domain. Then it looks for the messages in the folders that we listen to,
// until all are there or the last of them has been on its way for so long.
func (c *Channel) RoundTrips(ctx context.Context, all []channels.Opening, within time.Duration) []Home {
	homes, sent := make([]Home, len(all)), map[string]*trip{}
	for i, o := range all {
		prepared, err := c.sendHome(ctx, o)
		homes[i].Address, homes[i].Err = prepared.Address, err
		if err == nil {
			sent[prepared.ID] = &trip{home: &homes[i], at: time.Now()}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_ = retry(ctx, c.poll(), func() error { // what it missed stands in homes
		return c.lookHome(ctx, sent)
	})
	return homes
}

// A trip is a message that our server took.
type trip struct {
	home   *Home
	at     time.Time // by our clock
	looked bool      // it was looked for in every folder
}

// lookHome looks once for what was sent, writes down what it finds, and takes it
// out of sent. The error says that there is more to look for.
func (c *Channel) lookHome(ctx context.Context, sent map[string]*trip) error {
	if len(sent) == 0 {
		return nil
	}
	places, err := c.look(ctx, slices.Sorted(maps.Keys(sent))...)
	for id, t := range sent {
		if came, found := places[id]; found {
			t.home.Folder, t.home.After, t.home.Err = came.folder, time.Since(t.at), nil
			delete(sent, id)
		} else if !t.looked {
			t.home.Err, t.looked = err, err == nil
		}
	}
	if err == nil && len(sent) > 0 {
		err = channels.ErrNotFound
	}
	return err
}

// sendHome sends o to its own address, and returns it as it was sent. One that may
// have left is looked for like one that has.
func (c *Channel) sendHome(ctx context.Context, o channels.Opening) (channels.Opening, error) {
	o.Reach = o.Persona.Address
	o, err := c.trifle(o)
	if err != nil {
		return o, err
	}
	o.Reach = o.Address
	l, err := c.write(o)
	if err != nil {
		return o, err
	}
	l.Alone = true
	_, err = c.submit(ctx, l, channels.Unrecorded)
	if errors.Is(err, channels.ErrUnsure) {
		err = nil
	}
	return o, err
}

// second returns a channel that reads the second mailbox and sends nothing.
func (c *Channel) second() *Channel {
	return &Channel{
		cfg: Config{IMAP: c.cfg.Canary.IMAP}, clock: c.clock, timeout: c.timeout,
		limiter: c.secondState.limiter, history: c.secondState.history, tokens: c.secondState.tokens,
	}
}

// canaryOpening returns o as it is sent.
func (c *Channel) canaryOpening(o channels.Opening) (channels.Opening, error) {
	if !c.HasCanary() {
		return o, errors.New("there is no second mailbox")
	}
	o.Reach = c.cfg.Canary.Address
	return c.trifle(o)
}

// trifle returns o, which has an ID and where it goes, as a person's mail.
func (c *Channel) trifle(o channels.Opening) (channels.Opening, error) {
	id := o.ID
	o, err := c.Prepare(o)
	if err != nil {
		return o, err
	}
	_, domain, _ := strings.Cut(o.Address, "@")
	o.ID = id + "@" + domain
	all := canaryTexts()
	said := all[letter.Draw("trifle", o.Token)%uint64(len(all))]
	o.Subject, o.Body = said.subject, said.body+"\n\n"+o.Persona.Name+"\n"
	return o, nil
}

// A canaryText is what people write to one another, so that a filter which takes
// our openers for a person's mail takes this for one too.
type canaryText struct{ subject, body string }

func canaryTexts() []canaryText {
	return []canaryText{
		{"Lørdag", "Hei!\n\nPasser det om vi kommer rundt fire på lørdag? Vi tar med kake."},
		{"Nøkkelen", "Hei,\n\njeg la nøkkelen på vanlig sted. Bare lås etter deg når du går."},
		{"Bildene fra turen", "Hei!\n\nHar du fått sett på bildene? Si fra hvis du vil ha flere av dem."},
		{"Torsdag", "Hei,\n\njeg blir litt forsinket på torsdag. Begynn gjerne uten meg."},
		{"Boka", "Hei!\n\nEr du ferdig med boka? Det haster ikke, men Liv vil gjerne låne den."},
	}
}

// retry tries until there is no error, or one that is final, or ctx ends. It
// pauses for a second, then for twice as long each time, and for longest at
// most.
func retry(ctx context.Context, longest time.Duration, try func() error) error {
	var last error
	for pause := min(time.Second, longest); ; pause = min(2*pause, longest) {
		err := try()
		if err == nil || errors.Is(err, channels.ErrRefused) {
			return err
		}
		end, bounded := ctx.Deadline()
		if last == nil || ctx.Err() == nil && (!bounded || time.Now().Before(end)) {
			last = err // the end of ctx itself explains less than what came before
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", last, context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}
