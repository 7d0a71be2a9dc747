package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/svartid/svartid/config"
)

// TestPushFile: the keys of Web Push are kept beside the secret, or where web.push_file
// says, and the file need not be there yet.
func TestPushFile(t *testing.T) {
	for web, want := range map[string]string{"": "push.json", "web: {push_file: telephones.json}\n": "telephones.json"} {
		dir := t.TempDir()
		file := filepath.Join(dir, "svartid.yml")
		text, err := os.ReadFile("../../config/testdata/good/minimal.yml")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, web...), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := telephones(cfg); got != filepath.Join(dir, want) {
			t.Errorf("%q: got %s", web, got)
		}
	}
}
