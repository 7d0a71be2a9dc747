package engine_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// heardUntil returns until when the ledger has it that the mailbox was heard.
func (s *harness) heardUntil() (until time.Time) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		checkpoints, err := tx.Checkpoints(s.t.Context(), "mail")
		for i, at := range checkpoints {
			if i == 0 || at.Until.Before(until) {
				until = at.Until
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return until
}

// listenOften has a mailbox looked into every five seconds.
func (s *harness) listenOften() {
	s.change(func() {
		s.fake.Poll, s.chat.Poll, s.pace.Plan, s.pace.Settle = 5*time.Second, time.Hour, time.Minute, 30*time.Second
	})
}

// TestIdle: an engine at which nothing comes and nothing is due writes once a minute
// how far it has heard, and looks at its ledger hardly more often.
func TestIdle(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.listenOften()
		time.Sleep(time.Minute)
		updates := s.updates.Load()
		time.Sleep(time.Hour)
		if got := s.updates.Load() - updates; got < 50 || got > 70*int64(len(s.fake.Sources())) {
			t.Errorf("got %d updates in an hour in which nothing came", got)
		}
		if late := time.Since(s.heardUntil()); late > time.Minute+5*time.Second {
			t.Errorf("the ledger has it that all was heard until %v ago", late)
		}
		middle := func(late time.Duration) bool { return late > 30*time.Second && late < 50*time.Second }
		for !middle(time.Since(s.heardUntil())) { // of a minute that is not written down yet
			time.Sleep(time.Second)
		}
		asked := time.Now()
		s.stop()
		if late := asked.Sub(s.heardUntil()); late > 5*time.Second {
			t.Errorf("the ledger has it after a stop that all was heard until %v before it, and %v went by", late, time.Since(asked))
		}
		s.start()
	})
}

// TestSilenceRestsOnWhatIsWritten: at no instant does the ledger say of a contact that
// its silence was heard for longer than it says that the mailbox was heard.
func TestSilenceRestsOnWhatIsWritten(t *testing.T) {
	short := func(ed *edition.Edition) {
		ed.Rules.Within["email"] = calendar.Within{Duration: 10*time.Minute + 20*time.Second}
		ed.Probes[0].Within = ed.Rules.Within["email"]
	}
	withHarness(t, short, func(s *harness) {
		s.fake.Put("", channeltest.Company{})
		s.listenOften()
		s.stop()
		var ruled atomic.Int64
		s.after = func() {
			heard := s.heardUntil()
			err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
				all, err := tx.Find(s.t.Context(), probes.Query{})
				for _, c := range all {
					if c.Covered.IsZero() {
						continue
					}
					ruled.Add(1)
					if c.Covered.After(heard) {
						t.Errorf("%s was heard in silence until %v, the mailbox until %v", c.ID, c.Covered, heard)
					}
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		s.start()
		time.Sleep(toMonday + 8*time.Hour)
		s.stop()
		s.after = nil
		s.start()
		c := s.only()
		if ruled.Load() == 0 || c.Outcome != probes.Unanswered {
			t.Fatalf("got %s, looked at %d times", c.Outcome, ruled.Load())
		}
		if late := c.Covered.Sub(c.Deadline); late > 3*time.Minute {
			t.Errorf("its silence was known %v after its deadline", late)
		}
	})
}

// TestCrashInTheMinuteThatIsNotWritten: what was heard in silence and not written down
// when the process dies is listened to again, and vouches for nothing before.
func TestCrashInTheMinuteThatIsNotWritten(t *testing.T) {
	short := func(ed *edition.Edition) {
		ed.Rules.Within["email"] = calendar.Within{Duration: 10 * time.Minute}
		ed.Probes[0].Within = ed.Rules.Within["email"]
	}
	withHarness(t, short, func(s *harness) {
		s.fake.Put("", channeltest.Company{})
		s.listenOften()
		time.Sleep(toMonday)
		c := s.only()
		for c.Current().Sent.IsZero() {
			time.Sleep(time.Minute)
			c = s.only()
		}
		time.Sleep(time.Until(c.Deadline) + 100*time.Second) // Grace has not passed
		s.dead.Store(true)
		s.fake.Stall()
		s.stop()
		s.dead.Store(false)
		s.start()
		time.Sleep(time.Hour)
		if got := s.contact(c.ID); got.Outcome != probes.Pending || s.heardUntil().After(c.Deadline.Add(100*time.Second)) {
			t.Errorf("got %s, heard until %v; want it pending while nothing is heard", got.Outcome, s.heardUntil())
		}
		s.fake.Break(nil)
		time.Sleep(time.Hour)
		if got := s.contact(c.ID); got.Outcome != probes.Unanswered {
			t.Errorf("got %s, want its silence known once it was listened to again", got.Outcome)
		}
	})
}
