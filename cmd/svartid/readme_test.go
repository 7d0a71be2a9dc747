package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/config"
)

// TestReadme holds what the README shows against what is so.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```yaml\n")
	text, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README shows no configuration")
	}
	if _, err := config.Parse("README.md", []byte(text)); err != nil {
		t.Error(err)
	}
	checkExample(t, text)
	var help strings.Builder
	if got := runCommandLine(t.Context(), []string{"--help"}, streams{out: &help, err: &help}); got != exitDone {
		t.Fatalf("got status %d from --help", got)
	}
	for _, verb := range []string{"demo", "serve", "check", "plan", "try", "read", "explain", "standings", "amend", "pause", "review", "verify", "result", "compare", "rehearse", "stats", "version"} {
		if !strings.Contains(string(readme), "| `"+verb) || !strings.Contains(help.String(), "\n  "+verb) {
			t.Errorf("%s is not in the README's table and in the help", verb)
		}
	}
}

// checkExample wants openers of an example to have no mark that check names.
func checkExample(t *testing.T, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "svartid.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if status := runCommandLine(t.Context(), []string{"check", "-c", file}, streams{out: &out, err: &errs}); status != exitDone {
		t.Errorf("check: status %d: %s", status, errs.String())
	}
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "can be known") || strings.Contains(line, "different letters") {
			t.Error(line)
		}
	}
}
