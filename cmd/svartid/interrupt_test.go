package main

import (
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
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
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		t.Error("read goes on after SIGTERM")
	}
}
