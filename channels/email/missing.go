package email

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/header"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

// stillThere returns those of uids that the server has although it gave none of
// them and said OK: by search and by list, because either may be wrong. What
// neither has was deleted meanwhile.
func (l *listener) stillThere(uids []imap.UID) ([]imap.UID, error) {
	set := imap.UIDSetNum(uids...)
	there := map[imap.UID]bool{}
	found, refused, err := l.search(set)
	if err != nil {
		return uids, err
	}
	known := refused == nil
	for _, uid := range found {
		there[uid] = true
	}
	listed, err := l.fetchUIDs(set)
	switch {
	case err == nil:
		known = true
	case !errors.As(err, &refused):
		return uids, err
	}
	for _, uid := range listed {
		there[uid] = true
	}
	if !known {
		return uids, nil
	}
	return slices.DeleteFunc(slices.Clone(uids), func(uid imap.UID) bool { return !there[uid] }), nil
}

// recordMissing notes that a message cannot be had now. After some tries it is kept
// as unreadable, if the server gives others: a server that gives none has a trouble
// of its own, which may pass. It is asked for some more times all the same.
func (l *listener) recordMissing(uid imap.UID, refusal *imap.Error) error {
	why := l.refusals.note(uid, refusal)
	if l.refusals.asking {
		return nil
	}
	if _, known := l.at.find(uid); !known && len(l.at.missing) >= mostMissing {
		return fmt.Errorf("fetch %s: %d messages cannot be had, and now %d: %w", l.folder, mostMissing, uid, why)
	}
	there, err := l.lists(uid)
	if err != nil || !there && uid >= l.uidNext {
		return err // a number that the server has not given away yet
	}
	m, last := l.at.recordMissing(uid, l.clock())
	l.highest = max(l.highest, uid)
	l.failedTries++
	l.noteUnseen(uid)
	switch {
	case m.tries < triesToKeep || !l.givesMessages():
		return nil
	case !there:
		l.at.resolved(uid) // a search has it, and nothing else
		return nil
	}
	if !m.kept {
		err = l.giveUp(m, why)
	}
	if last {
		l.at.resolved(uid)
	}
	return err
}

// noteUnseen notes since when a missing message may lie in the folder: the last
// look did not have it.
func (l *listener) noteUnseen(uid imap.UID) {
	if _, known := l.unseen[uid]; !known {
		l.unseen[uid] = l.looked
	}
}

// provenUntil returns the time before which all that arrived was offered or is known
// as unreadable, after a look that began at the given time; zero = not known.
//
// A missing message of which no person was told yet may have come since the look
// before it was first missed. Others hold up nothing: each concerns one company at
// most, which the arrival that stands for it names.
func (l *listener) provenUntil(began time.Time) time.Time {
	until := began
	for _, uid := range l.at.unkept() {
		if unseen := l.unseen[uid]; unseen.Before(until) {
			until = unseen
		}
	}
	if l.hides && l.hidSince.Before(until) {
		until = l.hidSince
	}
	return until
}

// lists reports whether the server has a message where it lists without
// searching. A server that will not say has it.
func (l *listener) lists(uid imap.UID) (bool, error) {
	listed, err := l.fetchUIDs(imap.UIDSetNum(uid))
	if refused := (*imap.Error)(nil); errors.As(err, &refused) {
		return true, nil
	}
	return len(listed) > 0, err
}

// givesMessages reports whether the server gives messages at all: one in this session,
// or one that is asked for as a proof. An empty folder, or one that holds
// nothing but what cannot be had, proves nothing and is believed.
func (l *listener) givesMessages() bool {
	if l.fetches > 0 {
		return true
	}
	proofs, err := l.list(0)
	if err != nil {
		return false
	}
	proofs = slices.DeleteFunc(proofs, func(uid imap.UID) bool {
		_, lacks := l.at.find(uid)
		return lacks
	})
	for _, uid := range proofs[:min(3, len(proofs))] {
		f, err := l.fetchOne(uid, formText.options())
		if err == nil && len(f.raw) > 0 {
			return true
		}
	}
	return len(proofs) == 0 && len(l.at.missing) <= mostBelieved
}

// mostBelieved is how many messages may be all that a folder holds, and none of
// them readable, before it is the server that has a trouble.
const mostBelieved = 3

// fetchOne fetches one message by itself.
func (l *listener) fetchOne(uid imap.UID, options *imap.FetchOptions) (f fetched, err error) {
	cmd := l.Fetch(imap.UIDSetNum(uid), options)
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if f, err = l.readMessage(msg); err != nil {
			l.abandon(cmd)
			return f, err
		}
	}
	return f, cmd.Close()
}

// giveUp keeps an unreadable message, with its header if that can be had: it says
// whom it concerns.
func (l *listener) giveUp(m missing, why error) error {
	f, err := l.fetchOne(m.uid, &imap.FetchOptions{
		UID:         true,
		BodySection: []*imap.FetchItemBodySection{{Specifier: imap.PartSpecifierHeader, Peek: true}},
	})
	l.keepUnreadable(m, f.raw, why)
	if refused := (*imap.Error)(nil); errors.As(err, &refused) {
		return nil
	}
	return err
}

// keepUnreadable puts an arrival for a person into the next batch: a message that
// lies in the folder, and that the server does not give. The message bears the
// mailbox's time if that could be had.
func (l *listener) keepUnreadable(m missing, header []byte, why error) {
	text := fmt.Sprintf("unreadable: message %d of %s (UIDVALIDITY %d) could not be had in %d tries since %s: %v",
		m.uid, l.folder, l.at.validity, m.tries, m.since.UTC().Format("2006-01-02 15:04:05 MST"), why)
	a := channels.Arrival{
		Media: channels.Plain, Raw: []byte(text),
		Responder: channels.Unreadable, Because: text, Flagged: l.junk,
		Times: channels.Times{Arrived: m.since, Noticed: m.since, Precision: l.precision(m.since)},
	}
	if received := l.dates[m.uid]; !received.IsZero() && received.Before(m.since) {
		a.Times = channels.Times{Arrived: received, Server: received, Noticed: m.since}
	}
	if header = bytes.TrimSpace(header); len(header) > 0 {
		a.Media = channels.Mail
		a.Raw = fmt.Appendf(nil, "%s\r\n\r\n[%s]\r\n", header, text)
		if byHop := (fetched{raw: a.Raw, received: a.Times.Server}).times(l.hops, m.since); !byHop.Hop.IsZero() {
			a.Times = byHop
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "unreadable\x00%s\x00%d\x00%d", l.folder, l.at.validity, m.uid))
	a.Key = hex.EncodeToString(sum[:])
	l.at.keep(m.uid)
	l.add(a)
}

// standIns begin the subject of what Exchange gives in place of a message that
// it cannot convert.
const standIns = "retrieval using the imap4 protocol failed for the following message"

// isStandIn reports whether f is what a server gives in a message's place.
func (f fetched) isStandIn() bool {
	for name, value := range header.Fields(f.raw) {
		if name == "subject" {
			return strings.HasPrefix(strings.ToLower(value), standIns)
		}
	}
	return false
}

// Refusals are the messages that a server has refused in a session without ending it.
// They are asked for again with growing pauses, beside the tries that count: a server
// that gives nothing for a minute (THROTTLED) holds nothing up for longer.
type refusals struct {
	why    map[imap.UID]error
	wait   time.Duration // before they are asked for again; 0 = none is refused
	at     time.Time     // when they are asked for again
	turn   int           // which of them is asked for first
	asking bool          // what is refused now does not count
	log    *slog.Logger
}

// note notes that a message was refused; nil = the server said OK and gave no text.
func (r *refusals) note(uid imap.UID, refusal *imap.Error) error {
	r.why[uid] = errors.New("the server says OK and gives no text")
	if refusal != nil {
		r.why[uid] = refusal
	}
	return r.why[uid]
}

// The pauses before refused messages are asked for again. Each is twice as long as the
// one before.
const (
	shortestRefusal = 5 * time.Second
	longestRefusal  = 2 * time.Minute
)

// readRefused asks again for refused messages of which no person was told yet, if it
// is time: for one of them, and as long as the server gives them for the next.
func (l *listener) readRefused(ctx context.Context, now time.Time) error {
	r := &l.refusals
	refused := slices.DeleteFunc(l.at.unkept(), func(uid imap.UID) bool { return r.why[uid] == nil })
	switch {
	case len(refused) == 0:
		r.wait = 0
		return nil
	case r.wait == 0:
		r.wait = shortestRefusal
	case now.Before(r.at):
		return nil
	default:
		r.wait = min(2*r.wait, longestRefusal)
		r.turn++
		r.asking = true
		defer func() { r.asking = false }()
		for i := range refused {
			uid := refused[(r.turn+i)%len(refused)]
			if err := l.read(ctx, []imap.UID{uid}); err != nil {
				return err
			}
			if _, lacks := l.at.find(uid); lacks {
				break
			}
		}
	}
	r.at = now.Add(r.wait)
	if refused = slices.DeleteFunc(l.at.unkept(), func(uid imap.UID) bool { return r.why[uid] == nil }); len(refused) > 0 {
		r.log.Warn("messages refused", "source", l.folder, "messages", len(refused), "again in", r.wait, "err", r.why[refused[0]])
	}
	return nil
}

// isWhole reports whether f is a message as it lies in the folder. Where a header came
// alone although the server's own size says that there is more, the text may not have
// been written yet: such a message is taken as it is only after ten minutes.
func (l *listener) isWhole(f fetched) bool {
	if f.isStandIn() {
		return false
	}
	l.sizes[f.uid] = max(l.sizes[f.uid], f.size)
	beyond := l.sizes[f.uid] - int64(len(f.raw))
	if beyond <= mostMiscounted || len(f.raw) >= imapconn.Largest || !f.lacksText() {
		delete(l.sizes, f.uid)
		return true
	}
	i, lacks := l.at.find(f.uid)
	return lacks && !l.refusals.asking && l.at.missing[i].tries >= triesToKeep-1
}

// mostMiscounted is by how many octets a server may err in the size of a header alone:
// the end of a line, twice.
const mostMiscounted = 4

// lacksText reports whether f is a header, or the beginning of one, and nothing behind it.
func (f fetched) lacksText() bool {
	return !endsHeader(bytes.TrimRight(f.raw, "\r\n"))
}
