package peers

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// Postgres is a running PostgreSQL server with no ledger on it.
type Postgres struct {
	Address string // host:port
	Dir     string // its folder, removed when the test ends

	t       testing.TB
	bin     string  // where its programs are
	account account // that it runs as; it refuses root
	daemon  *daemon
	made    atomic.Int64 // databases
}

// StartPostgres starts a server with some settings of its own and returns once it
// takes connections. It stops when the test ends. What it has said to be durable
// survives its end by force, and not that of the machine.
func StartPostgres(t testing.TB, settings ...string) *Postgres {
	t.Helper()
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(programs) == 0 {
		absent(t, "PostgreSQL is not installed (/usr/lib/postgresql/*/bin/initdb is missing): run `make peers`")
	}
	p := &Postgres{Dir: folder(t, "postgres"), t: t, bin: filepath.Dir(programs[len(programs)-1])}
	if p.account, err = lookUp("postgres", "nobody"); err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	if err := p.initialise(); err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	p.attend(append([]string{"fsync=off"}, settings...))
	return p
}

// Standby starts a server that follows this one, and returns once it takes
// connections. It stops when the test ends.
func (p *Postgres) Standby(t testing.TB, settings ...string) *Postgres {
	t.Helper()
	s := &Postgres{Dir: folder(t, "postgres"), t: t, bin: p.bin, account: p.account}
	err := s.own()
	if err == nil {
		host, number, _ := net.SplitHostPort(p.Address)
		err = s.run(s.as("pg_basebackup", "--pgdata", s.data(), "--host", host, "--port", number, "--username", "svartid",
			"--write-recovery-conf", "--checkpoint", "fast", "--no-sync"))
	}
	if err != nil {
		t.Fatalf("copy PostgreSQL: %v", err)
	}
	s.attend(append([]string{"fsync=off", "hot_standby=on"}, settings...))
	return s
}

// Promote has a standby take its server's place, and returns once it has.
func (p *Postgres) Promote() {
	p.t.Helper()
	if err := p.run(p.as("pg_ctl", "promote", "--pgdata", p.data(), "--wait")); err != nil {
		p.t.Error(err)
	}
}

// data is the folder of the databases.
func (p *Postgres) data() string { return filepath.Join(p.Dir, "data") }

// initialise makes the folder of the databases.
func (p *Postgres) initialise() error {
	if err := p.own(); err != nil {
		return err
	}
	argv := p.as("initdb", "--pgdata", p.data(), "--username", "svartid", "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	return p.run(argv)
}

// own gives the server's folder to its account.
func (p *Postgres) own() error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Chown(p.Dir, p.account.UID, p.account.GID)
}

// attend runs the server for the length of the test.
func (p *Postgres) attend(settings []string) {
	p.t.Helper()
	free, err := loopback(1)
	if err != nil {
		p.t.Fatalf("start PostgreSQL: %v", err)
	}
	p.Address = free[0]
	log := filepath.Join(p.Dir, "log")
	if err := journal(log); err != nil {
		p.t.Fatalf("start PostgreSQL: %v", err)
	}
	number, err := port(p.Address)
	if err != nil {
		p.t.Fatalf("start PostgreSQL: %v", err)
	}
	argv := p.as("postgres", "-D", p.data(), "-h", "127.0.0.1", "-p", number, "-k", p.Dir, "-c", "max_connections=200")
	for _, s := range settings {
		argv = append(argv, "-c", s)
	}
	p.daemon = &daemon{
		name: "PostgreSQL", argv: argv, log: log, ports: free, fast: syscall.SIGINT,
		ready: func(string) error { return p.run(p.client("pg_isready", "--quiet")) },
	}
	p.daemon.attend(p.t)
}

// as is a command of the server's, as its account.
func (p *Postgres) as(program string, args ...string) []string {
	argv := append([]string{filepath.Join(p.bin, program)}, args...)
	if os.Getuid() != 0 {
		return argv
	}
	return append([]string{
		"setpriv", "--reuid", strconv.Itoa(p.account.UID), "--regid", strconv.Itoa(p.account.GID), "--clear-groups",
	}, argv...)
}

// client is a command that asks the server.
func (p *Postgres) client(program string, args ...string) []string {
	host, number, _ := net.SplitHostPort(p.Address)
	return append([]string{filepath.Join(p.bin, program), "--host", host, "--port", number, "--username", "svartid"}, args...)
}

// run runs a command to its end.
func (p *Postgres) run(argv []string) error {
	_, err := p.output(argv)
	return err
}

// output runs a command to its end and returns what it has said.
func (p *Postgres) output(argv []string) (string, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = p.Dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", argv[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// Ask runs statements in a database that dsn names, as its superuser, each in a
// transaction of its own, and returns what they print: a row a line, columns parted by
// bars.
func (p *Postgres) Ask(dsn string, statements ...string) (string, error) {
	argv := []string{filepath.Join(p.bin, "psql"), "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--dbname", dsn}
	for _, s := range statements {
		argv = append(argv, "--command", s)
	}
	return p.output(argv)
}

// Database makes an empty database and returns its DSN.
func (p *Postgres) Database(t testing.TB) (dsn string) {
	t.Helper()
	name := "ledger" + strconv.FormatInt(p.made.Add(1), 10)
	if err := p.run(p.client("createdb", name)); err != nil {
		t.Fatal(err)
	}
	u := url.URL{Scheme: "postgres", User: url.User("svartid"), Host: p.Address, Path: "/" + name}
	return u.String()
}

// Copy makes a database that holds what another does, by PostgreSQL's own tools, and
// returns its DSN.
func (p *Postgres) Copy(t testing.TB, dsn string) string {
	t.Helper()
	to, file := p.Database(t), filepath.Join(p.Dir, "dump")
	restore := []string{filepath.Join(p.bin, "pg_restore"), "--dbname", to, file}
	if err := errors.Join(
		p.run([]string{filepath.Join(p.bin, "pg_dump"), "--format=custom", "--file", file, dsn}), p.run(restore), os.Remove(file),
	); err != nil {
		t.Fatal(err)
	}
	return to
}

// Stop stops the server: connections end, what was committed stays.
func (p *Postgres) Stop() {
	p.t.Helper()
	if err := p.daemon.stop(); err != nil {
		p.t.Error(err)
	}
}

// Crash ends the server at once, as a power cut would: what it was about, it does over
// when it is started again.
func (p *Postgres) Crash() {
	p.t.Helper()
	p.daemon.mu.Lock()
	defer p.daemon.mu.Unlock()
	p.daemon.fast = syscall.SIGQUIT
	defer func() { p.daemon.fast = syscall.SIGINT }()
	if p.daemon.pid == 0 {
		return
	}
	if err := p.daemon.end(); err != nil {
		p.t.Error(err)
	}
}

// Start starts a stopped server on the same port.
func (p *Postgres) Start() {
	p.t.Helper()
	if err := p.daemon.start(); err != nil {
		p.t.Error(err)
	}
}
