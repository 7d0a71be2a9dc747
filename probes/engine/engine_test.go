package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// A harness is an engine on a real ledger in memory, with a fake channel, inside
// a synctest bubble.
type harness struct {
	t        *testing.T
	edition  *edition.Edition
	fake     *channeltest.Fake
	chat     *channeltest.Fake // the channel chat, for editions that have one
	ledger   *ledger.Ledger
	pace     engine.Timing
	clock    func() time.Time // our own; nil = the bubble's
	vantage  func(context.Context) []engine.Witness
	dead     atomic.Bool    // the ledger fails every write, as when the process is gone
	updates  atomic.Int64   // of the ledger, by the engine
	after    func()         // is called after each of them; nil: nothing is
	more     map[string]any // channels in place of the fakes, by name
	health   probes.SourceHealth
	log      record // what the engine and its queue say
	engine   *engine.Engine
	notified []channels.Prompt
	before   []probes.Job // what the queue holds from before
	stop     func()
}

// A record keeps what several loggers write at once.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(line)
}

// String returns what has been written.
func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// Update fails once the ledger is dead.
func (s *harness) Update(ctx context.Context, fn func(probes.Tx) error) error {
	if s.dead.Load() {
		return errors.New("disk is gone")
	}
	err := s.ledger.Update(ctx, fn)
	if s.updates.Add(1); err == nil && s.after != nil {
		s.after()
	}
	return err
}

// Changes counts as the ledger does.
func (s *harness) Changes(ctx context.Context) (int64, error) { return s.ledger.Changes(ctx) }

// View looks at the ledger.
func (s *harness) View(ctx context.Context, fn func(probes.Tx) error) error {
	return s.ledger.View(ctx, fn)
}

// withHarness runs test inside a bubble, on an edition that edit has changed.
func withHarness(t *testing.T, edit func(*edition.Edition), test func(*harness)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &harness{t: t, edition: season(t), fake: channeltest.NewFake(channeltest.Answering(2 * time.Hour))}
		s.pace.Plan, s.pace.Settle = 10*time.Minute, 10*time.Minute
		if edit != nil {
			edit(s.edition)
		}
		l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(s.edition.Rules).Fold})
		if err != nil {
			t.Fatal(err)
		}
		s.ledger = l
		s.chat = channeltest.NewFake(channeltest.Unresponsive)
		s.fake.Poll, s.chat.Poll = 2*time.Hour, 2*time.Hour
		defer func() {
			s.stop()
			if err := l.Verify(context.Background()); err != nil {
				t.Error(err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}()
		time.Sleep(beforeStart)
		s.start()
		test(s)
	})
}

// start starts the engine: at first on Sunday 2 January 2000, 20:00 UTC.
func (s *harness) start() {
	ctx, cancel := context.WithCancel(context.Background())
	channels := map[string]any{"mail": s.fake, "chat": s.chat}
	maps.Copy(channels, s.more)
	s.engine = &engine.Engine{
		Edition: s.edition, Channels: channels, Ledger: s, Notify: s.notify,
		Queue: s.queue(), Log: slog.New(slog.NewTextHandler(&s.log, nil)), Timing: s.pace,
		Health: &s.health, Clock: s.clock, Vantage: s.vantage,
	}
	done := make(chan error)
	go func() { done <- s.engine.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	}
}

// change stops the engine, changes what it looks at, and starts it again.
func (s *harness) change(what func()) {
	s.stop()
	what()
	s.start()
}

// queue returns a queue that holds what is left from before.
func (s *harness) queue() *queue.Queue {
	q := queue.New(queue.Options{Log: slog.New(slog.NewTextHandler(&s.log, nil))})
	q.Add(s.before...)
	return q
}

// notify keeps what a shopper is told.
func (s *harness) notify(_ context.Context, p channels.Prompt) error {
	s.notified = append(s.notified, p)
	return nil
}

// opening returns what a contact's current attempt says.
func (s *harness) opening(id string) (o channels.Opening) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		c, _, err := tx.Story(s.t.Context(), id)
		if err != nil {
			return err
		}
		words, err := tx.Evidence(s.t.Context(), c.Current().Intent.Words)
		if err != nil {
			return err
		}
		return json.Unmarshal(words, &o)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// contacts returns all contacts, by due time.
func (s *harness) contacts() (all []probes.Contact) {
	s.t.Helper()
	synctest.Wait()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) (err error) {
		all, err = tx.Find(s.t.Context(), probes.Query{})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// amend says as a person what a contact is.
func (s *harness) amend(id string, as probes.Outcome) {
	s.t.Helper()
	data, err := json.Marshal(probes.Amendment{Outcome: as, Reason: "test", By: "kari"})
	if err == nil {
		err = s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(s.t.Context(), id, probes.Event{Kind: probes.Amended, At: time.Now(), Data: data})
			return err
		})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// outcomes counts contacts by outcome.
func (s *harness) outcomes() map[probes.Outcome]int {
	s.t.Helper()
	counts := map[probes.Outcome]int{}
	for _, c := range s.contacts() {
		counts[c.Outcome]++
	}
	return counts
}

// only returns the one contact there is.
func (s *harness) only() probes.Contact {
	s.t.Helper()
	all := s.contacts()
	if len(all) != 1 {
		s.t.Fatalf("got %d contacts, want 1", len(all))
	}
	return all[0]
}

// observed counts the waits in the histograms of calendar and of opening time,
// which must agree.
func (s *harness) observed() (waits uint64) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		totals, err := tx.Totals(s.t.Context(), 0)
		for _, tally := range totals.Tallies {
			waits += tally.Waits.Count
			if tally.OpenWait.Count != tally.Waits.Count {
				s.t.Errorf("got %d waits in opening time, %d in calendar time", tally.OpenWait.Count, tally.Waits.Count)
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return waits
}

// openings counts how often each Message-ID was handed over.
func (s *harness) openings() map[string]int {
	count := map[string]int{}
	for _, o := range s.fake.Openings() {
		count[o.Opening.ID]++
	}
	return count
}

// season asks one company each Monday at nine, and gives it three working days.
func season(t *testing.T) *edition.Edition {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return &edition.Edition{
		Name: "test", Seed: "test", From: date(t, "2000-01-01"), Hours: hours(t, "Mon-Fri 09:00-15:00"),
		Rules: edition.Rules{
			Calendar: calendar.Calendar{Zone: oslo, Country: "NO"}, Opening: hours(t, "Mon-Fri 08:00-16:00"),
			Within: map[string]calendar.Within{"email": {WorkingDays: 3}},
		},
		Probes: []edition.Probe{{
			Name: "email", Channel: "mail", Ticks: ticks(t, "0 9 * * 1", oslo),
			Hours: hours(t, "09:00-12:00"), Within: calendar.Within{WorkingDays: 3},
		}},
		Companies: []edition.Company{company(t, "nordlys")},
		Personas: []edition.Persona{{Channel: "mail", Persona: channels.Persona{
			Name: "Kari Nordmann", Address: "kari.nordmann@shopper.test",
		}}},
		Scenarios: []edition.Scenario{{
			Name: "price", Language: "nb", Subjects: []string{"Spørsmål om pris"},
			Body: "Hei! {Hva koster det|Hva er prisen} hos {{.Company}}? {{.Persona}}",
		}},
	}
}

func company(t *testing.T, id string) edition.Company {
	return edition.Company{
		ID: id, Name: id, Class: "power", Language: "nb", Consent: date(t, "1999-12-01"),
		Reach: map[string]string{"mail": "post@" + id + ".example"},
	}
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hours(t *testing.T, s string) calendar.Hours {
	t.Helper()
	h, err := calendar.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ticks(t *testing.T, cron string, zone *time.Location) calendar.Ticks {
	t.Helper()
	ticks, err := calendar.ParseCron(cron, zone)
	if err != nil {
		t.Fatal(err)
	}
	return ticks
}
