// Package seal makes the digests by which a ledger holds rows that no event tells of: one
// of each row, and one of how many rows there are and what their digests add up to.
package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Digest returns the SHA-256 of columns, in order, in hexadecimal digits. Those who can
// write a row can make its digest too.
func Digest(columns ...any) string {
	h := sha256.New()
	for _, c := range columns {
		text := fmt.Sprint(c)
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A Sum is how many rows there are, and the bitwise sum without carry of their digests.
// The zero Sum is of none.
type Sum struct {
	Rows int64
	sum  [sha256.Size]byte
}

// Take adds the digest of a row, or takes it out again, as rows says: 1 or -1. With 0 it
// adds what another sum came to.
func (s *Sum) Take(digest string, rows int64) {
	s.Rows += rows
	octets, err := hex.DecodeString(digest)
	if err != nil || len(octets) != len(s.sum) {
		other := sha256.Sum256([]byte(digest)) // no digest at all, and counts as what it is
		octets = other[:]
	}
	for i, b := range octets {
		s.sum[i] ^= b
	}
}

// String returns what the digests come to, in hexadecimal digits.
func (s *Sum) String() string { return hex.EncodeToString(s.sum[:]) }
