package world

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
	"github.com/svartid/svartid/channels/simulated/matrix"
	"github.com/svartid/svartid/channels/simulated/meta"
	"github.com/svartid/svartid/channels/simulated/relay"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
)

const (
	// Deadline stands for three working days of mail, for five minutes of a
	// chat, and for as long at the telephone.
	Deadline = 8 * time.Second
	// PageDeadline stands for half an hour of Messenger.
	PageDeadline = Deadline + Deadline/2
)

// seed draws the companies, their times and their words.
const seed = "demo"

// Options say what a world is like.
type Options struct {
	Companies int    // how many; 0 = 24
	Hooks     string // URL below which svartid is told what happens, such as http://127.0.0.1:9725/hooks/
}

// A World is companies and the servers that they are met on. Its methods are
// safe for concurrent use.
type World struct {
	mail       *simulated.World
	chatwoot   *chatwoot.Server
	rocketchat *rocketchat.Server
	matrix     *matrix.Server
	relay      *relay.Relay
	meta       *meta.Platform

	roles []Role
	hooks string
	keys  keys
}

// keys are what platforms and svartid prove themselves to each other by.
type keys struct{ chatwoot, rocketchat, relay, app, verify, page string }

// New returns a world that cannot be reached before Start.
func New(opt Options) *World {
	w := &World{
		mail:  simulated.New(simulated.Options{Companies: opt.Companies, Seed: seed, Scale: Deadline}),
		hooks: opt.Hooks,
		keys: keys{
			chatwoot: rand.Text(), rocketchat: rand.Text(), app: rand.Text(), verify: rand.Text(), page: rand.Text(),
			relay: "whsec_" + base64.StdEncoding.EncodeToString([]byte(rand.Text())),
		},
	}
	w.roles = assign(w.mail.Companies())
	w.chatwoot, w.rocketchat, w.matrix = w.newChatwoot(), w.newRocketchat(), w.newMatrix()
	w.relay, w.meta = w.newRelay(), w.newMeta()
	return w
}

// A server is one part of the world.
type server interface {
	Start() error
	Run(ctx context.Context) error
	Close() error
}

func (w *World) servers() []server {
	return []server{w.mail, w.chatwoot, w.rocketchat, w.matrix, w.relay, w.meta}
}

// Start has every server listen on a free port of the loopback.
func (w *World) Start() error {
	for _, s := range w.servers() {
		if err := s.Start(); err != nil {
			return errors.Join(fmt.Errorf("start companies: %w", err), w.Close())
		}
	}
	return nil
}

// Run lets the companies answer until ctx ends or one of their servers breaks.
// When it returns nothing of the world is left running. A world runs once.
func (w *World) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	servers := w.servers()
	failed := make([]error, len(servers))
	var running sync.WaitGroup
	for i, s := range servers {
		running.Go(func() {
			defer stop()
			failed[i] = s.Run(ctx)
		})
	}
	running.Wait()
	return errors.Join(failed...)
}

// Close ends the world, whether it runs or not. Closing again does nothing.
func (w *World) Close() error {
	var failed []error
	for _, s := range w.servers() {
		failed = append(failed, s.Close())
	}
	return errors.Join(failed...)
}

// Platform is where pages are written to on Messenger.
func (w *World) Platform() *meta.Platform { return w.meta }

// Enrol has every persona follow its link to every page, as shoppers do before
// a season. Link returns the link of a persona to a page.
func (w *World) Enrol(link func(persona, page string) (string, error)) error {
	for _, r := range w.Roles("messenger") {
		for _, name := range personas() {
			followed, err := link(name, r.Reach)
			if err != nil {
				return err
			}
			u, err := url.Parse(followed)
			if err != nil {
				return fmt.Errorf("enrol %s: %w", name, err)
			}
			w.meta.Follow(r.Reach, name, u.Query().Get("ref"))
		}
	}
	return nil
}
