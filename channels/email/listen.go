package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
)

const (
	inbox       = "INBOX"
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

// Copies reports that every opener is sent to ourselves too.
func (c *Channel) Copies() bool { return true }

// An ear hears one folder on one connection.
type ear struct {
	*session
	folder string
	aside  string // its name, if mail is put aside there
	at     position
	hear   channels.Hear
	hops   []string
	clock  func() time.Time
}

// Sources returns the folders: INBOX if none is configured.
func (c *Channel) Sources() []string {
	if len(c.cfg.IMAP.Folders) == 0 {
		return []string{inbox}
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
	s, err := c.login(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	e := &ear{
		session: s, folder: from.Source, at: parsePosition(from.Position),
		hear: hear, hops: c.cfg.TrustedHops, clock: c.clock,
	}
	return s.line.cause(ctx, e.listen(ctx, c.poll()))
}

// poll returns how often a folder is read whether or not anything is announced.
func (c *Channel) poll() time.Duration {
	if c.cfg.IMAP.Poll <= 0 {
		return defaultPoll
	}
	return min(c.cfg.IMAP.Poll, longestPoll)
}

func (e *ear) listen(ctx context.Context, poll time.Duration) error {
	var err error
	if e.aside, err = e.putAside(e.folder); err != nil {
		return fmt.Errorf("list %s: %w", e.folder, err)
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		if err := e.survey(ctx); err != nil {
			return err
		}
		for {
			news, err := e.rest(ctx, ticker.C)
			if err != nil {
				return err
			}
			if !news {
				break
			}
			if err := e.fetch(ctx, time.Time{}); err != nil {
				return err
			}
		}
	}
}

// survey selects the folder and reads all that is new. What arrived before it
// began has been offered when it ends: EXAMINE shows the folder as it is, where
// a FETCH alone may show it as it was when the server last looked. The mark is
// a whole second, because INTERNALDATE is: what comes later in this second
// bears its beginning as its time.
func (e *ear) survey(ctx context.Context) error {
	began := e.clock().Truncate(time.Second)
	data, err := e.examine(e.folder)
	if err != nil {
		return err
	}
	e.at = e.at.enter(data)
	return e.fetch(ctx, began)
}

// examine selects folder without the right to change it.
func (s *session) examine(folder string) (*imap.SelectData, error) {
	data, err := s.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, fmt.Errorf("select %s: %w", folder, err)
	}
	return data, nil
}

// putAside returns folder if mail ends there that the server or somebody took
// for junk: by its special use (RFC 6154), else by its name. A server that
// will not list it leaves the name.
func (s *session) putAside(folder string) (string, error) {
	var options *imap.ListOptions
	if s.Caps().Has(imap.CapListExtended) && s.Caps().Has(imap.CapSpecialUse) {
		options = &imap.ListOptions{ReturnSpecialUse: true}
	}
	listed, err := s.List("", folder, options).Collect()
	if refused := (*imap.Error)(nil); err != nil && !errors.As(err, &refused) {
		return "", err
	}
	if junkName(folder) || slices.ContainsFunc(listed, func(data *imap.ListData) bool {
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
	s, err := c.login(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	var missing []error
	for _, folder := range c.Sources() {
		if _, err := s.examine(folder); err != nil {
			missing = append(missing, s.line.cause(ctx, err))
		}
	}
	return errors.Join(missing...)
}
