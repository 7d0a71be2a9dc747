package peers

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startLimit = 20 * time.Second // for every port to greet
	stopLimit  = 10 * time.Second // from SIGTERM to SIGKILL
	pause      = 10 * time.Millisecond
)

// daemon is a server that runs in the foreground as a child of the test.
type daemon struct {
	name  string
	argv  []string
	log   string   // the file it logs to
	ports []string // the addresses that greet once it is ready

	ready func(address string) error // nil once the server there takes work; nil: it greets
	fast  syscall.Signal             // ends it without waiting for its clients; 0 = SIGTERM

	mu    sync.Mutex
	pid   int        // 0 while stopped
	ended chan error // how it ended, once
	guard *exec.Cmd  // ends it should the test die first
}

// attend starts the daemon for the length of the test, and shows the end of
// its log should the test fail.
func (d *daemon) attend(t testing.TB) {
	t.Helper()
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the end of %s's log:\n%s", d.name, tail(d.log))
		}
	})
	if err := d.start(); err != nil {
		t.Fatal(err)
	}
}

// start runs the daemon and returns once all its ports greet.
func (d *daemon) start() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pid != 0 {
		return fmt.Errorf("start %s: it runs", d.name)
	}
	if err := d.launch(); err != nil {
		return fmt.Errorf("start %s: %w", d.name, err)
	}
	deadline := time.Now().Add(startLimit)
	for _, address := range d.ports {
		if err := d.await(address, deadline); err != nil {
			return fmt.Errorf("start %s: %w", d.name, errors.Join(err, d.end()))
		}
	}
	return nil
}

// launch starts the process in a session of its own, so that all of its
// processes can be told to stop, and the goroutine that waits for it, which
// end receives from.
func (d *daemon) launch() error {
	out, err := os.OpenFile(d.log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open its log: %w", err)
	}
	defer out.Close()
	cmd := exec.Command(d.argv[0], d.argv[1:]...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	d.pid, d.ended = cmd.Process.Pid, make(chan error, 1)
	go func() { d.ended <- cmd.Wait() }()
	if d.guard, err = post(d.pid); err != nil {
		return errors.Join(err, d.end())
	}
	return nil
}

// post starts a guard that ends the process group when the test is gone, which
// it knows by the end of its input. Linux has a signal for that, but forgets it
// when a process changes its user, as Postfix's master does.
func post(group int) (*exec.Cmd, error) {
	guard := exec.Command("/bin/sh", "-c", `read -r _; kill -s TERM -- "-$1"`, "guard", strconv.Itoa(group))
	// Out of reach of the Ctrl-C that ends the test.
	guard.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if _, err := guard.StdinPipe(); err != nil {
		return nil, fmt.Errorf("post a guard: %w", err)
	}
	if err := guard.Start(); err != nil {
		return nil, fmt.Errorf("post a guard: %w", err)
	}
	return guard, nil
}

// await returns once address greets.
func (d *daemon) await(address string, deadline time.Time) error {
	for {
		err := d.asked(address)
		if err == nil {
			return nil
		}
		select {
		case end := <-d.ended:
			d.ended <- end
			return fmt.Errorf("it ended before %s greeted: %w", address, errors.Join(end, err))
		case <-time.After(pause):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s has not greeted in %v: %w", address, startLimit, err)
		}
	}
}

// asked returns nil if the server at address is ready.
func (d *daemon) asked(address string) error {
	if d.ready != nil {
		return d.ready(address)
	}
	return greeted(address)
}

// greeted returns nil if the server at address sends a first line.
func greeted(address string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return fmt.Errorf("await a greeting: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return fmt.Errorf("await a greeting: %w", err)
	}
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		return fmt.Errorf("await a greeting: %w", err)
	}
	return nil
}

// stop ends the daemon. It does nothing if the daemon is stopped.
func (d *daemon) stop() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pid == 0 {
		return nil
	}
	if err := d.end(); err != nil {
		return fmt.Errorf("stop %s: %w", d.name, err)
	}
	return nil
}

// end ends every process of the daemon's session and returns an error if it
// took force. All are told at once, as systemd does: Dovecot's master alone
// would leave those that serve a connection behind, who then linger.
func (d *daemon) end() error {
	group := d.pid
	d.pid = 0
	if d.guard != nil {
		_ = d.guard.Process.Kill()
		_ = d.guard.Wait()
		d.guard = nil
	}
	// It fails if all have ended, which is as well.
	_ = syscall.Kill(-group, cmp.Or(d.fast, syscall.SIGTERM))
	kill := time.AfterFunc(stopLimit, func() { _ = syscall.Kill(-group, syscall.SIGKILL) })
	select {
	case end := <-d.ended:
		d.ended <- end
	case <-time.After(2 * stopLimit):
		return errors.New("it outlived SIGKILL")
	}
	// Only now is the list of processes complete: a master may fork until the
	// last, and what it forks holds the lock of its queue.
	for alive(group) {
		_ = syscall.Kill(-group, syscall.SIGTERM)
		time.Sleep(pause)
	}
	if !kill.Stop() {
		return fmt.Errorf("it had to be killed %v after SIGTERM", stopLimit)
	}
	return nil
}

// tail returns the last four kilobytes of file, or why it cannot.
func tail(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-4096):])
}
