package page

import "sync"

// A mailbox is a queue without a limit, so that the one who reads the pipe never waits.
type mailbox struct {
	mu     sync.Mutex
	queue  []message
	closed bool
	wake   chan struct{}
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// put adds a message.
func (m *mailbox) put(one message) {
	m.mu.Lock()
	m.queue = append(m.queue, one)
	m.mu.Unlock()
	m.ring()
}

func (m *mailbox) ring() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// close ends each.
func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.ring()
}

// each hands out every message in order until close is called, or gone is closed.
func (m *mailbox) each(gone <-chan struct{}, f func(message)) {
	for {
		m.mu.Lock()
		queue, closed := m.queue, m.closed
		m.queue = nil
		m.mu.Unlock()
		if closed {
			return
		}
		for _, one := range queue {
			f(one)
		}
		select {
		case <-m.wake:
		case <-gone:
			return
		}
	}
}
