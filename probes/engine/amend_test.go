package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
)

// update changes the ledger as a person may, and returns what came of it.
func (s *harness) update(do func(ctx context.Context, tx probes.Tx) error) error {
	s.t.Helper()
	return s.ledger.Update(s.t.Context(), func(tx probes.Tx) error { return do(s.t.Context(), tx) })
}

// arrivals returns what was heard.
func (s *harness) arrivals(q probes.ArrivalQuery) (all []probes.StoredArrival) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) (err error) {
		all, err = tx.Arrivals(s.t.Context(), q)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func TestAmend(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Put("", channeltest.Company{Replies: channeltest.Acknowledging(time.Minute, nil)})
		time.Sleep(toFriday)
		c := s.only()
		key := c.Attempts[0].Readings[0].Arrival
		why := probes.Amendment{Reason: "a person wrote it", By: "kari"}
		with := func(change func(*probes.Amendment)) probes.Amendment {
			a := why
			change(&a)
			return a
		}
		for _, tt := range []struct {
			name    string
			contact string
			a       probes.Amendment
			want    error
			outcome probes.Outcome
		}{
			{"no reason", c.ID, probes.Amendment{Outcome: probes.Void, By: "kari", Reason: " "}, probes.ErrAmendment, probes.Unanswered},
			{"no name", c.ID, probes.Amendment{Outcome: probes.Void, Reason: "x"}, probes.ErrAmendment, probes.Unanswered},
			{"no outcome", c.ID, with(func(a *probes.Amendment) { a.Outcome = "lost" }), probes.ErrAmendment, probes.Unanswered},
			{"no reading", c.ID, with(func(a *probes.Amendment) { a.Arrival, a.Kind = key, "poem" }), probes.ErrAmendment, probes.Unanswered},
			{"both", c.ID, with(func(a *probes.Amendment) { a.Arrival, a.Kind, a.Outcome = key, reading.Answer, probes.Void }), probes.ErrAmendment, probes.Unanswered},
			{"of another contact", c.ID, with(func(a *probes.Amendment) { a.Arrival, a.Kind = "INBOX/9", reading.Answer }), probes.ErrAmendment, probes.Unanswered},
			{"no contact", "x", with(func(a *probes.Amendment) { a.Outcome = probes.Void }), probes.ErrNoContact, probes.Unanswered},
			{"a reading", c.ID, with(func(a *probes.Amendment) { a.Arrival, a.Kind = key, reading.Answer }), nil, probes.Answered},
			{"it again", c.ID, with(func(a *probes.Amendment) { a.Arrival, a.Kind = key, reading.Deflection }), nil, probes.Deflected},
			{"the outcome", c.ID, with(func(a *probes.Amendment) { a.Outcome = probes.Contested }), nil, probes.Contested},
		} {
			err := s.update(func(ctx context.Context, tx probes.Tx) error {
				_, err := engine.Amend(ctx, tx, probes.Correction{Contact: tt.contact, Amendment: tt.a}, time.Now())
				return err
			})
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
			if got := s.only(); got.Outcome != tt.outcome || got.Ruled != tt.outcome {
				t.Errorf("%s: got %s, ruled %s; want %s", tt.name, got.Outcome, got.Ruled, tt.outcome)
			}
		}
	})
}

func TestJudgeUnmatched(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Put("", channeltest.Company{})
		time.Sleep(toMonday + time.Hour)
		s.fake.Deliver("", []byte("From: anne@elsewhere.example\r\nTo: post@shopper.test\r\nSubject: Pris\r\n\r\nHei! Det koster 299 kr i måneden. Mvh Anne"))
		s.fake.Deliver("", []byte("From: spam@elsewhere.example\r\nTo: post@shopper.test\r\nSubject: Buy\r\n\r\nBuy now"))
		time.Sleep(toFriday - toMonday)
		waiting := s.arrivals(probes.ArrivalQuery{Unmatched: true})
		if len(waiting) != 2 || s.only().Outcome != probes.Unanswered {
			t.Fatalf("got %d arrivals that wait, and %s; want 2, unanswered", len(waiting), s.only().Outcome)
		}
		anne, spam := waiting[0], waiting[1]
		if anne.From != "anne@elsewhere.example" {
			anne, spam = spam, anne
		}
		id := s.only().ID
		for _, tt := range []struct {
			name string
			j    probes.Judgement
			want error
		}{
			{"no name", probes.Judgement{Channel: "mail", Arrival: anne.Arrival.Key, Kind: reading.Answer, Contact: id}, probes.ErrAmendment},
			{"no such arrival", probes.Judgement{Channel: "mail", Arrival: "x", Kind: reading.Answer, Reason: "r", By: "kari"}, probes.ErrNoArrival},
			{"no such contact", probes.Judgement{Channel: "mail", Arrival: anne.Arrival.Key, Kind: reading.Answer, Contact: "x", Reason: "r", By: "kari"}, probes.ErrNoContact},
			{"no such attempt", probes.Judgement{Channel: "mail", Arrival: anne.Arrival.Key, Kind: reading.Answer, Contact: id, Attempt: 2, Reason: "r", By: "kari"}, probes.ErrAmendment},
			{"linked", probes.Judgement{Channel: "mail", Arrival: anne.Arrival.Key, Kind: reading.Answer, Contact: id, Reason: "names our question", By: "kari"}, nil},
			{"linked elsewhere", probes.Judgement{Channel: "mail", Arrival: anne.Arrival.Key, Kind: reading.Answer, Contact: "y", Reason: "r", By: "kari"}, probes.ErrAmendment},
			{"dismissed", probes.Judgement{Channel: "mail", Arrival: spam.Arrival.Key, Kind: reading.Other, Reason: "spam", By: "kari"}, nil},
		} {
			err := s.update(func(ctx context.Context, tx probes.Tx) error { return engine.Judge(ctx, tx, tt.j, time.Now()) })
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
		}
		if left := s.arrivals(probes.ArrivalQuery{Unmatched: true}); len(left) != 0 {
			t.Errorf("%d still wait", len(left))
		}
		c := s.only()
		if c.Outcome != probes.Answered || c.Wait.Round(time.Minute) != time.Hour {
			t.Errorf("got %s after %v; want answered after an hour", c.Outcome, c.Wait)
		}
		if verdict := s.arrivals(probes.ArrivalQuery{Channel: "mail", Key: spam.Arrival.Key})[0].Verdict; verdict == nil || verdict.By != "kari" {
			t.Errorf("got verdict %v, want kari's", verdict)
		}
	})
}

// A centre that says the same to every customer is likelier to be a machine,
// and what it is read as is for a person to look at.
func TestSameVoiceAgain(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const text = "Hei %s!\n\nDu finner prisene våre på nettsiden under abonnement, og der kan du også endre avtalen " +
		"og se hva den har kostet så langt i år.\n\nVennlig hilsen\nKundeservice"
	weekly := func(ed *edition.Edition) {
		ed.Companies = append(ed.Companies, company(t, "fjord"))
	}
	withHarness(t, weekly, func(s *harness) {
		replies := channeltest.Sending(time.Hour, func(o channels.Opening) channeltest.Letter {
			return channeltest.Answer(o, text)
		})
		s.fake.Put("post@nordlys.example", channeltest.Company{Replies: replies})
		time.Sleep(toMonday + 5*7*24*time.Hour)
		var seen []int
		for _, c := range s.contacts() {
			if c.Plan.Company != "nordlys" {
				continue
			}
			for _, h := range s.arrivals(probes.ArrivalQuery{Contact: c.ID}) {
				if h.Fingerprint == "" && !h.Copy {
					t.Errorf("%s has no fingerprint", h.Arrival.Key)
				}
			}
			n := 0
			for _, r := range s.because(c.ID) {
				if r.Signal == "the same voice before" {
					n = r.Weight
				}
			}
			seen = append(seen, n)
		}
		if len(seen) < 4 || seen[0] != 0 || seen[1] >= 0 || seen[3] >= seen[1] {
			t.Errorf("got weights %v of having said the same before, want none at first, and more against a person each week", seen)
		}
	})
}

// because returns the reasons of a contact's last reading.
func (s *harness) because(id string) (why []reading.Reason) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		_, story, err := tx.Story(s.t.Context(), id)
		for _, e := range story {
			if e.Kind == probes.Heard {
				why = decode[probes.Classification](s.t, e).Because
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return why
}

// decode reads an event's payload.
func decode[T any](t *testing.T, e probes.Event) (payload T) {
	t.Helper()
	if err := json.Unmarshal(e.Data, &payload); err != nil {
		t.Fatal(err)
	}
	return payload
}
