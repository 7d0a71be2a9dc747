package probes

import (
	"maps"
	"sync"
)

// SourceHealth say which sources are being heard right now. The zero value is ready;
// a nil one takes and tells nothing.
type SourceHealth struct {
	mu      sync.Mutex
	up      map[Source]bool
	assumed map[Source]bool // as it was heard by another run, of those that were not tried yet
}

// A Source is one source of one channel.
type Source struct{ Channel, Name string }

// Up returns every source that was ever tried, and whether it is heard now. Of one that
// was not tried yet since [SourceHealth.Assume], it is what was assumed.
func (s *SourceHealth) Up() map[Source]bool {
	all := map[Source]bool{}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(all, s.assumed)
	maps.Copy(all, s.up)
	return all
}

// Tried returns the sources that were tried, and whether they are heard now.
func (s *SourceHealth) Tried() map[Source]bool {
	all := map[Source]bool{}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(all, s.up)
	return all
}

// Assume takes over which sources an earlier run heard, until this one has tried
// them: a configuration that is read again silences no source that it leaves as it was.
func (s *SourceHealth) Assume(up map[Source]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assumed = maps.Clone(up)
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
