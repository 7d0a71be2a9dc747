package prompt

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/svartid/svartid/channels"
)

// Ways in that a person is prompted for.
const (
	Phone     = "phone"
	Form      = "form"
	Messenger = "messenger"
)

// Config says what a person is prompted to do.
type Config struct {
	How    string   `yaml:"how" need:"" enum:"phone|form|messenger"`
	Mail   string   `yaml:"mail"`                // of a form: the e-mail channel that hears the answers
	Notify []string `yaml:"notify" form:"email"` // who is told by mail when a prompt is due; none: the queue alone
}

// Check returns what is wrong, each fault with its key below the channel.
func (c Config) Check() []channels.Fault {
	switch c.How {
	case Phone, Form, Messenger:
	default:
		return []channels.Fault{{Key: "how", Text: fmt.Sprintf("%q is not known; want phone, form or messenger", c.How)}}
	}
	switch {
	case c.How == Form && c.Mail == "":
		return []channels.Fault{{Key: "mail", Text: "is missing; want the e-mail channel that hears the answers to the form"}}
	case c.How != Form && c.Mail != "":
		return []channels.Fault{{Key: "mail", Text: "only a form is answered by mail"}}
	}
	return nil
}

// A Reach is a telephone number, or the link of a form or a conversation.
type Reach struct {
	To string `yaml:"to,short"`
}

// String returns the number or link.
func (r Reach) String() string { return r.To }

// Check returns what is wrong, each fault with its key below the reach.
func (r Reach) Check() []channels.Fault {
	if u, err := url.Parse(r.To); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		return nil
	}
	digits := strings.Map(func(c rune) rune {
		if strings.ContainsRune(" -()", c) {
			return -1
		}
		return c
	}, strings.TrimPrefix(r.To, "+"))
	// ITU-T E.164 allows 15 digits; the shortest service numbers have 3.
	if len(digits) >= 3 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == "" {
		return nil
	}
	return []channels.Fault{{
		Key: "to", Text: fmt.Sprintf("%q is neither a telephone number nor a link; want one such as +47 815 00 000", r.To),
	}}
}
