package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestSecret: it is made once, for its owner alone, never written over, and
// what is no secret is not taken for one.
func TestSecret(t *testing.T) {
	cfg := &Config{}
	cfg.Edition.SecretFile = filepath.Join(t.TempDir(), "svartid.secret")
	if got, err := cfg.Secret(); got != "" || err != nil {
		t.Fatalf("before the first start: got %q, %v", got, err)
	}
	first := DrawSecret()
	if err := cfg.KeepSecret(first); err != nil {
		t.Fatal(err)
	}
	if about, err := os.Stat(cfg.Edition.SecretFile); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v; want 0600", about.Mode(), err)
	}
	if err := cfg.KeepSecret(DrawSecret()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("kept again: got %v, want that it exists", err)
	}
	if got, err := cfg.Secret(); got != first || err != nil || len(got) != 32 {
		t.Errorf("got %q, %v; want %q", got, err, first)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(cfg.Edition.SecretFile), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, text := range []string{"", "\n", "hunter2", "00112233"} {
		if err := os.WriteFile(cfg.Edition.SecretFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := cfg.Secret(); err == nil {
			t.Errorf("%q: got %q, want an error", text, got)
		}
	}
}
