package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"testing"
)

// numbers draws n numbers as the package's promise has it, without leaning on
// its code or on crypto/hmac: RFC 2104 written out.
func numbers(seed, name string, n int) []uint64 {
	key := make([]byte, 64)
	if len(seed) > 64 {
		sum := sha256.Sum256([]byte(seed))
		copy(key, sum[:])
	} else {
		copy(key, seed)
	}
	pad := func(with byte) []byte {
		out := bytes.Clone(key)
		for i := range out {
			out[i] ^= with
		}
		return out
	}
	var all []uint64
	for block := uint64(0); len(all) < n; block++ {
		text := binary.BigEndian.AppendUint64([]byte(name+"\x1f"), block)
		inner := sha256.Sum256(append(pad(0x36), text...))
		outer := sha256.Sum256(append(pad(0x5c), inner[:]...))
		for i := 0; i < 32; i += 8 {
			all = append(all, binary.BigEndian.Uint64(outer[i:]))
		}
	}
	return all[:n]
}

func TestStreamIsHMAC(t *testing.T) {
	for _, tt := range []struct {
		name, seed string
		parts      []string
	}{
		{"a name", "seed", []string{"round", "2027", "email"}},
		{"no name", "seed", nil},
		{"no seed", "", []string{"round"}},
		{"a seed as long as a block", strings.Repeat("s", 64), []string{"round"}},
		{"a longer one", strings.Repeat("s", 65), []string{"round"}},
	} {
		s := NewStream(tt.seed, tt.parts...)
		for i, want := range numbers(tt.seed, strings.Join(tt.parts, "\x1f"), 9) {
			if got := s.Uint64(); got != want {
				t.Errorf("%s: number %d: got %d, want %d", tt.name, i, got, want)
			}
		}
	}
}

// TestStreamStays: what was once drawn is drawn for ever; a published digest
// of a plan depends on it.
func TestStreamStays(t *testing.T) {
	s := NewStream("change-me-before-the-season", "round", "2027", "email")
	got := fmt.Sprintf("%016x %d %s", s.Uint64(), s.Below(1000), s.Token(16))
	if want := "fb37a8e192066bdf 679 haeaqoqu7mq54om5"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStreamsAreApart(t *testing.T) {
	seen := map[uint64]string{}
	for _, parts := range [][]string{{"a", "b"}, {"ab"}, {"a"}, {"b", "a"}, {"a", "b", ""}, {}} {
		n := NewStream("seed", parts...).Uint64()
		if other, taken := seen[n]; taken {
			t.Errorf("%q draws what %s does", parts, other)
		}
		seen[n] = fmt.Sprintf("%q", parts)
	}
}

// TestBelowIsEven: each number is as likely, by Pearson's chi-square; the
// bound is the 99.99 % quantile, by the approximation of Wilson and Hilferty.
func TestBelowIsEven(t *testing.T) {
	for _, n := range []uint64{2, 3, 7, 10, 100} {
		const each = 400
		s, counts := NewStream("seed", "even", fmt.Sprint(n)), make([]float64, n)
		for range n * each {
			counts[s.Below(n)]++
		}
		chi := 0.0
		for _, c := range counts {
			chi += (c - each) * (c - each) / each
		}
		df := float64(n - 1)
		if bound := df * math.Pow(1-2/(9*df)+3.72*math.Sqrt(2/(9*df)), 3); chi > bound {
			t.Errorf("below %d: got chi-square %.1f, want at most %.1f", n, chi, bound)
		}
	}
}

// TestBelowRejects: what falls into the incomplete last stretch is drawn anew.
// With 3·2^62 one number in four does.
func TestBelowRejects(t *testing.T) {
	const n = 3 << 62
	raw := numbers("seed", "reject", 400)
	s, rejected := NewStream("seed", "reject"), 0
	for i := 0; i < 300; i++ {
		// The product's low half is below 2^64 mod n = 2^62 for one in four.
		high, low := bits.Mul64(raw[i], n)
		if low < 1<<62 {
			rejected++
			continue
		}
		if got := s.Below(n); got != high {
			t.Fatalf("after %d rejected: got %d, want %d", rejected, got, high)
		}
	}
	if rejected < 50 || rejected > 100 {
		t.Errorf("got %d of 300 rejected, want about 75", rejected)
	}
	for range 100 {
		if got := s.Below(1); got != 0 {
			t.Fatalf("below 1: got %d", got)
		}
	}
}

func TestBelowNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("drew from nothing")
		}
	}()
	NewStream("seed").Below(0)
}

func TestToken(t *testing.T) {
	seen := map[string]bool{}
	for n := range 40 {
		token := NewStream("seed", "token", fmt.Sprint(n)).Token(n)
		if len(token) != n || strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("got %q, want %d lower-case letters and digits", token, n)
		}
	}
	for i := range 1000 {
		seen[NewStream("seed", "token", fmt.Sprint(i)).Token(16)] = true
	}
	if len(seen) != 1000 {
		t.Errorf("got %d different tokens of 1000", len(seen))
	}
}

func TestShuffle(t *testing.T) {
	counts := map[string]int{}
	for i := range 2400 {
		letters := strings.Split("abcd", "")
		s := NewStream("seed", "shuffle", fmt.Sprint(i))
		s.Shuffle(4, func(i, j int) { letters[i], letters[j] = letters[j], letters[i] })
		counts[strings.Join(letters, "")]++
	}
	for order, n := range counts {
		if sorted := strings.Split(order, ""); !slices.IsSorted(sorted) {
			slices.Sort(sorted)
			if strings.Join(sorted, "") != "abcd" {
				t.Fatalf("got %q of abcd", order)
			}
		}
		if n < 60 || n > 140 { // 100 expected, standard deviation 10
			t.Errorf("%s: got %d of 2400, want about 100", order, n)
		}
	}
	if len(counts) != 24 {
		t.Errorf("got %d orders, want 24", len(counts))
	}
	NewStream("seed").Shuffle(0, func(int, int) { t.Error("swapped nothing") })
	NewStream("seed").Shuffle(1, func(int, int) { t.Error("swapped one") })
}
