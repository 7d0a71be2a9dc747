package probes

import (
	"maps"
	"sync"
)

// Senses say which sources are being heard right now. The zero value is ready;
// a nil one takes and tells nothing.
type Senses struct {
	mu sync.Mutex
	up map[Sense]bool
}

// A Sense is one source of one channel.
type Sense struct{ Channel, Source string }

// Up returns every source that was ever tried, and whether it is heard now.
func (s *Senses) Up() map[Sense]bool {
	all := map[Sense]bool{}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(all, s.up)
	return all
}

// found notes that a source is heard.
func (s *Senses) found(which Sense) { s.set(map[Sense]bool{which: true}) }

// lost notes that a source is not heard.
func (s *Senses) lost(which Sense) { s.set(map[Sense]bool{which: false}) }

func (s *Senses) set(news map[Sense]bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		s.up = map[Sense]bool{}
	}
	maps.Copy(s.up, news)
}
