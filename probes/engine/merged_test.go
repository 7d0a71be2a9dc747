package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
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

// TestMergedCaseIsReadAgain: what a letter that answers two questions is in the light of letters that came
// later counts for both contacts, not for the one alone whose arrival it is.
func TestMergedCaseIsReadAgain(t *testing.T) {
	race.Skip(t, "it winds weeks forward")
	withHarness(t, func(ed *edition.Edition) {
		questions(ed)
		ed.Probes[0].Within.WorkingDays = 40
	}, func(s *harness) {
		s.fake.Put("", channeltest.Company{})
		write := func(id, header, text string) {
			s.fake.Deliver("", fmt.Appendf(nil, "From: Ingrid <ingrid@nordlys.example>\r\n%s\r\nMessage-ID: <%s@nordlys.example>\r\nSubject: SV: Spørsmål\r\n\r\n%s", header, id, text))
			time.Sleep(time.Hour)
		}
		const footer = "\r\n\r\n" + advert + "\r\n\r\nMvh\r\nIngrid Moe\r\n"
		time.Sleep(toMonday + 5*7*24*time.Hour + 5*time.Hour)
		asked := s.fake.Openings()
		if len(asked) < 5 {
			t.Fatalf("%d openers left, want 5", len(asked))
		}
		a, b := asked[0].Opening, asked[1].Opening
		write("merged", "To: "+a.Address+", "+b.Address+"\r\nReferences: <"+a.ID+"> <"+b.ID+">", "Hei!\r\n\r\nDet ordner vi."+footer)
		before := s.mergedReadings(t)
		for i, o := range asked[2:5] {
			write(fmt.Sprint("own", i), "To: "+o.Opening.Address+"\r\nIn-Reply-To: <"+o.Opening.ID+">", "Hei!\r\n\r\n"+answers()[i]+footer)
		}
		after := s.mergedReadings(t)
		if before[0].Kind == after[0].Kind && before[0].Doubtful == after[0].Doubtful {
			t.Errorf("the letter is %s still, doubtful %t: nothing is tried here", after[0].Kind, after[0].Doubtful)
		}
		if after[0].Kind != after[1].Kind || after[0].Doubtful != after[1].Doubtful {
			t.Errorf("read again, it is %s (%t) to one contact and %s (%t) to the other", after[0].Kind, after[0].Doubtful, after[1].Kind, after[1].Doubtful)
		}
		if found := s.arrivals(probes.ArrivalQuery{Channel: "mail", Key: after[0].Arrival}); len(found) != 1 || found[0].Contact != s.contacts()[0].ID && found[0].Contact != s.contacts()[1].ID {
			t.Errorf("the arrival is %+v", found)
		}
	})
}

// mergedReadings returns what the one letter that two contacts have is read as, to each.
func (s *harness) mergedReadings(t *testing.T) []probes.Reply {
	t.Helper()
	by := map[string][]probes.Reply{}
	for _, r := range s.readingsOf("nordlys") {
		by[r.Arrival] = append(by[r.Arrival], r)
	}
	for _, both := range by {
		if len(both) == 2 {
			return both
		}
	}
	t.Fatalf("no letter is had by two contacts: %v", by)
	return nil
}
