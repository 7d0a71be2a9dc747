package email

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/header"
)

// Reconcile looks in every folder for the blind copy of o. The receipt's time is
// that of the first relay that took the opener, or the copy's own. The error
// wraps channels.ErrNotFound if all folders were read and hold none: a copy
// may still be on its way, so the caller must leave it time.
func (c *Channel) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	id := strings.Trim(o.ID, "<> ")
	if id == "" {
		return channels.Receipt{}, fmt.Errorf("settle %s: it has no Message-ID", o.Attempt)
	}
	places, err := c.look(ctx, id)
	copied, found := places[id]
	switch {
	case err != nil:
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	case !found:
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, channels.ErrNotFound)
	}
	return channels.Receipt{At: copied.at, Response: "blind copy in " + copied.folder}, nil
}

// A place is where a message lies, and when it left.
type place struct {
	folder string
	at     time.Time
}

// look returns where the messages with the ids lie, those that are there. All
// folders were read for the others, unless there is an error.
func (c *Channel) look(ctx context.Context, ids ...string) (map[string]place, error) {
	s, err := c.login(ctx, "settle")
	if err != nil {
		return nil, err
	}
	defer s.close()
	c.limiter.Works("settle")
	places := map[string]place{}
	for _, id := range ids {
		for _, folder := range c.Sources() {
			at, found, err := s.find(folder, id)
			if err != nil {
				return places, s.timed.Cause(ctx, err)
			}
			if found {
				places[id] = place{folder, at}
				break
			}
		}
	}
	return places, nil
}

// find looks for the message with id in folder and returns its time.
func (s *session) find(folder, id string) (at time.Time, found bool, err error) {
	if _, err := s.examine(folder); err != nil {
		return at, false, err
	}
	hits, err := s.UIDSearch(&imap.SearchCriteria{
		Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}},
	}, nil).Wait()
	if err != nil {
		return at, false, fmt.Errorf("search %s: %w", folder, err)
	}
	if len(hits.AllUIDs()) == 0 {
		return at, false, nil
	}
	return s.leftAt(folder, id, imap.UIDSetNum(hits.AllUIDs()...))
}

// leftAt returns the time of the one among uids that is the message with id.
func (s *session) leftAt(folder, id string, uids imap.UIDSet) (at time.Time, found bool, err error) {
	cmd := s.Fetch(uids, &imap.FetchOptions{
		UID: true, InternalDate: true,
		BodySection: []*imap.FetchItemBodySection{{Specifier: imap.PartSpecifierHeader, Peek: true}},
	})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		copied, err := s.readMessage(msg)
		if err != nil {
			s.abandon(cmd)
			return at, false, fmt.Errorf("fetch %s: %w", folder, err)
		}
		if t, ok := copied.leftAs(id); ok && !found {
			at, found = t, true
		}
	}
	if err := cmd.Close(); err != nil {
		return at, false, fmt.Errorf("fetch %s: %w", folder, err)
	}
	return at, found, nil
}

// leftAs reports whether f is the message with id, which a search alone does
// not prove because it finds parts of words too. It returns the time of the
// lowest Received line, our own server's, else the mailbox's.
func (f fetched) leftAs(id string) (at time.Time, ok bool) {
	for name, value := range header.Fields(f.raw) {
		switch name {
		case "message-id":
			ok = ok || strings.Trim(value, "<> ") == id
		case "received":
			if t := header.ReceivedAt(value); !t.IsZero() {
				at = t
			}
		}
	}
	if at.IsZero() {
		at = f.received
	}
	return at, ok
}
