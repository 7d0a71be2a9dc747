package simulated

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A Turn is one opener that reached a company, and all that came of it: the
// truth that svartid's own figures can be compared with.
type Turn struct {
	Company  string    // its id
	Address  string    // the envelope's sender: ours, unique to the attempt
	ID       string    // the opener's Message-ID without brackets; empty if refused
	Received time.Time // when the server had all of it, or refused it
	Refused  bool      // at RCPT, so the opener was never read
	Replies  []Reply   // in order of time
}

// A Reply is one that is on its way, or delivered.
type Reply struct {
	Kind      Kind
	Due       time.Time
	Delivered time.Time // into our mailbox; zero = not yet
	ID        string    // its Message-ID without brackets, once delivered
	Folder    string    // INBOX or Junk, once delivered
}

// A record is the log in the making. It is safe for concurrent use.
type record struct {
	mu       sync.Mutex
	turns    []Turn
	heard    map[string]int // openers, by company
	accepted map[string]int // companies' copies, by Message-ID
}

// newRecord returns one with nothing in it.
func newRecord() *record {
	return &record{heard: make(map[string]int), accepted: make(map[string]int)}
}

// count notes that a company has taken an opener, and says how many it has
// taken by now.
func (r *record) count(company, id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard[company]++
	r.accepted[id]++
	return r.heard[company]
}

// add notes a turn and returns its number.
func (r *record) add(t Turn) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turns = append(r.turns, t)
	return len(r.turns) - 1
}

// deliver puts an errand's reply into the mailbox and notes it, as one: who
// reads the log finds all that is in the mailbox, and nothing that is not.
func (r *record) deliver(e errand, delivered Reply, put func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := put(); err != nil {
		return err
	}
	noted := &r.turns[e.turn].Replies[e.reply]
	delivered.Due = noted.Due
	*noted = delivered
	return nil
}

// Log returns every turn so far, in the order that the server took them.
func (w *World) Log() []Turn {
	w.record.mu.Lock()
	defer w.record.mu.Unlock()
	turns := slices.Clone(w.record.turns)
	for i := range turns {
		turns[i].Replies = slices.Clone(turns[i].Replies)
	}
	return turns
}

// Accepted counts, by Message-ID without brackets, the copies of each message
// that companies have taken. The blind copy is none of them, so anything above
// 1 was sent twice.
func (w *World) Accepted() map[string]int {
	w.record.mu.Lock()
	defer w.record.mu.Unlock()
	return maps.Clone(w.record.accepted)
}
