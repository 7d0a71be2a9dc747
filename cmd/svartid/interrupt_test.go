package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/simulated"
)

// TestReadEndsOnInterrupt: what is read may have no end.
func TestReadEndsOnInterrupt(t *testing.T) {
	cmd := exec.Command(os.Args[0], "read", "/dev/zero")
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stderr = io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	select {
	case <-over:
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill()
		t.Error("read goes on after SIGTERM")
	}
}

// TestServeOutlivesAHangup: who asks for another configuration, as of other
// servers, must not stop this one.
func TestServeOutlivesAHangup(t *testing.T) {
	_, config := oneCompany(t, simulated.Silent, simulated.Mischief{})
	life := newPlace(t, "brisk", config).start()
	metrics := life.metrics()
	for range 2 {
		if err := life.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
	}
	get(t, metrics)
	life.stop()
	log, err := os.ReadFile(life.log)
	if got := strings.Count(string(log), "SIGHUP is ignored"); err != nil || got != 2 {
		t.Errorf("it was logged %d times, want 2: %v\n%s", got, err, log)
	}
}
