package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
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
	config, dsn := sharing(t, server, m.outline(t, world))
	place := newPlace(t, "shared", config)

	first := place.start()
	waitFor(t, "the first is ready", first.isReady)
	second := place.start()
	active, other := roles(t, first, second)
	leaving := func() {
		t.Helper()
		asked := len(world.Log())
		waitFor(t, "openers leave", func() bool { return len(world.Log()) > asked+5 })
	}
	leaving()

	killed := time.Now()
	active.kill()
	waitFor(t, "the other takes over from one that was killed", other.isReady)
	t.Logf("taken over %v after a kill", time.Since(killed).Round(100*time.Millisecond))
	active, other = roles(t, other, place.start())
	leaving()

	stopped := time.Now()
	active.signal(syscall.SIGSTOP)
	waitFor(t, "the other takes over from one that is stopped", other.isReady)
	t.Logf("taken over %v after a stop", time.Since(stopped).Round(100*time.Millisecond))
	active.signal(syscall.SIGCONT)
	active, other = roles(t, active, other)
	leaving()

	server.Stop()
	waitFor(t, "none is ready without the server", func() bool { return !active.isReady() && !other.isReady() })
	server.Start()
	active, other = roles(t, active, other)

	archive := openArchive(t, dsn)
	check := killCheck{t: t, world: world, ledger: archive, within: m.within}
	check.conclude(config, active, other)
	t.Log(check.summary())
}

// sharing writes a configuration whose ledger is on a server, and returns its file and
// the ledger's DSN.
func sharing(t *testing.T, server *peers.Postgres, o outline) (config, dsn string) {
	t.Helper()
	config, lite := o.write(t, t.TempDir())
	dsn = server.Database(t)
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, []byte(strings.Replace(string(text), lite, dsn, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return config, dsn
}

// TestStandsBy: a second process is well, shows what the ledger holds and nothing of its
// own, bears a file that cannot be read, and takes over when the first is stopped in an
// orderly way.
func TestStandsBy(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	t.Parallel()
	server := peers.StartPostgres(t, "fsync=on")
	m := killPlan{kills: 1, openers: 2, scale: time.Second, within: time.Minute}
	config, dsn := sharing(t, server, m.outline(t, m.world(t)))
	place := newPlace(t, "shared", config)
	first := place.start()
	waitFor(t, "the first is ready", first.isReady)
	second := place.start()
	active, other := roles(t, first, second)
	shows := func() bool { return len(contactsOf(t, other)) > 0 }
	waitFor(t, "the other shows the contacts", shows)
	if got, want := contactsOf(t, other), contactsOf(t, active); !slices.Equal(got, want) {
		t.Errorf("the other shows %v, want %v", got, want)
	}
	for path, want := range map[string]int{
		"/-/healthy": http.StatusOK, "/": http.StatusOK, "/metrics": http.StatusServiceUnavailable,
		"/-/reload": http.StatusServiceUnavailable,
	} {
		resp, err := http.Get(strings.TrimSuffix(other.metrics(), "/metrics") + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if again := resp.Header.Get("Retry-After"); resp.StatusCode != want || want != http.StatusOK && again == "" {
			t.Errorf("%s: got %s, to be asked again after %q", path, resp.Status, again)
		}
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"no configuration", string(text)} {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		other.signal(syscall.SIGHUP)
		waitFor(t, "it stands by whatever the file says", other.standsBy)
	}
	waitFor(t, "it shows the contacts again", shows)
	stopped := time.Now()
	active.stop()
	waitFor(t, "the other takes over", other.isReady)
	t.Logf("taken over %v after a stop in good order", time.Since(stopped).Round(100*time.Millisecond))
	other.stop()
	if err := openArchive(t, dsn).Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// contactsOf lists the contacts that a process shows; none if it shows none.
func contactsOf(t *testing.T, p *process) (ids []string) {
	t.Helper()
	reply, text := send(t, http.DefaultClient, http.MethodGet, p.page("/api/v1/contacts"), "")
	if reply.StatusCode != http.StatusOK {
		return nil
	}
	for _, found := range regexp.MustCompile(`"contact": ?"([^"]+)"`).FindAllStringSubmatch(text, -1) {
		ids = append(ids, found[1])
	}
	return ids
}

// page is the address of a page of the process.
func (l *process) page(path string) string { return strings.TrimSuffix(l.metrics(), "/metrics") + path }

// TestPausedElsewhere: a company that is paused on the board of a replica that stands by,
// and all that are paused by a process of their own, are not asked from that moment on by
// the one that runs the edition.
func TestPausedElsewhere(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Parallel()
	server := peers.StartPostgres(t, "fsync=on")
	m := killPlan{kills: 60, openers: 60, scale: time.Second, within: time.Minute, seed: 5}
	config, dsn := sharing(t, server, m.outline(t, m.world(t)))
	place := newPlace(t, "shared", config)
	first := place.start()
	waitFor(t, "the first is ready", first.isReady)
	_, other := roles(t, first, place.start())
	archive := openArchive(t, dsn)
	var last probes.Contact
	waitFor(t, "the season is planned, and shown by the other", func() bool {
		all := archive.contacts(t)
		if len(all) > 0 {
			last = all[len(all)-1]
		}
		return len(all) == m.openers && len(contactsOf(t, other)) > 0
	})
	today := time.Now().Format(time.DateOnly)
	company := other.page("/companies/" + last.Plan.Company)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	_, text := send(t, browser, http.MethodGet, company, "")
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(text)
	if token == nil {
		t.Fatal("the other shows no form")
	}
	form := url.Values{"token": token[1:], "kind": {"paused"}, "until": {today}, "reason": {"a test"}, "by": {"Kari"}}.Encode()
	if reply, text := send(t, browser, http.MethodPost, company+"/decisions", form, "Origin", other.page("")); reply.StatusCode != http.StatusOK {
		t.Fatalf("paused on the board of the other: %v %s", reply, text)
	}
	waitFor(t, "openers leave", func() bool { return intended(archive.contacts(t)) > 10 })
	said := new(strings.Builder)
	args := []string{"--config", config, "pause", "--all", "--until", today, "--reason", "a test", "--by", "Kari"}
	if status := runCommandLine(t.Context(), args, streams{out: said, err: said}); status != exitDone {
		t.Fatalf("pause --all: %s", said)
	}
	left := intended(archive.contacts(t))
	if left == m.openers {
		t.Fatal("all had been asked before")
	}
	time.Sleep(6 * time.Second)
	after := archive.contacts(t)
	if got := intended(after); got != left {
		t.Errorf("%d were asked after all had been paused", got-left)
	}
	for _, c := range after {
		if c.Plan.Company == last.Plan.Company && intended([]probes.Contact{c}) > 0 {
			t.Errorf("%s was asked, which was paused on the other's board", c.Plan.Company)
		}
	}
}

// intended counts the contacts of which an opener was about to leave.
func intended(all []probes.Contact) (n int) {
	for _, c := range all {
		if slices.ContainsFunc(c.Attempts, func(a probes.Attempt) bool { return !a.Intended.IsZero() }) {
			n++
		}
	}
	return n
}

// TestEndedByTheServer: what ends a program because the server is gone, or because the
// lease is known to be over before that is told, ends no process: it stands by.
func TestEndedByTheServer(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t, "fsync=on")
	m := killPlan{kills: 1, openers: 2, scale: time.Second, within: time.Minute}
	config, dsn := sharing(t, server, m.outline(t, m.world(t)))
	for name, tt := range map[string]struct {
		by     error
		stands bool
	}{
		"the lease is over":       {fmt.Errorf("begin: %w", ledger.ErrLost), true},
		"the server does not run": {fmt.Errorf("begin: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), true},
		"something else":          {errors.New("begin: the plan cannot be drawn"), false},
		"nothing":                 {nil, false},
	} {
		s := &service{file: config, log: slog.New(slog.DiscardHandler)}
		var err error
		if s.cfg, err = s.readConfig(); err != nil {
			t.Fatal(err)
		}
		p, err := s.program(s.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.open(t.Context(), dsn, s.cfg.RulesDigest()); err != nil {
			t.Fatal(err)
		}
		next, err := s.ended(p, tt.by)
		if stands := next != nil && next.ledger == nil && err == nil; stands != tt.stands || !tt.stands && !errors.Is(err, tt.by) {
			t.Errorf("%s: got a program %v and %v, want one that stands by: %v", name, next != nil, err, tt.stands)
		}
	}
}

// roles waits until one of two processes runs the edition and the other stands by, and
// returns them so. Which it is may change on a machine so busy that a lease runs out.
func roles(t *testing.T, a, b *process) (active, other *process) {
	t.Helper()
	waitFor(t, "one runs the edition and the other stands by", func() bool {
		active, other = a, b
		if b.isReady() {
			active, other = b, a
		}
		return active.isReady() && other.standsBy()
	})
	return active, other
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

// TestOutdated: a replica that stands by does not take over a ledger that a newer svartid
// has made meanwhile, and says so; it takes over once the ledger is gone back with.
func TestOutdated(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it waits until a lease has run out")
	}
	t.Parallel()
	server := peers.StartPostgres(t, "fsync=on")
	m := killPlan{kills: 1, openers: 2, scale: time.Second, within: time.Minute}
	config, dsn := sharing(t, server, m.outline(t, m.world(t)))
	place := newPlace(t, "shared", config)
	first := place.start()
	waitFor(t, "the first is ready", first.isReady)
	active, other := roles(t, first, place.start())
	fold := func(to string) (was string) {
		was, err := server.Ask(dsn, `SELECT value FROM meta WHERE name = 'fold'`, `UPDATE meta SET value = '`+to+`' WHERE name = 'fold'`)
		if err != nil {
			t.Fatal(err)
		}
		return was
	}
	ours := fold("9999")
	active.kill()
	outdated := func(p *process) bool {
		status, says := p.ready()
		return status == http.StatusServiceUnavailable && strings.Contains(says, "a newer svartid's")
	}
	late := place.start()
	waitFor(t, "both say that they are too old", func() bool { return outdated(other) && outdated(late) })
	for until := time.Now().Add(12 * time.Second); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		if other.isReady() || late.isReady() {
			t.Fatal("an older replica has taken over from a newer one")
		}
	}
	fold(ours)
	roles(t, other, late)
	other.stop()
	late.stop()
	if err := openArchive(t, dsn).Verify(t.Context()); err != nil {
		t.Error(err)
	}
}
