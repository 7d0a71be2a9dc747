package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
)

// TestMergedCases lets a company's desk answer two open questions with one
// letter: both contacts have it, and both are provisional.
func TestMergedCases(t *testing.T) {
	type ask struct{ id, address string }
	for _, tt := range []struct {
		name   string
		header func(a, b ask) string
		want   int // contacts that have it
	}{
		{"to both addresses, threads both", func(a, b ask) string {
			return "To: " + a.address + ", " + b.address + "\r\nIn-Reply-To: <" + b.id + ">\r\nReferences: <" + a.id + "> <" + b.id + ">"
		}, 2},
		{"to both addresses, threads one", func(a, b ask) string {
			return "To: " + a.address + ", " + b.address + "\r\nIn-Reply-To: <" + a.id + ">"
		}, 2},
		{"to one, a copy to the other", func(a, b ask) string { return "To: " + b.address + "\r\nCc: " + a.address }, 2},
		{"to one address, threads both", func(a, b ask) string {
			return "To: " + a.address + "\r\nReferences: <" + a.id + "> <" + b.id + ">"
		}, 2},
		{"to one alone", func(a, _ ask) string { return "To: " + a.address + "\r\nIn-Reply-To: <" + a.id + ">" }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			withHarness(t, func(ed *edition.Edition) {
				ed.Probes[0].Within.WorkingDays = 12
			}, func(s *harness) {
				s.fake.Put("", channeltest.Company{})
				time.Sleep(toMonday + 7*24*time.Hour + 5*time.Hour)
				var asked []ask
				for _, o := range s.fake.Openings() {
					asked = append(asked, ask{o.Opening.ID, o.Opening.Address})
				}
				if len(asked) != 2 {
					t.Fatalf("%d openers left, want 2", len(asked))
				}
				s.fake.Deliver("", fmt.Appendf(nil, "From: Anne <anne@nordlys.example>\r\n%s\r\nMessage-ID: <merged@nordlys.example>\r\nSubject: SV: Pris\r\n\r\n"+
					"Hei! Det koster 299 kr i måneden.\r\nMvh Anne\r\n", tt.header(asked[0], asked[1])))
				time.Sleep(time.Hour)
				have := 0
				for _, c := range s.contacts() {
					if c.Outcome == probes.Answered {
						have++
					}
					if c.Outcome == probes.Answered && c.Provisional != (tt.want == 2) {
						t.Errorf("%s: provisional is %t", c.ID, c.Provisional)
					}
				}
				for _, c := range s.contacts()[:tt.want] {
					h := s.arrivals(probes.ArrivalQuery{Channel: "mail", Contact: c.ID})
					key := c.Current().Readings[0].Arrival
					j := probes.Judgement{Channel: "mail", Arrival: key, Kind: reading.Answer, Contact: c.ID, Reason: "it says the price", By: "kari"}
					err := s.update(func(ctx context.Context, tx probes.Tx) error { return engine.Judge(ctx, tx, j, time.Now()) })
					if err != nil || s.contact(c.ID).Provisional {
						t.Errorf("%s, with %d arrivals: judged: %v, provisional is %t", c.ID, len(h), err, s.contact(c.ID).Provisional)
					}
				}
				if have != tt.want {
					t.Errorf("%d contacts have the letter, want %d: %s", have, tt.want, strings.TrimSpace(s.log.String()))
				}
			})
		})
	}
}
