package chats

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Mischief is what a server does to the messages of those who must survive it.
// The zero value does none. Chances are between 0 and 1, and add up to 1 at most.
type Mischief struct {
	Fail   float64 // that it answers 500, and has not taken the message
	Limit  float64 // that it answers 429, and has not taken it
	Refuse float64 // that it refuses it for good
	Drop   float64 // that it takes it, and cuts the connection before it answers
	Lose   float64 // that it cuts the connection, and has not taken it
	Stall  float64 // that it takes it, and is silent for Pause before it answers
	Pause  time.Duration
}

// A Fate is what becomes of a message.
type Fate int

// The fates.
const (
	Taken Fate = iota
	Failed
	Limited
	Refused
	Dropped
	Lost
	Stalled
)

// Leaves reports whether the message is taken.
func (f Fate) Leaves() bool { return f == Taken || f == Dropped || f == Stalled }

// An Imp does the mischief. It is safe for concurrent use.
type Imp struct {
	mu sync.Mutex
	m  Mischief
	r  *rand.Rand
}

// NewImp returns one whose draws are those of the seed.
func NewImp(m Mischief, seed string) *Imp {
	return &Imp{m: m, r: rand.New(rand.NewChaCha8(sha256.Sum256([]byte("mischief " + seed))))}
}

// Learn makes m what is done from now on.
func (i *Imp) Learn(m Mischief) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.m = m
}

// Fate draws what becomes of the next message.
func (i *Imp) Fate() Fate {
	i.mu.Lock()
	defer i.mu.Unlock()
	x := i.r.Float64()
	for _, f := range []struct {
		chance float64
		fate   Fate
	}{
		{i.m.Fail, Failed},
		{i.m.Limit, Limited},
		{i.m.Refuse, Refused},
		{i.m.Drop, Dropped},
		{i.m.Lose, Lost},
		{i.m.Stall, Stalled},
	} {
		if x < f.chance {
			return f.fate
		}
		x -= f.chance
	}
	return Taken
}

// Answer writes the answer to a message whose fate has been met, or hangs up.
func (i *Imp) Answer(w http.ResponseWriter, r *http.Request, f Fate, answer func()) {
	switch f {
	case Dropped, Lost:
		HangUp(w)
		return
	case Stalled:
		i.mu.Lock()
		pause := i.m.Pause
		i.mu.Unlock()
		Wait(r.Context(), pause)
	}
	answer()
}

// Wait waits for d, or for ctx to end.
func Wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
