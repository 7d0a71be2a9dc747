package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes/edition"
)

// A killPlan is how often svartid is killed, and how much it has to do.
type killPlan struct {
	kills, openers int
	scale          time.Duration // what the companies are timed by
	within         time.Duration // the promise: beyond what is in time, short of what is late
	seed           uint64
}

// plannedKills is a small one; with SVARTID_LONG=1 the whole. SVARTID_SEED
// repeats one, as far as processes can be made to repeat themselves.
func plannedKills(t *testing.T) killPlan {
	m := killPlan{kills: 40, openers: 100, scale: 8 * time.Second, within: 9 * time.Second, seed: rand.Uint64()}
	switch {
	case testing.Short():
		m.kills, m.openers = 10, 40
	case os.Getenv("SVARTID_LONG") == "1":
		m.kills, m.openers, m.scale, m.within = 500, 1000, 20*time.Second, 23*time.Second
	}
	if seed := os.Getenv("SVARTID_SEED"); seed != "" {
		var err error
		if m.seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d openers, SVARTID_SEED=%d", m.kills, m.openers, m.seed)
	return m
}

// TestCrash kills svartid at random instants while its openers go to a server
// that stalls, and now and then takes a message and drops the connection before
// its 250, or drops it without taking the message. Then nothing may have been
// sent twice, and everything that came back must count.
func TestCrash(t *testing.T) {
	race.Skip(t, "it starts the program by the dozen, and what it starts is not watched")
	t.Parallel()
	m := plannedKills(t)
	world := m.world(t)
	config, dsn := m.outline(t, world).write(t, t.TempDir())
	p := newPlace(t, "hasty", config)

	begun := time.Now()
	first := p.start()
	first.metrics()
	ledger := openArchive(t, dsn)
	waitFor(t, "the season is planned", func() bool { return len(ledger.contacts(t)) > 0 })
	first.kill() // a ledger without a plan would be one that was lost
	m.kill(p)
	slaughtered := time.Since(begun)
	last := p.start()
	last.metrics()
	killCheck{t: t, world: world, ledger: ledger, within: m.within}.await()
	records := ledger.contactRecords(t)
	checkMetrics(t, last.metrics(), records)
	last.stop()

	ledger.checkChains(t, records)
	holds(t, config)
	a := killCheck{t: t, world: world, ledger: ledger, records: records, within: m.within}
	a.check()
	a.checkCaught()
	t.Logf("%d kills in %v, all settled after %v; %s", m.kills,
		slaughtered.Round(time.Second), time.Since(begun).Round(time.Second), a.summary())
}

// world starts the companies, who live as long as the test.
func (m killPlan) world(t *testing.T) *simulated.World {
	world := simulated.New(simulated.Options{
		Companies: m.openers, Seed: fmt.Sprint(m.seed), Scale: m.scale,
		Mischief: simulated.Mischief{Stall: 0.15, Pause: 250 * time.Millisecond, Drop: 0.08, Lose: 0.05},
	})
	startWorld(t, world)
	return world
}

// startWorld runs a world until the test ends.
func startWorld(t testing.TB, world *simulated.World) {
	t.Helper()
	if err := world.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- world.Run(ctx) }()
	t.Cleanup(func() {
		end()
		if err := <-over; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("world: %v", err)
		}
	})
}

// outline asks every company once, at slots spread over the slaughter.
func (m killPlan) outline(t testing.TB, world *simulated.World) outline {
	mailbox := world.Mailbox()
	return outline{
		Mail: fmt.Sprintf("{type: email, trusted_hops: [%s], smtp: {%s}, imap: {%s, folders: [INBOX, Junk], poll: 1s}}",
			mailbox.TrustedHops[0], login(t, mailbox.SMTP), login(t, mailbox.IMAP.Server)),
		Domain:    world.Domain(),
		Scenarios: demoScenarios(),
		Rounds:    []time.Time{time.Now().Add(4 * time.Second)}, // a busy machine is slow to start
		Spread:    time.Duration(m.kills) * 400 * time.Millisecond,
		Within:    m.within,
		Companies: companiesOf(world),
	}
}

// login writes how to reach one of the world's servers.
func login(t testing.TB, s email.Server) string {
	password, err := s.Password.Reveal()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("host: %s, port: %d, tls: none, username: %s, password: %s", s.Host, s.Port, s.Username, password)
}

// companiesOf lists a world's companies as svartid knows them.
func companiesOf(world *simulated.World) []edition.Company {
	var all []edition.Company
	for _, co := range world.Companies() {
		all = append(all, edition.Company{
			ID: co.ID, Name: co.Name, Class: co.Class, Language: co.Language,
			Reach: map[string]string{"mail": co.Address},
		})
	}
	return all
}

// kill starts svartid and kills it, time and again: a third of the times
// counted from its start, so that it dies while it opens and recovers, the
// others from when it is up.
func (m killPlan) kill(p place) {
	r := rand.New(rand.NewPCG(m.seed, 1))
	for n := range m.kills {
		process := p.start()
		if n%3 > 0 {
			process.metrics()
		}
		time.Sleep(20*time.Millisecond + time.Duration(r.Int64N(int64(480*time.Millisecond))))
		process.kill()
	}
}
