//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package ledger

// lock does nothing where there is no flock: the operator has to see that only
// one process writes to the ledger.
func lock(location) (unlock func() error, err error) {
	return func() error { return nil }, nil
}

// readOnly is not known where there are no permissions of this kind.
func (p location) readOnly() bool { return false }
