package engine_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// A poisonedServer is an IMAP server on which the text of one message cannot be
// had.
type poisonedServer struct {
	*imapmemserver.User
	port     int
	poisoned atomic.Uint32 // its UID
	headers  bool          // its header can be had
}

// startPoisoned starts a server, outside of any bubble.
func startPoisoned(t *testing.T, headers bool) *poisonedServer {
	t.Helper()
	p := &poisonedServer{User: imapmemserver.NewUser("shopper", "secret"), headers: headers}
	if err := p.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return poisonedSession{imapmemserver.NewUserSession(p.User), p}, nil, nil
		},
		InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

// put appends a message that came now.
func (p *poisonedServer) put(raw string) (imap.UID, error) {
	data, err := p.Append("INBOX", literal{strings.NewReader(raw)}, &imap.AppendOptions{Time: time.Now()})
	if err != nil {
		return 0, err
	}
	return data.UID, nil
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// A poisonedSession refuses commands that ask for the poisoned text.
type poisonedSession struct {
	*imapmemserver.UserSession
	server *poisonedServer
}

func (s poisonedSession) Fetch(w *imapserver.FetchWriter, set imap.NumSet, options *imap.FetchOptions) error {
	uids, ok := set.(imap.UIDSet)
	poisoned := imap.UID(s.server.poisoned.Load())
	if !ok || poisoned == 0 || !uids.Contains(poisoned) || len(options.BodySection) == 0 ||
		s.server.headers && options.BodySection[0].Specifier == imap.PartSpecifierHeader {
		return s.UserSession.Fetch(w, set, options)
	}
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeServerBug, Text: "cannot be read"}
}

// A polled channel opens as the fake does, and hears the server's mailbox. A session
// begins and ends at one instant of the bubble, whose time stands still while a
// socket is waited for.
type polled struct {
	*channeltest.Fake
	mail   *email.Channel
	server *poisonedServer
}

func (p polled) Sources() []string { return p.mail.Sources() }

// Open puts the copy of what it opens into the mailbox.
func (p polled) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	receipt, err := p.Fake.Open(ctx, o, leave)
	if err == nil {
		_, err = p.server.put(fmt.Sprintf("Message-ID: <%s>\r\nFrom: %s\r\nTo: %s\r\nSubject: %s\r\n\r\n%s\r\n", o.ID, o.Address, o.Reach, o.Subject, o.Body))
	}
	return receipt, err
}

func (p polled) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	for {
		session, end := context.WithCancel(ctx)
		err := p.mail.Listen(session, from, func(_ context.Context, b channels.Batch) error {
			if err := hear(ctx, b); err != nil {
				return err
			}
			until := from.Until
			if from = b.Checkpoint; from.Until.IsZero() {
				from.Until = until
			} else {
				end()
			}
			return nil
		})
		over := session.Err() != nil
		end()
		if !over {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(30 * time.Minute):
		}
	}
}

// TestUnreadableArrival: an answer that the server does not give is kept for a person
// and holds the one company that its header names, if that can be had. The others
// are judged, and the mark moves on.
func TestUnreadableArrival(t *testing.T) {
	for name, headers := range map[string]bool{"with its header": true, "nothing of it": false} {
		t.Run(name, func(t *testing.T) {
			server := startPoisoned(t, headers)
			mail, err := email.New(email.Config{
				SMTP: email.Server{Host: "127.0.0.1", Port: 9, TLS: email.None},
				IMAP: email.Mailbox{Server: email.Server{
					Host: "127.0.0.1", Port: server.port, TLS: email.None, Username: "shopper", Password: channels.Inline("secret"),
				}},
			}, email.Options{Relogin: time.Nanosecond})
			if err != nil {
				t.Fatal(err)
			}
			withHarness(t, func(ed *edition.Edition) {
				ed.Companies = append(ed.Companies, company(t, "polaris"), company(t, "aurora"))
			}, func(s *harness) {
				unresponsive(s)
				s.change(func() { s.more = map[string]any{"mail": polled{s.fake, mail, server}} })
				answerUnread(s, server)
				for _, c := range s.contacts() {
					if c.Current().Sent.IsZero() || c.Deadline.After(time.Now()) {
						continue
					}
					got := fmt.Sprint(c.Outcome, c.Held, len(c.Letters))
					want := map[string]string{"nordlys": "unanswered0", "polaris": "answered0", "aurora": "unanswered0"}[c.Plan.Company]
					if c.Plan.Company == "nordlys" && headers {
						want = "pendingreview1"
					}
					if got != want {
						t.Errorf("%s: got %s, want %s", c.Plan.Company, got, want)
					}
				}
				s.waitsForAPerson(headers)
			})
		})
	}
}

// answerUnread waits until all companies of a round are asked, lets two of them
// answer, one of which cannot be read, and waits for the end of the promise.
func answerUnread(s *harness, server *poisonedServer) {
	s.t.Helper()
	openOne(s)
	asked := map[string]probes.Contact{}
	for range 20 {
		for _, c := range s.contacts() {
			if _, known := asked[c.Plan.Company]; !known && !c.Current().Sent.IsZero() {
				asked[c.Plan.Company] = c
			}
		}
		if len(asked) == 3 {
			break
		}
		time.Sleep(time.Hour)
	}
	answer := func(co string) imap.UID {
		o := s.opening(asked[co].ID)
		uid, err := server.put(fmt.Sprintf("Message-ID: <a@%s.example>\r\nFrom: kunde@%s.example\r\nTo: %s\r\nIn-Reply-To: <%s>\r\n"+
			"Subject: Re: %s\r\n\r\nHei! Det koster 349 kroner i måneden.\r\n", co, co, o.Address, o.ID, o.Subject))
		if err != nil {
			s.t.Fatal(err)
		}
		return uid
	}
	server.poisoned.Store(uint32(answer("nordlys")))
	answer("polaris")
	time.Sleep(time.Until(asked["aurora"].Deadline) + 12*time.Hour)
}

// waitsForAPerson checks that one arrival is unreadable and waits, and that the mark
// has passed it.
func (s *harness) waitsForAPerson(headers bool) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		var unreadable []string
		for _, q := range []probes.ArrivalQuery{{Channel: "mail", Unmatched: true}, {Channel: "mail", Doubtful: true}} {
			found, err := tx.Arrivals(s.t.Context(), q)
			if err != nil {
				return err
			}
			for _, h := range found {
				raw, err := tx.Evidence(s.t.Context(), h.Digest)
				if err != nil {
					return err
				}
				unreadable = append(unreadable, string(raw))
			}
		}
		if len(unreadable) != 1 || !strings.Contains(unreadable[0], "unreadable: message") ||
			strings.Contains(unreadable[0], "In-Reply-To") != headers {
			s.t.Errorf("a person is told of %q", unreadable)
		}
		marks, err := tx.Checkpoints(s.t.Context(), "mail")
		for _, m := range marks {
			if m.Source == "INBOX" && (time.Since(m.Until) > time.Hour || !strings.HasPrefix(m.Position, "1:")) {
				s.t.Errorf("the mark is %+v", m)
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
