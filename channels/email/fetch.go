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
	// A batch holds no more than this, so that memory stays bounded while
	// many arrivals share one commit.
	batchMessages = 64
	batchBytes    = 4 << 20
	// groupMessages is how many messages one command asks for: few enough that
	// one which the server cannot give is soon found.
	groupMessages = 16
	// mostMissing is how many messages may be missing at once. More are no
	// matter of single messages, and the checkpoint must not pass them.
	mostMissing = 200
)

// A fetched is a message as the server gave it.
type fetched struct {
	uid      imap.UID
	received time.Time // INTERNALDATE
	size     int64     // RFC822.SIZE, which may count more than was fetched
	raw      []byte
}

// A batch is what will be offered at once.
type batch struct {
	arrivals []channels.Arrival
	bytes    int
}

// A fetchForm is what is asked of a message. The first asks for all that we want to
// know; the others for less, because some servers fail at some of it.
type fetchForm int

// The forms, in the order in which they are tried.
const (
	formAll   fetchForm = iota // the date, the size and the first part of the text
	formText                   // the first part of the text
	formWhole                  // the text without saying how much of it
	forms                      // how many there are
)

// options returns what a FETCH command of r asks for.
func (r fetchForm) options() *imap.FetchOptions {
	text := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: imapconn.Largest}}
	if r == formWhole {
		text.Partial = nil
	}
	return &imap.FetchOptions{
		UID: true, InternalDate: r == formAll, RFC822Size: r == formAll,
		BodySection: []*imap.FetchItemBodySection{text},
	}
}

// read asks for messages in groups, and offers what it gets. A message that
// cannot be had is missing, and holds up none of the others.
func (l *listener) read(ctx context.Context, uids []imap.UID) error {
	for len(uids) > 0 {
		n := l.groupSize(uids)
		l.asked = uids[:n]
		err := l.readGroup(ctx, uids[:n], formAll)
		if err != nil {
			return errors.Join(err, l.flush(ctx))
		}
		l.advance(uids[n-1])
		uids = uids[n:]
	}
	return l.flush(ctx)
}

// advance moves the position to a UID up to which all is settled, and no further than
// the server has given numbers away: one that a search made up must not hide
// those to come.
func (l *listener) advance(uid imap.UID) {
	if uid >= l.uidNext {
		uid = min(uid, l.highest)
	}
	l.at.pass(uid, l.listed, l.clock())
}

// advanceOver moves the position over what was read of a group from its beginning,
// so that a connection which breaks in the midst of it has nothing offered twice.
func (l *listener) advanceOver(uid imap.UID) {
	if len(l.asked) > 0 && l.asked[0] == uid {
		l.advance(uid)
		l.asked = l.asked[1:]
	}
}

// groupSize returns how many of uids one command asks for: one where a session broke
// that should have read it, and where it is a suspect that is asked for again.
func (l *listener) groupSize(uids []imap.UID) int {
	n := min(groupMessages, len(uids))
	for i, uid := range uids[:n] {
		if l.retries || l.history.shaken(l.key(uid)) {
			return max(1, i)
		}
	}
	return n
}

// key returns where a message lies.
func (l *listener) key(uid imap.UID) messageKey { return messageKey{l.folder, l.at.validity, uid} }

// readGroup asks for a group of messages. Those that it does not get it asks for
// by halves, until it knows which of them cannot be had.
func (l *listener) readGroup(ctx context.Context, uids []imap.UID, r fetchForm) error {
	if len(uids) == 1 && r == formAll {
		r = fetchForm(l.history.breaks(l.key(uids[0]))) % forms
	}
	if r != formAll {
		l.fetchDate(uids[0])
	}
	lost, refusal, err := l.fetchGroup(ctx, uids, r)
	if err != nil {
		return l.recordBreak(ctx, uids, lost, err)
	}
	if len(lost) == 0 {
		return nil
	}
	if refusal == nil {
		if lost, err = l.notDeleted(lost); err != nil {
			return l.recordBreak(ctx, uids, lost, err)
		}
	}
	if len(lost) == 1 && len(uids) == 1 && r+1 == forms {
		return l.recordMissing(lost[0], refusal)
	}
	return l.readRest(ctx, len(uids), lost, r)
}

// notDeleted returns those of uids that are still there. The others are missing no more.
func (l *listener) notDeleted(uids []imap.UID) ([]imap.UID, error) {
	there, err := l.stillThere(uids)
	if err != nil {
		return uids, err
	}
	for _, uid := range uids {
		if !slices.Contains(there, uid) {
			l.at.resolved(uid)
			l.at.noteUnlisted(uid, uid, l.clock())
		}
	}
	return there, nil
}

// readRest asks for what a group lacks: for halves of it, or in another way for
// the one message that was asked for alone.
func (l *listener) readRest(ctx context.Context, asked int, lost []imap.UID, r fetchForm) error {
	switch {
	case len(lost) == 0:
		return nil
	case asked == 1:
		return l.readGroup(ctx, lost, r+1)
	case len(lost) == 1:
		return l.readGroup(ctx, lost, formAll)
	}
	half := len(lost) / 2
	if err := l.readGroup(ctx, lost[:half], formAll); err != nil {
		return err
	}
	return l.readGroup(ctx, lost[half:], formAll)
}

// recordBreak notes the message at which a session broke, if one was read then: it is
// missing. So the next session reads all others first, and asks for it last and by
// itself: a login finds one such message, and none of the others waits for it.
func (l *listener) recordBreak(ctx context.Context, uids, lost []imap.UID, err error) error {
	if ctx.Err() != nil || l.hearErr != nil || len(lost) == 0 {
		return err
	}
	suspect := suspectOf(uids, lost)
	for _, uid := range lost {
		l.history.recordShaken(l.key(uid))
	}
	l.history.recordBreak(l.key(suspect))
	delete(l.refusals.why, suspect)
	if _, known := l.at.find(suspect); !known && len(l.at.missing) >= mostMissing {
		return err
	}
	l.noteUnseen(suspect)
	if l.history.breaks(l.key(suspect)) <= freeBreaks {
		l.at.suspect(suspect, l.clock())
	} else {
		l.countTry(ctx, suspect, err)
	}
	if l.retries {
		l.at.pass(suspect, l.listed, l.clock())
	}
	l.advanceOver(suspect)
	return err
}

// freeBreaks is how many sessions may break at a message before that counts as a try:
// a line that fails a few times in a row, whatever was asked for, costs no wait.
const freeBreaks = 1

// countTry notes that a session broke at a message that was asked for by itself.
func (l *listener) countTry(ctx context.Context, suspect imap.UID, err error) {
	m, last := l.at.recordMissing(suspect, l.clock())
	if m.tries >= triesToKeep && !m.kept && l.gaveOthers(m) {
		l.keepUnreadable(m, nil, l.timed.Cause(ctx, err))
		m.kept = true
	}
	if last && m.kept {
		l.at.resolved(suspect)
	}
}

// suspectOf returns which message of a group a session broke at: the first that did
// not come, or the last where the server gives them backwards.
func suspectOf(uids, lost []imap.UID) imap.UID {
	if slices.Contains(lost, uids[0]) && !slices.Contains(lost, uids[len(uids)-1]) {
		return lost[len(lost)-1]
	}
	return lost[0]
}

// gaveOthers reports whether the server has given messages since it did not give one.
// Where it gives none the trouble is its own, and may pass.
func (l *listener) gaveOthers(m missing) bool {
	return l.history.gaveSince(l.folder, m.since) || len(l.at.missing) <= mostBelieved
}

// fetchGroup fetches messages and returns those that it did not get. The refusal is the
// server's no; the error is that of a connection that broke.
func (l *listener) fetchGroup(ctx context.Context, uids []imap.UID, r fetchForm) (lost []imap.UID, refusal *imap.Error, err error) {
	lost = slices.Clone(uids)
	cmd := l.Fetch(imap.UIDSetNum(uids...), r.options())
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		f, err := l.readMessage(msg)
		if err == nil && l.isWhole(f) {
			lost = slices.DeleteFunc(lost, func(uid imap.UID) bool { return uid == f.uid })
			err = l.collect(ctx, f)
		}
		if err != nil {
			l.abandon(cmd)
			return lost, nil, fmt.Errorf("fetch %s: uid %d: %w", l.folder, f.uid, err)
		}
	}
	if err = cmd.Close(); errors.As(err, &refusal) {
		return lost, refusal, nil
	}
	if err != nil {
		err = fmt.Errorf("fetch %s: %w", l.folder, err)
	}
	return lost, nil, err
}

// fetchDate asks for the date of a message that is fetched without it; not again where
// that has ended the connection.
func (l *listener) fetchDate(uid imap.UID) {
	if l.history.isUndated(l.key(uid)) {
		return
	}
	f, err := l.fetchOne(uid, &imap.FetchOptions{UID: true, InternalDate: true})
	refused := (*imap.Error)(nil)
	switch {
	case err == nil:
		l.dates[uid] = f.received
	case !errors.As(err, &refused):
		l.history.recordUndated(l.key(uid))
	}
}

// collect puts a message into the next batch.
func (l *listener) collect(ctx context.Context, f fetched) error {
	l.history.clear(l.key(f.uid), l.clock())
	l.at.resolved(f.uid)
	if l.at.isUnlisted(f.uid) {
		l.heardLate[f.uid] = true
		l.at.noteListed(f.uid)
	}
	l.fetches++
	l.highest = max(l.highest, f.uid)
	if f.received.IsZero() {
		f.received = l.dates[f.uid]
	}
	l.add(l.arrival(f))
	l.advanceOver(f.uid)
	if len(l.unoffered.arrivals) < batchMessages && l.unoffered.bytes < batchBytes {
		return nil
	}
	return l.flush(ctx)
}

func (l *listener) add(a channels.Arrival) {
	l.unoffered.arrivals = append(l.unoffered.arrivals, a)
	l.unoffered.bytes += len(a.Raw)
}

// flush offers what has been read and not yet offered, and the position. It
// does nothing if there is nothing new in either.
func (l *listener) flush(ctx context.Context) error {
	if l.hearErr != nil || len(l.unoffered.arrivals) == 0 && l.at.String() == l.offered {
		return nil
	}
	return l.offer(ctx, time.Time{})
}

// offer hands over what has been read. The server is not hurried while the
// caller takes its time.
func (l *listener) offer(ctx context.Context, until time.Time) error {
	position := l.at.String()
	l.timed.Rest()
	err := l.hear(ctx, channels.Batch{
		Arrivals:   l.unoffered.arrivals,
		Checkpoint: channels.Checkpoint{Source: l.folder, Position: position, Until: until},
	})
	l.timed.Await()
	if err != nil {
		l.hearErr = fmt.Errorf("hear %s: %w", l.folder, err)
		return l.hearErr
	}
	l.unoffered, l.offered = batch{}, position
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
