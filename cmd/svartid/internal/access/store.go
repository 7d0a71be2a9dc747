package access

import (
	"maps"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// A store keeps sessions in memory, each until it expires. The library's own has a
// goroutine to sweep, whose start and end are not in order.
type store struct {
	mu       sync.Mutex
	sessions map[string]kept
}

// A kept is one session as the library writes it.
type kept struct {
	data    []byte
	expires time.Time
}

var _ scs.Store = (*store)(nil)

// Find returns the session of a token, unless it has expired.
func (s *store) Find(token string) (data []byte, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.sessions[token]
	if !ok || time.Now().After(k.expires) {
		return nil, false, nil
	}
	return k.data, true, nil
}

// Commit keeps a session. With a new one it sweeps those that have expired.
func (s *store) Commit(token string, data []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.sessions[token]; !ok {
		maps.DeleteFunc(s.sessions, func(_ string, k kept) bool { return time.Now().After(k.expires) })
	}
	if s.sessions == nil {
		s.sessions = map[string]kept{}
	}
	s.sessions[token] = kept{data, expires}
	return nil
}

// Delete forgets a session.
func (s *store) Delete(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, token)
	return nil
}
