package peers

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// alive reports whether a process of the group still runs. Those that have
// ended do not count, though in a container it may take seconds until
// somebody collects them.
func alive(group int) bool {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return false
	}
	for _, file := range stats {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended since
		}
		// proc(5): the name stands in parentheses and may hold anything; then
		// come the state, the parent and the group.
		var (
			state       string
			parent, got int
		)
		rest := stat[bytes.LastIndexByte(stat, ')')+1:]
		if _, err := fmt.Sscan(string(rest), &state, &parent, &got); err == nil && got == group && state != "Z" {
			return true
		}
	}
	return false
}
