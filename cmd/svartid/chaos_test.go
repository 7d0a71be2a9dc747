package main

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/channeltest/race"
)

// A chaos is what is done to several processes on one PostgreSQL while they run a round.
type chaos struct {
	killPlan
	replicas int
	server   *peers.Postgres
	dsn      string
	place    place
	draw     *rand.Rand
	running  []*process
	done     map[string]int
}

// plannedChaos is a small one; with SVARTID_LONG=1 the whole.
func plannedChaos(t *testing.T) chaos {
	c := chaos{replicas: 2, done: map[string]int{}}
	c.killPlan = killPlan{kills: 12, openers: 60, scale: 8 * time.Second, within: 60 * time.Second, seed: rand.Uint64()}
	if os.Getenv("SVARTID_LONG") == "1" && !testing.Short() {
		c.replicas, c.kills, c.openers = 4, 200, 500
	}
	for name, into := range map[string]func(uint64){
		"SVARTID_SEED":  func(n uint64) { c.seed = n },
		"SVARTID_KILLS": func(n uint64) { c.kills = int(n) },
	} {
		if asked := os.Getenv(name); asked != "" {
			n, err := strconv.ParseUint(asked, 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			into(n)
		}
	}
	c.draw = rand.New(rand.NewPCG(c.seed, 2))
	t.Logf("%d replicas, %d kills, %d openers, SVARTID_SEED=%d", c.replicas, c.kills, c.openers, c.seed)
	return c
}

// TestChaos kills and stops any of several processes on one PostgreSQL at random, kills
// and restarts the server, and takes all its connections away, in the middle of a round.
// Then no company may have been asked twice, every reply must be heard once and count,
// and the chains must hold.
func TestChaos(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	t.Parallel()
	c := plannedChaos(t)
	c.server = peers.StartPostgres(t, "fsync=on")
	world := c.world(t)
	o := c.outline(t, world)
	o.Spread = time.Duration(c.kills) * 3 * time.Second
	var config string
	config, c.dsn = sharing(t, c.server, o)
	c.place = newPlace(t, "shared", config)
	for range c.replicas {
		c.running = append(c.running, c.place.start())
	}
	waitFor(t, "one is ready", func() bool { return c.ready() != nil })
	for n := 0; n < c.kills; {
		time.Sleep(time.Duration(200+c.draw.IntN(2500)) * time.Millisecond)
		n += c.harm(t)
	}
	waitFor(t, "one is ready after it", func() bool { return c.ready() != nil })

	archive := openArchive(t, c.dsn)
	check := killCheck{t: t, world: world, ledger: archive, within: c.within}
	check.conclude(config, c.running...)
	t.Logf("%s; done to %d processes: %v", check.summary(), c.replicas, c.done)
}

// ready returns the process that runs the edition; nil if none does now.
func (c *chaos) ready() *process {
	for _, p := range c.running {
		if p.isReady() {
			return p
		}
	}
	return nil
}

// harm does something to the processes or their server, and returns how many were killed.
// Twice of three times it is done to the one that runs the edition.
func (c *chaos) harm(t *testing.T) (killed int) {
	t.Helper()
	victim := c.draw.IntN(len(c.running))
	if c.draw.IntN(3) > 0 {
		for i, p := range c.running {
			if p.isReady() {
				victim = i
			}
		}
	}
	switch n := c.draw.IntN(100); {
	case n < 70:
		c.done["SIGKILL"]++
		c.running[victim].kill()
		c.running[victim] = c.place.start()
		return 1
	case n < 88:
		c.done["SIGSTOP"]++
		c.running[victim].signal(syscall.SIGSTOP)
		time.Sleep(time.Duration(1+c.draw.IntN(14)) * time.Second)
		c.running[victim].signal(syscall.SIGCONT)
	case n < 92:
		c.done["server stopped and started"]++
		c.server.Stop()
		c.server.Start()
	case n < 96:
		c.done["server killed and started"]++
		c.server.Crash()
		c.server.Start()
	default:
		c.done["out of connections"]++
		c.exhaust(t, time.Duration(1+c.draw.IntN(10))*time.Second)
	}
	return 0
}

// exhaust takes all connections that the server has left, for some time.
func (c *chaos) exhaust(t *testing.T, length time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var held []*pgx.Conn
	defer func() {
		for _, conn := range held {
			_ = conn.Close(context.Background())
		}
	}()
	for ctx.Err() == nil {
		conn, err := pgx.Connect(ctx, c.dsn)
		if err != nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		held = append(held, conn)
	}
	if len(held) == 0 {
		t.Log("no connection was to be had")
	}
}

// TestFailOver: the server dies in the middle of a round, and its synchronous standby takes
// its place, which two processes find by a DSN that names both. Then no company may have been
// asked twice, and every answer must count.
func TestFailOver(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	t.Parallel()
	m := killPlan{kills: 100, openers: 120, scale: 8 * time.Second, within: 60 * time.Second, seed: rand.Uint64()}
	if os.Getenv("SVARTID_LONG") == "1" {
		m.openers, m.kills = 500, 200
	}
	t.Logf("%d openers, seed %d", m.openers, m.seed)
	server := peers.StartPostgres(t, "fsync=on")
	world := m.world(t)
	config, dsn := sharing(t, server, m.outline(t, world))
	standby := server.Standby(t, "fsync=on")
	for _, statement := range []string{`ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`} {
		if _, err := server.Ask(dsn, statement); err != nil {
			t.Fatal(err)
		}
	}
	both := strings.Replace(dsn, server.Address, server.Address+","+standby.Address, 1) + "?target_session_attrs=read-write"
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, []byte(strings.Replace(string(text), dsn, both, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	place := newPlace(t, "shared", config)
	first := place.start()
	waitFor(t, "the first is ready", first.isReady)
	active, other := roles(t, first, place.start())
	waitFor(t, "a third has been asked", func() bool { return len(world.Log()) > m.openers/3 })
	server.Crash()
	asked, failed := len(world.Log()), time.Now()
	standby.Promote()
	waitFor(t, "openers leave again", func() bool { return len(world.Log()) > asked+5 })
	t.Logf("went on %v after the server had died, %d of %d having been asked", time.Since(failed).Round(100*time.Millisecond), asked, m.openers)

	archive := openArchive(t, both)
	check := killCheck{t: t, world: world, ledger: archive, within: m.within}
	check.conclude(config, active, other)
	t.Log(check.summary())
}
