package probes

import (
	"maps"
	"sync"
)

// SourceHealth say which sources are being heard right now. The zero value is ready;
// a nil one takes and tells nothing.
type SourceHealth struct {
	mu sync.Mutex
	up map[Source]bool
}

// A Source is one source of one channel.
type Source struct{ Channel, Name string }

// Up returns every source that was ever tried, and whether it is heard now.
func (s *SourceHealth) Up() map[Source]bool {
	all := map[Source]bool{}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(all, s.up)
	return all
}

// MarkUp notes that a source is heard.
func (s *SourceHealth) MarkUp(which Source) { s.set(map[Source]bool{which: true}) }

// MarkDown notes that a source is not heard.
func (s *SourceHealth) MarkDown(which Source) { s.set(map[Source]bool{which: false}) }

func (s *SourceHealth) set(news map[Source]bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		s.up = map[Source]bool{}
	}
	maps.Copy(s.up, news)
}
