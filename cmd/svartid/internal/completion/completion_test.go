package completion

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func verbs() []Verb {
	return []Verb{
		{Word: Word{"serve", "Run it."}, Flags: []Word{{"--accept", "it's \\ so"}, {"--log-level", ""}}},
		{Word: Word{"stats", ""}, Next: []Word{{"km", ""}, {"class", ""}}, Flags: []Word{{"--csv", ""}}},
		{Word: Word{"standings", ""}},
	}
}

func global() []Word { return []Word{{"--config", ""}, {"-c", ""}} }

// TestBash has bash itself complete command lines.
func TestBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	script, err := Script("bash", "svartid", verbs(), global())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "script")
	for _, name := range []string{file, filepath.Join(dir, "season.db")} {
		if err := os.WriteFile(name, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ line, want string }{
		{"svartid s", "serve stats standings"},
		{"svartid ser", "serve"},
		{"svartid -c x.yml sta", "stats standings"},
		{"svartid serve --a", "--accept"},
		{"svartid serve --", "--accept --log-level --config"},
		{"svartid stats k", "km"},
		{"svartid standings sea", "season.db"},
		{"svartid nothing", ""},
	} {
		words := strings.Split(tt.line, " ")
		cmd := exec.Command(bash, "-c", `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _svartid; echo "${COMPREPLY[*]}"`, "x", file)
		cmd.Args = append(cmd.Args, words...)
		cmd.Dir = dir
		got, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(got)) != tt.want {
			t.Errorf("%s: got %q, %v; want %q", tt.line, got, err, tt.want)
		}
	}
}

// TestShells: each shell that is known gets a script with every verb, and no other
// gets any.
func TestShells(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script, err := Script(shell, "svartid", verbs(), global())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"serve", "accept", "km", "csv", "standings", "config"} {
			if !strings.Contains(script, want) {
				t.Errorf("%s: %s is missing in %s", shell, want, script)
			}
		}
	}
	if fish, _ := Script("fish", "svartid", verbs(), global()); !strings.Contains(fish, `-l accept -d 'it\'s \\ so'`) {
		t.Errorf("got %s", fish)
	}
	if _, err := Script("cmd.exe", "svartid", verbs(), global()); !errors.Is(err, ErrShell) {
		t.Errorf("got %v", err)
	}
}
