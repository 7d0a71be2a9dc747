package channels

import (
	"encoding/json"
	"fmt"
)

// Positions are how far conversations have been heard, by their openers' IDs, as a
// checkpoint's Position keeps it for a channel that reads them one by one. The zero value
// has heard none.
type Positions[T any] map[string]T

// ParsePositions reads what String wrote; nothing is the beginning. The error is of what
// is none: nothing is heard from there.
func ParsePositions[T any](s string) (Positions[T], error) {
	p := Positions[T]{}
	if s == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(s), &p); err != nil {
		return nil, fmt.Errorf("position: %w", err)
	}
	return p, nil
}

// String returns p as a checkpoint keeps it.
func (p Positions[T]) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "{}"
	}
	return string(b)
}
