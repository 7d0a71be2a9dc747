package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// TestRefold: what had been written down at an instant is what was known then,
// whatever was corrected later; and only a person's answer is one.
func TestRefold(t *testing.T) {
	sendsElsewhere := func(ed *edition.Edition) { ed.Rules.DeflectionAnswers = true }
	withHarness(t, sendsElsewhere, func(s *harness) {
		s.fake.Put("", channeltest.Company{Replies: channeltest.Sending(time.Hour, channeltest.Deflection)})
		time.Sleep(toMonday + 90*time.Minute)
		open := time.Now()
		time.Sleep(toFriday - toMonday)
		before := time.Now()
		time.Sleep(time.Hour)
		c := s.only()
		if c.Outcome != probes.Answered {
			t.Fatalf("got %s, want answered by the edition's own policy", c.Outcome)
		}
		s.amend(c.ID, probes.Void)
		for name, tt := range map[string]struct {
			at   time.Time
			want string
		}{
			"before it was planned":    {time.Now().Add(-30 * 24 * time.Hour), ""},
			"while it was open":        {open, "pending 1h30m0s, deflected 1h0m0s"},
			"before it was corrected":  {before, "deflected 55h0m0s, deflected 1h0m0s"},
			"now":                      {time.Time{}, "void 0s, deflected 1h0m0s"},
			"in the instant it was so": {time.Now(), "void 0s, deflected 1h0m0s"},
		} {
			if got := s.seen(tt.at); got != tt.want {
				t.Errorf("%s: got %q, want %q", name, got, tt.want)
			}
		}
	})
}

// seen tells what standings see of the one contact at an instant, to the
// nearest half hour.
func (s *harness) seen(at time.Time) (seen string) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		heard, err := probes.Sample{Edition: s.edition}.Heard(s.t.Context(), tx)
		if err != nil {
			return err
		}
		return probes.Sample{Edition: s.edition}.Refold(s.t.Context(), tx, at, func(c probes.Contact, _ []probes.Event) error {
			until := heard["mail"]
			if !at.IsZero() && at.Before(until) {
				until = at
			}
			f, _ := probes.Sample{Edition: s.edition}.Fair(c, until)
			try := f.Tries[0]
			seen = fmt.Sprintf("%s %v", f.State, try.Wait.Calendar.Round(30*time.Minute))
			if try.Deflected != nil {
				seen += fmt.Sprintf(", deflected %v", try.Deflected.Calendar.Round(30*time.Minute))
			}
			return nil
		})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return seen
}

// TestRefoldPages: no contact is left out, however many there are, and an error
// ends it.
func TestRefoldPages(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		const many = 1203
		err := s.update(func(ctx context.Context, tx probes.Tx) error {
			for i := range many {
				if _, err := tx.Append(ctx, fmt.Sprintf("page-%05d", i), probes.NewEvent(probes.Planned, 1, time.Now(), probes.Plan{Edition: "2026", Company: "nordlys", Channel: "mail", Within: "1d"})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ed := &edition.Edition{Name: "2026"}
		last, n, stopped := "", 0, errors.New("enough")
		refold := func(take func(probes.Contact, []probes.Event) error) error {
			return s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
				return probes.Sample{Edition: ed}.Refold(s.t.Context(), tx, time.Time{}, take)
			})
		}
		err = refold(func(c probes.Contact, story []probes.Event) error {
			if c.ID <= last || len(story) != 1 {
				t.Errorf("got %s after %s, with %d events", c.ID, last, len(story))
			}
			last = c.ID
			n++
			return nil
		})
		if err != nil || n != many {
			t.Errorf("got %d contacts and %v, want %d", n, err, many)
		}
		if err := refold(func(probes.Contact, []probes.Event) error { return stopped }); err != stopped {
			t.Errorf("got %v, want it as it is", err)
		}
	})
}
