package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
)

func TestTrial(t *testing.T) {
	// Monday 3 January 2000, at ten in Oslo: inside all hours.
	ten := time.Date(2000, 1, 3, 9, 0, 0, 0, time.UTC)
	pause := func(channel string) func(*edition.Edition) {
		return func(ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{
				From: date(t, "2000-01-03"), To: date(t, "2000-01-03"), Reason: "new system", Channel: channel,
			}}
		}
	}
	const closed = "company nordlys: closed on Mon 2000-01-03 at "
	for _, tt := range []struct {
		name  string
		trial engine.Trial // of nordlys over mail, at ten, if it says nothing else
		edit  func(*edition.Edition)
		want  string // the error
	}{
		{name: "may be"},
		{name: "unknown", trial: engine.Trial{Company: "sol"}, want: "company sol: not in the configuration"},
		{name: "not reached", trial: engine.Trial{Channel: "chat"}, want: "company nordlys: is not reached over chat"},
		{name: "without scenario", edit: func(ed *edition.Edition) { ed.Scenarios = nil }, want: "company nordlys: no scenario in nb for class power"},
		{name: "without persona", edit: func(ed *edition.Edition) { ed.Personas = nil }, want: "channel mail: no persona"},

		{
			name: "without consent", trial: engine.Trial{Anyway: true},
			edit: func(ed *edition.Edition) { ed.Companies[0].Consent = calendar.Date{} },
			want: "company nordlys: no consent, no contact",
		},
		{
			name: "consent from tomorrow", trial: engine.Trial{Anyway: true},
			edit: func(ed *edition.Edition) { ed.Companies[0].Consent = date(t, "2000-01-04") },
			want: "company nordlys: no consent before 2000-01-04, no contact",
		},
		{name: "consent of today", edit: func(ed *edition.Edition) { ed.Companies[0].Consent = date(t, "2000-01-03") }},
		{
			// Still the third in UTC.
			name: "the day is Oslo's", trial: engine.Trial{At: time.Date(2000, 1, 3, 23, 30, 0, 0, time.UTC), Anyway: true},
			edit: func(ed *edition.Edition) { ed.Companies[0].Consent = date(t, "2000-01-04") },
		},
		{
			name: "paused", trial: engine.Trial{Anyway: true}, edit: pause(""),
			want: "company nordlys: paused from 2000-01-03 to 2000-01-03: new system",
		},
		{
			name: "paused on the channel", trial: engine.Trial{Anyway: true}, edit: pause("mail"),
			want: "company nordlys: paused from 2000-01-03 to 2000-01-03: new system",
		},
		{name: "paused on another", edit: pause("chat")},

		{name: "after the probe's hours", trial: engine.Trial{At: ten.Add(3 * time.Hour)}, want: closed + "13:00: outside the hours"},
		{name: "after them, anyway", trial: engine.Trial{At: ten.Add(3 * time.Hour), Anyway: true}},
		{
			name: "inside another probe's hours", trial: engine.Trial{At: ten.Add(3 * time.Hour)},
			edit: func(ed *edition.Edition) { ed.Probes = append(ed.Probes, edition.Probe{Name: "late", Channel: "mail"}) },
		},
		{
			name: "inside those of another channel", trial: engine.Trial{At: ten.Add(3 * time.Hour)},
			edit: func(ed *edition.Edition) { ed.Probes = append(ed.Probes, edition.Probe{Name: "late", Channel: "chat"}) },
			want: closed + "13:00: outside the hours",
		},
		{
			name: "on a channel that no probe uses", trial: engine.Trial{At: ten.Add(3 * time.Hour)},
			edit: func(ed *edition.Edition) { ed.Probes = nil },
		},
		{
			name: "nor then after the edition's hours", trial: engine.Trial{At: ten.Add(6 * time.Hour)},
			edit: func(ed *edition.Edition) { ed.Probes = nil },
			want: closed + "16:00: outside the hours",
		},
		{
			name: "outside the company's own hours", edit: func(ed *edition.Edition) { ed.Companies[0].Hours = hours(t, "11:00-12:00") },
			want: closed + "10:00: outside the hours",
		},
		{
			name: "day off", edit: func(ed *edition.Edition) { ed.Rules.Calendar.DaysOff = []calendar.Date{date(t, "2000-01-03")} },
			want: closed + "10:00: day off",
		},
		{
			name: "day off, anyway", trial: engine.Trial{Anyway: true},
			edit: func(ed *edition.Edition) { ed.Rules.Calendar.DaysOff = []calendar.Date{date(t, "2000-01-03")} },
		},
		{
			name: "Sunday", trial: engine.Trial{At: ten.AddDate(0, 0, -1)},
			want: "company nordlys: closed on Sun 2000-01-02 at 10:00: outside the hours",
		},
		{name: "holiday", trial: engine.Trial{At: ten.AddDate(0, 0, 7*16)}, want: "company nordlys: closed on Mon 2000-04-24 at 11:00: outside the hours"},
		{name: "before the edition begins", edit: func(ed *edition.Edition) { ed.From = date(t, "2000-02-01") }},
		{name: "after its end", edit: func(ed *edition.Edition) { ed.To = date(t, "2000-01-01") }},
		{name: "against the limits", edit: func(ed *edition.Edition) { ed.Limits.PerCompanyPerEdition = 1 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ed := season(t)
			if tt.edit != nil {
				tt.edit(ed)
			}
			trial := tt.trial
			if trial.Company == "" {
				trial.Company = "nordlys"
			}
			if trial.Channel == "" {
				trial.Channel = "mail"
			}
			if trial.At.IsZero() {
				trial.At = ten
			}
			o, err := trial.Opening(ed, channeltest.NewFake(channeltest.Unresponsive).Prepare)
			if got := fmt.Sprint(err); err != nil && got != tt.want || err == nil && tt.want != "" {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if got, want := errors.Is(err, engine.ErrClosed), strings.Contains(tt.want, ": closed on "); got != want {
				t.Errorf("got ErrClosed %t, want %t", got, want)
			}
			if err == nil && (o.Attempt != "trial."+o.Token || o.ID == "" || o.Reach != "post@nordlys.example" || o.Subject == "" || o.Body == "") {
				t.Errorf("got %+v", o)
			}
		})
	}
}

// TestTrialLeavesNoTrace: a trial's copy and its answer, that of another day
// too, wait for no person and are no company's; a letter to another address waits.
func TestTrialLeavesNoTrace(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		time.Sleep(toMonday + 16*time.Hour)
		synctest.Wait()
		before := s.totals()
		now := time.Now()
		trials := map[string]bool{}
		for _, back := range []int{0, 3, 29} {
			trial := engine.Trial{Company: s.edition.Companies[0].ID, Channel: "mail", At: now.AddDate(0, 0, -back), Anyway: true}
			o, err := trial.Opening(s.edition, s.fake.Prepare)
			if err != nil {
				t.Fatal(err)
			}
			trials[o.Address], trials[o.ID] = true, true
			s.fake.Deliver(channeltest.Inbox, fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nMessage-ID: <%s>\r\nSubject: x\r\n\r\nHei\r\n", o.Address, o.Reach, o.ID))
			s.fake.Deliver(channeltest.Inbox, fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nSubject: Re: x\r\n\r\nDet koster 10 kr. Hilsen Per\r\n", o.Reach, o.Address))
		}
		time.Sleep(time.Hour)
		after := s.totals()
		if got := after.Unmatched["mail"]; got != before.Unmatched["mail"] {
			t.Errorf("%d wait to be matched", got)
		}
		for _, a := range s.arrivals(probes.ArrivalQuery{}) {
			if fault := a.Amiss(); fault != "" {
				t.Errorf("%s: %s", a.Arrival.Key, fault)
			}
		}
		if len(trials) != 6 {
			t.Errorf("three trials have the names %v", trials)
		}
		for _, address := range slices.Sorted(maps.Keys(trials))[:1] {
			// By chance a contact's address is one that a trial could have; its Message-ID is not.
			s.fake.Deliver(channeltest.Inbox, fmt.Appendf(nil, "From: post@kraft.example\r\nTo: %s\r\nIn-Reply-To: <abc@shopper.test>\r\nSubject: Re: x\r\n\r\nHei\r\n", address))
		}
		time.Sleep(time.Hour)
		if got := s.totals().Unmatched["mail"]; got != before.Unmatched["mail"]+1 {
			t.Errorf("%d wait to be matched, want what is no trial's by its thread", got)
		}
		s.fake.Deliver(channeltest.Inbox, []byte("From: post@kraft.example\r\nTo: kari+12345678@shopper.example\r\nSubject: Re: x\r\n\r\nHei\r\n"))
		time.Sleep(time.Hour)
		if got := s.totals().Unmatched["mail"]; got != before.Unmatched["mail"]+2 {
			t.Errorf("%d wait to be matched, want one more", got)
		}
	})
}
