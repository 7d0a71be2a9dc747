package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/chatwoot"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/matrix"
	"github.com/svartid/svartid/channels/messenger"
	"github.com/svartid/svartid/channels/prompt"
	"github.com/svartid/svartid/channels/rocketchat"
	"github.com/svartid/svartid/channels/webhook"
)

const (
	// demoPoll is how often chats are read, and all else is looked at.
	demoPoll = time.Second
	// demoMemory is how long a conversation is listened to. An edition gives
	// it a week, which is as many times its promise.
	demoMemory = time.Minute
)

// channels connects svartid to the town, which has been started.
func (t *town) channels(h *hooks) (map[string]any, error) {
	mailbox := t.mail.Mailbox()
	mailbox.Canary = t.mail.Canary()
	mailbox.IMAP.Poll, mailbox.Canary.IMAP.Poll = 500*time.Millisecond, 500*time.Millisecond
	made := map[string]any{}
	var failed error
	keep := func(name string, channel any, err error) {
		if made[name] = channel; err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", name, err)
		}
	}
	mail, err := email.New(mailbox, email.Options{Timeout: 10 * time.Second, Relogin: time.Second})
	keep("mail", mail, err)
	chatwoots, err := chatwoot.New(chatwoot.Config{URL: t.chatwoot.URL(), Webhook: channels.Inline(t.keys.chatwoot)},
		chatwoot.Options{Poll: demoPoll, Count: h.counter("chatwoot")})
	keep("chatwoot", briefChatwoot{chatwoots}, err)
	rocket, err := rocketchat.New(rocketchat.Config{
		URL: t.rocketchat.URL(), Poll: demoPoll, Bots: []string{demoRobot}, HookToken: channels.Inline(t.keys.rocketchat),
	}, rocketchat.Options{Count: h.counter("rocketchat")})
	keep("rocketchat", briefRocketchat{rocket}, err)
	rooms, err := matrix.New(matrix.Config{URL: t.matrix.URL(), User: t.matrix.User(), AccessToken: t.matrix.AccessToken()},
		matrix.Options{Wait: demoPoll})
	keep("matrix", rooms, err)
	relayed, err := webhook.New(webhook.Config{URL: t.relay.URL(), Secret: channels.Inline(t.keys.relay)},
		webhook.Options{Beat: demoPoll, Count: h.counter("webhook")})
	keep("webhook", relayed, err)
	pages, err := t.messenger(h)
	keep("messenger", pages, err)
	phone, err := prompt.New(prompt.Config{How: prompt.Phone}, prompt.Options{})
	keep("phone", phone, err)
	return made, failed
}

// messenger connects svartid to the pages.
func (t *town) messenger(h *hooks) (*messenger.Channel, error) {
	opt := messenger.Options{Count: h.counter("messenger")}
	for _, persona := range demoPersonas() {
		opt.Personas = append(opt.Personas, persona.Name)
	}
	for _, r := range t.on("messenger") {
		opt.Pages = append(opt.Pages, messenger.Reach{
			Page: r.reach, PageToken: channels.Inline(t.keys.page), DeskApps: []string{demoDesk}, BotApps: []string{demoBot},
		})
	}
	return messenger.New(messenger.Config{
		AppID: demoApp, AppSecret: channels.Inline(t.keys.app), VerifyToken: channels.Inline(t.keys.verify),
		GraphURL: t.meta.URL(), Look: demoPoll,
	}, opt)
}

// enrol has every persona follow its link to every page, as shoppers do before
// a season.
func (t *town) enrol(c *messenger.Channel) error {
	for _, r := range t.on("messenger") {
		for _, persona := range demoPersonas() {
			link, err := c.EnrolLink(persona.Name, r.reach)
			if err != nil {
				return err
			}
			followed, err := url.Parse(link)
			if err != nil {
				return fmt.Errorf("enrol %s: %w", persona.Name, err)
			}
			t.meta.Follow(r.reach, persona.Name, followed.Query().Get("ref"))
		}
	}
	return nil
}

// A briefChatwoot listens to conversations for demoMemory.
type briefChatwoot struct{ *chatwoot.Channel }

// Follow takes the func that says which conversations are listened to.
func (c briefChatwoot) Follow(open following) { c.Channel.Follow(recent(open)) }

// A briefRocketchat listens to conversations for demoMemory.
type briefRocketchat struct{ *rocketchat.Channel }

// Follow takes the func that says which conversations are listened to.
func (c briefRocketchat) Follow(open following) { c.Channel.Follow(recent(open)) }

// A following says which conversations are listened to by now.
type following = func(context.Context) ([]channels.Conversation, error)

// recent leaves out what is older than demoMemory: chats are read one by one,
// and a demo that runs for hours would do nothing else.
func recent(open following) following {
	return func(ctx context.Context) (kept []channels.Conversation, err error) {
		all, err := open(ctx)
		since := time.Now().Add(-demoMemory)
		for _, c := range all {
			if c.At.IsZero() || c.At.After(since) {
				kept = append(kept, c)
			}
		}
		return kept, err
	}
}
