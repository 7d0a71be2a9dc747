package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// calls runs do on an edition whose only prompt has just come up, with the contact that
// it is of.
func calls(t *testing.T, do func(s *harness, id string)) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	edit := func(ed *edition.Edition) {
		chatting(t)(ed)
		ed.To = date(t, "2000-01-05")
		ed.Rules.LateEnds = map[string]bool{"chat": false}
	}
	withHarness(t, edit, func(s *harness) {
		s.stop()
		s.pace.Settle = time.Minute
		s.more = map[string]any{"chat": phone{Fake: s.chat}}
		s.start()
		time.Sleep(toMonday + time.Second)
		do(s, s.contacts()[0].ID)
	})
}

// TestTapTakenBack: within a minute a tap counts as if it had not been made, the plan of
// another attempt too; a request that is sent again does not bring it back.
func TestTapTakenBack(t *testing.T) {
	const s = time.Second
	type step struct {
		after time.Duration
		tap   channels.ReportKind
		key   string
		back  bool
		ago   time.Duration
		by    string
		want  error
	}
	for _, tt := range []struct {
		name     string
		steps    []step
		outcome  probes.Outcome
		state    probes.State
		wait     time.Duration
		attempts int
	}{
		{"it rings, by mistake", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {s, channels.Ringing, "", true, 0, "", nil}}, probes.Pending, probes.AttemptPrompt, 0, 1},
		{"a request that comes late", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {s, channels.Ringing, "", true, 0, "", nil}, {s, channels.Ringing, "a", false, 2 * s, "", nil}}, probes.Pending, probes.AttemptPrompt, 0, 1},
		{"tapped anew", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {s, channels.Ringing, "", true, 0, "", nil}, {s, channels.Ringing, "b", false, 0, "", nil}}, probes.Pending, probes.AttemptSent, 0, 1},
		{"taken back twice", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {s, channels.Ringing, "", true, 0, "", nil}, {s, channels.Ringing, "", true, 0, "", nil}}, probes.Pending, probes.AttemptPrompt, 0, 1},
		{"answered, by mistake", []step{
			{s, channels.Ringing, "a", false, 0, "", nil},
			{60 * s, channels.Person, "b", false, 0, "", nil},
			{50 * s, channels.Person, "", true, 0, "", nil},
			{40 * s, channels.Person, "c", false, 0, "", nil},
		}, probes.Answered, probes.AttemptSent, 150 * s, 1},
		{"gave up, by mistake", []step{
			{s, channels.Ringing, "a", false, 0, "", nil}, {320 * s, channels.GaveUp, "b", false, 0, "", nil}, {10 * s, channels.GaveUp, "", true, 0, "", nil},
		}, probes.Pending, probes.AttemptSent, 0, 1},
		{"after a minute", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {61 * s, channels.Ringing, "", true, 0, "", probes.ErrRetraction}}, probes.Pending, probes.AttemptSent, 0, 1},
		{"within the minute, and told later", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {300 * s, channels.Ringing, "", true, 290 * s, "", nil}}, probes.Pending, probes.AttemptPrompt, 0, 1},
		{"by another person", []step{{s, channels.Ringing, "a", false, 0, "", nil}, {s, channels.Ringing, "", true, 0, "marte", probes.ErrRetraction}}, probes.Pending, probes.AttemptSent, 0, 1},
		{"what was not tapped", []step{{s, channels.Ringing, "", true, 0, "", probes.ErrRetraction}}, probes.Pending, probes.AttemptPrompt, 0, 1},
		{"what something has followed from", []step{
			{s, channels.Ringing, "a", false, 0, "", nil}, {s, channels.Menu, "b", false, 0, "", nil}, {s, channels.Ringing, "", true, 0, "", probes.ErrRetraction},
		}, probes.Pending, probes.AttemptSent, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			calls(t, func(s *harness, id string) {
				for i, step := range tt.steps {
					time.Sleep(step.after)
					do, by := s.engine.Report, "kari"
					if step.back {
						do = s.engine.Unreport
					}
					if step.by != "" {
						by = step.by
					}
					err := do(s.t.Context(), probes.ManualReport{Contact: id, Attempt: 1, Report: step.tap, By: by, Key: step.key, Ago: step.ago})
					if !errors.Is(err, step.want) {
						t.Errorf("step %d: got %v, want %v", i, err, step.want)
					}
				}
				c := s.contacts()[0]
				if c.Outcome != tt.outcome || c.Current().State != tt.state || c.Wait.Round(time.Second) != tt.wait || len(c.Attempts) != tt.attempts {
					t.Errorf("got %s in state %s after %v with %d attempts, want %s %s %v %d",
						c.Outcome, c.Current().State, c.Wait, len(c.Attempts), tt.outcome, tt.state, tt.wait, tt.attempts)
				}
			})
		})
	}
}

// TestTapLater: a tap that a telephone without a connection has kept counts from when it
// was made, and both times are kept. One that cannot have been made then is refused.
func TestTapLater(t *testing.T) {
	calls(t, func(s *harness, id string) {
		prompted := time.Now().Add(-time.Second)
		time.Sleep(20 * time.Minute)
		report := func(tap channels.ReportKind, ago time.Duration) error {
			return s.engine.Report(s.t.Context(), probes.ManualReport{Contact: id, Attempt: 1, Report: tap, By: "kari", Ago: ago})
		}
		for _, tt := range []struct {
			name string
			tap  channels.ReportKind
			ago  time.Duration
			want error
		}{
			{"before it was asked for", channels.Ringing, 25 * time.Minute, probes.ErrReport},
			{"still to come", channels.Ringing, -time.Second, probes.ErrReport},
			{"a day ago", channels.Ringing, 24 * time.Hour, probes.ErrReport},
			{"as long ago as it was", channels.Ringing, 15 * time.Minute, nil},
			{"an answer before it rang", channels.Person, 16 * time.Minute, probes.ErrReport},
			{"an answer in time", channels.Person, 12 * time.Minute, nil},
		} {
			if err := report(tt.tap, tt.ago); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
		}
		c := s.contacts()[0]
		if sent := c.Current().Sent; c.Outcome != probes.Answered || c.Wait != 3*time.Minute || sent.Sub(prompted).Round(time.Minute) != 5*time.Minute {
			t.Errorf("got %s after %v, sent %v after the prompt; want answered after 3 min, sent after 5 min", c.Outcome, c.Wait, sent.Sub(prompted))
		}
		now, seen := time.Now(), 0
		for _, e := range s.story(id) {
			if by := e.Tap(); by != nil {
				seen++
				if !by.Received.Equal(now) || !e.Recorded.After(e.At.Add(10*time.Minute)) {
					t.Errorf("%s at %s says it was received at %s and recorded at %s; it is %s", e.Kind, e.At, by.Received, e.Recorded, now)
				}
			}
		}
		if seen != 2 {
			t.Errorf("got %d taps, want 2", seen)
		}
	})
}

// TestUnjudge: what a person has said of a letter is taken back, the link to its contact
// too; the letter waits again, or is what another person has said.
func TestUnjudge(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Put("", channeltest.Company{})
		time.Sleep(toMonday + time.Hour)
		s.fake.Deliver("", []byte("From: anne@elsewhere.example\r\nTo: post@shopper.test\r\nSubject: Pris\r\n\r\nHei! Det koster 299 kr i måneden. Mvh Anne"))
		s.fake.Deliver("", []byte("From: spam@elsewhere.example\r\nTo: post@shopper.test\r\nSubject: Buy\r\n\r\nBuy now"))
		time.Sleep(toFriday - toMonday)
		waiting := s.arrivals(probes.ArrivalQuery{Unmatched: true})
		if len(waiting) != 2 {
			t.Fatalf("got %d arrivals that wait, want 2", len(waiting))
		}
		id, key, other := s.only().ID, waiting[0].Arrival.Key, waiting[1].Arrival.Key
		word := func(kind reading.Kind, contact, by string) probes.Judgement {
			return probes.Judgement{Channel: "mail", Arrival: key, Kind: kind, Contact: contact, Reason: "r", By: by}
		}
		do := func(name string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
		is := func(name string, outcome probes.Outcome, unmatched int) {
			t.Helper()
			if c, n := s.only(), len(s.arrivals(probes.ArrivalQuery{Unmatched: true})); c.Outcome != outcome || n != unmatched {
				t.Errorf("%s: got %s and %d unmatched, want %s and %d", name, c.Outcome, n, outcome, unmatched)
			}
		}
		ctx := t.Context()
		do("link", s.engine.Judge(ctx, word(reading.Answer, id, "kari")), nil)
		is("link", probes.Answered, 1)
		do("take back as another", s.engine.Unjudge(ctx, word("", "", "marte")), probes.ErrRetraction)
		do("take back the link", s.engine.Unjudge(ctx, word("", "", "kari")), nil)
		is("take back the link", probes.Unanswered, 2)
		do("take back twice", s.engine.Unjudge(ctx, word("", "", "kari")), nil)
		do("link again", s.engine.Judge(ctx, word(reading.Answer, id, "kari")), nil)
		is("link again", probes.Answered, 1)
		do("another opinion", s.engine.Judge(ctx, word(reading.Deflection, "", "marte")), nil)
		is("another opinion", probes.Deflected, 1)
		do("take that back", s.engine.Unjudge(ctx, word("", "", "marte")), nil)
		is("take that back", probes.Answered, 1)
		if v := s.arrivals(probes.ArrivalQuery{Channel: "mail", Key: key})[0].Verdict; v == nil || v.By != "kari" || v.Kind != reading.Answer {
			t.Errorf("got the verdict %+v, want kari's", v)
		}
		dismissed := probes.Judgement{Channel: "mail", Arrival: other, Kind: reading.Other, Reason: "spam", By: "kari"}
		do("all or none", s.engine.Judge(ctx, dismissed, probes.Judgement{Channel: "mail", Arrival: "x", Kind: reading.Other, Reason: "r", By: "kari"}), probes.ErrNoArrival)
		is("all or none", probes.Answered, 1)
		do("dismiss", s.engine.Judge(ctx, dismissed), nil)
		is("dismiss", probes.Answered, 0)
		do("take the dismissal back", s.engine.Unjudge(ctx, dismissed), nil)
		is("take the dismissal back", probes.Answered, 1)
	})
}

// story returns what the ledger has of a contact.
func (s *harness) story(id string) (all []probes.Event) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) (err error) {
		_, all, err = tx.Story(s.t.Context(), id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}
