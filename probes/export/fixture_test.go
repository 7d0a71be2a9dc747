package export_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// A fixture is a ledger with an edition that exports it.
type fixture struct {
	*testing.T
	ledger *ledger.Ledger
	source export.Source
}

// newFixture returns one whose ledger is empty.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	opt := ledgertest.Options()
	l, err := ledger.Open(t.Context(), "sqlite::memory:", opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{t, l, export.Source{Rules: opt.Rules, Edition: &edition.Edition{
		Name: "2026", Probes: []edition.Probe{{Name: "weekly", AskForPerson: time.Minute}},
		Companies: []edition.Company{
			{ID: "kraft", Name: "Kraft AS", Class: "power"}, {ID: "vann", Name: "Berg Vann", Class: "water"},
		},
	}}}
}

// must ends the test if there is an error.
func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// update runs an update.
func (f *fixture) update(fn func(ctx context.Context, tx probes.Tx) error) {
	f.Helper()
	f.must(f.ledger.Update(f.Context(), func(tx probes.Tx) error { return fn(f.Context(), tx) }))
}

// live appends what befalls made-up contacts.
func (f *fixture) live(all []ledgertest.Happening) {
	f.Helper()
	f.update(func(ctx context.Context, tx probes.Tx) error {
		for _, h := range all {
			if err := ledgertest.Append(ctx, tx, h); err != nil {
				return err
			}
		}
		return nil
	})
}

// lives makes up what befalls n contacts, mixed.
func lives(n int) []ledgertest.Happening {
	r := rand.New(rand.NewPCG(6, 6))
	return ledgertest.Shuffle(r, ledgertest.Lives(r, n))
}

// write exports into a folder of its own and returns that.
func (f *fixture) write(format export.Format, since string, sheets ...export.Sheet) (string, export.Manifest) {
	f.Helper()
	dir := filepath.Join(f.TempDir(), "out")
	m, err := export.Export{Source: f.source, Format: format, Sheets: sheets}.Write(f.Context(), f.ledger, dir, since)
	f.must(err)
	return dir, m
}

// file reads one file of an export.
func (f *fixture) file(dir, name string) string {
	f.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	f.must(err)
	return string(content)
}

// keep keeps evidence.
func (f *fixture) keep(ctx context.Context, tx probes.Tx, evidence string) string {
	f.Helper()
	digest, err := tx.Keep(ctx, []byte(evidence))
	f.must(err)
	return digest
}

// monday is when the told contacts are asked.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A told contact is one whose story a test tells.
type told struct {
	*fixture
	id, channel string
}

// plan plans the contact's attempt.
func (c told) plan(company string, attempt int) told {
	c.Helper()
	slot := monday.Add(time.Duration(attempt-1) * 24 * time.Hour)
	c.happens(ledgertest.Event(probes.Planned, attempt, monday, probes.Plan{
		Edition: "2026", Company: company, Class: "class-" + company, Channel: c.channel, Probe: "weekly", Attempts: 2,
		Round: monday, Slot: slot, Scenario: "price", Persona: "Kari Nordmann", Within: "2h", Drawn: "d1",
	}))
	return c
}

// asks sends an attempt's opener.
func (c told) asks(attempt int, body string) told {
	c.Helper()
	at := monday.Add(time.Duration(attempt-1)*24*time.Hour + time.Second)
	opening, err := json.Marshal(channels.Opening{
		Token: c.id + "x7", Subject: "Pris?", Body: body, Address: "kari+x7@shopper.example",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@shopper.example"},
	})
	c.must(err)
	c.update(func(ctx context.Context, tx probes.Tx) error {
		words := c.keep(ctx, tx, string(opening))
		_, err := tx.Append(ctx, c.id,
			ledgertest.Event(probes.Intended, attempt, at, probes.Intent{Token: c.id + string(rune('0'+attempt)), Words: words}),
			ledgertest.Event(probes.Sent, attempt, at.Add(250*time.Millisecond), probes.Sending{ID: "Q1", Response: "250 ok"}))
		return err
	})
	return c
}

// An heard arrival is one that came because of a told contact.
type heard struct {
	attempt    int
	after      time.Duration // since monday
	kind       reading.Kind
	media, raw string
	words      string
	doubtful   bool
	centre     string
}

// hears takes an arrival in.
func (c told) hears(h heard) told {
	c.Helper()
	at := monday.Add(h.after)
	key := c.id + "/" + h.after.String()
	c.update(func(ctx context.Context, tx probes.Tx) error {
		j := probes.Classification{
			Arrival: key, Evidence: c.keep(ctx, tx, h.raw), Kind: h.kind, Language: "nb", Centre: h.centre,
			Doubtful: h.doubtful, Probability: 0.94, Times: channels.Times{Arrived: at, Precision: time.Second},
		}
		if h.words != "" {
			j.Words = c.keep(ctx, tx, h.words)
		}
		if _, err := tx.Hear(ctx, probes.StoredArrival{
			Channel: c.channel, Source: "INBOX", Contact: c.id, Attempt: h.attempt, Kind: h.kind, Words: j.Words,
			Arrival: channels.Arrival{Key: key, Media: h.media, Raw: []byte(h.raw), Times: j.Times},
		}); err != nil {
			return err
		}
		_, err := tx.Append(ctx, c.id, ledgertest.Event(probes.Heard, h.attempt, at, j))
		return err
	})
	return c
}

// happens appends events.
func (c told) happens(events ...probes.Event) told {
	c.Helper()
	c.update(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Append(ctx, c.id, events...)
		return err
	})
	return c
}

// tell tells the stories of a few contacts: answered over mail; deflected, in
// doubt and answered over chat; silent; only planned.
func (f *fixture) tell() {
	mail := told{f, "a-mail", "mail"}.plan("kraft", 1).asks(1, "Hei,\n\nhva koster strøm?\n\nHilsen Kari Nordmann")
	mail.hears(heard{
		attempt: 1, after: 5 * time.Second, kind: reading.Acknowledgement, media: channels.Mail,
		raw: "From: Kraft kundeservice <post@kraft.example>\r\nSubject: Mottatt\r\n\r\nTakk, Kari. Vi har mottatt henvendelsen din.\r\n",
	})
	mail.hears(heard{attempt: 1, after: 90 * time.Minute, kind: reading.Answer, media: channels.Mail, raw: letter, centre: "own"})
	mail.happens(
		ledgertest.Event(probes.Closed, 1, monday.Add(2*time.Hour), probes.Closing{Words: "Takk for hjelpen! Hilsen Kari"}),
		ledgertest.Event(probes.Ruled, 1, monday.Add(2*time.Hour), probes.Ruling{Outcome: probes.Answered}))

	chat := told{f, "b-chat", "chat"}.plan("vann", 1).asks(1, "Hei! Er vannet rent?")
	chat.hears(heard{
		attempt: 1, after: time.Minute, kind: reading.Deflection, media: channels.JSON, doubtful: true,
		raw: `{"message":{"sender":{"name":"Lise Berg","id":7}},"content":"..."}`, words: "=Ring oss på 22 33 44 55, hilsen Lise",
	})
	chat.plan("vann", 2).asks(2, "Hei igjen! Er vannet rent?")
	chat.hears(heard{
		attempt: 2, after: 24*time.Hour + time.Minute, kind: reading.Answer, media: channels.Plain,
		raw: "Du chatter med Tor-Arne. Tor svarer: Berg Vann tester 2026-03-01, og \"ja\", det er rent.",
	})
	chat.hears(heard{attempt: 2, after: 24*time.Hour + 2*time.Minute, kind: reading.Other, media: channels.JSON, raw: `{"sticker":1}`})
	chat.happens(ledgertest.Event(probes.Amended, 0, monday, probes.Amendment{
		Arrival: "b-chat/1m0s", Kind: reading.Deflection, Reason: "ringte kari@shopper.example", By: "ola",
	}))

	told{f, "c-silent", "mail"}.plan("kraft", 1).asks(1, "Hei?").happens(
		ledgertest.Event(probes.Covered, 1, monday.Add(3*time.Hour), probes.Coverage{
			Until: monday.Add(3 * time.Hour), Letters: []probes.Unopened{{Arrival: "INBOX/7/82", At: monday.Add(time.Hour)}},
		}),
		ledgertest.Event(probes.Amended, 0, monday, probes.Amendment{
			Outcome: probes.Void, Reason: "feil adresse: kari@shopper.example, sier Kari", By: "ola",
		}))
	told{f, "d-planned", "mail"}.plan("kraft", 1)
	f.update(func(ctx context.Context, tx probes.Tx) error {
		return tx.Advance(ctx, probes.DrawnPlans, channels.Checkpoint{Source: "d1", Until: monday.Add(-time.Hour)})
	})
}

var letter = strings.ReplaceAll(`From: "Hansen, Ola" <ola.hansen@kraft.example>
To: Kari Nordmann <kari+x7@shopper.example>
Subject: Re: Pris?
Content-Type: text/plain; charset=utf-8

Hei Kari,

strømmen koster 1,20 kr, sier Ola. Kraft AS kan nås på +47 915 02 000 eller ola@kraft.example.

Med vennlig hilsen
Ola Hansen

man. 2. mars 2026 skrev Kari Nordmann <kari+x7@shopper.example>:
> hva koster strøm?
`, "\n", "\r\n")
