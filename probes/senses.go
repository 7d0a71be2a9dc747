package probes

import "sync"

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
	for sense, up := range s.up {
		all[sense] = up
	}
	return all
}

func (s *Senses) set(channel, source string, up bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		s.up = map[Sense]bool{}
	}
	s.up[Sense{channel, source}] = up
}
