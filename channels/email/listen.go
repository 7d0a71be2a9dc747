package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

const (
	defaultPoll = time.Minute
	// longestPoll keeps IDLE below the shortest time after which servers and
	// the boxes before them hang up (RFC 2177 asks for 29 minutes; many do not wait).
	longestPoll = 9 * time.Minute
)

var (
	_ channels.Listener   = (*Channel)(nil)
	_ channels.Copier     = (*Channel)(nil)
	_ channels.Reconciler = (*Channel)(nil)
)

// Copies reports that every opener is sent to ourselves too, and comes back
// unless the provider is known to file such copies away.
func (c *Channel) Copies() bool { return c.cfg.Copies != CopiesNone }

// A listener hears one folder on one connection.
type listener struct {
	*session
	folder string
	junk   string // its name, if mail is put aside there
	hear   channels.Hear
	hops   []string
	origin origin
	clock  func() time.Time

	at        position
	offered   string    // the position that the caller has
	readUntil time.Time // all that had arrived by then was offered
	looked    time.Time // when the last look began that saw all that was there
	unoffered batch     // what was read and is not yet offered
	hearErr   error     // the caller's

	uidNext     imap.UID               // what the server says; 0 = nothing that is of use
	emptyAt     imap.UID               // the uidNext under which nothing was found
	resets      int                    // how often UIDVALIDITY has changed
	highest     imap.UID               // the highest UID that was read or found missing
	fetches     int                    // messages that were read
	retries     bool                   // what is asked for was missing before
	asked       []imap.UID             // of the group that is being read, those from the first that was not read yet
	backward    []imap.UID             // below the mark, where UIDNEXT has gone back
	backTo      imap.UID               // the UIDNEXT up to which they were listed; 0 = none
	failedTries int                    // tries that failed
	dates       map[imap.UID]time.Time // of messages that are fetched without
	unseen      map[imap.UID]time.Time // of missing messages: when the last look began that did not have them; zero = not known
	pause       time.Duration          // before what is announced is looked at again; 0 = none

	refusals  refusals
	sizes     map[imap.UID]int64 // of messages that were given without a text
	heardLate map[imap.UID]bool  // read after the position had passed them
	listed    []imap.UID         // above the position as it was at the last look, in order
	accounted int                // messages that the folder held when all were listed, and those listed since
	counted   bool               // accounted means something
	hides     bool               // the server says that there are more messages than it lists
	hidSince  time.Time          // when the last look began before that
}

// Sources returns the folders: INBOX if none is configured.
func (c *Channel) Sources() []string {
	if len(c.cfg.IMAP.Folders) == 0 {
		return []string{imapconn.Inbox}
	}
	return slices.Clone(c.cfg.IMAP.Folders)
}

// Listen hears one folder on a connection of its own. New mail is offered as
// soon as the server announces it (IDLE, RFC 2177); at each poll the folder is
// selected anew and read to its end, whatever was announced. It changes
// nothing in the folder. The error says at which step the connection broke; it
// wraps os.ErrDeadlineExceeded if that fell silent.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if !slices.Contains(c.Sources(), from.Source) {
		return fmt.Errorf("listen: %q is not a source", from.Source)
	}
	s, err := c.login(ctx, from.Source)
	if err != nil {
		return err
	}
	defer s.close()
	l := &listener{
		session: s, folder: from.Source, hear: hear, hops: c.cfg.TrustedHops, origin: c.cfg.origin(), clock: c.clock,
		at: parsePosition(from.Position), offered: from.Position, readUntil: from.Until, dates: map[imap.UID]time.Time{},
		looked: from.Until, unseen: map[imap.UID]time.Time{}, heardLate: map[imap.UID]bool{},
		sizes: map[imap.UID]int64{}, refusals: refusals{why: map[imap.UID]error{}, log: c.log},
	}
	for _, uid := range l.at.unkept() {
		l.unseen[uid] = from.Until // the checkpoint has not passed when it came
	}
	err = s.timed.Cause(ctx, l.listen(ctx, c.poll(), func() { c.limiter.Works(from.Source) }))
	if ctx.Err() == nil && l.hearErr == nil {
		c.limiter.Failed(from.Source)
	}
	return err
}

// poll returns how often a folder is read whether or not anything is announced.
func (c *Channel) poll() time.Duration {
	if c.cfg.IMAP.Poll <= 0 {
		return defaultPoll
	}
	return min(c.cfg.IMAP.Poll, longestPoll)
}

// listen calls works each time that the folder has been read to its end.
func (l *listener) listen(ctx context.Context, poll time.Duration, works func()) error {
	var err error
	if l.junk, err = l.junkFolder(l.folder); err != nil {
		return fmt.Errorf("list %s: %w", l.folder, err)
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		if err := l.readFolder(ctx); err != nil {
			return err
		}
		works()
		for {
			news, err := l.awaitNews(ctx, ticker.C)
			if err != nil {
				return err
			}
			if !news {
				break
			}
			if err := l.readNews(ctx, poll); err != nil {
				return err
			}
		}
	}
}

// mostResets is how often UIDVALIDITY may change in a session before the folder
// is not selected anew: on some servers it does each time, and all would be
// read again at each poll.
const mostResets = 3

// readFolder selects the folder and reads all that is new. What arrived before it
// began has been offered when it ends: EXAMINE shows the folder as it is, where
// a FETCH alone may show it as it was when the server last looked. The time is
// a whole second, because INTERNALDATE is: what comes later in this second
// bears its beginning as its time.
//
// While a message is missing of which no person was told, the time is that of the
// look before: it may have come since. So it is while the server says that there are
// more messages than it lists.
func (l *listener) readFolder(ctx context.Context) error {
	began := l.clock().Truncate(time.Second)
	if l.resets < mostResets {
		data, err := l.examine(l.folder)
		if err != nil {
			return err
		}
		if err := l.start(data); err != nil {
			return err
		}
	} else if err := l.Noop().Wait(); err != nil {
		return fmt.Errorf("poll %s: %w", l.folder, err)
	}
	exists := l.conn.Exists()
	fresh, err := l.fresh()
	if err != nil {
		return err
	}
	if err := l.readListed(ctx, fresh, began); err != nil {
		return err
	}
	if err := l.count(exists); err != nil {
		return errors.Join(err, l.flush(ctx))
	}
	l.looked = began
	until := l.provenUntil(began)
	if !until.IsZero() {
		l.readUntil = until
	}
	return l.offer(ctx, until)
}

// readListed reads what is new, and then what was missing and is due.
func (l *listener) readListed(ctx context.Context, fresh []imap.UID, began time.Time) error {
	failed := l.failedTries
	due := l.at.due(began)
	backward := slices.DeleteFunc(l.backward, func(uid imap.UID) bool { return slices.Contains(fresh, uid) })
	l.backward = nil
	for _, uids := range [][]imap.UID{fresh, backward} {
		if err := l.read(ctx, uids); err != nil {
			return err
		}
	}
	l.retries = true
	if err := l.read(ctx, due); err != nil {
		return err
	}
	if err := l.readRefused(ctx, began); err != nil {
		return err
	}
	l.retries = false
	if l.failedTries > failed && !l.givesMessages() {
		return fmt.Errorf("fetch %s: the server gives no message at all", l.folder)
	}
	return nil
}

// readNews reads what has been announced. If there is nothing, the next look
// waits a while, and twice as long each time: some servers announce the same
// for ever.
func (l *listener) readNews(ctx context.Context, poll time.Duration) error {
	fetches := l.fetches
	l.emptyAt = 0
	fresh, err := l.fresh()
	if err != nil {
		return err
	}
	if err := l.read(ctx, fresh); err != nil {
		return err
	}
	if l.pause = min(max(time.Second, 2*l.pause), poll); l.fetches > fetches {
		l.pause = 0
	}
	return nil
}

// start sets out from where the folder now is. Under a new UIDVALIDITY every
// number is new. So it is where the next UID lies at or below one already read,
// as on a mailbox restored from a backup, and no such message is there: some
// servers give a wrong UIDNEXT for ever. Where such a message is there, new ones may
// come below it, as on a mailbox that was rebuilt: what lies up to the next UID is
// read once more in each session, and then what is new there.
func (l *listener) start(data *imap.SelectData) error {
	l.uidNext = data.UIDNext
	if data.UIDValidity != 0 && data.UIDValidity != l.at.validity {
		if l.at.validity != 0 {
			l.resets++
		}
		l.restart(data.UIDValidity)
		return nil
	}
	if l.uidNext == 0 || l.uidNext > l.at.uid {
		return nil
	}
	l.uidNext = 0
	above, err := l.list(l.at.uid - 1)
	if err != nil {
		return err
	}
	if len(above) == 0 {
		l.restart(l.at.validity)
		return nil
	}
	return l.goBack(data.UIDNext)
}

// restart sets out from the beginning of the folder.
func (l *listener) restart(validity uint32) {
	l.at, l.highest, l.heardLate = position{validity: validity}, 0, map[imap.UID]bool{}
}

// goBack finds the messages below the next UID where that has gone back.
func (l *listener) goBack(next imap.UID) error {
	from := max(1, l.backTo)
	if next <= from {
		return nil
	}
	l.backTo = next
	found, refused, err := l.search(imap.UIDSet{{Start: from, Stop: next - 1}})
	if refused != nil {
		found, err = l.fetchUIDs(imap.UIDSet{{Start: from, Stop: next - 1}})
	}
	if errors.As(err, &refused) {
		return nil
	}
	l.backward = slices.DeleteFunc(found, func(uid imap.UID) bool { return uid >= next || l.heardLate[uid] })
	return err
}

// examine selects folder without the right to change it. Where the server does
// not know how, or will not, or breaks off each time that it is asked to, it is
// selected with it, and nothing is changed all the same. Where it says no, it is told
// who asks (RFC 2971), if it takes that: some show no folder before.
func (s *session) examine(folder string) (*imap.SelectData, error) {
	var why error
	if !s.history.skips(optionalExamine) {
		data, err := s.examineOnly(folder)
		if err == nil {
			return data, nil
		}
		if refused := (*imap.Error)(nil); !errors.As(err, &refused) {
			return nil, fmt.Errorf("select %s: %w", folder, err)
		}
		why = err
	}
	data, err := s.Select(folder, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("select %s: %w", folder, cmp.Or(why, err))
	}
	return data, nil
}

// examineOnly selects folder by EXAMINE.
func (s *session) examineOnly(folder string) (*imap.SelectData, error) {
	data, err := s.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	refused := (*imap.Error)(nil)
	if errors.As(err, &refused) && refused.Type != imap.StatusResponseTypeBad && s.Caps().Has(imap.CapID) {
		if _, err := s.ID(&imap.IDData{Name: "svartid"}).Wait(); err != nil && !errors.As(err, &refused) {
			return nil, err
		}
		data, err = s.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	}
	if errors.As(err, &refused) {
		s.history.record(optionalExamine, nil)
		return nil, err
	}
	s.history.record(optionalExamine, err)
	return data, err
}

// junkFolder returns folder if mail ends there that the server or a person took
// for junk: by its name, else by its special use (RFC 6154). A server that
// will not list it, or breaks off each time that it is asked to, leaves the name.
func (l *listener) junkFolder(folder string) (string, error) {
	if junkName(folder) {
		return folder, nil
	}
	if l.history.skips(optionalList) {
		return "", nil
	}
	var options *imap.ListOptions
	if l.Caps().Has(imap.CapListExtended) && l.Caps().Has(imap.CapSpecialUse) {
		options = &imap.ListOptions{ReturnSpecialUse: true}
	}
	listed, err := l.List("", folder, options).Collect()
	if refused := (*imap.Error)(nil); errors.As(err, &refused) {
		err = nil
	}
	if l.history.record(optionalList, err); err != nil {
		return "", err
	}
	if slices.ContainsFunc(listed, func(data *imap.ListData) bool {
		return data.Mailbox == folder && slices.Contains(data.Attrs, imap.MailboxAttrJunk)
	}) {
		return folder, nil
	}
	return "", nil
}

// junkName reports whether a folder's name says that it holds junk, in the
// languages of the Nordic countries.
func junkName(folder string) bool {
	folder = strings.ToLower(folder)
	return slices.ContainsFunc(
		[]string{"junk", "spam", "søppel", "uønsket", "skräp", "roskaposti", "ruslpóstur", "bulk mail"},
		func(word string) bool { return strings.Contains(folder, word) },
	)
}

// checkIMAP logs in and selects each folder.
func (c *Channel) checkIMAP(ctx context.Context) error {
	s, err := c.connectIMAP(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	var missing []error
	for _, folder := range c.Sources() {
		if _, err := s.examine(folder); err != nil {
			missing = append(missing, s.timed.Cause(ctx, err))
		}
	}
	return errors.Join(missing...)
}
