package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A place is where svartid runs for a test, one process after the other: its
// configuration, and the log of all processes.
type place struct {
	t      testing.TB
	config string
	log    string
	dir    string // where it is started; empty: where the test is

	program string // that is run; empty: the test's own binary
}

// newPlace returns the place of a configuration file, to which it adds the
// timing of that name; "" adds none. Should the test fail, it shows the end of
// the log, without what is usual.
func newPlace(t testing.TB, timing, config string) place {
	t.Helper()
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, append(text, timings()[timing]...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := place{t: t, config: config, log: filepath.Join(filepath.Dir(config), "svartid.log")}
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		log, err := os.ReadFile(p.log)
		if err != nil {
			t.Log(err)
			return
		}
		lines := slices.DeleteFunc(strings.Split(string(log), "\n"), func(line string) bool {
			return strings.Contains(line, "level=INFO")
		})
		shown := 40
		if strings.Contains(string(log), "goroutine ") { // it says where it was
			shown = 400
		}
		t.Logf("the end of svartid's log:\n%s", strings.Join(lines[max(0, len(lines)-shown):], "\n"))
	})
	return p
}

// A process is one running svartid, from its start to its end.
type process struct {
	place
	cmd   *exec.Cmd
	up    chan string   // its address, once it has told it
	heard chan struct{} // closed when all that it said has been read
	ended bool
	begun time.Time
}

// start starts a process, with flags. It ends with the test at the latest.
func (p place) start(flags ...string) *process {
	p.t.Helper()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(os.Args[0], append([]string{p.config}, flags...)...)
	if p.program != "" {
		cmd = exec.Command(p.program, append([]string{"serve", "--config", p.config}, flags...)...)
	}
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), asSvartid+"=1")
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil { // it ends when this does
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	l := &process{place: p, cmd: cmd, up: make(chan string, 1), heard: make(chan struct{}), begun: time.Now()}
	go l.listen(out)
	p.t.Cleanup(l.end)
	return l
}

// listen waits for the address, and then for the end.
func (l *process) listen(out io.Reader) {
	defer close(l.heard)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "Metrics: "); ok {
			l.up <- address
		}
	}
}

// metrics returns where the metrics are, once svartid has said so.
func (l *process) metrics() string {
	l.t.Helper()
	select {
	case address := <-l.up:
		l.up <- address
		return address
	case <-l.heard:
		l.t.Fatal("svartid ended before it was up")
	case <-time.After(time.Minute):
		l.t.Fatal("svartid was not up within a minute")
	}
	return ""
}

// end kills the process, which after a failure first says where it is, in its log.
func (l *process) end() {
	if l.t.Failed() && !l.ended {
		_ = l.cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-l.heard:
		case <-time.After(5 * time.Second):
		}
	}
	l.kill()
}

// kill ends the process at once, by SIGKILL, and returns when it is over.
func (l *process) kill() {
	if l.ended {
		return
	}
	_ = l.cmd.Process.Kill()
	_ = l.wait()
}

// stop ends the process as an operator would, by SIGTERM. One that has not ended two
// minutes later is made to say where it waits, in its log, and fails the test.
func (l *process) stop() {
	l.t.Helper()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		l.t.Errorf("stop svartid: %v", err)
	}
	late := time.AfterFunc(2*time.Minute, func() { _ = l.cmd.Process.Signal(syscall.SIGQUIT) })
	defer late.Stop()
	if err := l.wait(); err != nil {
		l.t.Errorf("svartid, stopped: %v", err)
	}
}

func (l *process) wait() error {
	l.ended = true
	<-l.heard
	return l.cmd.Wait()
}
