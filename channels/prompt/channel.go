package prompt

import (
	"context"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
)

// Options are what a channel needs beside its configuration.
type Options struct {
	// Address gives a form's opening the address that is typed into the form:
	// the Prepare of the mail channel that hears it. Other ways in need none.
	Address func(channels.Opening) (channels.Opening, error)
}

// A Channel prompts. It keeps nothing and may be used by several goroutines.
type Channel struct {
	cfg     Config
	address func(channels.Opening) (channels.Opening, error)
}

var (
	_ channels.Opener   = (*Channel)(nil)
	_ channels.Prompter = (*Channel)(nil)
)

// New returns a channel of prompts. The error says that the replies to a form
// have no channel that hears them.
func New(cfg Config, opt Options) (*Channel, error) {
	if cfg.How == Form && opt.Address == nil {
		return nil, fmt.Errorf("mail: channel %q hears no form", cfg.Mail)
	}
	return &Channel{cfg: cfg, address: opt.Address}, nil
}

// Prepare gives the opening of a form its address; all others stay as they are.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Token == "" {
		return o, fmt.Errorf("prepare %q: it has no token", o.Attempt)
	}
	if c.cfg.How != Form {
		return o, nil
	}
	page := o.Reach
	o.Reach = o.Persona.Address // what makes addresses writes to addresses alone
	o, err := c.address(o)
	o.Reach = page
	return o, err
}

// Open refuses: only a person opens here.
func (c *Channel) Open(context.Context, channels.Opening, channels.Leave) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Refusal{Text: "a person opens here", Ours: true}
}

// Prompt returns what the person needs.
func (c *Channel) Prompt(o channels.Opening) (channels.Prompt, bool) {
	p := channels.Prompt{How: c.cfg.How, Link: link(o.Reach), Text: o.Body, Notify: c.cfg.Notify}
	switch c.cfg.How {
	case Phone:
		p.Taps = []channels.ReportKind{
			channels.Ringing, channels.Menu, channels.InLine, channels.Person,
			channels.CallBack, channels.Elsewhere, channels.GaveUp, channels.Busy, channels.Shut, channels.CouldNot,
		}
	case Form:
		p.Heard, p.Typed = true, o.Address
		p.Taps = []channels.ReportKind{channels.TapSent, channels.CouldNot}
	default:
		p.Taps = []channels.ReportKind{
			channels.TapSent, channels.FirstReply, channels.Person, channels.Elsewhere, channels.GaveUp, channels.CouldNot,
		}
	}
	return p, true
}

// link returns where a person goes: a number becomes a link that dials
// (RFC 3966).
func link(reach string) string {
	if strings.Contains(reach, "://") {
		return reach
	}
	digits := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, reach)
	return "tel:" + digits
}
