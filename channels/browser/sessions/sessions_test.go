package sessions

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
)

func folder(t *testing.T, secret string) Folder {
	t.Helper()
	return Folder{Path: filepath.Join(t.TempDir(), "sessions"), Key: func() (channels.Secret, error) { return channels.Inline(secret), nil }}
}

func TestFolder(t *testing.T) {
	f := folder(t, "0123456789abcdef")
	if _, err := f.Read("a1"); !errors.Is(err, ErrNone) {
		t.Errorf("nothing kept: %v", err)
	}
	for _, want := range []string{"first", "second, with a cookie"} {
		if err := f.Put("a1", []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Read("a1"); err != nil || string(got) != want {
			t.Errorf("got %q: %v, want %q", got, err, want)
		}
	}
	if err := f.Put("a2", []byte("another")); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Read("a1"); err != nil || string(got) != "second, with a cookie" {
		t.Errorf("got %q: %v after another was kept", got, err)
	}
	files, err := os.ReadDir(f.Path)
	if err != nil || len(files) != 2 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(f.Path, file.Name()))
		if err != nil || bytes.Contains(text, []byte("cookie")) || strings.Contains(file.Name(), "a1") {
			t.Errorf("%s holds %q: %v", file.Name(), text, err)
		}
	}
	for range 2 {
		if err := f.Drop("a1"); err != nil {
			t.Error(err)
		}
	}
	if _, err := f.Read("a1"); !errors.Is(err, ErrNone) {
		t.Errorf("dropped: %v", err)
	}
}

func TestFolderSecrets(t *testing.T) {
	f := folder(t, "0123456789abcdef")
	if err := f.Put("a1", []byte("words")); err != nil {
		t.Fatal(err)
	}
	other := folder(t, "another secret")
	other.Path = f.Path
	if _, err := other.Read("a1"); !errors.Is(err, ErrNone) {
		t.Errorf("read by another secret: %v", err)
	}
	if err := os.Rename(f.file("a1"), f.file("a2")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read("a2"); !errors.Is(err, ErrNone) {
		t.Errorf("read as another's: %v", err)
	}
	if err := os.WriteFile(f.file("a3"), []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read("a3"); !errors.Is(err, ErrNone) {
		t.Errorf("read though it is cut: %v", err)
	}
	none := folder(t, "")
	if err := none.Put("a1", []byte("words")); !errors.Is(err, errKey) {
		t.Errorf("kept without a secret: %v", err)
	}
}
