package peers

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// need ends the test unless all files are there: as skipped, or as failed
// where the environment asks for peers by SVARTID_PEERS=1.
func need(t testing.TB, peer string, files ...string) {
	t.Helper()
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			absent(t, peer+" is not installed ("+file+" is missing): run `make peers`")
		}
	}
}

// needVersion ends the test unless the peer's version begins with want.
func needVersion(t testing.TB, peer, want string, argv ...string) {
	t.Helper()
	out, err := exec.Command(argv[0], argv[1:]...).Output()
	if err != nil {
		t.Fatalf("ask %s for its version: %v", peer, err)
	}
	if got := strings.TrimSpace(string(out)); !strings.HasPrefix(got, want) {
		absent(t, peer+" "+want+" is needed, this is "+got+": its configuration differs")
	}
}

// absent ends the test for want of a peer.
func absent(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("SVARTID_PEERS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
