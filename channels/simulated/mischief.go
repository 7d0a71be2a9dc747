package simulated

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Mischief is what the submission server does to those who must survive it.
// The zero value does none. Chances are between 0 and 1.
type Mischief struct {
	Stall float64       // that it is long in answering MAIL, RCPT or the end of DATA
	Pause time.Duration // how long; 0 = a quarter of the scale
	Drop  float64       // that it takes a message, and cuts the connection before its 250
	Lose  float64       // that it cuts the connection there, and has not taken the message
}

// A faultInjector does the mischief. It is safe for concurrent use, but which command
// it strikes depends on the order in which they come.
type faultInjector struct {
	Mischief
	quit <-chan struct{} // ends every stall

	mu sync.Mutex
	r  *rand.Rand
}

// A fate is what becomes of a message at the end of DATA.
type fate int

const (
	taken   fate = iota // and answered 250
	dropped             // taken, with no answer
	lost                // neither taken nor answered
)

// fate draws what becomes of the next message.
func (i *faultInjector) fate() fate {
	switch x := i.float(); {
	case x < i.Drop:
		return dropped
	case x < i.Drop+i.Lose:
		return lost
	}
	return taken
}

// stall returns now or, at times, after a pause.
func (i *faultInjector) stall() {
	if i.float() >= i.Stall {
		return
	}
	pause := time.NewTimer(i.Pause)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-i.quit:
	}
}

// float draws a number below 1.
func (i *faultInjector) float() float64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.r.Float64()
}
