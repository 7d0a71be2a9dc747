package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnit has systemd itself judge the unit: an exposure of 2.5 at most, of 10.
func TestUnit(t *testing.T) {
	const unit = "../../deploy/svartid.service"
	judge, err := exec.LookPath("systemd-analyze") //nolint:misspell // as it is called
	if err != nil {
		t.Skip("systemd is not installed here")
	}
	said, err := exec.Command(judge, "security", "--offline=true", "--threshold=25", unit).CombinedOutput()
	if err != nil && strings.Contains(string(said), "offline") && !strings.Contains(string(said), "exposure") {
		t.Skip("this systemd cannot judge a file")
	}
	if err != nil {
		t.Errorf("%v: %s", err, said)
	}
	said, err = exec.Command(judge, "verify", unit).CombinedOutput()
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, "svartid.service") && !strings.Contains(line, "is not executable") {
			t.Errorf("verify: %s (%v)", line, err)
		}
	}
}

// TestImageTree starts the program as the image does: alone in an empty tree, as a
// user without rights, with nothing but a place for temporary files.
func TestImageTree(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can change the root")
	}
	tree := t.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", filepath.Join(tree, "svartid"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, said)
	}
	if err := os.Mkdir(filepath.Join(tree, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{tree, filepath.Join(tree, "tmp")} {
		if err := os.Chmod(folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	demo := exec.Command("chroot", "--userspec=65532:65532", tree, "/svartid", "demo", "--for", "5s")
	demo.Env = []string{}
	said, err := demo.CombinedOutput()
	if err != nil && strings.Contains(string(said), "chroot:") {
		t.Skipf("no change of root here: %s", said)
	}
	if err != nil || !strings.Contains(string(said), "Board:   http://127.0.0.1:") || !strings.Contains(string(said), "median wait") {
		t.Errorf("got %v: %s", err, said)
	}
	left, err := os.ReadDir(filepath.Join(tree, "tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
