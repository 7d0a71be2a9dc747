package email

import (
	"context"
	"errors"
	"fmt"
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
	id := o.ID
	o.Reach = c.cfg.Canary.Address
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
