package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fileOf writes a file of a test.
func fileOf(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestUnfitSecrets puts into a secret's place what must not be read, or is no
// secret. None of it may block a check, not even a pipe without a writer.
func TestUnfitSecrets(t *testing.T) {
	dir := t.TempDir()
	text := strings.NewReplacer(
		"password: hunter2", "password_file: imap, ca_file: ca.pem",
	).Replace(source(t, "minimal"))
	cfg, err := Parse(filepath.Join(dir, "svartid.yml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	file, ca := filepath.Join(dir, "imap"), filepath.Join(dir, "ca.pem")
	fileOf(t, ca, strings.Repeat("-----BEGIN CERTIFICATE-----\n", 10_000))
	link := func(to string) func() {
		return func() {
			if err := os.Symlink(to, file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		put  func()
		want string
	}{
		{"a word", func() { fileOf(t, file, "hunter2") }, ""},
		{"a line", func() { fileOf(t, file, "hunter2\n") }, ""},
		{"a line as Windows has it", func() { fileOf(t, file, "hunter2\r\n") }, ""},
		{"nothing there", func() {}, ""},
		{"a link to a link", func() {
			fileOf(t, filepath.Join(dir, "..data"), "hunter2\n")
			link("..data")()
		}, ""},
		{"a link to nothing", link("nowhere"), ""},
		{"a pipe", func() {
			if err := syscall.Mkfifo(file, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "is no regular file"},
		{"a device", link("/dev/zero"), "is no regular file"},
		{"a folder", func() {
			if err := os.Mkdir(file, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is a directory"},
		{"too much", func() { fileOf(t, file, strings.Repeat("x", 64<<10+1)) }, "is larger than 64 KiB"},
		{"as much as may be", func() { fileOf(t, file, strings.Repeat("x", 64<<10)) }, ""},
		{"two lines", func() { fileOf(t, file, "hunter2\nhunter3\n") }, "holds more than one line"},
		{"two ends", func() { fileOf(t, file, "hunter2\n\n") }, "holds more than one line"},
		{"UTF-16", func() { fileOf(t, file, "h\x00u\x00n\x00") }, "holds a NUL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.put()
			defer os.RemoveAll(file)
			began := time.Now()
			got := cfg.Unfit().Error()
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if want := ":7: channels.mail.imap.password_file: " + file + ": "; tt.want != "" && !strings.Contains(got, want) {
				t.Errorf("got %q, want the line and the key, %s", got, want)
			}
			if strings.Contains(cfg.Servable().Error(), "hunter") {
				t.Errorf("a secret is shown: %s", cfg.Servable())
			}
			if tt.want != "" && !strings.Contains(cfg.Servable().Error(), tt.want) {
				t.Error("it may be served")
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestUnfitLedger(t *testing.T) {
	dir := t.TempDir()
	fileOf(t, filepath.Join(dir, "there.db"), "")
	for _, tt := range []struct{ dsn, want string }{
		{"sqlite:svartid.db", ""},
		{"sqlite::memory:", ""},
		{"sqlite:" + dir + "/new.db", ""},
		{"sqlite:" + dir + "/there.db", ""},
		{"postgres://nobody@nowhere/svartid", ""},
		{"sqlite:" + dir + "/none/new.db", dir + "/none: no such folder"},
		{"sqlite:" + dir, dir + ": is no regular file"},
		{"sqlite:" + dir + "/there.db/new.db", dir + "/there.db: is no folder"},
		{"sqlite:/dev/null", "/dev/null: is no regular file"},
	} {
		cfg := with(t, "channels:", "ledger: {dsn: \""+tt.dsn+"\"}\n\nchannels:")
		got := cfg.Unfit()
		if tt.want == "" && len(got) > 0 || !strings.Contains(got.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.dsn, got, tt.want)
		}
		if tt.want != "" && (got[0].Key != "ledger.dsn" || got[0].Line != 3 || len(cfg.Servable()) == 0) {
			t.Errorf("%s: got %+v, want a fault of the ledger's line", tt.dsn, got)
		}
	}
}
