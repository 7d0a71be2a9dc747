//go:build unix

package person_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/report/person"
)

// TestLong: a letter costs in proportion to its length, whatever is in it.
func TestLong(t *testing.T) {
	s := person.NewSpotter()
	const size = 1 << 15
	for _, what := range []string{
		"Aa ", "Mvh ", "hilsen ", "/a ", "Kari van de ", "A. ", "A.", "Lise her, ", "a", "A-", "a/", "@a", "Lise\n", "\n\n\nLise.\n\n",
		"Ha en fin dag ", "kr /", "Hei ", "> Lise\n", "Lise Moe AS ", "For ", "Dr. ", "Lise, ", "Anna Virta\n\n",
	} {
		text := strings.Repeat(what, size/len(what))
		cost := func(text string) time.Duration {
			begun := spent(t)
			s.Spot(text)
			return spent(t) - begun
		}
		// Cost by the square would be 256 times as much.
		if whole, part := cost(text), cost(text[:size/16]); whole > 60*part+time.Second {
			t.Errorf("%q: %v, and a sixteenth of it %v", what, whole, part)
		}
	}
}

// spent returns how long this process has computed, whatever else the machine does.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano())
}
