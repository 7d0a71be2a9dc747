package engine_test

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// The season's first opener leaves on Monday 3 January at 09:00 in Oslo, and
// must be answered by Wednesday at 16:00.
const (
	beforeStart = 44 * time.Hour           // from the beginning of bubble time to the engine's: Sunday evening
	toMonday    = 12 * time.Hour           // from the start to the tick
	toDeadline  = toMonday + 55*time.Hour  // to Wednesday 16:00
	toFriday    = toMonday + 100*time.Hour // to Friday 13:00
)

func TestOutcomes(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	then := func(behaviours ...channeltest.Behaviour) channeltest.Behaviour {
		return func(o channels.Opening) (all []channeltest.Reply) {
			for _, b := range behaviours {
				all = append(all, b(o)...)
			}
			return all
		}
	}
	deflecting := channeltest.Sending(time.Hour, channeltest.Deflection)
	tests := []struct {
		name    string
		company channeltest.Company
		want    probes.Outcome
		wait    time.Duration
	}{
		{"answers", channeltest.Company{Replies: channeltest.Answering(2 * time.Hour)}, probes.Answered, 2 * time.Hour},
		{"answers a minute before the deadline", channeltest.Company{Replies: channeltest.Answering(55*time.Hour - time.Minute)}, probes.Answered, 55*time.Hour - time.Minute},
		{"answers a minute after the deadline", channeltest.Company{Replies: channeltest.Answering(55*time.Hour + time.Minute)}, probes.Late, 55*time.Hour + time.Minute},
		{"never answers", channeltest.Company{}, probes.Unanswered, 0},
		{"confirms, then answers", channeltest.Company{Replies: channeltest.Acknowledging(time.Minute, channeltest.Answering(3*time.Hour))}, probes.Answered, 3 * time.Hour},
		{"only confirms", channeltest.Company{Replies: channeltest.Acknowledging(time.Minute, nil)}, probes.Unanswered, 0},
		{"is out of office", channeltest.Company{Replies: channeltest.Sending(time.Minute, channeltest.OutOfOffice)}, probes.Unanswered, 0},
		{"sends elsewhere", channeltest.Company{Replies: deflecting}, probes.Deflected, 0},
		{"sends elsewhere, then answers", channeltest.Company{Replies: then(deflecting, channeltest.Answering(4*time.Hour))}, probes.Answered, 4 * time.Hour},
		{"is delayed, then answers", channeltest.Company{Replies: then(channeltest.Sending(time.Hour, channeltest.Delay), channeltest.Answering(5*time.Hour))}, probes.Answered, 5 * time.Hour},
		{"bounces", channeltest.Company{Replies: channeltest.Sending(time.Minute, channeltest.Bounce)}, probes.Unanswered, 0},
		{"answers from elsewhere, outside the thread", channeltest.Company{Replies: channeltest.Sending(time.Hour, func(o channels.Opening) channeltest.Letter {
			return channeltest.Unthreaded(o, "Hei! Det koster 299 kr i måneden.\nMvh Anne")
		})}, probes.Answered, time.Hour},
		{"has no such address", channeltest.Company{Fate: channeltest.Refused}, probes.Unanswered, 0},
		{"refuses for policy", channeltest.Company{Fate: channeltest.Refused, Refusal: &channels.Refusal{Step: channels.StepRcpt, Code: 550, Text: "host mx.example[192.0.2.1] said: 550 5.7.1 refused as spam"}}, probes.Unanswered, 0},
		{"is refused by our own server", channeltest.Company{Fate: channeltest.Refused, Refusal: &channels.Refusal{Code: 535, Ours: true}}, probes.Void, 0},
		{"fails twice for now", channeltest.Company{Failures: 2, Replies: channeltest.Answering(time.Hour)}, probes.Answered, time.Hour},
		{"fails all morning", channeltest.Company{Failures: 1000}, probes.Void, 0},
		{"may have left, and has", channeltest.Company{Fate: channeltest.UnsureLeft, Replies: channeltest.Answering(time.Hour)}, probes.Answered, time.Hour},
		{"may have left, and has not", channeltest.Company{Fate: channeltest.UnsureLost}, probes.Void, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			withHarness(t, nil, func(s *harness) {
				s.fake.Put("post@nordlys.example", tt.company)
				time.Sleep(toFriday)
				c := s.only()
				if c.Outcome != tt.want || c.Ruled != tt.want {
					t.Errorf("got %s, ruled %s (%s); want %s", c.Outcome, c.Ruled, c.Reason, tt.want)
				}
				if diff := c.Wait - tt.wait; diff < -time.Second || diff > time.Second {
					t.Errorf("got a wait of %v, want %v", c.Wait, tt.wait)
				}
				if waits := s.observed(); (waits > 0) != (tt.wait > 0) {
					t.Errorf("got %d waits observed, of an answer after %v", waits, tt.wait)
				}
				for id, n := range s.openings() {
					if n > 1 && tt.company.Failures == 0 && tt.want != probes.Void {
						t.Errorf("%s was handed over %d times", id, n)
					}
				}
			})
		})
	}
}

func TestPendingUntilTheDeadlineIsCovered(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Put("", channeltest.Company{})
		time.Sleep(toDeadline - time.Minute)
		if got := s.only().Outcome; got != probes.Pending {
			t.Fatalf("a minute before the deadline: got %s, want pending", got)
		}
		s.fake.Stall() // the connection dies without a word
		time.Sleep(48 * time.Hour)
		if got := s.only().Outcome; got != probes.Pending {
			t.Fatalf("while listening fails: got %s, want pending", got)
		}
		s.fake.Restore()
		time.Sleep(time.Hour)
		c := s.only()
		if c.Outcome != probes.Unanswered || c.Covered.Before(c.Deadline) {
			t.Errorf("got %s, covered until %v; want unanswered, covered past %v", c.Outcome, c.Covered, c.Deadline)
		}
	})
}

func TestDownForADayMeasuresTheSameWait(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		time.Sleep(toMonday + time.Hour)
		s.stop()
		time.Sleep(24 * time.Hour)
		s.start()
		time.Sleep(10 * time.Minute)
		c := s.only()
		if c.Outcome != probes.Answered || c.Wait.Round(time.Second) != 2*time.Hour {
			t.Errorf("got %s after %v, want answered after 2h", c.Outcome, c.Wait)
		}
	})
}

func TestOneDeafFolderKeepsSilenceUnproven(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	withHarness(t, func(ed *edition.Edition) {}, func(s *harness) {
		s.stop()
		s.fake = channeltest.NewFake(nil)
		s.fake.Folders = []string{channeltest.Inbox, "Junk"}
		s.start()
		time.Sleep(toDeadline + time.Hour)
		if got := s.only().Outcome; got != probes.Unanswered {
			t.Fatalf("both folders are heard: got %s, want unanswered", got)
		}
		s.fake.Break(errors.New("mailbox is gone"))
		time.Sleep(7 * 24 * time.Hour)
		if got := s.outcomes(); got[probes.Pending] != 1 || got[probes.Unanswered] != 1 {
			t.Errorf("got %v, want the second contact pending", got)
		}
	})
}

func TestUnmatchedArrivalWaits(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Deliver(channeltest.Inbox, []byte("From: a@b.example\r\nTo: nobody@shopper.test\r\nSubject: tilbud\r\n\r\nKjøp nå!\r\n"))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
			totals, err := tx.Totals(s.t.Context(), 0)
			if totals.Unmatched["mail"] != 1 {
				t.Errorf("got %v unmatched, want 1", totals.Unmatched)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadingIsKeptWithItsReasons(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		time.Sleep(toMonday + 3*time.Hour)
		c := s.only()
		if len(c.Current().Readings) == 0 || c.Current().Readings[0].Kind != reading.Answer {
			t.Fatalf("got %+v, want one answer", c.Current().Readings)
		}
		err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
			_, story, err := tx.Story(s.t.Context(), c.ID)
			if broken := probes.CheckChain(story); broken != nil {
				t.Error(broken)
			}
			for _, e := range story {
				var j probes.Classification
				if e.Kind == probes.Heard && (json.Unmarshal(e.Data, &j) != nil || len(j.Because) == 0 || j.Evidence == "") {
					t.Errorf("%s has no reasons or no evidence", e.Data)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
