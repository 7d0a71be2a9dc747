package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/svartid/svartid/channels"
)

const (
	// largest is how much of a message is fetched: the words of a person
	// come first, what they attach behind.
	largest = 2 << 20
	// A hearing holds no more than this, so that memory stays bounded while
	// many arrivals share one commit.
	hearingMessages = 64
	hearingBytes    = 4 << 20
)

// A fetched is a message as the server gave it.
type fetched struct {
	uid      imap.UID
	received time.Time // INTERNALDATE
	size     int64     // RFC822.SIZE, which may count more than was fetched
	raw      []byte
	whole    bool // it came with its text, if only an empty one
}

// A batch is what will be one hearing.
type batch struct {
	arrivals []channels.Arrival
	bytes    int
	top      imap.UID
}

// fetch reads all that is new in one range and offers it, in hearings that
// bear only the position; the last one bears until as well. With a zero until
// it says nothing if there is nothing.
func (e *ear) fetch(ctx context.Context, until time.Time) error {
	if e.at.uid == math.MaxUint32 {
		return fmt.Errorf("fetch %s: no UID is left", e.folder)
	}
	e.floor.Store(uint32(e.at.uid))
	// Not n:*, which stands for the last message even if that is below n
	// (RFC 3501 section 6.4.8), and would bring its text at every poll.
	newer := imap.UIDSet{{Start: e.at.uid + 1, Stop: math.MaxUint32}}
	cmd := e.Fetch(newer, &imap.FetchOptions{
		UID: true, InternalDate: true, RFC822Size: true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: largest}}},
	})
	last, err := e.take(ctx, cmd)
	if err != nil {
		e.abandon(cmd)
		return err
	}
	if err := cmd.Close(); err != nil {
		return fmt.Errorf("fetch %s: %w", e.folder, err)
	}
	if until.IsZero() && len(last.arrivals) == 0 {
		return nil
	}
	return e.offer(ctx, last, until)
}

// take reads the answers to cmd, offers full batches, and returns the last one.
func (e *ear) take(ctx context.Context, cmd *imapclient.FetchCommand) (batch, error) {
	var b batch
	floor := e.at.uid
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		f, err := e.readMessage(msg)
		if err != nil {
			e.wreck()
			return b, fmt.Errorf("fetch %s: uid %d: %w", e.folder, f.uid, err)
		}
		if f.uid <= floor {
			continue // a server that takes a range from its other end
		}
		if !f.whole {
			// A change of flags has taken the message's place, and the
			// library will give the message itself to nobody.
			return b, fmt.Errorf("fetch %s: uid %d came without its text", e.folder, f.uid)
		}
		b.add(f.uid, e.arrival(f))
		if b.full() {
			if err := e.offer(ctx, b, time.Time{}); err != nil {
				return b, err
			}
			b = batch{}
		}
	}
	return b, nil
}

func (b *batch) add(uid imap.UID, a channels.Arrival) {
	b.arrivals = append(b.arrivals, a)
	b.bytes += len(a.Raw)
	b.top = max(b.top, uid)
}

func (b *batch) full() bool {
	return len(b.arrivals) >= hearingMessages || b.bytes >= hearingBytes
}

// offer hands b over. The server is not hurried while the hearer takes its time.
func (e *ear) offer(ctx context.Context, b batch, until time.Time) error {
	if e.astray.Load() {
		return fmt.Errorf("fetch %s: a message came before its UID", e.folder)
	}
	to := position{validity: e.at.validity, uid: max(e.at.uid, b.top)}
	e.line.rest()
	err := e.hear(ctx, channels.Batch{
		Arrivals:   b.arrivals,
		Checkpoint: channels.Checkpoint{Source: e.folder, Position: to.String(), Until: until},
	})
	e.line.await()
	if err != nil {
		return fmt.Errorf("hear %s: %w", e.folder, err)
	}
	e.at = to
	return nil
}

// readMessage reads one message. The error is that of a connection that broke
// in the midst of it.
func (s *session) readMessage(msg *imapclient.FetchMessageData) (fetched, error) {
	defer s.talk.taken()
	var f fetched
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			f.uid = item.UID
		case imapclient.FetchItemDataInternalDate:
			f.received = item.Time
		case imapclient.FetchItemDataRFC822Size:
			f.size = item.Size
		case imapclient.FetchItemDataBodySection:
			f.whole = true
			if item.Literal == nil {
				continue
			}
			s.talk.allow(item.Literal.Size())
			var err error
			if f.raw, err = readText(item.Literal); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// readText reads a message's text, and no more than the largest part that was
// asked for: a server may send all of it.
func readText(literal imap.LiteralReader) ([]byte, error) {
	raw := make([]byte, min(literal.Size(), largest))
	if _, err := io.ReadFull(literal, raw); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return raw, nil
}
