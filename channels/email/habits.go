package email

import (
	"sync"

	"github.com/emersion/go-imap/v2"
)

// Habits are what we have learnt of a server while the program runs. They keep
// the next session from breaking where the last one did.
type habits struct {
	mu      sync.Mutex
	broke   map[string]int    // how often sessions in a row broke at a step that can be left out
	strikes map[letterbox]int // how often a session broke while it read this message
}

// A letterbox is where a message lies.
type letterbox struct {
	folder   string
	validity uint32
	uid      imap.UID
}

// Steps of a session that can be left out.
const (
	habitList = "list"
	habitIdle = "idle"
)

// mostBreaks is how many sessions may break at a step before it is left out.
const mostBreaks = 2

func newHabits() *habits {
	return &habits{broke: map[string]int{}, strikes: map[letterbox]int{}}
}

// breaks takes note of whether a session broke at a step.
func (h *habits) breaks(at string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.broke[at] = 0
		return
	}
	h.broke[at]++
}

// refused takes note that the server does not do a step at all.
func (h *habits) refused(at string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broke[at] = mostBreaks
}

// avoids reports whether a step is better left out.
func (h *habits) avoids(at string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.broke[at] >= mostBreaks
}

// strike takes note that a session broke while it read one of these messages.
func (h *habits) strike(all ...letterbox) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range all {
		h.strikes[l]++
	}
}

// struck returns how often sessions broke while they read a message.
func (h *habits) struck(l letterbox) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.strikes[l]
}

// read takes note that a message was read after all.
func (h *habits) read(l letterbox) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.strikes, l)
}
