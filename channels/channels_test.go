package channels_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/svartid/svartid/channels"
)

func TestSecretNeverShows(t *testing.T) {
	const word = "hemmelig"
	holder := struct {
		Password channels.Secret
		Pointer  *channels.Secret
	}{Password: channels.Inline(word)}
	holder.Pointer = &holder.Password
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("it", "holder", holder, "secret", holder.Password)
	for form, got := range map[string]string{
		"String": holder.Password.String(), "JSON": string(asJSON), "YAML": string(asYAML), "slog": logged.String(),
		"%v": fmt.Sprintf("%v", holder), "%+v": fmt.Sprintf("%+v", holder), "%#v": fmt.Sprintf("%#v", holder),
		"%s": fmt.Sprintf("%s", holder), "%q": fmt.Sprintf("%q", holder.Password), "%x": fmt.Sprintf("%x", holder.Password),
		"%d": fmt.Sprintf("%d", holder.Password), "error": fmt.Errorf("log in with %v: %w", holder.Password, os.ErrPermission).Error(),
	} {
		if strings.Contains(got, word) || strings.Contains(got, fmt.Sprintf("%x", word)) {
			t.Errorf("%s: shows the secret: %s", form, got)
		}
	}
	if got := (channels.Secret{}).String(); got != "" {
		t.Errorf("no secret prints as %q", got)
	}
}

func TestSecretReveal(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) channels.Secret {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return channels.InFile(path)
	}
	tests := []struct {
		name   string
		secret channels.Secret
		want   string
	}{
		{"none", channels.Secret{}, ""},
		{"inline", channels.Inline("a b"), "a b"},
		{"inline keeps its newline", channels.Inline("a\n"), "a\n"},
		{"file", file("plain", "word"), "word"},
		{"file's last newline", file("newline", "word\n"), "word"},
		{"file's last newline as Windows has it", file("crlf", "word\r\n"), "word"},
		{"only the last", file("two", "word\n\n"), "word\n"},
		{"spaces are part of it", file("spaces", " word "), " word "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.secret.Reveal(); err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
	if _, err := channels.InFile(filepath.Join(dir, "nowhere")).Reveal(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want a file that does not exist", err)
	}
}

// TestSecretRevealRefuses: what is no regular file may never begin, or never
// end.
func TestSecretRevealRefuses(t *testing.T) {
	dir := t.TempDir()
	pipe, large := filepath.Join(dir, "pipe"), filepath.Join(dir, "large")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, make([]byte, channels.LargestSecret+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		pipe:        "is no regular file",
		"/dev/zero": "is no regular file",
		dir:         "is a directory",
		large:       "is larger than 64 KiB",
	} {
		_, err := channels.InFile(path).Reveal()
		if want = "read secret: read " + path + ": " + want; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(large, []byte("word\n"), 0o600), os.Symlink("large", link)); err != nil {
		t.Fatal(err)
	}
	if got, err := channels.InFile(link).Reveal(); got != "word" {
		t.Errorf("by a link: got %q, %v", got, err)
	}
}

func TestRefusalIsRefused(t *testing.T) {
	err := fmt.Errorf("rcpt to: %w", &channels.Refusal{Step: channels.StepRcpt, Code: 550, Status: "5.7.1", Text: "no"})
	var refusal *channels.Refusal
	if !errors.Is(err, channels.ErrRefused) || !errors.As(err, &refusal) || refusal.Step != channels.StepRcpt {
		t.Errorf("got %v", err)
	}
	if got, want := err.Error(), "rcpt to: refused: 550 5.7.1 no"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNames(t *testing.T) {
	o := channels.Opening{Token: "x7f3", ID: "a@b", Address: "kari+x7f3@b"}
	if got := fmt.Sprint(o.Names()); got != "[kari+x7f3@b a@b x7f3]" {
		t.Errorf("got %s", got)
	}
	if got := (channels.Opening{}).Names(); len(got) > 0 {
		t.Errorf("got the names %v of an empty persona", got)
	}
}
