// Package seal makes the digests by which a ledger holds rows that no event tells of: one
// of each row, and one of how many rows there are and what their digests add up to.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
)

// A Key is what digests are made with. The zero Key is known to all: those who can write a
// row can make its digest too.
type Key struct{ secret []byte }

// NewKey returns the key that is made of a secret; the zero Key if that is empty.
func NewKey(secret []byte) Key { return Key{secret} }

// Name tells keys apart, and tells nothing else of them.
func (k Key) Name() string {
	if len(k.secret) == 0 {
		return "none"
	}
	return k.Digest("the name of the key")[:16]
}

// Digest returns the digest of columns, in order, in hexadecimal digits: their SHA-256,
// or HMAC-SHA-256 (RFC 2104) with a key.
func (k Key) Digest(columns ...any) string {
	h := k.hash()
	for _, c := range columns {
		text := fmt.Sprint(c)
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (k Key) hash() hash.Hash {
	if len(k.secret) == 0 {
		return sha256.New()
	}
	return hmac.New(sha256.New, k.secret)
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
