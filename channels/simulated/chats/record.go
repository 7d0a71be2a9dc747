package chats

import (
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

// A Turn is one opener that reached a company, and all that came of it: the
// truth that svartid's own figures can be compared with.
type Turn struct {
	Desk     string // who was asked
	Room     string // the server's name for the conversation
	ID       string // the asker's own id for the message
	Text     string
	Received time.Time
	Replies  []Reply // in order of time
	Closings []string
}

// A Reply is one that is due, or has been said.
type Reply struct {
	Who  channels.Responder
	Text string
	Due  time.Time
	Said time.Time // zero = not yet
	ID   string    // the server's id, once said
}

// A Record is a log in the making. It is safe for concurrent use; the zero
// value is empty.
type Record struct {
	mu    sync.Mutex
	turns []Turn
}

// Add notes a turn whose replies will be lines, and returns its number.
func (r *Record) Add(t Turn, lines []simulated.Line) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range lines {
		t.Replies = append(t.Replies, Reply{Who: l.Who, Text: l.Text, Due: t.Received.Add(l.After)})
	}
	r.turns = append(r.turns, t)
	return len(r.turns) - 1
}

// Said notes that a reply of a turn was said.
func (r *Record) Said(turn, reply int, at time.Time, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	said := &r.turns[turn].Replies[reply]
	said.Said, said.ID = at, id
}

// Closed notes a closing line in the newest turn of a room, if it has one.
func (r *Record) Closed(room, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.turns) - 1; i >= 0; i-- {
		if r.turns[i].Room == room {
			r.turns[i].Closings = append(r.turns[i].Closings, text)
			return
		}
	}
}

// Log returns every turn so far, in the order that they were taken.
func (r *Record) Log() []Turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	turns := slices.Clone(r.turns)
	for i := range turns {
		turns[i].Replies = slices.Clone(turns[i].Replies)
		turns[i].Closings = slices.Clone(turns[i].Closings)
	}
	return turns
}

// Unsaid returns how many replies have not been said yet.
func (r *Record) Unsaid() (n int) {
	for _, turn := range r.Log() {
		for _, reply := range turn.Replies {
			if reply.ID == "" {
				n++
			}
		}
	}
	return n
}

// Accepted counts, by the asker's own id, the copies of each opener that were
// taken: anything above 1 was sent twice.
func (r *Record) Accepted() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := map[string]int{}
	for _, t := range r.turns {
		n[t.ID]++
	}
	return n
}
