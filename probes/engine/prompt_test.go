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
)

// phone is a channel whose openers a person makes. Heard says that it hears
// the answers itself, Seen that it sees openers leave.
type phone struct {
	*channeltest.Fake
	Heard, Seen bool
}

func (p phone) Prompt(o channels.Opening) (channels.Prompt, bool) {
	return channels.Prompt{
		How: "phone", Text: o.Body, Heard: p.Heard, Seen: p.Seen, Notify: []string{"kari@shopper.test"},
		Taps: []channels.ReportKind{channels.Ringing, channels.Person},
	}, true
}

func TestTaps(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const m = time.Minute
	type tap struct {
		after time.Duration // since the slot
		tap   channels.ReportKind
	}
	for _, tt := range []struct {
		name string
		taps []tap
		want probes.Outcome // after the first attempt's day
		wait time.Duration
		runs int // attempts
	}{
		{"a person answers", []tap{{m, channels.Ringing}, {m + 20*time.Second, channels.Menu}, {2 * m, channels.InLine}, {4 * m, channels.Person}}, probes.Answered, 3 * m, 1},
		{"tapped twice", []tap{{m, channels.Ringing}, {2 * m, channels.Ringing}, {4 * m, channels.Person}, {5 * m, channels.Person}}, probes.Answered, 3 * m, 1},
		{"a person answers too late", []tap{{m, channels.Ringing}, {8 * m, channels.Person}, {9 * m, channels.GaveUp}}, probes.Late, 7 * m, 2},
		{"no answer", []tap{{m, channels.Ringing}, {7 * m, channels.GaveUp}}, probes.Pending, 0, 2},
		{"gave up too early", []tap{{m, channels.Ringing}, {3 * m, channels.GaveUp}}, probes.BrokenOff, 0, 1},
		{"only told where else to ask", []tap{{m, channels.TapSent}, {2 * m, channels.Elsewhere}, {7 * m, channels.GaveUp}}, probes.Deflected, 0, 1},
		{"could not be sent", []tap{{m, channels.CouldNot}}, probes.Void, 0, 1},
		{"the line is busy", []tap{{m, channels.Busy}}, probes.Pending, 0, 2},
		{"the line is closed", []tap{{m, channels.Shut}}, probes.Pending, 0, 2},
		{"the line rings, and says that it is closed", []tap{{m, channels.Ringing}, {2 * m, channels.Shut}}, probes.Pending, 0, 2},
		{"it is never sent", nil, probes.Void, 0, 1},
		{"no report of how it ended", []tap{{m, channels.Ringing}}, probes.BrokenOff, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.To = date(t, "2000-01-05")
				ed.Rules.LateEnds = map[string]bool{"chat": false}
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Settle = m
				s.more = map[string]any{"chat": phone{Fake: s.chat}}
				s.start()
				time.Sleep(toMonday + time.Second)
				c, passed := s.contacts()[0], time.Second
				if c.Current().State != probes.AttemptPrompt || c.Outcome != probes.Pending {
					t.Fatalf("got %s in state %s, want a prompt", c.Outcome, c.Current().State)
				}
				for _, tap := range tt.taps {
					time.Sleep(tap.after - passed)
					passed = tap.after
					if err := s.engine.Report(s.t.Context(), probes.ManualReport{Contact: c.ID, Attempt: 1, Report: tap.tap, By: "kari"}); err != nil {
						t.Errorf("%s: %v", tap.tap, err)
					}
				}
				time.Sleep(6 * time.Hour)
				c = s.contacts()[0]
				if c.Outcome != tt.want && (tt.runs != 2 || c.Outcome != probes.Pending) || len(c.Attempts) != tt.runs {
					t.Errorf("got %s with %d attempts, want %s with %d", c.Outcome, len(c.Attempts), tt.want, tt.runs)
				}
				if c.Wait.Round(time.Second) != tt.wait {
					t.Errorf("got a wait of %v, want %v", c.Wait, tt.wait)
				}
				if tt.want == probes.Answered && c.Precision != 10*time.Second {
					t.Errorf("got a precision of %v, want that of two taps", c.Precision)
				}
				if got := len(s.chat.Openings()); got != 0 {
					t.Errorf("svartid opened %d times by itself", got)
				}
				if len(s.notified) != 1 || s.notified[0].Notify[0] != "kari@shopper.test" {
					t.Errorf("got notices %v, want one to the shopper", s.notified)
				}
			})
		})
	}
}

func TestTapRefused(t *testing.T) {
	withHarness(t, chatting(t), func(s *harness) {
		s.stop()
		s.more = map[string]any{"chat": phone{Fake: s.chat}}
		s.start()
		time.Sleep(toMonday + time.Second)
		id := s.only().ID
		for _, tt := range []struct {
			name string
			tap  probes.ManualReport
			want error
		}{
			{"no such contact", probes.ManualReport{Contact: "x", Attempt: 1, Report: channels.Ringing}, probes.ErrNoContact},
			{"no such attempt", probes.ManualReport{Contact: id, Attempt: 2, Report: channels.Ringing}, probes.ErrReport},
			{"no such button", probes.ManualReport{Contact: id, Attempt: 1, Report: "dance"}, probes.ErrReport},
			{"an answer before it began", probes.ManualReport{Contact: id, Attempt: 1, Report: channels.Person}, probes.ErrReport},
			{"begin", probes.ManualReport{Contact: id, Attempt: 1, Report: channels.Ringing}, nil},
			{"begun", probes.ManualReport{Contact: id, Attempt: 1, Report: channels.CouldNot}, probes.ErrReport},
		} {
			if err := s.engine.Report(s.t.Context(), tt.tap); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
		}
	})
}

// A channel that sees and hears for itself knows better than taps.
func TestPlatformReplacesTaps(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const m = time.Minute
	for _, tt := range []struct {
		name   string
		sees   bool
		tapped time.Duration
		want   probes.Outcome
		wait   time.Duration
	}{
		{"the platform's times replace the tap's", true, 40 * time.Second, probes.Answered, 2 * m},
		{"an opener that was not seen was not sent", false, m, probes.Void, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withHarness(t, chatting(t), func(s *harness) {
				s.stop()
				s.pace.Settle = m
				s.chat.Poll = 15 * time.Second
				s.more = map[string]any{"chat": phone{Fake: s.chat, Heard: true, Seen: true}}
				s.start()
				time.Sleep(toMonday + time.Second)
				id := s.only().ID
				opening := s.opening(id)
				if tt.sees {
					s.chat.Deliver("", channeltest.Copy(opening)(time.Now()))
				}
				time.Sleep(tt.tapped)
				if err := s.engine.Report(s.t.Context(), probes.ManualReport{Contact: id, Attempt: 1, Report: channels.TapSent}); err != nil && !tt.sees {
					t.Error(err)
				}
				time.Sleep(2*m - tt.tapped)
				if tt.sees {
					s.chat.Deliver("", channeltest.Answer(opening, "")(time.Now()))
					if err := s.engine.Report(s.t.Context(), probes.ManualReport{Contact: id, Attempt: 1, Report: channels.Person}); err != nil {
						t.Error(err)
					}
				}
				time.Sleep(30 * m)
				if c := s.contacts()[0]; c.Outcome != tt.want || c.Wait.Round(time.Second) != tt.wait {
					t.Errorf("got %s after %v, want %s after %v", c.Outcome, c.Wait, tt.want, tt.wait)
				}
			})
		})
	}
}
