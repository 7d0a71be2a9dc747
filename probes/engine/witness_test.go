package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading/match"
)

// TestClosedDoors finds a chat closed. The customer waits from the first try,
// and the silence is the company's if something else answered us meanwhile.
func TestClosedDoors(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	answering := channeltest.Answering(time.Second)
	closed := &channels.Refusal{Step: channels.StepDoor, Code: http.StatusServiceUnavailable}
	unreachable := &channels.Refusal{Step: channels.StepDoor, Sign: channels.SignUnreachable}
	busy := &channels.Refusal{Step: channels.StepDoor, Code: http.StatusTooManyRequests}
	for i, tt := range []struct {
		name     string
		no       *channels.Refusal
		failures int
		alone    bool // our mail server does not answer either
		vantage  bool // and a vantage point does
		want     probes.Outcome
		wait     time.Duration
		reached  string
	}{
		{"open", closed, 0, false, false, probes.Answered, time.Second, ""},
		{"closed for three minutes", closed, 3, false, false, probes.Answered, 3*time.Minute + time.Second, ""},
		{"closed all day", closed, 1000, false, false, probes.Unanswered, 0, "mail"},
		{"no answer all day", unreachable, 1000, false, false, probes.Unanswered, 0, "mail"},
		{"closed all day, and nothing else answers", closed, 1000, true, false, probes.Void, 0, ""},
		{"no answer all day, and nothing else answers", unreachable, 1000, true, false, probes.Void, 0, ""},
		{"closed all day, and a vantage point answers", closed, 1000, true, true, probes.Unanswered, 0, "vantage.example"},
		{"it wants us slower all day", busy, 1000, false, false, probes.Unanswered, 0, "mail"},
		{"it wants us slower all day, and nothing else answers", busy, 1000, true, false, probes.Void, 0, ""},
		{"it wants us slower twice, then it is open", busy, 2, false, false, probes.Answered, time.Second, ""},
		{"it wants us slower although we rested, then it is open", busy, 3, false, false, probes.Answered, 4*time.Minute + time.Second, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if i >= 5 {
				long.Only(t, "the rows above")
			}
			t.Parallel()
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.To, ed.Probes[0].Attempts = date(t, "2000-01-03"), 1
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Plan = time.Minute
				s.fake.Poll, s.chat.Poll = time.Minute, time.Minute
				if tt.vantage {
					s.vantage = func(context.Context) []engine.Witness { return []engine.Witness{{Name: "vantage.example"}} }
				}
				s.chat.Put("nordlys", channeltest.Company{Replies: answering, Failures: tt.failures, No: tt.no})
				if tt.alone {
					s.fake.Break(errors.New("no route to host"))
				}
				s.start()
				time.Sleep(toMonday + 12*time.Hour)
				c := s.contacts()[0]
				if c.Outcome != tt.want || (c.Wait-tt.wait).Abs() > 2*time.Second && tt.want == probes.Answered {
					t.Errorf("got %s after %v (%s), want %s after %v", c.Outcome, c.Wait, c.Reason, tt.want, tt.wait)
				}
				if got := c.Current().Failure.Reached; tt.want == probes.Unanswered && !strings.Contains(got, tt.reached) {
					t.Errorf("got %q as what was reached, want %s", got, tt.reached)
				}
			})
		})
	}
}

// TestOwnPace: where doors of unrelated companies want us slower at once it is our own
// pace, however often they say so; where one company's do, or one centre's, it is theirs.
func TestOwnPace(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	for name, tt := range map[string]struct {
		other   string // what the other company's door says
		centres []match.CentreRule
		want    probes.Outcome
	}{
		"of another company's as well":     {"429", nil, probes.Void},
		"of the same centre's as well":     {"429", []match.CentreRule{{ID: "transcall", From: "*@transcall.example"}}, probes.Unanswered},
		"and the other company's are open": {"", nil, probes.Unanswered},
	} {
		t.Run(name, func(t *testing.T) {
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.To, ed.Probes[0].Attempts = date(t, "2000-01-03"), 1
				fjord := company(t, "fjord")
				fjord.Reach = map[string]string{"chat": "fjord"}
				fjord.Centres, ed.Companies[0].Centres = tt.centres, tt.centres
				ed.Companies = append(ed.Companies, fjord)
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Plan, s.fake.Poll, s.chat.Poll = time.Minute, time.Minute, time.Minute
				busy := channeltest.Company{Failures: 1000, No: &channels.Refusal{Step: channels.StepDoor, Code: http.StatusTooManyRequests}}
				s.chat.Put("nordlys", busy)
				if tt.other != "" {
					s.chat.Put("fjord", busy)
				}
				s.start()
				time.Sleep(toMonday + 12*time.Hour)
				for _, c := range s.contacts() {
					if c.Plan.Company == "nordlys" && c.Outcome != tt.want {
						t.Errorf("got %s (%s), want %s", c.Outcome, c.Fault, tt.want)
					}
				}
			})
		})
	}
}

// TestNewDemands: a door that asks for something new is ours to learn, unless it
// let us in before: then the company has closed it, and nothing excuses that alone.
func TestNewDemands(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	for said, no := range map[string]channels.Refusal{
		"CAPTCHA by its words": {Step: channels.StepDoor, Code: http.StatusServiceUnavailable, Text: "please solve the captcha"},
		"CAPTCHA":              {Step: channels.StepDoor, Sign: channels.SignPuzzle},
		"another flow":         {Step: channels.StepDoor, Sign: channels.SignFlow},
		"a portal":             {Step: channels.StepDoor, Code: http.StatusNetworkAuthenticationRequired},
	} {
		if testing.Short() && said != "CAPTCHA" {
			continue
		}
		for before, want := range map[bool]string{true: "unanswered unclear true", false: "void ours false"} {
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.To, ed.Probes[0].Attempts = date(t, "2000-01-04"), 1
				ed.Probes[0].Ticks = ticks(t, "0 9 * * *", ed.Rules.Calendar.Zone)
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Plan, s.fake.Poll, s.chat.Poll = time.Minute, time.Minute, 10*time.Minute
				demanding := channeltest.Company{Failures: 1000, No: &no}
				s.chat.Put("nordlys", demanding)
				if before {
					s.chat.Put("nordlys", channeltest.Company{Replies: channeltest.Answering(time.Second)})
				}
				s.start()
				time.Sleep(toMonday + 12*time.Hour)
				s.chat.Put("nordlys", demanding)
				time.Sleep(24 * time.Hour)
				all := s.contacts()
				last := all[len(all)-1]
				if got := fmt.Sprint(last.Outcome, " ", last.Fault, " ", last.Provisional); len(all) < 2 || got != want {
					t.Errorf("%s, let in before %v: got %s of %d contacts, want %s", said, before, got, len(all), want)
				}
			})
		}
	}
}

// onlyAsks is a channel that cannot find out whether an unsure opener left, as
// one that posts to a company's webhook.
type onlyAsks struct {
	channels.Opener
	channels.Listener
}

// TestFailingDoors has a company's server fail as it is handed the opener, so
// that it may have it. Where it is not found there the door was closed: that is
// no excuse, and an answer counts all the same, from the first knock on.
func TestFailingDoors(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	failed := &channels.Refusal{Step: channels.StepDoor, Code: http.StatusBadGateway}
	hung := &channels.Refusal{Step: channels.StepDoor, Sign: channels.SignUnreachable}
	silent, answers := channeltest.Behaviour(channeltest.Unresponsive), channeltest.Answering(time.Second)
	const lost, left = channeltest.UnsureLost, channeltest.UnsureLeft
	for i, tt := range []struct {
		name    string
		company channeltest.Company
		blind   bool // it cannot be looked whether the opener left
		alone   bool // and nothing else answers us
		want    probes.Outcome
		fault   fault.Fault
	}{
		{"502, not taken", channeltest.Company{Fate: lost, No: failed}, false, false, probes.Unanswered, fault.Theirs},
		{"502, not taken, and we cannot look", channeltest.Company{Fate: lost, No: failed}, true, false, probes.Unanswered, fault.Theirs},
		{"no answer, not taken", channeltest.Company{Fate: lost, No: hung}, false, false, probes.Unanswered, fault.Theirs},
		{"502, taken, silent", channeltest.Company{Fate: left, No: failed, Replies: silent}, false, false, probes.Unanswered, ""},
		{"502, taken, answered", channeltest.Company{Fate: left, No: failed, Replies: answers}, false, false, probes.Answered, ""},
		{"502, taken, silent, and we cannot look", channeltest.Company{Fate: left, No: failed, Replies: silent}, true, false, probes.Unanswered, fault.Theirs},
		{"502, taken, answered, and we cannot look", channeltest.Company{Fate: left, No: failed, Replies: answers}, true, false, probes.Answered, ""},
		{"no answer, taken, answered, and we cannot look", channeltest.Company{Fate: left, No: hung, Replies: answers}, true, false, probes.Answered, ""},
		{"502, not taken, and nothing else answers", channeltest.Company{Fate: lost, No: failed}, true, true, probes.Void, fault.Ours},
		{"we were cut off", channeltest.Company{Fate: lost}, true, false, probes.Void, fault.Ours},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if i >= 4 {
				long.Only(t, "the rows above")
			}
			t.Parallel()
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.To, ed.Probes[0].Attempts = date(t, "2000-01-03"), 1
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Plan = time.Minute
				s.fake.Poll, s.chat.Poll, s.chat.WithoutCopies = time.Minute, time.Minute, true
				if tt.blind {
					s.more = map[string]any{"chat": onlyAsks{s.chat, s.chat}}
				}
				if tt.alone {
					s.fake.Break(errors.New("no route to host"))
				}
				s.chat.Put("nordlys", tt.company)
				s.start()
				time.Sleep(toMonday + 3*time.Hour)
				c := s.contacts()[0]
				if c.Outcome != tt.want || c.Fault != tt.fault || c.Wait > 2*time.Second {
					t.Errorf("got %s, fault %q, after %v (%s), want %s, %q", c.Outcome, c.Fault, c.Wait, c.Reason, tt.want, tt.fault)
				}
				if n := len(s.chat.Openings()); n != 1 {
					t.Errorf("opened %d times", n)
				}
			})
		})
	}
}
