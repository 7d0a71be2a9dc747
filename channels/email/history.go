package email

import (
	"sync"

	"github.com/emersion/go-imap/v2"
)

// A serverHistory is what we have learnt of a server while the program runs. It keeps
// the next session from breaking where the last one did.
type serverHistory struct {
	mu       sync.Mutex
	breaksAt map[string]int     // how often sessions in a row broke at a step that can be left out
	breaksOn map[messageKey]int // how often a session broke while it read this message
}

// A messageKey is where a message lies.
type messageKey struct {
	folder   string
	validity uint32
	uid      imap.UID
}

// Steps of a session that can be left out.
const (
	optionalList = "list"
	optionalIdle = "idle"
)

// mostBreaks is how many sessions may break at a step before it is left out.
const mostBreaks = 2

func newServerHistory() *serverHistory {
	return &serverHistory{breaksAt: map[string]int{}, breaksOn: map[messageKey]int{}}
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

// recordBreak notes that a session broke while it read one of these messages.
func (h *serverHistory) recordBreak(all ...messageKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range all {
		h.breaksOn[l]++
	}
}

// breaks returns how often sessions broke while they read a message.
func (h *serverHistory) breaks(l messageKey) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.breaksOn[l]
}

// clear notes that a message was clear after all.
func (h *serverHistory) clear(l messageKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.breaksOn, l)
}
