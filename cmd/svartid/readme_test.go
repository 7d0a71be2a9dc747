package main

import (
	"os"
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
	var help strings.Builder
	if got := run(t.Context(), []string{"--help"}, streams{out: &help, err: &help}); got != exitDone {
		t.Fatalf("got status %d from --help", got)
	}
	for _, verb := range []string{"demo", "serve", "check", "plan", "try", "read", "explain", "standings", "amend", "review", "verify", "stats", "version"} {
		if !strings.Contains(string(readme), "| `"+verb) || !strings.Contains(help.String(), "\n  "+verb) {
			t.Errorf("%s is not in the README's table and in the help", verb)
		}
	}
}
