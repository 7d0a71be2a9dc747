package channels

import "errors"

var (
	// ErrRefused says that the opener did not leave and never will: give up.
	ErrRefused = errors.New("refused")
	// ErrUnsure says that the opener may have left: look, and do not send again.
	ErrUnsure = errors.New("may have left")
	// ErrNotFound says that no trace of an opener is where it would be.
	ErrNotFound = errors.New("no trace found")
)

// A Fault is one thing wrong with a channel's part of the configuration.
type Fault struct {
	Key  string // its path below the channel, such as smtp.port
	Text string // what is wrong, and what would be right
}
