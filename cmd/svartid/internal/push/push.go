// Package push tells shoppers' telephones when a prompt is due, by the push services of
// their browsers (RFC 8030). What is told is encrypted for the telephone (RFC 8291): the
// service learns that there is something, and not what.
package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/report"
)

// A Sender tells telephones of the prompts of an edition. Fill it, then Run it.
type Sender struct {
	Registry *Registry
	Ledger   probes.Ledger
	Edition  *edition.Edition
	Slot     time.Duration // for a person to send a prompt, from its slot
	Log      *slog.Logger
	Clock    func() time.Time
	Every    time.Duration // between looks for a prompt that is due. 0 = 2 seconds
	Client   *http.Client  // nil: one that reaches the internet, and nothing of our own
	// May reports whether a visitor may still see prompts, by name: the telephones of one
	// who may not are forgotten. Nil: all may.
	May func(name string) bool

	told map[string]bool // prompts, by contact and attempt
}

// late is how long after its slot a prompt is still told, so that a program that starts
// anew does not tell again what was told before.
const late = 2 * time.Minute

// Run tells telephones of what is due until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	s.told = map[string]bool{}
	if s.Client == nil {
		s.Client = outside()
	}
	every := s.Every
	if every == 0 {
		every = 2 * time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("telephones were not told of a prompt", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look tells what has come up since the last look.
func (s *Sender) look(ctx context.Context) error {
	var due []probes.Contact
	err := s.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		due, err = tx.Find(ctx, probes.Query{
			Edition: s.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptPrompt},
		})
		return err
	})
	if err != nil {
		return err
	}
	now := s.Clock()
	for _, c := range due {
		a := c.Current()
		name := fmt.Sprint(c.ID, " ", a.Number)
		if s.told[name] {
			continue
		}
		s.told[name] = true
		if now.Sub(a.Due) < late {
			err = errors.Join(err, s.tell(ctx, c, a.Due.Add(s.Slot).Sub(now)))
		}
	}
	return err
}

// A notice is what the page's worker shows.
type notice struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Tag   string `json:"tag"` // one that is told again takes its place
	To    string `json:"to"`
}

// tell tells the telephones of a contact's persona, each in its language. Left is how
// long the prompt may wait.
func (s *Sender) tell(ctx context.Context, c probes.Contact, left time.Duration) error {
	printers, err := report.Printers(s.Edition.Zone())
	if err != nil {
		return err
	}
	company := c.Plan.Company
	if co, known := s.Edition.Company(company); known {
		company = co.Name
	}
	var failed error
	for _, t := range s.Registry.told(c.Plan.Persona) {
		if s.May != nil && !s.May(t.Name) {
			failed = errors.Join(failed, s.Registry.forget(t.Endpoint))
			continue
		}
		p := printers[0]
		for _, other := range printers {
			if other.Tag().String() == t.Language {
				p = other
			}
		}
		text, err := json.Marshal(notice{
			Title: company, Body: p.How(c.Current().Prompt.How) + ": " + p.T("%s left to send it", p.Wait(left.Truncate(time.Minute))),
			Tag: c.ID, To: "/queue?open=" + c.ID,
		})
		if err != nil {
			return err
		}
		failed = errors.Join(failed, s.send(ctx, t, text, left))
	}
	return failed
}

// send hands a notice to the push service of a telephone, which keeps it as long as the
// prompt waits. A telephone that the service does not know any more is forgotten.
func (s *Sender) send(ctx context.Context, t telephone, text []byte, left time.Duration) error {
	const longest = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	answer, err := webpush.SendNotificationWithContext(ctx, text,
		&webpush.Subscription{Endpoint: t.Endpoint, Keys: webpush.Keys{P256dh: t.Key, Auth: t.Auth}},
		&webpush.Options{
			HTTPClient: s.Client, TTL: int(max(left, 0).Seconds()), Urgency: webpush.UrgencyHigh,
			Subscriber:     "https://github.com/svartid/svartid",
			VAPIDPublicKey: s.Registry.kept.Public, VAPIDPrivateKey: s.Registry.kept.Private,
		})
	if err != nil {
		return fmt.Errorf("tell a telephone of %s: %w", t.Name, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // the status says it all
	switch {
	case answer.StatusCode == http.StatusGone, answer.StatusCode == http.StatusNotFound:
		return s.Registry.forget(t.Endpoint)
	case answer.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("tell a telephone of %s: the push service says %s", t.Name, answer.Status)
	}
	return nil
}

// errOurs says that a push service would be a machine of our own network.
var errOurs = errors.New("the push service is not on the internet")

// outside returns a client that reaches the internet and nothing of our own network,
// whatever a name stands for by then, and follows nowhere else.
func outside() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() {
			return errOurs
		}
		return nil
	}}
	return &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
