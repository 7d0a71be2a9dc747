package simulated

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
)

// draws returns the draws for one purpose. The same seed and purpose give the
// same draws, whatever else has been drawn.
func draws(seed string, purpose ...any) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte(fmt.Sprintf("%q %v", seed, purpose)))))
}
