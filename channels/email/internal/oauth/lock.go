//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package oauth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// lockPatience is how long another process may keep the tokens' file: two
	// answers of an authorization server, and some.
	lockPatience = 2*tokenPatience + 10*time.Second
	// lockPause is how long we wait before we look again.
	lockPause = 20 * time.Millisecond
)

// alone keeps other processes from spending the refresh token in the file, until
// unlock is called or the process ends in whatever way. Tokens that are given for
// the client's secret are not spent, and need no lock. The lock's file stays
// behind, because removing it could free a lock twice.
func (t *Tokens) alone(ctx context.Context) (unlock func(), err error) {
	if t.file == "" || t.cfg.Grant != RefreshToken {
		return func() {}, nil
	}
	f, err := os.OpenFile(t.file+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the tokens: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			// Unlocked before it is closed: a program that is being started at this very
			// moment may hold a copy of the file a while longer, and the lock with it.
			return func() { _ = errors.Join(unix.Flock(int(f.Fd()), unix.LOCK_UN), f.Close()) }, nil
		}
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
			select {
			case <-time.After(lockPause):
				continue
			case <-ctx.Done():
				err = fmt.Errorf("another process renews them: %w", ctx.Err())
			}
		}
		return nil, errors.Join(fmt.Errorf("lock the tokens in %s: %w", t.file, err), f.Close())
	}
}
