package world

import (
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
	"github.com/svartid/svartid/channels/simulated/matrix"
	"github.com/svartid/svartid/channels/simulated/meta"
	"github.com/svartid/svartid/channels/simulated/relay"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
)

const (
	homeserver = "chat.example" // its name
	// beat is how often the other end of webhooks says what it listens for.
	beat    = time.Second
	app     = "777"    // the survey's, at Meta
	deskApp = "151777" // the app that pages' people answer with
	botApp  = "151778" // and the one of their machines
	// typing keeps the people of pages from being as quick as machines.
	typing = 3500 * time.Millisecond
)

func (w *World) newChatwoot() *chatwoot.Server {
	opt := chatwoot.Options{
		Scale: Deadline, Seed: seed,
		Hook: chatwoot.Hook{URL: w.hooks + "chatwoot", Secret: channels.Inline(w.keys.chatwoot)},
	}
	for _, r := range w.Roles("chatwoot") {
		opt.Inboxes = append(opt.Inboxes, chatwoot.Inbox{ID: r.Reach, Name: r.Name, Behaviour: r.Behaviour, Language: r.Language})
	}
	return chatwoot.New(opt)
}

func (w *World) newRocketchat() *rocketchat.Server {
	opt := rocketchat.Options{
		PerWindow: rocketchat.Unlimited, // a season passes in minutes here
		Scale:     Deadline, Seed: seed,
		Hook: rocketchat.Hook{URL: w.hooks + "rocketchat", Token: channels.Inline(w.keys.rocketchat), Retry: time.Second},
	}
	for _, r := range w.Roles("rocketchat") {
		opt.Desks = append(opt.Desks, rocketchat.Desk{ID: r.Reach, Name: r.Name, Behaviour: r.Behaviour, Language: r.Language})
	}
	return rocketchat.New(opt)
}

func (w *World) newMatrix() *matrix.Server {
	opt := matrix.Options{Name: homeserver, Scale: Deadline, Seed: seed}
	for _, r := range w.Roles("matrix") {
		opt.Desks = append(opt.Desks, matrix.Desk{User: r.Reach, Behaviour: r.Behaviour, Language: r.Language})
	}
	return matrix.New(opt)
}

func (w *World) newRelay() *relay.Relay {
	opt := relay.Options{
		Secret: channels.Inline(w.keys.relay), Hook: w.hooks + "webhook", Scale: Deadline, Seed: seed, Beat: beat,
	}
	for _, r := range w.Roles("webhook") {
		opt.Companies = append(opt.Companies, relay.Company{Reach: r.Reach, Behaviour: r.Behaviour, Language: r.Language})
	}
	return relay.New(opt)
}

func (w *World) newMeta() *meta.Platform {
	opt := meta.Options{
		AppID: app, AppSecret: channels.Inline(w.keys.app), Hook: w.hooks + "messenger",
		Scale: Deadline, Typing: typing, Seed: seed, Gather: 50 * time.Millisecond,
	}
	for _, r := range w.Roles("messenger") {
		opt.Pages = append(opt.Pages, meta.Page{
			ID: r.Reach, Token: w.keys.page, Behaviour: r.Behaviour, Language: r.Language, DeskApp: deskApp, BotApp: botApp,
		})
	}
	return meta.New(opt)
}
