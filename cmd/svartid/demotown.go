package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
	"github.com/svartid/svartid/channels/simulated/matrix"
	"github.com/svartid/svartid/channels/simulated/meta"
	"github.com/svartid/svartid/channels/simulated/relay"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
)

const (
	demoSeed   = "demo"
	demoServer = "chat.example" // the homeserver's name
	demoApp    = "777"          // the survey's, at Meta
	demoDesk   = "151777"       // the app that pages' people answer with
	demoBot    = "151778"       // and the one of their machines
	demoRobot  = rocketchat.Robot
	// demoTyping keeps the people of pages from being as quick as machines.
	demoTyping = 3500 * time.Millisecond
)

// A town is where the companies are: with their own mail servers, and on the
// platforms that they are met on.
type town struct {
	mail       *simulated.World
	chatwoot   *chatwoot.Server
	rocketchat *rocketchat.Server
	matrix     *matrix.Server
	relay      *relay.Relay
	meta       *meta.Platform

	roles []role
	hooks string // URL of svartid's public listener
	keys  demoKeys
}

// demoKeys are what platforms and svartid prove themselves to each other by.
type demoKeys struct{ chatwoot, rocketchat, relay, app, verify, page string }

// newTown builds the town for so many companies. What happens on a platform is
// told below the URL of hooks.
func newTown(companies int, hooks string) *town {
	t := &town{
		mail:  simulated.New(simulated.Options{Companies: companies, Seed: demoSeed, Scale: demoDeadline}),
		hooks: hooks,
		keys: demoKeys{
			chatwoot: rand.Text(), rocketchat: rand.Text(), app: rand.Text(), verify: rand.Text(), page: rand.Text(),
			relay: "whsec_" + base64.StdEncoding.EncodeToString([]byte(rand.Text())),
		},
	}
	t.roles = demoRoles(t.mail.Companies())
	t.chatwoot, t.rocketchat, t.matrix = t.newChatwoot(), t.newRocketchat(), t.newMatrix()
	t.relay, t.meta = t.newRelay(), t.newMeta()
	return t
}

// on returns the roles that are played over a channel.
func (t *town) on(channel string) (roles []role) {
	for _, r := range t.roles {
		if r.channel == channel {
			roles = append(roles, r)
		}
	}
	return roles
}

func (t *town) newChatwoot() *chatwoot.Server {
	opt := chatwoot.Options{
		Scale: demoDeadline, Seed: demoSeed,
		Hook: chatwoot.Hook{URL: t.hooks + "chatwoot", Secret: channels.Inline(t.keys.chatwoot)},
	}
	for _, r := range t.on("chatwoot") {
		opt.Inboxes = append(opt.Inboxes, chatwoot.Inbox{ID: r.reach, Name: r.Name, Manner: r.manner, Language: r.Language})
	}
	return chatwoot.New(opt)
}

func (t *town) newRocketchat() *rocketchat.Server {
	opt := rocketchat.Options{
		Scale: demoDeadline, Seed: demoSeed,
		Hook: rocketchat.Hook{URL: t.hooks + "rocketchat", Token: channels.Inline(t.keys.rocketchat), Retry: time.Second},
	}
	for _, r := range t.on("rocketchat") {
		opt.Desks = append(opt.Desks, rocketchat.Desk{ID: r.reach, Name: r.Name, Manner: r.manner, Language: r.Language})
	}
	return rocketchat.New(opt)
}

func (t *town) newMatrix() *matrix.Server {
	opt := matrix.Options{Name: demoServer, Scale: demoDeadline, Seed: demoSeed}
	for _, r := range t.on("matrix") {
		opt.Desks = append(opt.Desks, matrix.Desk{User: r.reach, Manner: r.manner, Language: r.Language})
	}
	return matrix.New(opt)
}

func (t *town) newRelay() *relay.Relay {
	opt := relay.Options{
		Secret: channels.Inline(t.keys.relay), Hook: t.hooks + "webhook", Scale: demoDeadline, Seed: demoSeed,
	}
	for _, r := range t.on("webhook") {
		opt.Companies = append(opt.Companies, relay.Company{Reach: r.reach, Manner: r.manner, Language: r.Language})
	}
	return relay.New(opt)
}

func (t *town) newMeta() *meta.Platform {
	opt := meta.Options{
		AppID: demoApp, AppSecret: channels.Inline(t.keys.app), Hook: t.hooks + "messenger",
		Scale: demoDeadline, Typing: demoTyping, Seed: demoSeed, Gather: 50 * time.Millisecond,
	}
	for _, r := range t.on("messenger") {
		opt.Pages = append(opt.Pages, meta.Page{
			ID: r.reach, Token: t.keys.page, Manner: r.manner, Language: r.Language, DeskApp: demoDesk, BotApp: demoBot,
		})
	}
	return meta.New(opt)
}

// A player is one part of the town.
type player interface {
	Start() error
	Run(ctx context.Context) error
}

func (t *town) players() []player {
	return []player{t.mail, t.chatwoot, t.rocketchat, t.matrix, t.relay, t.meta}
}

// start has all of them listen, on free ports of the loopback.
func (t *town) start() error {
	for _, p := range t.players() {
		if err := p.Start(); err != nil {
			return fmt.Errorf("start companies: %w", err)
		}
	}
	return nil
}

// run plays until ctx ends or a server breaks.
func (t *town) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range t.players() {
		g.Go(func() error { return p.Run(ctx) })
	}
	return g.Wait()
}
