package engine_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// chatting makes the edition one of chats: five minutes on each of two days of
// the same week, over two months.
func chatting(t *testing.T) func(*edition.Edition) {
	return func(ed *edition.Edition) {
		ed.To = date(t, "2000-02-28")
		ed.Limits.PerCompanyPerDay = 1
		ed.Rules.Within = map[string]calendar.Within{"chat": {Duration: 5 * time.Minute}}
		ed.Probes = []edition.Probe{{
			Name: "chat", Channel: "chat", Ticks: ticks(t, "0 9 * * 1", ed.Rules.Calendar.Zone),
			Hours: hours(t, "09:00-12:00"), Within: calendar.Within{Duration: 5 * time.Minute}, Attempts: 2,
		}}
		ed.Companies[0].Reach = map[string]string{"chat": "nordlys"}
		ed.Personas[0].Channel = "chat"
	}
}

// nth answers each opener as the behaviours say in turn, and then no more.
func nth(turns ...channeltest.Behaviour) channeltest.Behaviour {
	n := 0
	return func(o channels.Opening) []channeltest.Reply {
		n++
		if n > len(turns) {
			return nil
		}
		return turns[n-1](o)
	}
}

func TestSecondAttempt(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const day, m = 24 * time.Hour, time.Minute
	const second = day + 28*m + 6*time.Second // as it is drawn: another time of the same slot
	after := channeltest.Answering
	for _, tt := range []struct {
		name     string
		company  channeltest.Company
		lateEnds bool
		openers  int
		want     probes.Outcome
		wait     time.Duration
	}{
		{"answers the first", channeltest.Company{Replies: nth(after(2 * m))}, false, 1, probes.Answered, 2 * m},
		{"answers the second", channeltest.Company{Replies: nth(channeltest.Unresponsive, after(2*m))}, false, 2, probes.Answered, 7 * m},
		{"answers neither", channeltest.Company{}, false, 2, probes.Unanswered, 0},
		{"answers in between, and the second", channeltest.Company{Replies: nth(after(20*m), after(m))}, false, 2, probes.Answered, 6 * m},
		{"answers in between", channeltest.Company{Replies: nth(after(2 * time.Hour))}, false, 2, probes.Late, 2 * time.Hour},
		{"answers in between, which ends it", channeltest.Company{Replies: nth(after(2 * time.Hour))}, true, 1, probes.Late, 2 * time.Hour},
		{"answers before listening has covered the first, which ends it", channeltest.Company{Replies: nth(after(6 * m))}, true, 1, probes.Late, 6 * m},
		{"answers after the second", channeltest.Company{Replies: nth(channeltest.Unresponsive, after(20*m))}, true, 2, probes.Late, 25 * m},
		{"answers the first while the second waits", channeltest.Company{Replies: nth(after(second + 2*m))}, false, 2, probes.Answered, 7 * m},
		{"sends elsewhere", channeltest.Company{Replies: nth(channeltest.Sending(m, channeltest.Deflection))}, false, 1, probes.Deflected, 0},
		{"only confirms", channeltest.Company{Replies: channeltest.Acknowledging(m, nil)}, false, 2, probes.Unanswered, 0},
		{"is closed", channeltest.Company{Fate: channeltest.Refused}, false, 2, probes.Unanswered, 0},
		{"refuses for policy", channeltest.Company{Fate: channeltest.Refused, Refusal: &channels.Refusal{Step: channels.StepRcpt, Code: 550, Text: "host mx.example[192.0.2.1] said: 550 5.7.1 refused as spam"}}, false, 2, probes.Unanswered, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				ed.Rules.LateEnds = map[string]bool{"chat": tt.lateEnds}
			}
			withHarness(t, edit, func(s *harness) {
				s.chat.Put("", tt.company)
				time.Sleep(toFriday)
				c := s.only()
				if got := len(s.chat.Openings()); got != tt.openers {
					t.Errorf("got %d openers, want %d", got, tt.openers)
				}
				if c.Outcome != tt.want || c.Ruled != tt.want {
					t.Errorf("got %s, ruled %s; want %s", c.Outcome, c.Ruled, tt.want)
				}
				if off := (c.Wait - tt.wait).Abs(); off > time.Second {
					t.Errorf("got a wait of %v, want %v", c.Wait, tt.wait)
				}
				if tt.company.Fate == channeltest.Taken && c.Promise != 10*m {
					t.Errorf("got a promise of %v, want both attempts' 10m", c.Promise)
				}
				if tt.openers == 2 {
					if off := c.Attempts[1].Due.Sub(c.Attempts[0].Due); off != second {
						t.Errorf("asked again after %v, want %v", off, second)
					}
				}
			})
		})
	}
}

func TestSecondAttemptKeepsTheRules(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name string
		edit func(*edition.Edition)
		want time.Duration // from the first to the second; 0 = there is none
	}{
		{"another day", func(*edition.Edition) {}, day},
		{"not on a day off", func(ed *edition.Edition) {
			ed.Rules.Calendar.DaysOff = []calendar.Date{date(t, "2000-01-04")}
		}, 2 * day},
		{"nor in a pause", func(ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{From: date(t, "2000-01-04"), To: date(t, "2000-01-05")}}
		}, 3 * day},
		{"nor in one of its channel", func(ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{From: date(t, "2000-01-04"), To: date(t, "2000-01-04"), Channel: "chat"}}
		}, 2 * day},
		{"one of another channel is none", func(ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{From: date(t, "2000-01-04"), To: date(t, "2000-01-04"), Channel: "mail"}}
		}, day},
		{"nor on its own country's holiday", func(ed *edition.Edition) { // Epiphany, Thursday 6 January 2000
			ed.Probes[0].Ticks = ticks(t, "0 9 * * 3", ed.Rules.Calendar.Zone)
			ed.Companies[0].Calendar = &calendar.Calendar{Zone: ed.Rules.Calendar.Zone, Country: "SE"}
		}, 2 * day},
		{"only in its own hours", func(ed *edition.Edition) { ed.Companies[0].Hours = hours(t, "Mon,Thu 09:00-15:00") }, 3 * day},
		{"not if the season is over", func(ed *edition.Edition) { ed.To = date(t, "2000-01-03") }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edit := func(ed *edition.Edition) {
				chatting(t)(ed)
				tt.edit(ed)
			}
			withHarness(t, edit, func(s *harness) {
				time.Sleep(toFriday + day/2)
				c := s.contacts()[0]
				got := time.Duration(0)
				if len(c.Attempts) == 2 {
					got = c.Attempts[1].Sent.Sub(c.Attempts[0].Sent).Round(day) // at another time of its slot
				}
				if got != tt.want {
					t.Errorf("asked again after %v, want %v", got, tt.want)
				}
				if c.Outcome != probes.Unanswered {
					t.Errorf("got %s, want unanswered", c.Outcome)
				}
			})
		})
	}
}
