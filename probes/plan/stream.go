package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"math/bits"
	"strings"
)

// A Stream yields numbers that follow from a seed and a name: block i is
// HMAC-SHA256, keyed with the seed, of the name and i. Whoever holds the seed
// can draw them again; who does not cannot guess them.
type Stream struct {
	seed  []byte
	name  string
	block uint64
	rest  []byte
}

// NewStream returns the stream that belongs to the parts of a name, in order.
func NewStream(seed string, name ...string) *Stream {
	return &Stream{seed: []byte(seed), name: strings.Join(name, "\x1f")}
}

// Uint64 returns the next number of the stream.
func (s *Stream) Uint64() uint64 {
	if len(s.rest) < 8 {
		mac := hmac.New(sha256.New, s.seed)
		mac.Write([]byte(s.name))
		mac.Write(binary.BigEndian.AppendUint64([]byte{0x1f}, s.block))
		s.block++
		s.rest = mac.Sum(nil)
	}
	n := binary.BigEndian.Uint64(s.rest)
	s.rest = s.rest[8:]
	return n
}

// Below returns a number from 0 up to n, n left out, each as likely: draws
// from the incomplete last stretch are rejected. It panics if n is 0.
func (s *Stream) Below(n uint64) uint64 {
	if n == 0 {
		panic("plan: nothing to draw from")
	}
	for {
		high, low := bits.Mul64(s.Uint64(), n)
		if low >= -n%n {
			return high
		}
	}
}

// Token returns a word of n lower-case letters and digits.
func (s *Stream) Token(n int) string {
	var bytes []byte
	for len(bytes)*8 < n*5 {
		bytes = binary.BigEndian.AppendUint64(bytes, s.Uint64())
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(bytes))[:n]
}

// Shuffle puts n things into a drawn order by the method of Fisher and Yates.
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(s.Below(uint64(i+1))))
	}
}
