package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

const (
	// A hearing holds no more than this, so that memory stays bounded while
	// many arrivals share one commit.
	hearingMessages = 64
	hearingBytes    = 4 << 20
	// groupMessages is how many messages one command asks for: few enough that
	// one which the server cannot give is soon found.
	groupMessages = 16
	// mostMissing is how many messages may be missing at once. More are no
	// matter of single messages, and the mark must not pass them.
	mostMissing = 200
)

// A fetched is a message as the server gave it.
type fetched struct {
	uid      imap.UID
	received time.Time // INTERNALDATE
	size     int64     // RFC822.SIZE, which may count more than was fetched
	raw      []byte
}

// A batch is what will be one hearing.
type batch struct {
	arrivals []channels.Arrival
	bytes    int
}

// A reach is what is asked of a message. The first asks for all that we want to
// know; the others for less, because some servers fail at some of it.
type reach int

// The reaches, in the order in which they are tried.
const (
	reachAll   reach = iota // the date, the size and the first part of the text
	reachPart               // the first part of the text
	reachWhole              // the text without saying how much of it
	reaches                 // how many there are
)

// options returns what a FETCH command of r asks for.
func (r reach) options() *imap.FetchOptions {
	text := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: imapconn.Largest}}
	if r == reachWhole {
		text.Partial = nil
	}
	return &imap.FetchOptions{
		UID: true, InternalDate: r == reachAll, RFC822Size: r == reachAll,
		BodySection: []*imap.FetchItemBodySection{text},
	}
}

// read asks for messages in groups, and offers what it gets. A message that
// cannot be had is missing, and holds up none of the others.
func (e *ear) read(ctx context.Context, uids []imap.UID) error {
	for len(uids) > 0 {
		n := e.together(uids)
		err := e.readGroup(ctx, uids[:n], reachAll)
		if err != nil {
			return errors.Join(err, e.flush(ctx))
		}
		e.pass(uids[n-1])
		uids = uids[n:]
	}
	return e.flush(ctx)
}

// pass moves the mark to a UID up to which all is settled, and no further than
// the server has given numbers away: one that a search made up must not hide
// those to come.
func (e *ear) pass(uid imap.UID) {
	if uid >= e.uidNext {
		uid = min(uid, e.top)
	}
	e.at.uid = max(e.at.uid, uid)
}

// together returns how many of uids one command asks for: one where sessions
// have broken before.
func (e *ear) together(uids []imap.UID) int {
	n := min(groupMessages, len(uids))
	for i, uid := range uids[:n] {
		if e.habits.struck(e.box(uid)) > 0 {
			return max(1, i)
		}
	}
	return n
}

// box returns where a message lies.
func (e *ear) box(uid imap.UID) letterbox { return letterbox{e.folder, e.at.validity, uid} }

// readGroup asks for a group of messages. Those that it does not get it asks for
// by halves, until it knows which of them cannot be had.
func (e *ear) readGroup(ctx context.Context, uids []imap.UID, r reach) error {
	if len(uids) == 1 && r == reachAll {
		r = reach(e.habits.struck(e.box(uids[0]))) % reaches
	}
	if r != reachAll {
		e.date(uids[0])
	}
	lost, refusal, err := e.ask(ctx, uids, r)
	if err != nil {
		return e.brokeAt(ctx, lost, err)
	}
	if len(lost) == 0 {
		return nil
	}
	if refusal == nil {
		if lost, err = e.stillThere(lost); err != nil {
			return e.brokeAt(ctx, lost, err)
		}
	}
	if len(lost) == 1 && len(uids) == 1 && r+1 == reaches {
		return e.lack(lost[0], refusal)
	}
	return e.readRest(ctx, len(uids), lost, r)
}

// readRest asks for what a group lacks: for halves of it, or in another way for
// the one message that was asked for alone.
func (e *ear) readRest(ctx context.Context, asked int, lost []imap.UID, r reach) error {
	switch {
	case len(lost) == 0:
		return nil
	case asked == 1:
		return e.readGroup(ctx, lost, r+1)
	case len(lost) == 1:
		return e.readGroup(ctx, lost, reachAll)
	}
	half := len(lost) / 2
	if err := e.readGroup(ctx, lost[:half], reachAll); err != nil {
		return err
	}
	return e.readGroup(ctx, lost[half:], reachAll)
}

// brokeAt takes note of the messages at which a session broke. One that broke
// sessions when it was asked for alone is missing; else the next session would
// break there too.
func (e *ear) brokeAt(ctx context.Context, lost []imap.UID, err error) error {
	if ctx.Err() != nil || e.deaf != nil {
		return err
	}
	alone := len(lost) == 1 && e.habits.struck(e.box(lost[0])) > 1
	for _, uid := range lost {
		e.habits.strike(e.box(uid))
	}
	if alone {
		if m, last := e.at.lack(lost[0], e.clock()); last {
			e.unreadable(m, nil, e.line.Cause(ctx, err))
		}
		e.at.uid = max(e.at.uid, lost[0])
	}
	return err
}

// ask fetches messages and returns those that it did not get. The refusal is the
// server's no; the error is that of a connection that broke.
func (e *ear) ask(ctx context.Context, uids []imap.UID, r reach) (lost []imap.UID, refusal *imap.Error, err error) {
	lost = slices.Clone(uids)
	cmd := e.Fetch(imap.UIDSetNum(uids...), r.options())
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		f, err := e.readMessage(msg)
		if err == nil && !f.isStandIn() {
			lost = slices.DeleteFunc(lost, func(uid imap.UID) bool { return uid == f.uid })
			err = e.take(ctx, f)
		}
		if err != nil {
			e.abandon(cmd)
			return lost, nil, fmt.Errorf("fetch %s: uid %d: %w", e.folder, f.uid, err)
		}
	}
	if err = cmd.Close(); errors.As(err, &refusal) {
		return lost, refusal, nil
	}
	if err != nil {
		err = fmt.Errorf("fetch %s: %w", e.folder, err)
	}
	return lost, nil, err
}

// date asks for the date of a message that is fetched without it.
func (e *ear) date(uid imap.UID) {
	if f, err := e.one(uid, &imap.FetchOptions{UID: true, InternalDate: true}); err == nil {
		e.dates[uid] = f.received
	}
}

// take puts a message into the next hearing.
func (e *ear) take(ctx context.Context, f fetched) error {
	e.habits.read(e.box(f.uid))
	e.at.settled(f.uid)
	e.fetches++
	e.top = max(e.top, f.uid)
	if f.received.IsZero() {
		f.received = e.dates[f.uid]
	}
	e.put(e.arrival(f))
	if len(e.next.arrivals) < hearingMessages && e.next.bytes < hearingBytes {
		return nil
	}
	return e.flush(ctx)
}

func (e *ear) put(a channels.Arrival) {
	e.next.arrivals = append(e.next.arrivals, a)
	e.next.bytes += len(a.Raw)
}

// flush offers what has been read and not yet offered, and the position. It
// does nothing if there is nothing new in either.
func (e *ear) flush(ctx context.Context) error {
	if e.deaf != nil || len(e.next.arrivals) == 0 && e.at.String() == e.offered {
		return nil
	}
	return e.offer(ctx, time.Time{})
}

// offer hands over what has been read. The server is not hurried while the
// hearer takes its time.
func (e *ear) offer(ctx context.Context, until time.Time) error {
	position := e.at.String()
	e.line.Rest()
	err := e.hear(ctx, channels.Batch{
		Arrivals:   e.next.arrivals,
		Checkpoint: channels.Checkpoint{Source: e.folder, Position: position, Until: until},
	})
	e.line.Await()
	if err != nil {
		e.deaf = fmt.Errorf("hear %s: %w", e.folder, err)
		return e.deaf
	}
	e.next, e.offered = batch{}, position
	return nil
}

// readMessage reads one message. The error is that of a connection that broke
// in the midst of it.
func (s *session) readMessage(msg *imapclient.FetchMessageData) (fetched, error) {
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
			if item.Literal == nil {
				continue
			}
			f.raw = make([]byte, min(item.Literal.Size(), imapconn.Largest))
			if _, err := io.ReadFull(item.Literal, f.raw); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}
