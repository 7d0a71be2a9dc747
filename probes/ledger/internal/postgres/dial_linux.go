package postgres

import (
	"context"
	"net"
	"syscall"
	"time"
)

// patience is how long a server may be gone without a word before a connection to it
// ends.
const patience = 10 * time.Second

// dialer returns what reaches a server, and notices when it is gone: while an answer is
// waited for, by asking whether it is alive, and while something is being sent, by its
// not being taken.
func dialer(timeout time.Duration) *net.Dialer {
	const userTimeout = 18 // TCP_USER_TIMEOUT, tcp(7)
	return &net.Dialer{
		Timeout:         timeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: patience / 2, Interval: patience / 5, Count: 3},
		ControlContext: func(_ context.Context, network, _ string, c syscall.RawConn) (err error) {
			if network == "unix" {
				return nil
			}
			failed := c.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(patience.Milliseconds()))
			})
			if failed != nil {
				return failed
			}
			return err
		},
	}
}
