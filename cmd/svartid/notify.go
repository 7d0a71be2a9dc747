package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
)

// notifier tells shoppers by mail, from the domain of the first persona that
// has an address, that a prompt is due; nil if there is no mail channel. The letter says what to do and no more than the queue shows.
func (p *program) notifier() func(context.Context, channels.Prompt) error {
	for _, persona := range p.edition.Personas {
		mail, ok := p.channels[persona.Channel].(*email.Channel)
		_, domain, _ := strings.Cut(persona.Address, "@")
		if !ok || domain == "" {
			continue
		}
		return func(ctx context.Context, prompt channels.Prompt) error {
			var failed []error
			for _, to := range prompt.Notify {
				failed = append(failed, mail.Tell(ctx, email.Note{
					From: "svartid@" + domain, To: to, Subject: "svartid: " + prompt.How, Text: promptText(prompt),
				}))
			}
			return errors.Join(failed...)
		}
	}
	return nil
}

// promptText is what a shopper is told.
func promptText(p channels.Prompt) string {
	text := fmt.Sprintf("%s: %s\n\n%s\n", p.How, p.Link, p.Text)
	if p.Typed != "" {
		text += "\nE-mail: " + p.Typed + "\n"
	}
	return text
}
