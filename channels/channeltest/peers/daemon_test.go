package peers

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sleeper returns a daemon that only sleeps, in two processes.
func sleeper(t *testing.T) *daemon {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	if err := journal(log); err != nil {
		t.Fatal(err)
	}
	return &daemon{name: "sleeper", argv: []string{"/bin/sh", "-c", "sleep 60 & wait"}, log: log}
}

func TestDaemonStopsWithItsChildren(t *testing.T) {
	d := sleeper(t)
	if err := d.start(); err != nil {
		t.Fatal(err)
	}
	group := d.pid
	if !alive(group) {
		t.Error("started: it is not alive")
	}
	if err := d.start(); err == nil {
		t.Error("started twice: got no error")
	}
	if err := d.stop(); err != nil {
		t.Error(err)
	}
	if alive(group) {
		t.Error("stopped: it is alive")
	}
	if err := d.stop(); err != nil {
		t.Errorf("stopped twice: %v", err)
	}
}

func TestDaemonThatEndsAtOnce(t *testing.T) {
	d := sleeper(t)
	d.argv = []string{"/bin/false"}
	free, err := loopback(1)
	if err != nil {
		t.Fatal(err)
	}
	d.ports = free
	err = d.start()
	if want := "start sleeper: it ended before " + free[0] + " greeted: exit status 1"; err == nil ||
		!strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := d.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// TestDaemonEndsWithATestThatIsKilled runs itself as the test that is killed.
func TestDaemonEndsWithATestThatIsKilled(t *testing.T) {
	if os.Getenv("PEERS_VICTIM") != "" {
		d := sleeper(t)
		if err := d.start(); err != nil {
			t.Fatal(err)
		}
		fmt.Println(d.pid)
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	victim := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	victim.Env = append(os.Environ(), "PEERS_VICTIM=1", "TMPDIR="+t.TempDir())
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	group, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Wait(); err == nil {
		t.Error("the victim was not killed")
	}
	for deadline := time.Now().Add(patience); alive(group); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatal("the daemon outlives its test")
		}
	}
}
