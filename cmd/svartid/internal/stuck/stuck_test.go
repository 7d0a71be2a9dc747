package stuck_test

import (
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
		stuck.After(50*time.Millisecond, os.Stderr)
		select {}
	case "ends":
		stuck.After(50*time.Millisecond, os.Stderr)()
		time.Sleep(200 * time.Millisecond)
		os.Exit(0)
	}
	os.Exit(m.Run())
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
