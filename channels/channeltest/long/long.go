// Package long leaves to the long run, which is go test without -short, what takes
// seconds of processor time and says little that the short run does not say as well.
// `make test` is a long run.
package long

import "testing"

// Only skips a test in the short run. Say what the short run has instead of it.
func Only(t testing.TB, instead string) {
	t.Helper()
	if testing.Short() {
		t.Skip("in the long run only; here instead: " + instead)
	}
}

// Tries returns how many random cases to try: all of them, or few in the short run.
func Tries(all, few int) int {
	if testing.Short() {
		return few
	}
	return all
}
