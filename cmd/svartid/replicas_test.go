package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/channeltest/race"
)

// TestReplicas runs two processes on one PostgreSQL in the middle of a round: the one
// that runs the edition is killed, the other is stopped and goes on when the first has
// taken over, and the server is started anew. Then nothing may have been sent twice,
// and everything that came back must count.
func TestReplicas(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it takes two minutes")
	}
	t.Parallel()
	server := peers.StartPostgres(t, "fsync=on")
	m := killPlan{kills: 150, openers: 100, scale: 8 * time.Second, within: 40 * time.Second, seed: 17}
	world := m.world(t)
	config, lite := m.outline(t, world).write(t, t.TempDir())
	dsn := server.Database(t)
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, []byte(strings.Replace(string(text), lite, dsn, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	place := newPlace(t, "shared", config)

	first := place.start()
	waitFor(t, "the first is ready", first.isReady)
	second := place.start()
	waitFor(t, "the second stands by", second.standsBy)
	waitFor(t, "openers leave", func() bool { return len(world.Log()) > 5 })

	killed := time.Now()
	first.kill()
	waitFor(t, "the second takes over from one that was killed", second.isReady)
	t.Logf("taken over %v after a kill", time.Since(killed).Round(100*time.Millisecond))
	third := place.start()
	waitFor(t, "the third stands by", third.standsBy)
	asked := len(world.Log())
	waitFor(t, "openers leave again", func() bool { return len(world.Log()) > asked+5 })

	stopped := time.Now()
	second.signal(syscall.SIGSTOP)
	waitFor(t, "the third takes over from one that is stopped", third.isReady)
	t.Logf("taken over %v after a stop", time.Since(stopped).Round(100*time.Millisecond))
	second.signal(syscall.SIGCONT)
	waitFor(t, "the second stands by once it goes on", second.standsBy)
	if !third.isReady() {
		t.Error("the third is not ready any more")
	}
	asked = len(world.Log())
	waitFor(t, "openers leave once more", func() bool { return len(world.Log()) > asked+5 })

	server.Stop()
	waitFor(t, "none is ready without the server", func() bool { return !third.isReady() && !second.isReady() })
	server.Start()
	waitFor(t, "one is ready again", func() bool { return third.isReady() || second.isReady() })

	ledger := openArchive(t, dsn)
	check := killCheck{t: t, world: world, ledger: ledger, within: m.within}
	check.await()
	ready := third
	if second.isReady() {
		ready = second
	}
	check.records = ledger.contactRecords(t)
	checkMetrics(t, ready.metrics(), check.records)
	second.stop()
	third.stop()
	ledger.checkChains(t, check.records)
	holds(t, config)
	check.check()
	t.Log(check.summary())
}

// signal tells the process something.
func (l *process) signal(s syscall.Signal) {
	l.t.Helper()
	if err := l.cmd.Process.Signal(s); err != nil {
		l.t.Fatal(err)
	}
}

// ready asks the process whether it is ready, and what it says.
func (l *process) ready() (status int, says string) {
	l.t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(strings.TrimSuffix(l.metrics(), "/metrics") + "/-/ready")
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// isReady reports whether the process runs the edition.
func (l *process) isReady() bool {
	status, _ := l.ready()
	return status == http.StatusOK
}

// standsBy reports whether the process waits for another one to end.
func (l *process) standsBy() bool {
	status, says := l.ready()
	return status == http.StatusServiceUnavailable && strings.Contains(says, "standing by")
}
