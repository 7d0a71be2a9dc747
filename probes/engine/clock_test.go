package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
)

// shown returns a clock that is ahead by so much.
func shown(ahead time.Duration) func(time.Time) time.Time {
	return func(at time.Time) time.Time { return at.Add(ahead) }
}

// TestForeignClock asks over a mailbox or a company's own server whose clock is
// wrong: the wait is what our own clock proves, and the answer never late.
func TestForeignClock(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name     string
		ahead    time.Duration
		answers  time.Duration
		claimed  bool
		copies   bool
		min, max time.Duration
	}{
		{"right", 0, 2 * time.Hour, false, true, 2 * time.Hour, 2 * time.Hour},
		{"a mailbox 200 s ahead", 200 * s, s, false, true, 0, s},
		{"a mailbox 200 s ahead, without copies", 200 * s, s, false, false, 0, s},
		{"a mailbox a day ahead", 24 * time.Hour, 50 * time.Hour, false, true, 50*time.Hour - s, 50*time.Hour + s},
		{"a mailbox 200 s behind", -200 * s, time.Hour, false, true, time.Hour - s, time.Hour + s},
		{"a mailbox 200 s behind, without copies", -200 * s, time.Hour, false, false, time.Hour - 201*s, time.Hour},
		{"a company's server 238 s behind", -238 * s, 3 * s, true, false, 3 * s, 3 * s},
		{"a company's server 200 s ahead", 200 * s, s, true, false, s, s},
		{"a company's server that claims to be quick", -50 * time.Minute, time.Hour, true, false, time.Hour - 10*time.Minute, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			withHarness(t, nil, func(st *harness) {
				st.change(func() {
					st.fake.Shows, st.fake.Claimed, st.fake.WithoutCopies = shown(tt.ahead), tt.claimed, !tt.copies
					st.fake.Poll = 10 * time.Minute
				})
				st.fake.Put("", channeltest.Company{Replies: channeltest.Answering(tt.answers)})
				time.Sleep(toMonday + tt.answers + 6*time.Hour)
				c := st.only()
				if c.Outcome != probes.Answered || c.Wait < tt.min || c.Wait > tt.max {
					t.Errorf("got %s after %v, want an answer after %v to %v", c.Outcome, c.Wait, tt.min, tt.max)
				}
			})
		})
	}
}

// TestClocksDisagree lets the mailbox's clock be wrong for a week: no contact
// becomes unanswered by it, and the answer that came is ruled once clocks agree.
func TestClocksDisagree(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		var ahead atomic.Int64
		ahead.Store(int64(200 * time.Second))
		s.stop()
		s.edition.Companies = append(s.edition.Companies, company(t, "vestby"))
		s.fake.Shows = func(at time.Time) time.Time { return at.Add(time.Duration(ahead.Load())) }
		s.fake.Put("post@vestby.example", channeltest.Company{})
		s.start()
		time.Sleep(toFriday)
		for _, c := range s.contacts() {
			want := map[string]probes.Outcome{"nordlys": probes.Answered, "vestby": probes.Pending}[c.Plan.Company]
			if c.Outcome != want || c.Ruled != "" || !c.Covered.IsZero() {
				t.Errorf("%s: got %s, ruled %q, covered to %v; want %s, and nothing decided", c.Plan.Company, c.Outcome, c.Ruled, c.Covered, want)
			}
		}
		ahead.Store(0)
		time.Sleep(4 * 24 * time.Hour) // the next round's copies show it
		for _, c := range s.contacts()[:2] {
			want := map[string]probes.Outcome{"nordlys": probes.Answered, "vestby": probes.Unanswered}[c.Plan.Company]
			if c.Outcome != want || c.Ruled != want {
				t.Errorf("%s: got %s, ruled %q; want %s", c.Plan.Company, c.Outcome, c.Ruled, want)
			}
		}
	})
}

// TestClocksKept stops the engine while the mailbox's clock is wrong: the next
// run still knows.
func TestClocksKept(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Shows = shown(-200 * time.Second)
		s.fake.Put("", channeltest.Company{})
		time.Sleep(toMonday + time.Hour)
		s.stop()
		s.start()
		time.Sleep(toFriday - toMonday)
		if c := s.only(); c.Outcome != probes.Pending || !c.Covered.IsZero() {
			t.Errorf("got %s, covered to %v; want nothing decided", c.Outcome, c.Covered)
		}
		var kept map[probes.Source]probes.ForeignClock
		err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
			totals, err := tx.Totals(s.t.Context(), 0)
			kept = probes.ForeignClocks(totals.Checkpoints[probes.Clocks])
			return err
		})
		got := kept[probes.Source{Channel: "mail", Name: channeltest.Inbox}].Offset.Ahead()
		if err != nil || (got+200*time.Second).Abs() > 2*time.Second {
			t.Errorf("got %v, %v; want 200s behind", got, err)
		}
	})
}

// stepping makes the harness's own clock one that can be set.
func (s *harness) stepping() *atomic.Int64 {
	var step atomic.Int64
	s.stop()
	s.clock = func() time.Time { return time.Now().Add(time.Duration(step.Load())) }
	s.fake.Clock = s.clock
	s.start()
	return &step
}

// TestOwnClockSteps sets our own clock an hour ahead for four seconds, and a day
// for a minute: no silence is proven by it, nothing leaves early, and nothing is
// dropped as too late.
func TestOwnClockSteps(t *testing.T) {
	for _, tt := range []struct {
		name  string
		at    time.Duration // from the beginning
		by    time.Duration
		lasts time.Duration
	}{
		{"an hour ahead, before the opener", toMonday - 30*time.Minute, time.Hour, 4 * time.Second},
		{"a day ahead, before the opener", toMonday - 30*time.Minute, 24 * time.Hour, time.Minute},
		{"an hour ahead, before the deadline", toDeadline - 30*time.Minute, time.Hour, 4 * time.Second},
		{"an hour behind, at the answer", toMonday + 54*time.Hour + 45*time.Minute - 2*time.Second, -time.Hour, 4 * time.Second},
		{"a day behind, at the opener", toMonday - 2*time.Second, -24 * time.Hour, 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			withHarness(t, nil, func(s *harness) {
				step := s.stepping()
				s.fake.Put("", channeltest.Company{Replies: channeltest.Answering(54*time.Hour + 45*time.Minute)})
				began := time.Now()
				time.Sleep(tt.at)
				step.Store(int64(tt.by))
				time.Sleep(tt.lasts / 2)
				s.fake.Deliver("", []byte("Subject: news\r\n\r\nof no company\r\n")) // it is heard by this clock
				time.Sleep(tt.lasts / 2)
				step.Store(0)
				time.Sleep(time.Until(began.Add(toFriday)))
				c := s.only()
				if c.Outcome != probes.Answered || c.Wait.Round(time.Minute) != 54*time.Hour+45*time.Minute || !c.Covered.IsZero() {
					t.Errorf("got %s after %v (%s), covered to %v; want an answer after 54h45m, and no proof of silence", c.Outcome, c.Wait, c.Reason, c.Covered)
				}
				if left := s.fake.Openings()[0].At.Sub(began); left < toMonday || left > toMonday+3*time.Hour {
					t.Errorf("the opener left after %v, want within its slot from %v on", left, toMonday)
				}
				for _, m := range s.marks("mail") {
					if m.Until.After(time.Now()) {
						t.Errorf("got a mark at %v, in the future", m.Until)
					}
				}
			})
		})
	}
}

// TestOwnClockSet sets our own clock for good. It is believed once the mailbox's
// clock agrees, or after an hour.
func TestOwnClockSet(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		step := s.stepping()
		s.fake.Put("", channeltest.Company{})
		time.Sleep(time.Hour)
		step.Store(int64(10 * time.Minute))
		time.Sleep(toMonday)
		if len(s.fake.Openings()) == 0 {
			t.Error("nothing leaves any more")
		}
	})
}

// marks returns a channel's marks.
func (s *harness) marks(channel string) (marks []channels.Checkpoint) {
	s.t.Helper()
	synctest.Wait()
	err := s.ledger.View(context.Background(), func(tx probes.Tx) (err error) {
		marks, err = tx.Checkpoints(context.Background(), channel)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return marks
}

// TestMarkGoesBack finds a mark that an earlier run made by a clock a week
// ahead, and what it proved: both go back.
func TestMarkGoesBack(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.fake.Put("", channeltest.Company{Replies: channeltest.Answering(50 * time.Hour)})
		time.Sleep(toMonday + time.Hour)
		s.stop()
		wrong := time.Now().Add(7 * 24 * time.Hour)
		c := s.only()
		marks := []channels.Checkpoint{{Source: channeltest.Inbox, Until: wrong}}
		err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
			kept, err := tx.Checkpoints(s.t.Context(), "mail")
			if err != nil {
				return err
			}
			kept[0].Until = wrong
			if err := tx.Advance(s.t.Context(), "mail", kept[0]); err != nil {
				return err
			}
			c, err = tx.Append(s.t.Context(), c.ID, probes.NewEvent(probes.Covered, 1, time.Now(), probes.Coverage{Until: wrong, Sources: marks}))
			return err
		})
		if err != nil || c.Outcome != probes.Unanswered {
			t.Fatalf("got %s, %v; want a wrong silence", c.Outcome, err)
		}
		s.start()
		time.Sleep(time.Hour)
		if c := s.only(); c.Outcome != probes.Pending {
			t.Errorf("got %s, want the silence taken back", c.Outcome)
		}
		if m := s.marks("mail")[0]; m.Until.After(time.Now()) {
			t.Errorf("got a mark at %v, in the future", m.Until)
		}
		time.Sleep(toFriday)
		if c := s.contacts()[0]; c.Outcome != probes.Answered || c.Wait.Round(time.Minute) != 50*time.Hour {
			t.Errorf("got %s after %v, want an answer after 50h", c.Outcome, c.Wait)
		}
	})
}
