package world_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/simulated/world"
	"github.com/svartid/svartid/config"
)

// started returns a world that has been started, and ends with the test.
func started(t *testing.T, companies int) *world.World {
	t.Helper()
	w := world.New(world.Options{Companies: companies, Hooks: "http://127.0.0.1:9/hooks/"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// serving is where svartid would listen.
var serving = world.Serving{Board: "127.0.0.1:9724", Hooks: "127.0.0.1:9725"}

// TestWrite writes configurations that can be served as they stand.
func TestWrite(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 24, 150} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			w := started(t, n)
			file, err := w.Write(filepath.Join(t.TempDir(), "new"), serving)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			faults := append(append(cfg.Servable(), cfg.Season()...), append(cfg.Fits(), cfg.NotYet()...)...)
			if len(faults) > 0 {
				t.Error(faults)
			}
			if len(cfg.Companies) != n || cfg.Web.Listen != serving.Board || cfg.Hooks.Listen != serving.Hooks {
				t.Errorf("got %d companies, %+v, %+v", len(cfg.Companies), cfg.Web, cfg.Hooks)
			}
			checkReach(t, w, cfg)
			checkPrivate(t, filepath.Dir(file))
		})
	}
}

// checkReach wants the configuration to name every role, and mail.
func checkReach(t *testing.T, w *world.World, cfg *config.Config) {
	t.Helper()
	met := map[string]string{}
	for _, co := range cfg.Companies {
		if cfg.Titles.Classes[co.Class]["nb"] == "" {
			t.Errorf("the class %s has no title in Norwegian", co.Class)
		}
		if co.Reach["mail"] == nil {
			t.Errorf("%s has no address", co.ID)
		}
		for channel, reach := range co.Reach {
			met[channel+" "+co.ID] = reach.String()
		}
	}
	for channel := range cfg.Channels {
		for _, r := range w.Roles(channel) {
			if got := met[channel+" "+r.ID]; got != r.Reach {
				t.Errorf("%s is met on %s as %q, want %q", r.ID, channel, got, r.Reach)
			}
		}
	}
}

// checkPrivate wants files that only their owner may read, and secrets only in
// files of their own.
func checkPrivate(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "svartid.yml"))
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := filepath.Glob(filepath.Join(dir, "secrets", "*"))
	if err != nil || len(secrets) < 8 {
		t.Fatalf("got secrets %v, %v", secrets, err)
	}
	for _, file := range append(secrets, filepath.Join(dir, "svartid.yml"), filepath.Join(dir, "companies.csv")) {
		about, err := os.Stat(file)
		if err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v", file, about.Mode(), err)
		}
	}
	for _, file := range secrets {
		secret, err := os.ReadFile(file)
		if err != nil || len(secret) < 16 || strings.Contains(string(text), strings.TrimSpace(string(secret))) {
			t.Errorf("%s: it is in the configuration, or none: %v", file, err)
		}
	}
}

// TestWriteAgain replaces what it has written, and nothing else.
func TestWriteAgain(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if _, err := started(t, 2).Write(dir, serving); err != nil {
			t.Fatal(err)
		}
	}
	theirs := t.TempDir()
	file := filepath.Join(theirs, "svartid.yml")
	if err := os.WriteFile(file, []byte("edition: {name: spring}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := started(t, 2).Write(theirs, serving); !errors.Is(err, world.ErrTaken) {
		t.Errorf("got %v, want %v", err, world.ErrTaken)
	}
	if found, err := os.ReadDir(theirs); err != nil || len(found) != 1 {
		t.Errorf("got %v, %v beside a configuration that is not a demo's", found, err)
	}
}

// TestRun ends with its context, even with one that has ended before.
func TestRun(t *testing.T) {
	w := started(t, 4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Run(ctx); err != nil {
		t.Error(err)
	}
}
