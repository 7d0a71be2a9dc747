package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
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

// TestExposed: what other users of the machine may read or change is named with what
// to do, unless they cannot get to it.
func TestExposed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	top := t.TempDir()
	for folder := top; strings.Contains(folder, t.Name()); folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(top, "svartid")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(source(t, "minimal"), "password: hunter2", "password_file: imap, ca_file: ca.pem", 1)
	text = strings.Replace(text, "channels:", "ledger: {dsn: \"sqlite:svartid.db\"}\nweb: {users_file: users}\nchannels:", 1)
	inline := strings.Replace(text, "password_file: imap", "password: hunter2", 1)
	for _, tt := range []struct {
		name, file, text string
		mode             os.FileMode
		want             string
	}{
		{"a password", "imap", text, 0o644, "channels.mail.imap.password_file: " + dir + "/imap: may be read by every user of this machine (mode 0644); want chmod 0640"},
		{"a password that others may change", "imap", text, 0o622, "may be changed by others (mode 0622); want chmod 0600"},
		{"users", "users", text, 0o604, "web.users_file: "},
		{"the secret of the edition", "svartid.secret", text, 0o444, "edition.secret_file: "},
		{"the ledger", "svartid.db", text, 0o644, "ledger.dsn: "},
		{"its log", "svartid.db-wal", text, 0o644, "svartid.db-wal: may be read"},
		{"tokens", "mail.tokens", text, 0o644, "channels.mail: "},
		{"a configuration with a secret in it", "svartid.yml", inline, 0o644, "svartid.yml: may be read"},
		{"a configuration without", "svartid.yml", text, 0o644, ""},
		{"an authority", "ca.pem", text, 0o644, ""},
		{"for the group", "imap", text, 0o640, ""},
		{"nothing there", "", text, 0, ""},
	} {
		if tt.file != "" {
			file := filepath.Join(dir, tt.file)
			if err := errors.Join(os.WriteFile(file, []byte("hunter2"), 0o600), os.Chmod(file, tt.mode)); err != nil {
				t.Fatal(err)
			}
		}
		cfg, err := Parse(filepath.Join(dir, "svartid.yml"), []byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		got := cfg.Exposed()
		if (tt.want == "") != (len(got) == 0) || !strings.Contains(got.Error(), tt.want) || strings.Contains(got.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", tt.name, got, tt.want)
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if hidden := cfg.Exposed(); len(hidden) > 0 {
			t.Errorf("%s, where others cannot get to: got %v", tt.name, hidden)
		}
		if err := errors.Join(os.Chmod(dir, 0o755), os.RemoveAll(filepath.Join(dir, tt.file)), os.MkdirAll(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUnfitKey: the key to evidence has to be one, may have several lines, and is never
// quoted.
func TestUnfitKey(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(source(t, "minimal"), "personas:", "ledger: {evidence_key_file: key}\n\npersonas:", 1)
	cfg, err := Parse(filepath.Join(dir, "svartid.yml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Servable(); len(got) != 1 || got[0].Key != "ledger.evidence_key_file" {
		t.Errorf("without the file: got %v", got)
	}
	file := filepath.Join(dir, "key")
	fileOf(t, file, "# created by age-keygen\nAGE-SECRET-KEY-1ABC\nAGE-SECRET-KEY-1DEF\n")
	if got := cfg.Unfit(); len(got) > 0 {
		t.Errorf("two keys: got %v", got)
	}
	fileOf(t, file, "hunter2\n")
	if got := cfg.Unfit(); len(got) != 1 || !strings.Contains(got[0].Text, "holds no age key") || strings.Contains(got[0].Text, "hunter2") {
		t.Errorf("a password: got %v", got)
	}
}
