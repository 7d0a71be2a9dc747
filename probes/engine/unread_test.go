package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// A shutter is a chat that takes openers, and of which places can then not be
// read.
type shutter struct {
	*channeltest.Fake
	places []channels.Unread
	deaf   bool // nothing at all can be read
}

// Listen hears what the fake does, and says what could not be read.
func (s shutter) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return s.Fake.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		if len(s.Openings()) > 0 && !h.Checkpoint.Until.IsZero() {
			h.Unread = s.places
			if s.deaf {
				h.UntilIfTheirs, h.Checkpoint.Until = h.Checkpoint.Until, time.Time{}
			}
		}
		return hear(ctx, h)
	})
}

// TestUnreadPlaces: the clock runs on where a company's own place fails after it
// took the opener. It stands still where the server, or we, may have failed.
func TestUnreadPlaces(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	gone := channels.Unread{Reach: "nordlys", Reason: "404", Answered: true}
	broken := channels.Unread{Reach: "nordlys", Reason: "503"}
	busy := channels.Unread{Reach: "nordlys", Reason: "429", Ours: true}
	other := channels.Unread{Reach: "fjord", Reason: "404", Answered: true}
	const silent, open = probes.Unanswered, probes.Pending
	for i, tt := range []struct {
		name   string
		places []channels.Unread
		deaf   bool
		alone  bool // no other company is on the server
		dark   bool // nothing else answers us
		want   probes.Outcome
		held   probes.Hold
	}{
		{"all is read", nil, false, false, false, silent, ""},
		{"the conversation is gone", []channels.Unread{gone}, false, false, false, silent, ""},
		{"the inbox fails", []channels.Unread{broken}, false, false, false, silent, ""},
		{"another company's is gone", []channels.Unread{other}, false, false, false, silent, ""},
		{"we ask too much", []channels.Unread{busy}, false, false, false, open, probes.HoldBlind},
		{"gone, and nothing else was to be read", []channels.Unread{gone}, true, false, false, silent, ""},
		{"gone, and no host answers us", []channels.Unread{gone}, true, false, true, open, ""},
		{"it fails, and nothing else was to be read", []channels.Unread{broken}, true, false, false, open, ""},
		{"its own server fails", []channels.Unread{broken}, true, true, false, silent, ""},
		{"its own server fails, and no host answers us", []channels.Unread{broken}, true, true, true, open, ""},
		{"all conversations are gone", []channels.Unread{gone, other}, true, false, false, open, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if i >= 5 {
				long.Only(t, "the rows above")
			}
			t.Parallel()
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.To, ed.Probes[0].Attempts = date(t, "2000-01-03"), 1
				if !tt.alone {
					co := company(t, "fjord")
					co.Reach, co.Consent = map[string]string{"chat": "fjord"}, calendar.Date{}
					ed.Companies = append(ed.Companies, co)
				}
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Plan, s.fake.Poll, s.chat.Poll = time.Minute, time.Minute, time.Minute
				s.more = map[string]any{"chat": shutter{s.chat, tt.places, tt.deaf}}
				if tt.dark {
					s.fake.Break(errors.New("no route to host"))
				}
				s.start()
				time.Sleep(toMonday + 5*time.Hour)
				for _, c := range s.contacts() {
					if c.Outcome != tt.want || c.Held != tt.held {
						t.Errorf("%s: got %s, held %q (%s), want %s, %q", c.Plan.Company, c.Outcome, c.Held, c.Reason, tt.want, tt.held)
					}
				}
				if n := len(s.contacts()); n != 1 {
					t.Errorf("%d contacts, want one", n)
				}
			})
		})
	}
}
