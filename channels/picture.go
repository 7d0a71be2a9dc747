package channels

import "errors"

// A SeenError is an error beside which stands what was on the screen when it arose.
type SeenError struct {
	Err     error
	Picture []byte // WebP
}

// Error says what Err says.
func (s *SeenError) Error() string { return s.Err.Error() }

// Unwrap returns Err.
func (s *SeenError) Unwrap() error { return s.Err }

// PictureOf returns what was on the screen when a conversation was opened, or could not
// be; nil if the channel shows none.
func PictureOf(r Receipt, err error) []byte {
	if seen, ok := errors.AsType[*SeenError](err); ok {
		return seen.Picture
	}
	return r.Picture
}
