package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
)

// markedWords are words that occur nowhere else, each put where a person, a server or
// a platform may say something personal.
type markedWords struct {
	mu  sync.Mutex
	all map[string]string // where each stands, by the word
}

// of returns the word of a place, which is the same each time.
func (w *markedWords) of(place string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for word, known := range w.all {
		if known == place {
			return word
		}
	}
	word := fmt.Sprintf("Zqx%cw%cv", 'a'+len(w.all)/26, 'a'+len(w.all)%26)
	w.all[word] = place
	return word
}

// letter is a mail to an opener's address, with the word of a place in each
// part of it.
func (w *markedWords) letter(o channels.Opening, place, body string, headers ...string) channeltest.Letter {
	head := []string{
		"From: \"" + w.of(place+": sender's name") + " Moe\" <" + w.of(place+": sender") + "@kraft.example>",
		"To: " + o.Address, "Subject: " + w.of(place+": subject") + " Re: " + o.Subject, "In-Reply-To: <" + o.ID + ">",
		"Message-ID: <" + w.of(place+": message id") + "@kraft.example>",
		"Reply-To: " + w.of(place+": reply to") + "@kraft.example", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
	}
	return func(at time.Time) []byte {
		stamp := "Date: " + at.Format(time.RFC1123Z)
		lines := append(append(head, headers...), stamp, "", body+" "+w.of(place+": body"), "", "Vennlig hilsen", w.of(place+": signature")+" Moe")
		return []byte(strings.Join(lines, "\r\n"))
	}
}

// replies writes one letter of each kind, all with words in them.
func (w *markedWords) replies(o channels.Opening) []channeltest.Reply {
	auto := []string{"Auto-Submitted: auto-replied", "X-Mailer: " + w.of("mailer"), "X-Failed-Recipients: " + w.of("failed recipient") + "@kraft.example"}
	report := func(at time.Time) []byte {
		return []byte(strings.Join([]string{
			"Return-Path: <>", "From: " + w.of("daemon") + " <mailer-daemon@kraft.example>", "To: " + o.Address, "Subject: Undelivered",
			"Date: " + at.Format(time.RFC1123Z), "MIME-Version: 1.0", `Content-Type: multipart/report; report-type=delivery-status; boundary="b"`, "",
			"--b", "", w.of("notice") + " is not known", "--b", "Content-Type: message/delivery-status", "",
			"Reporting-MTA: dns; " + w.of("reporting mta"), "", "Final-Recipient: rfc822; " + w.of("final recipient") + "@kraft.example",
			"Action: " + w.of("action"), "Status: 5.1." + w.of("status"), "Diagnostic-Code: smtp; 550 5.1.1 <" + w.of("diagnostic") + "@kraft.example>",
			"--b", "Content-Type: message/rfc822", "", "Message-ID: <" + o.ID + ">", "From: " + o.Address, "", "Hei", "--b--", "",
		}, "\r\n"))
	}
	return []channeltest.Reply{
		{After: time.Minute, Raw: w.letter(o, "confirmation", "Takk for din henvendelse. Vi har mottatt e-posten din, hilsen", auto...)},
		{After: 2 * time.Minute, Raw: w.letter(o, "absence", "Jeg er på ferie. Kontakt i mellomtiden", "Auto-Submitted: auto-replied (vacation)")},
		{After: 3 * time.Minute, Raw: report},
		{After: 4 * time.Minute, Raw: w.letter(o, "deflection", "Ring oss på 815 00 000 og spør etter")},
		{After: time.Hour, Raw: w.letter(o, "answer", "Hei! Det koster 349 kr i måneden, sier"), Folder: "INBOX"},
	}
}

// A wordedChannel is a channel where all that can be chosen outside has a marked word
// in it: replies, names, responders, failures and gaps.
type wordedChannel struct {
	*channeltest.Fake
	*markedWords
}

// Open lets openers through, with a receipt in the server's words, or fails
// with an error that quotes an address, as servers do.
func (c *wordedChannel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	quote := func(place string) string { return "<" + c.of(place) + "@kraft.example>" }
	r, err := c.Fake.Open(ctx, o, leave)
	var refusal *channels.Refusal
	switch {
	case errors.As(err, &refusal):
		refusal.Text = quote("refusal") + " is not known here"
		return r, fmt.Errorf("rcpt to %s: %w", quote("refused recipient"), refusal)
	case errors.Is(err, channels.ErrUnsure):
		return r, fmt.Errorf("%w: %s", err, quote("lost reply"))
	case err != nil:
		return r, fmt.Errorf("%w: %s", err, quote("deferral"))
	}
	r.Response, r.ID = "250 ok, queued for "+quote("receipt"), c.of("queue id")
	r.Names = []string{c.of("conversation") + o.Token}
	return r, nil
}

// Listen names who answered, and tells of a gap with the answer.
func (c *wordedChannel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return c.Fake.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		for i := range h.Arrivals {
			a := &h.Arrivals[i]
			if strings.Contains(string(a.Raw), "299 kr") {
				a.Key = c.of("key") + "@kraft.example"
			}
			if !strings.Contains(string(a.Raw), "349 kr") {
				continue
			}
			a.Responder, a.Because = channels.Human, "sender is "+c.of("agent")
			now := time.Now()
			h.Gaps = []channels.Gap{{From: now.Add(-time.Second), To: now, Reach: "post@silent.example", Reason: "room of " + c.of("gap") + " is gone"}}
		}
		return hear(ctx, h)
	})
}

// Close ends conversations.
func (c *wordedChannel) Close(context.Context, channels.Conversation, string) error { return nil }

// TestNothingPersonalInChains lets happen whatever people, servers and platforms
// can have a say in, with a word in each place: none may be in an event, and
// each must be among the evidence or what arrived.
func TestNothingPersonalInChains(t *testing.T) {
	w := &markedWords{all: map[string]string{}}
	withHarness(t, w.edition(t), func(s *harness) {
		w.live(s)
		held := strings.Join(w.held(s), "\n")
		for _, c := range s.contacts() {
			for _, e := range w.history(s, c.ID) {
				written, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				for word, place := range w.all {
					if strings.Contains(strings.ToLower(string(written)), strings.ToLower(word)) {
						t.Errorf("%s of %s holds the %s: %s", e.Kind, c.Plan.Company, place, written)
					}
				}
			}
		}
		for word, place := range w.all {
			if !strings.Contains(held, word) && place != "key" { // only its digest is ever kept
				t.Errorf("the %s was never kept: nothing is shown by its not being in events", place)
			}
		}
	})
}

// edition has a company for each fate of an opener, and one that is called.
func (w *markedWords) edition(t *testing.T) func(*edition.Edition) {
	return func(ed *edition.Edition) {
		mail := ed.Probes[0]
		mail.Closing = "Takk, " + w.of("goodbye")
		chatting(t)(ed)
		ed.Probes = append(ed.Probes, mail)
		ed.Rules.Within["email"] = mail.Within
		ed.Personas = append(ed.Personas, edition.Persona{Channel: "mail", Persona: ed.Personas[0].Persona})
		ed.Companies = []edition.Company{company(t, "kraft"), company(t, "refusing"), company(t, "unsure"), company(t, "silent"), company(t, "called")}
		ed.Companies[4].Reach = map[string]string{"chat": "called"}
	}
}

// live lets a week pass.
func (w *markedWords) live(s *harness) {
	s.t.Helper()
	s.stop()
	s.pace.Settle = time.Minute
	s.more = map[string]any{"mail": &wordedChannel{Fake: s.fake, markedWords: w}, "chat": phone{Fake: s.chat}}
	s.start()
	s.fake.Put("post@kraft.example", channeltest.Company{Replies: w.replies})
	s.fake.Put("post@refusing.example", channeltest.Company{Failures: 1, Fate: channeltest.Refused})
	s.fake.Put("post@unsure.example", channeltest.Company{Fate: channeltest.UnsureLeft, Replies: channeltest.Unresponsive})
	s.fake.Put("post@silent.example", channeltest.Company{Replies: channeltest.Unresponsive})
	time.Sleep(toMonday + time.Second)
	called := w.contact(s, "called")
	for _, report := range []channels.ReportKind{channels.Ringing, channels.InLine, channels.Person} {
		err := s.engine.Report(s.t.Context(), probes.ManualReport{
			Contact: called.ID, Attempt: 1, Report: report, By: w.of("shopper who reports " + string(report)),
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	time.Sleep(2 * time.Hour)
	s.fake.Deliver("", w.letter(channels.Opening{Address: "post@shopper.test"}, "unmatched", "Det koster 299 kr, sier")(time.Now()))
	time.Sleep(2 * time.Hour)
	w.correct(s)
	time.Sleep(toFriday - toMonday)
}

// correct has people judge an arrival that was matched, link one that was not,
// and amend an outcome.
func (w *markedWords) correct(s *harness) {
	s.t.Helper()
	waiting := s.arrivals(probes.ArrivalQuery{Channel: "mail", Unmatched: true})
	if len(waiting) == 0 {
		s.t.Fatal("nothing is unmatched")
	}
	kraft := w.contact(s, "kraft")
	err := s.update(func(ctx context.Context, tx probes.Tx) error {
		for _, j := range []probes.Judgement{
			{Channel: "mail", Arrival: waiting[0].Arrival.Key, Contact: w.contact(s, "silent").ID, Kind: reading.Bot, Reason: w.of("reason of a link"), By: w.of("who links")},
			{Channel: "mail", Arrival: kraft.Attempts[0].Readings[0].Arrival, Kind: reading.Bot, Reason: w.of("reason of a judgement"), By: w.of("who judges")},
		} {
			if err := engine.Judge(ctx, tx, j, time.Now()); err != nil {
				return err
			}
		}
		_, err := engine.Amend(ctx, tx, probes.Correction{Contact: w.contact(s, "unsure").ID, Amendment: probes.Amendment{
			Outcome: probes.Void, Reason: w.of("reason of an amendment"), By: w.of("who amends"),
		}}, time.Now())
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// contact returns a company's first.
func (w *markedWords) contact(s *harness, company string) probes.Contact {
	s.t.Helper()
	for _, c := range s.contacts() {
		if c.Plan.Company == company {
			return c
		}
	}
	s.t.Fatalf("%s has no contact", company)
	return probes.Contact{}
}

// history returns a contact's events.
func (w *markedWords) history(s *harness, id string) (history []probes.Event) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) (err error) {
		_, history, err = tx.Story(s.t.Context(), id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return history
}

// held returns all evidence, and what is kept of arrivals.
func (w *markedWords) held(s *harness) (all []string) {
	s.t.Helper()
	for _, query := range []string{
		`SELECT digest FROM evidence`,
		`SELECT sender || subject || platform || verdict || names FROM arrivals`,
	} {
		rows, err := s.ledger.DB().QueryContext(s.t.Context(), query)
		if err != nil {
			s.t.Fatal(err)
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				s.t.Fatal(err)
			}
			all = append(all, row)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			s.t.Fatal(err)
		}
	}
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		for i, row := range all {
			if kept, err := tx.Evidence(s.t.Context(), row); err == nil {
				all[i] = string(kept)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}
