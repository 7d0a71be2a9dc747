//go:build !linux

package postgres

import (
	"net"
	"time"
)

// dialer returns what reaches a server, and notices when it is gone while an answer is
// waited for.
func dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{
		Timeout:         timeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
	}
}
