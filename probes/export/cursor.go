package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrCursor says that an export cannot go on from a cursor: export all anew.
var ErrCursor = errors.New("cursor")

// A Cursor says up to where an export has read. It is handed out as an opaque
// text and fits only the ledger, the edition and the schema that it is of.
type Cursor struct {
	Schema  int    `json:"schema"`
	Ledger  string `json:"ledger"`
	Epoch   string `json:"epoch,omitempty"` // of the ledger; empty: its first
	Edition string `json:"edition"`
	Version int64  `json:"version"` // of the ledger
}

const (
	cursorMark = "svartid-" // what a cursor begins with
	cursorSum  = 6          // bytes of SHA-256 before the rest: a cursor that was cut short is none
	cursorMost = 4096       // bytes; no edition's name is so long
)

// String is the cursor as it is handed out: letters, digits, - and _.
func (c Cursor) String() string {
	body, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	sum := sha256.Sum256(body)
	return cursorMark + base64.RawURLEncoding.EncodeToString(append(sum[:cursorSum], body...))
}

// ParseCursor reads what String wrote, and nothing else. The error wraps
// ErrCursor.
func ParseCursor(s string) (Cursor, error) {
	rest, marked := strings.CutPrefix(s, cursorMark)
	if !marked || len(s) > cursorMost {
		return Cursor{}, fmt.Errorf("%w: not one of svartid's: want that of a manifest.json", ErrCursor)
	}
	broken := fmt.Errorf("%w: was cut short or changed: want it as manifest.json has it", ErrCursor)
	packed, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(packed) < cursorSum {
		return Cursor{}, broken
	}
	var c Cursor
	sum, body := packed[:cursorSum], packed[cursorSum:]
	if want := sha256.Sum256(body); !bytes.Equal(sum, want[:cursorSum]) || json.Unmarshal(body, &c) != nil || c.String() != s {
		return Cursor{}, broken
	}
	return c, nil
}

// since returns the version to go on from; 0 without a cursor.
func (r *reader) since(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	c, err := ParseCursor(cursor)
	if err != nil {
		return 0, err
	}
	switch {
	case c.Schema != SchemaVersion:
		return 0, fmt.Errorf("%w: is of schema %d, this is %d: export all anew", ErrCursor, c.Schema, SchemaVersion)
	case c.Edition != r.Edition.Name:
		return 0, fmt.Errorf("%w: is of edition %s, this is %s", ErrCursor, c.Edition, r.Edition.Name)
	case c.Ledger != r.snapshot.Ledger:
		return 0, fmt.Errorf("%w: is of another ledger", ErrCursor)
	case c.Epoch != r.snapshot.Epoch:
		return 0, fmt.Errorf("%w: is from before the ledger was restored from a copy, moved or taken over by another server: export all anew", ErrCursor)
	case c.Version > r.snapshot.Version:
		return 0, fmt.Errorf("%w: is ahead of the ledger, at version %d of %d: was the ledger restored? Export all anew",
			ErrCursor, c.Version, r.snapshot.Version)
	case c.Version < 1:
		return 0, fmt.Errorf("%w: of version %d, which no ledger has", ErrCursor, c.Version)
	case r.anew():
		return 0, fmt.Errorf("%w: the ledger was folded by other rules than the configuration's, so that nobody knows what has changed: "+
			"let serve open it first, or export all anew", ErrCursor)
	}
	return c.Version, nil
}

// cursor is where this view stands; empty where contacts are folded anew.
func (r *reader) cursor() string {
	if r.anew() || r.snapshot.Version == 0 {
		return ""
	}
	s := r.snapshot
	return Cursor{Schema: SchemaVersion, Ledger: s.Ledger, Epoch: s.Epoch, Edition: r.Edition.Name, Version: s.Version}.String()
}
