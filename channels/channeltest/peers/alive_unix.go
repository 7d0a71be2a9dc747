//go:build unix && !linux

package peers

import "syscall"

// alive reports whether there is a process of the group.
func alive(group int) bool { return syscall.Kill(-group, 0) == nil }
