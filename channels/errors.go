package channels

import (
	"errors"
	"fmt"
)

var (
	// ErrRefused says that the opener did not leave and never will: give up.
	ErrRefused = errors.New("refused")
	// ErrUnsure says that the opener may have left: look, and do not send again.
	ErrUnsure = errors.New("may have left")
	// ErrNotFound says that no trace of an opener is where it would be.
	ErrNotFound = errors.New("no trace found")
)

// A Refusal is a server's final no. It wraps ErrRefused.
type Refusal struct {
	Code   int    // of the reply, such as 550; 0 when the platform has none
	Status string // enhanced status code (RFC 3463), such as 5.7.1; may be empty
	Text   string // the server's words
	// Ours is true where the fault is on our side: our login, our sender's
	// address, our settings. The contact is then void, not the company's loss.
	Ours bool
	// Policy is true where spam or policy was the reason.
	Policy bool
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("refused: %d %s %s", r.Code, r.Status, r.Text)
}

// Unwrap makes errors.Is(r, ErrRefused) hold.
func (r *Refusal) Unwrap() error { return ErrRefused }

// A Fault is one thing wrong with a channel's part of the configuration.
type Fault struct {
	Key  string // its path below the channel, such as smtp.port
	Text string // what is wrong, and what would be right
}
