package email

import (
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
)

// A serverHistory is what we have learnt of a server while the program runs. It keeps
// the next session from breaking where the last one did.
type serverHistory struct {
	mu       sync.Mutex
	breaksAt map[string]int       // how often sessions in a row broke at a step that can be left out
	breaksOn map[messageKey]int   // how often a session broke at this message, as far as can be told
	shakenBy map[messageKey]int   // how often a session broke that should have read this message
	gaveAt   map[string]time.Time // when a folder's last message came
	undated  map[messageKey]bool  // a session broke as it asked for this message's date
	surplus  map[string]surplus   // by folder
}

// A surplus is how many messages more a server says that a folder holds than it lists.
type surplus struct {
	n        int
	since    time.Time // when it was first seen
	believed bool      // it has stayed so long that it is the server's way to count
}

// longestSurplus is how long a surplus holds up the time up to which all is heard.
const longestSurplus = 10 * time.Minute

// A messageKey is where a message lies.
type messageKey struct {
	folder   string
	validity uint32
	uid      imap.UID
}

// Steps of a session that can be left out.
const (
	optionalList    = "list"
	optionalPlain   = "plain" // AUTHENTICATE PLAIN, where there is LOGIN
	optionalIdle    = "idle"
	optionalSearch  = "search"
	optionalEnable  = "enable"
	optionalExamine = "examine"
)

// mostBreaks is how many sessions may break at a step before it is left out.
const mostBreaks = 2

func newServerHistory() *serverHistory {
	return &serverHistory{
		breaksAt: map[string]int{}, breaksOn: map[messageKey]int{}, shakenBy: map[messageKey]int{}, gaveAt: map[string]time.Time{},
		undated: map[messageKey]bool{}, surplus: map[string]surplus{},
	}
}

// record notes whether a session broke at a step.
func (h *serverHistory) record(at string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.breaksAt[at] = 0
		return
	}
	h.breaksAt[at]++
}

// refused notes that the server does not do a step at all.
func (h *serverHistory) refused(at string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.breaksAt[at] = mostBreaks
}

// skips reports whether a step is better left out.
func (h *serverHistory) skips(at string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.breaksAt[at] >= mostBreaks
}

// recordBreak notes that a session broke at a message.
func (h *serverHistory) recordBreak(k messageKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.breaksOn[k]++
}

// breaks returns how often sessions broke at a message.
func (h *serverHistory) breaks(k messageKey) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.breaksOn[k]
}

// recordShaken notes that a session broke that should have read a message.
func (h *serverHistory) recordShaken(k messageKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shakenBy[k]++
}

// shaken reports whether sessions broke more than once that should have read a
// message: what ended them may be another than was suspected.
func (h *serverHistory) shaken(k messageKey) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shakenBy[k] > 1
}

// clear notes that a message came at an instant.
func (h *serverHistory) clear(k messageKey, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.breaksOn, k)
	delete(h.shakenBy, k)
	h.gaveAt[k.folder] = at
}

// gaveSince reports whether a message of a folder has come since an instant.
func (h *serverHistory) gaveSince(folder string, since time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.gaveAt[folder].Before(since)
}

// recordUndated notes that a session broke as it asked for a message's date.
func (h *serverHistory) recordUndated(k messageKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.undated[k] = true
}

// isUndated reports whether a session broke as it asked for a message's date.
func (h *serverHistory) isUndated(k messageKey) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.undated[k]
}

// hides reports whether a surplus of n messages in a folder, at an instant, means that
// the server hides some which it may list soon: one that stays is its way to count.
func (h *serverHistory) hides(folder string, n int, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, known := h.surplus[folder]
	switch {
	case n <= 0:
		delete(h.surplus, folder)
		return false
	case s.believed && n <= s.n:
		return false
	case !known || s.believed:
		s = surplus{since: now}
	}
	s.n = n
	s.believed = now.Sub(s.since) >= longestSurplus
	h.surplus[folder] = s
	return !s.believed
}
