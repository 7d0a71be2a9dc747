//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// lock keeps other processes from writing to the ledger, until unlock is
// called or the process ends in whatever way. The lock's file names the
// holder; it stays behind, because removing it could free a lock twice.
func lock(p location) (unlock func() error, err error) {
	file := p.file
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	f, err := os.OpenFile(file+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock ledger %s: %w", p, err)
	}
	if err := hold(f, p); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { return letGo(f) }, nil
}

// readOnly reports whether nothing can be written beside the ledger.
func (p location) readOnly() bool {
	return p.file != "" && unix.Access(filepath.Dir(p.file), unix.W_OK) != nil
}

// letGo unlocks before it closes: a program that is being started at this very
// moment may hold a copy of the file a while longer, and the lock with it.
func letGo(f *os.File) error {
	return errors.Join(unix.Flock(int(f.Fd()), unix.LOCK_UN), f.Close())
}

// hold takes the lock on an open file and writes our process into it.
func hold(f *os.File, p location) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return fmt.Errorf("ledger %s is in use by %s", p, holder(f))
	}
	if err != nil {
		return fmt.Errorf("lock ledger %s: %w", p, err)
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("lock ledger %s: %w", p, err)
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("lock ledger %s: %w", p, err)
	}
	return nil
}

// holder says who has the lock, which may have been taken so recently that its
// process is not written down.
func holder(f *os.File) string {
	pid, err := io.ReadAll(io.LimitReader(f, 20))
	if err != nil || len(pid) == 0 {
		return "another process"
	}
	return "process " + strings.TrimSpace(string(pid))
}
