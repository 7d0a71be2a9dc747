// Package race lets a test say that the race detector makes it too slow to be
// worth it: SQLite takes some twelve times as long, and what winds weeks forward
// case by case, or starts and kills the program by the dozen, then takes longer
// than all other tests together.
package race

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// Skip skips a test under the race detector. Say why nothing is lost by it: what
// runs side by side there is watched in another test, or why it is too much.
func Skip(t testing.TB, why string) {
	t.Helper()
	if Enabled {
		t.Skip("under the race detector: " + why)
	}
}

// Pure runs the tests of a package in which nothing runs side by side, and none
// of them under the race detector. It is for TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(race.Pure(m)) }
func Pure(m *testing.M) (status int) {
	if Enabled {
		fmt.Fprintln(os.Stdout, "nothing runs side by side here: no tests under the race detector")
		return 0
	}
	return m.Run()
}

// Waiting runs the tests of a package that wait for servers more than they
// compute: those that are parallel eight at a time, however few cores there are.
// Under the race detector they compute more than they wait. It is for TestMain, as Pure is.
func Waiting(m *testing.M) (status int) {
	flag.Parse()
	if n, err := strconv.Atoi(flag.Lookup("test.parallel").Value.String()); err == nil && n < 8 && !Enabled {
		if err := flag.Set("test.parallel", "8"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	}
	return m.Run()
}
