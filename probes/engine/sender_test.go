package engine_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading/match"
)

// TestAddressAlone: an answer that names its question by the address alone is
// doubtful unless it comes from the company or its centre.
func TestAddressAlone(t *testing.T) {
	for _, tt := range []struct {
		name     string
		answer   func(channels.Opening, string) channeltest.Letter
		centre   string
		page     string // of a form of the company's
		doubtful bool
	}{
		{"threads", channeltest.Answer, "", "", false},
		{"an address of another domain", channeltest.Unthreaded, "", "", true},
		{"an address of the centre's", channeltest.Unthreaded, "saker.example", "", false},
		{"an address of the form's host", channeltest.Unthreaded, "", "https://www.saker.example:8443/kontakt", false},
		{"an address of another host", channeltest.Unthreaded, "", "https://kontakt.nordlys.example/", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withHarness(t, func(ed *edition.Edition) {
				if tt.page != "" {
					ed.Companies[0].Reach["form"] = tt.page
				}
				if tt.centre != "" {
					ed.Companies[0].Centres = []match.CentreRule{{ID: "saker", From: tt.centre}}
				}
			}, func(s *harness) {
				s.fake.Put("", channeltest.Company{Replies: func(o channels.Opening) []channeltest.Reply {
					return []channeltest.Reply{{After: time.Hour, Raw: tt.answer(o, "")}}
				}})
				time.Sleep(toMonday + 4*time.Hour)
				c := s.only()
				if c.Outcome != probes.Answered || len(c.Current().Readings) != 1 || c.Current().Readings[0].Doubtful != tt.doubtful {
					t.Errorf("got %s, %+v; want answered, doubtful %t", c.Outcome, c.Current().Readings, tt.doubtful)
				}
			})
		})
	}
}
