package stuck_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/cmd/svartid/internal/stuck"
)

// TestMain hangs where it is asked to, as its own process.
func TestMain(m *testing.M) {
	switch os.Getenv("STUCK") {
	case "hangs":
		stuck.After(soon, os.Stderr)
		select {}
	case "ends":
		stuck.After(soon, os.Stderr)()
		time.Sleep(200 * time.Millisecond)
		os.Exit(0)
	case "is told to end, and hangs":
		watched(func() { select {} })
	case "is told to end, and does":
		watched(func() { time.Sleep(soon / 10) })
		time.Sleep(200 * time.Millisecond)
		os.Exit(0)
	case "goes on":
		defer stuck.Watch(context.Background(), func() time.Duration { return 0 }, os.Stderr)()
		time.Sleep(200 * time.Millisecond)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const soon = 50 * time.Millisecond

// watched is told to end, and does what it does then.
func watched(ends func()) {
	ctx, end := context.WithCancel(context.Background())
	over := stuck.Watch(ctx, func() time.Duration { return soon }, os.Stderr)
	end()
	ends()
	over()
}

// TestAfter: a process that does not end says where it is, and ends; one that does says
// nothing.
func TestAfter(t *testing.T) {
	for how, want := range map[string]struct {
		code int
		says string
	}{
		"hangs": {1, "stuck_test.TestMain"},
		"ends":  {0, ""},

		"is told to end, and hangs": {1, "stuck_test.watched"},
		"is told to end, and does":  {0, ""},
		"goes on":                   {0, ""},
	} {
		t.Run(how, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), "STUCK="+how)
			said, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != want.code {
				t.Errorf("ended with %d, want %d", got, want.code)
			}
			if !strings.Contains(string(said), want.says) || want.says == "" && len(said) > 0 {
				t.Errorf("said %q", said)
			}
		})
	}
}
