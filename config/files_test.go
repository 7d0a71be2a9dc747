package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/svartid/svartid/config"
)

// TestReadTwice: a file that is read twice says the same, and what the files hold that it
// names is told apart by a digest.
func TestReadTwice(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got no files: %v", err)
	}
	for _, file := range files {
		first, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		second, err := config.Load(file)
		if err != nil || !reflect.DeepEqual(first, second) || first.Files() != second.Files() {
			t.Errorf("%s is another one once it is read again (%v)", file, err)
		}
	}
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/good/minimal.yml")
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "edition.secret")
	named := filepath.Join(dir, "svartid.yml")
	if err := os.WriteFile(named, []byte(strings.Replace(string(text), "seed:", "secret_file: "+secret+", seed:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, holds := range []string{"", "00112233445566778899aabbccddeeff", "ff112233445566778899aabbccddeeff"} {
		if err := os.WriteFile(secret, []byte(holds), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(named)
		if err != nil {
			t.Fatal(err)
		}
		if other, known := seen[cfg.Files()]; known {
			t.Errorf("%q and %q are told alike", holds, other)
		}
		seen[cfg.Files()] = holds
		if strings.Contains(cfg.Files(), holds) && holds != "" {
			t.Error("the digest shows the secret")
		}
	}
}
