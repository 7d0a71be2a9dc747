package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading/match"
)

// companies makes the season one of so many companies, each with a centre of its own.
func companies(t *testing.T, n int) func(*edition.Edition) {
	return func(ed *edition.Edition) {
		ed.Companies = nil
		for i := range n {
			co := company(t, fmt.Sprint("firm", i))
			co.Centres = []match.CentreRule{{ID: fmt.Sprint("centre", i), From: "*@" + co.ID + ".example"}}
			ed.Companies = append(ed.Companies, co)
		}
	}
}

// passedOn is a refusal of the company's server, passed on by our own.
func passedOn(said string) channeltest.Company {
	return channeltest.Company{Fate: channeltest.Refused, Refusal: &channels.Refusal{
		Step: channels.StepRcpt, Code: 550, Status: "5.1.1",
		Text: "undeliverable address: host mx.example[192.0.2.1] said: " + said,
	}}
}

const spam = "554 5.7.1 rejected as spam"

// TestLoginRefused: a password that is refused for a while costs no company
// anything, and is not tried over and over.
func TestLoginRefused(t *testing.T) {
	const n = 12
	withHarness(t, companies(t, n), func(s *harness) {
		s.fake.Put("", channeltest.Company{Fate: channeltest.Refused, Refusal: &channels.Refusal{
			Step: channels.StepAuth, Code: 535, Status: "5.7.8", Text: "authentication failed",
		}})
		time.Sleep(toMonday + time.Hour)
		tries := 0
		for _, count := range s.openings() {
			tries += count
		}
		if tries < 3 || tries > n+10 {
			t.Errorf("logged in %d times in an hour, want the %d openers to go on one at a time", tries, n)
		}
		s.fake.Put("", channeltest.Company{Replies: channeltest.Answering(time.Hour)})
		time.Sleep(toFriday - toMonday)
		if got := s.outcomes()[probes.Answered]; got != n {
			t.Errorf("got %v, want all answered", s.outcomes())
		}
	})
}

// TestOursAllMorning: what is our own fault until the hours are over is void,
// and replaced.
func TestOursAllMorning(t *testing.T) {
	for said, no := range map[string]*channels.Refusal{
		"daily limit": {Step: channels.StepRcpt, Code: 550, Status: "5.4.5", Text: "daily user sending limit exceeded"},
		"bad sender":  {Step: channels.StepData, Code: 550, Status: "5.1.8", Text: "access denied, bad outbound sender"},
	} {
		edit := func(ed *edition.Edition) {
			companies(t, 3)(ed)
			ed.To = date(t, "2000-02-11")
			ed.Probes[0].Ticks = ticks(t, "0 9 3 1 *", ed.Rules.Calendar.Zone)
		}
		withHarness(t, edit, func(s *harness) {
			s.fake.Put("", channeltest.Company{Fate: channeltest.Refused, Refusal: no})
			time.Sleep(toMonday + 12*time.Hour)
			s.fake.Put("", channeltest.Company{Replies: channeltest.Answering(time.Hour)})
			time.Sleep(20 * 24 * time.Hour)
			if got := s.outcomes(); got[probes.Void] != 3 || got[probes.Answered] != 3 {
				t.Errorf("%s: got %v, want three void, and three answered in their place", said, got)
			}
		})
	}
}

// TestTakenThenReturned: once our own server has reported that the company's took the
// opener no later report excuses; that our own copy was delivered says nothing of it.
func TestTakenThenReturned(t *testing.T) {
	for name, tt := range map[string]struct {
		taken string // the server that took it; empty: our own copy was delivered
		want  probes.Outcome
	}{
		"by the company's server": {"mx.company.example", probes.Unanswered},
		"our own copy":            {"", probes.Contested},
	} {
		withHarness(t, companies(t, 3), func(s *harness) {
			s.fake.Put("", channeltest.Company{Replies: func(o channels.Opening) []channeltest.Reply {
				return []channeltest.Reply{
					{After: time.Minute, Raw: channeltest.TookIt(tt.taken)(o)}, {After: time.Hour, Raw: channeltest.Returned(spam)(o)},
				}
			}})
			time.Sleep(toFriday)
			if c := s.contacts()[0]; c.Outcome != tt.want {
				t.Errorf("%s: got %s (%s), want %s", name, c.Outcome, c.Fault, tt.want)
			}
		})
	}
}

// TestOwnLine: where most companies that are asked within an hour are not found or not
// reached it is our own line or name server, whoever tells it; where few are, or those of
// one centre, it is theirs.
func TestOwnLine(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	said := func(code int, status, text string) func(*harness, string) {
		return func(s *harness, reach string) {
			s.fake.Put(reach, channeltest.Company{Fate: channeltest.Refused, Refusal: &channels.Refusal{
				Step: channels.StepRcpt, Code: code, Status: status, Text: text,
			}})
		}
	}
	notFound := said(550, "5.4.4", "Host or domain name not found. Name service error for name=firm.example type=MX: Host not found")
	reported := func(s *harness, reach string) {
		s.fake.Put(reach, channeltest.Company{Replies: func(o channels.Opening) []channeltest.Reply {
			return []channeltest.Reply{{After: time.Minute, Raw: channeltest.Returned("550 5.4.4 Host not found")(o)}}
		}})
	}
	for name, tt := range map[string]struct {
		fail   func(*harness, string)
		failed int // of six companies
		edit   func(*edition.Edition)
		want   probes.Outcome
		fault  fault.Fault
	}{
		"one of six":             {notFound, 1, nil, probes.Unanswered, fault.Address},
		"half of six":            {notFound, 3, nil, probes.Unanswered, fault.Address},
		"most of six":            {notFound, 4, nil, probes.Void, fault.Ours},
		"all six":                {notFound, 6, nil, probes.Void, fault.Ours},
		"all six, by reports":    {reported, 6, nil, probes.Void, fault.Ours},
		"two of six, by reports": {reported, 2, nil, probes.Unanswered, fault.Address},
		"all six, of two centres": {notFound, 6, func(ed *edition.Edition) {
			for i := range ed.Companies {
				ed.Companies[i].Centres = ed.Companies[i%2].Centres
			}
		}, probes.Unanswered, fault.Address},
		"all six, and no user is known": {said(550, "5.1.1", "user unknown"), 6, nil, probes.Unanswered, fault.Address},
	} {
		t.Run(name, func(t *testing.T) {
			edit := func(ed *edition.Edition) {
				companies(t, 6)(ed)
				ed.To = date(t, "2000-01-03")
				if tt.edit != nil {
					tt.edit(ed)
				}
			}
			withHarness(t, edit, func(s *harness) {
				for i := range tt.failed {
					tt.fail(s, s.edition.Companies[i].Reach["mail"])
				}
				time.Sleep(toFriday)
				for _, c := range s.contacts() {
					if c.Plan.Company == "firm0" && (c.Outcome != tt.want || c.Fault != tt.fault) {
						t.Errorf("got %s (%s), want %s (%s)", c.Outcome, c.Fault, tt.want, tt.fault)
					}
				}
			})
		})
	}
}

// TestContested: a refusal for what we are excuses a company if companies of
// two other centres refuse us on the same day, and once in its cell.
func TestContested(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	for i, tt := range []struct {
		name    string
		refuse  []int // the companies that do
		change  func(*edition.Edition)
		want    probes.Outcome
		another int // contacts that replace one of firm0's
	}{
		{"three", []int{0, 1, 2}, nil, probes.Contested, 1},
		{"two", []int{0, 1}, nil, probes.Unanswered, 0},
		{"one alone", []int{0}, nil, probes.Unanswered, 0},
		{"three, two of one centre", []int{0, 1, 2}, func(ed *edition.Edition) {
			ed.Companies[2].Centres = ed.Companies[1].Centres
		}, probes.Unanswered, 0},
		{"three of one centre", []int{0, 1, 2}, func(ed *edition.Edition) {
			ed.Companies[1].Centres, ed.Companies[2].Centres = ed.Companies[0].Centres, ed.Companies[0].Centres
		}, probes.Unanswered, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if i >= 2 {
				long.Only(t, "the rows above")
			}
			edit := func(ed *edition.Edition) {
				companies(t, 4)(ed)
				ed.To = date(t, "2000-02-11")
				ed.Probes[0].Ticks = ticks(t, "0 9 3 1 *", ed.Rules.Calendar.Zone)
				if tt.change != nil {
					tt.change(ed)
				}
			}
			withHarness(t, edit, func(s *harness) {
				for _, i := range tt.refuse {
					s.fake.Put(fmt.Sprintf("post@firm%d.example", i), passedOn(spam))
				}
				time.Sleep(toMonday + 40*24*time.Hour)
				var first, second []probes.Contact
				for _, c := range s.contacts() {
					switch {
					case c.Plan.Company != "firm0":
					case c.Plan.Replaces == "":
						first = append(first, c)
					default:
						second = append(second, c)
					}
				}
				if len(first) != 1 || first[0].Outcome != tt.want || first[0].Fault != fault.Policy {
					t.Fatalf("got %+v, want one that is %s for policy", first, tt.want)
				}
				if first[0].Provisional != (tt.want == probes.Unanswered) {
					t.Errorf("provisional: %v", first[0].Provisional)
				}
				if len(second) != tt.another {
					t.Fatalf("replaced by %d, want %d", len(second), tt.another)
				}
				for _, c := range second {
					if c.Outcome != probes.Unanswered || !c.Provisional || !c.Plan.Contested {
						t.Errorf("the second time in its cell: got %s, provisional %v; want it to count", c.Outcome, c.Provisional)
					}
				}
			})
		})
	}
}

// TestReports: reports of our own submission server count whenever they come,
// all others wait for a person and change nothing.
func TestReports(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const day = 24 * time.Hour
	stranger := func(o channels.Opening) channeltest.Letter {
		own := channeltest.Returned(spam)(o)
		return func(at time.Time) []byte {
			return []byte(strings.ReplaceAll(string(own(at)), "MAILER-DAEMON@smtp.shopper.example", "postmaster@company.example"))
		}
	}
	for name, tt := range map[string]struct {
		after time.Duration
		raw   func(channels.Opening) channeltest.Letter
		want  probes.Outcome
		fault fault.Fault
		waits int // for a person
	}{
		"no such address":                  {time.Minute, channeltest.Returned("550 5.1.1 user unknown"), probes.Unanswered, fault.Address, 0},
		"mailbox full":                     {time.Minute, channeltest.Returned("552 5.2.2 mailbox is full"), probes.Unanswered, fault.Theirs, 0},
		"spam":                             {time.Minute, channeltest.Returned(spam), probes.Unanswered, fault.Policy, 0},
		"spam, after the deadline":         {20 * day, channeltest.Returned(spam), probes.Unanswered, fault.Policy, 0},
		"spam, says a stranger":            {time.Minute, stranger, probes.Unanswered, "", 1},
		"spam, says a stranger long after": {20 * day, stranger, probes.Unanswered, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.HasSuffix(name, "spam") && !strings.HasSuffix(name, "stranger") {
				long.Only(t, "spam, and what a stranger says of it")
			}
			once := func(ed *edition.Edition) { ed.Probes[0].Ticks = ticks(t, "0 9 3 1 *", ed.Rules.Calendar.Zone) }
			withHarness(t, once, func(s *harness) {
				s.fake.Put("", channeltest.Company{Replies: channeltest.Sending(tt.after, tt.raw)})
				time.Sleep(toMonday + 30*day)
				c := s.only()
				if c.Outcome != tt.want || c.Ruled != tt.want || c.Fault != tt.fault {
					t.Errorf("got %s, fault %q; want %s, %q", c.Outcome, c.Fault, tt.want, tt.fault)
				}
				if got := len(s.arrivals(probes.ArrivalQuery{Doubtful: true})); got != tt.waits {
					t.Errorf("%d arrivals wait for a person, want %d", got, tt.waits)
				}
			})
		})
	}
}

// TestCorroboratedReports: what reports tell of one day is put together,
// whichever comes last.
func TestCorroboratedReports(t *testing.T) {
	edit := func(ed *edition.Edition) {
		companies(t, 3)(ed)
		ed.Probes[0].Ticks = ticks(t, "0 9 3 1 *", ed.Rules.Calendar.Zone)
	}
	withHarness(t, edit, func(s *harness) {
		s.fake.Put("post@firm0.example", passedOn(spam))
		for i, after := range []time.Duration{time.Minute, 3 * time.Hour} {
			s.fake.Put(fmt.Sprintf("post@firm%d.example", i+1), channeltest.Company{
				Replies: channeltest.Sending(after, channeltest.Returned("550 5.7.26 fails the sender domain's DMARC policy")),
			})
		}
		time.Sleep(toFriday)
		all := slices.DeleteFunc(s.contacts(), func(c probes.Contact) bool { return c.Plan.Replaces != "" })
		for _, c := range all {
			if c.Outcome != probes.Contested || c.Provisional {
				t.Errorf("%s: got %s, provisional %v", c.Plan.Company, c.Outcome, c.Provisional)
			}
		}
	})
}
