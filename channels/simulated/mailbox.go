package simulated

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// The folders of our mailbox.
const (
	inbox = "INBOX"
	junk  = "Junk"
)

// A mailbox is our own, kept in memory and read over IMAP; beside it is our
// second one, for canaries.
type mailbox struct {
	user   *imapmemserver.User
	canary *imapmemserver.User
	server *imapserver.Server
	bell   newMailSignal
}

// newMailbox returns an empty mailbox. Both have the same password.
func newMailbox(username, password string) (*mailbox, error) {
	m := &mailbox{user: imapmemserver.NewUser(username, password), canary: imapmemserver.NewUser(canary, password)}
	users := imapmemserver.New()
	for _, user := range []*imapmemserver.User{m.user, m.canary} {
		users.AddUser(user)
		for _, folder := range []string{inbox, junk} {
			if err := user.Create(folder, nil); err != nil {
				return nil, fmt.Errorf("create folder %s: %w", folder, err)
			}
		}
	}
	m.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &reader{Session: users.NewSession(), bell: &m.bell}, nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		InsecureAuth: true, // the loopback is all it listens on
		Logger:       log.New(io.Discard, "", 0),
	})
	return m, nil
}

// deliver puts a message into a folder, as of the given time, and tells those
// who wait for it.
func (m *mailbox) deliver(folder string, message []byte, at time.Time) error {
	options := &imap.AppendOptions{Time: at}
	if _, err := m.user.Append(folder, bytes.NewReader(message), options); err != nil {
		return fmt.Errorf("deliver to %s: %w", folder, err)
	}
	m.bell.ring()
	return nil
}

// watch puts a message into our second mailbox.
func (m *mailbox) watch(message []byte, at time.Time) error {
	if _, err := m.canary.Append(inbox, bytes.NewReader(message), &imap.AppendOptions{Time: at}); err != nil {
		return fmt.Errorf("deliver to the second mailbox: %w", err)
	}
	return nil
}

// A reader is one who is connected to the mailbox.
type reader struct {
	imapserver.Session
	bell *newMailSignal
}

// Idle announces each message as it comes. The library's own Idle keeps quiet
// about one that came between the last command and IDLE, until another comes.
func (r *reader) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	for {
		rung := r.bell.next()
		if err := r.Poll(w, true); err != nil {
			return fmt.Errorf("announce: %w", err)
		}
		select {
		case <-rung:
		case <-stop:
			return nil
		}
	}
}

// Append takes a message that the reader itself puts into the mailbox.
func (r *reader) Append(
	folder string, message imap.LiteralReader, options *imap.AppendOptions,
) (*imap.AppendData, error) {
	data, err := r.Session.Append(folder, message, options)
	if err == nil {
		r.bell.ring()
	}
	return data, err
}

// A newMailSignal wakes all who wait for it. The zero value is ready, and it is safe
// for concurrent use.
type newMailSignal struct {
	mu   sync.Mutex
	rung chan struct{}
}

// next returns a channel that is closed at the next ring.
func (b *newMailSignal) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

// ring wakes all callers that wait on next.
func (b *newMailSignal) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}
