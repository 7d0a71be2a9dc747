package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// letterFrom is a letter that threads with nothing of ours.
func letterFrom(from, to string) []byte {
	return fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nSubject: Pris\r\nMessage-ID: <%s.%s>\r\n\r\nHei! Det koster 349 kroner i måneden.\r\n", from, to, to, from)
}

// unresponsive makes a company that never answers.
func unresponsive(s *harness) {
	s.fake.Put("", channeltest.Company{})
}

// waitingFor counts contacts by what their verdicts wait for.
func (s *harness) waitingFor() map[probes.Hold]int {
	counts := map[probes.Hold]int{}
	for _, c := range s.contacts() {
		if c.Held != "" {
			counts[c.Held]++
		}
	}
	return counts
}

// openOne lets the first opener leave, and returns its contact.
func openOne(s *harness) probes.Contact {
	s.t.Helper()
	for range 30 {
		time.Sleep(12 * time.Hour)
		for _, c := range s.contacts() {
			if !c.Current().Sent.IsZero() {
				return c
			}
		}
	}
	s.t.Fatal("no opener has left")
	return probes.Contact{}
}

// TestUnreadLetterHolds: what may be the answer holds the verdict of the one
// company that may have written it, until a person has read it.
func TestUnreadLetterHolds(t *testing.T) {
	const persona = "kari.nordmann@shopper.test"
	for name, tt := range map[string]struct {
		from, to string
		held     bool
	}{
		"the company, to the customer":                 {"kunde@nordlys.example", persona, true},
		"a part of the company's domain":               {"kunde@svar.nordlys.example", persona, true},
		"its centre":                                   {"agent@senteret.example", persona, true},
		"in other letters":                             {"Kunde@NORDLYS.example", `"Kari.Nordmann"@Shopper.test`, true},
		"anybody, to the customer":                     {"kunde@fremmed.example", persona, false},
		"a domain that only ends like the company's":   {"kunde@ikkenordlys.example", persona, false},
		"the company, to another customer":             {"kunde@nordlys.example", "ola@shopper.test", false},
		"the company, to the customer by another road": {"kunde@nordlys.example", "kari.nordmann+ukjent@shopper.test", true},
	} {
		t.Run(name, func(t *testing.T) {
			test := func(s *harness) {
				unresponsive(s)
				first := openOne(s)
				s.fake.Deliver("", letterFrom(tt.from, tt.to))
				time.Sleep(time.Until(first.Deadline) + 3*time.Hour)
				for _, c := range s.contacts() {
					if c.Current().Sent.IsZero() || c.Deadline.After(time.Now()) {
						continue
					}
					held := tt.held && c.Plan.Company == "nordlys"
					switch {
					case held && (c.Outcome != probes.Pending || c.Held != probes.HoldReview || !c.Provisional || len(c.Letters) != 1):
						t.Errorf("%s: got %s, held for %q by %v, provisional %t", c.Plan.Company, c.Outcome, c.Held, c.Letters, c.Provisional)
					case !held && (c.Outcome != probes.Unanswered || c.Held != "" || c.Provisional):
						t.Errorf("%s: got %s, held for %q, want it unanswered", c.Plan.Company, c.Outcome, c.Held)
					}
				}
			}
			withHarness(t, func(ed *edition.Edition) {
				ed.Companies[0].Centres = []match.CentreRule{{ID: "senteret", From: "*@senteret.example"}}
				ed.Companies = append(ed.Companies, company(t, "polaris"))
			}, test)
		})
	}
}

// TestLetterWithoutWordsHolds: a letter to the attempt's own address whose words
// cannot be had is no answer meanwhile, and holds the verdict until a person has
// looked at it.
func TestLetterWithoutWordsHolds(t *testing.T) {
	for name, body := range map[string]string{
		"a boundary that is cut": "Content-Type: multipart/mixed; boundary=\"x\r\n\r\n\xff\xfe garbage\r\n",
		"a PDF alone":            "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n",
		"encrypted": "Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\nContent-Type: application/octet-stream\r\n\r\n" +
			"x\r\n--x--\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(*edition.Edition) {}, func(s *harness) {
				unresponsive(s)
				first := openOne(s)
				s.fake.Deliver("", fmt.Appendf(nil, "From: kunde@nordlys.example\r\nTo: %s\r\nSubject: Re: Pris\r\nMIME-Version: 1.0\r\n%s",
					first.Current().Intent.Address, body))
				time.Sleep(time.Until(first.Deadline) + 3*time.Hour)
				for _, c := range s.contacts() {
					if c.ID != first.ID {
						continue
					}
					if c.Outcome != probes.Pending || c.Held != probes.HoldReview || !c.Provisional || len(c.Letters) != 1 {
						t.Errorf("got %s, held for %q by %v, provisional %t", c.Outcome, c.Held, c.Letters, c.Provisional)
					}
				}
			})
		})
	}
}

// judgeAll says as a person what every unmatched arrival is.
func (s *harness) judgeAll(kind reading.Kind, contact string) {
	s.t.Helper()
	ctx := context.Background()
	waiting, err := s.ledger.Unmatched(ctx, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, h := range waiting {
		j := probes.Judgement{Channel: h.Channel, Arrival: h.Arrival.Key, Contact: contact, Kind: kind, Reason: "read", By: "kari"}
		if err := s.engine.Judge(ctx, j); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestHeldIsDecided: a person's word decides a contact that was held, either
// way; and if there is none, the day on which judging closes does.
func TestHeldIsDecided(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	for name, tt := range map[string]struct {
		judge       func(*harness, probes.Contact)
		wait        time.Duration
		want        probes.Outcome
		provisional bool
	}{
		"it was something else": {
			func(s *harness, _ probes.Contact) { s.judgeAll(reading.Other, "") },
			3 * time.Hour, probes.Unanswered, false,
		},
		"it was the answer": {
			func(s *harness, c probes.Contact) { s.judgeAll(reading.Answer, c.ID) },
			3 * time.Hour, probes.Answered, false,
		},
		"judging closes": {
			func(*harness, probes.Contact) {}, 40 * 24 * time.Hour, probes.Unanswered, true,
		},
		"judging goes on": {
			func(*harness, probes.Contact) {}, 10 * 24 * time.Hour, probes.Pending, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(ed *edition.Edition) {
				ed.To, ed.Judged = date(t, "2000-01-07"), date(t, "2000-01-31")
			}, func(s *harness) {
				unresponsive(s)
				c := openOne(s)
				s.fake.Deliver("", letterFrom("kunde@nordlys.example", "kari.nordmann@shopper.test"))
				time.Sleep(time.Until(c.Deadline) + 3*time.Hour)
				if got := s.waitingFor()[probes.HoldReview]; got != 1 {
					t.Fatalf("got %d verdicts that wait for a person, want 1", got)
				}
				tt.judge(s, c)
				time.Sleep(tt.wait)
				if got := s.only(); got.Outcome != tt.want || got.Provisional != tt.provisional {
					t.Errorf("got %s, provisional %t; want %s, %t", got.Outcome, got.Provisional, tt.want, tt.provisional)
				}
			})
		})
	}
}

// TestVerdictNeedsItsCopy: while the copy of our own opener has not come no
// silence is proven, and if it never comes our listening failed and no company is
// blamed. What was answered is answered.
func TestVerdictNeedsItsCopy(t *testing.T) {
	for name, tt := range map[string]struct {
		company channeltest.Company
		within  probes.Outcome // at once after the deadline
		held    probes.Hold
		end     probes.Outcome
	}{
		"silent":   {channeltest.Company{}, probes.Pending, probes.HoldCopy, probes.BrokenOff},
		"answered": {channeltest.Company{Replies: channeltest.Answering(2 * time.Hour)}, probes.Answered, "", probes.Answered},
		"refused":  {channeltest.Company{Fate: channeltest.Refused}, probes.Unanswered, "", probes.Unanswered},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(ed *edition.Edition) { ed.To = date(t, "2000-01-03") }, func(s *harness) {
				s.change(func() { s.fake.LoseCopies, s.fake.Poll = true, 30*time.Minute })
				s.fake.Put("", tt.company)
				var c probes.Contact
				for range 20 {
					time.Sleep(6 * time.Hour)
					if all := s.contacts(); len(all) > 0 && (!all[0].Current().Sent.IsZero() || all[0].Outcome != probes.Pending) {
						c = all[0]
						break
					}
				}
				if c.ID == "" {
					t.Fatal("nothing was asked")
				}
				if !c.Deadline.IsZero() {
					time.Sleep(time.Until(c.Deadline) + 35*time.Minute)
				}
				if got := s.contact(c.ID); got.Outcome != tt.within || got.Held != tt.held {
					t.Errorf("after the deadline: got %s, held for %q; want %s, %q", got.Outcome, got.Held, tt.within, tt.held)
				}
				time.Sleep(3 * time.Hour)
				got := s.contact(c.ID)
				if got.Outcome != tt.end || got.Held != "" {
					t.Errorf("in the end: got %s, held for %q; want %s", got.Outcome, got.Held, tt.end)
				}
				if tt.end == probes.BrokenOff && got.Reason != probes.Unheard {
					t.Errorf("got the reason %q", got.Reason)
				}
			})
		})
	}
}

// contact returns a contact as it stands.
func (s *harness) contact(id string) probes.Contact {
	s.t.Helper()
	all := s.contacts()
	i := slices.IndexFunc(all, func(c probes.Contact) bool { return c.ID == id })
	if i < 0 {
		s.t.Fatalf("contact %s is gone", id)
	}
	return all[i]
}

// TestBrokenOffForItsCopyIsReplaced: the cell counts once, by the replacement.
func TestBrokenOffForItsCopyIsReplaced(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) { ed.To = date(t, "2000-01-28") }, func(s *harness) {
		unresponsive(s)
		s.change(func() { s.fake.LoseCopies = true })
		c := openOne(s)
		time.Sleep(time.Until(c.Deadline) + 26*time.Hour)
		if got := s.contact(c.ID).Outcome; got != probes.BrokenOff {
			t.Fatalf("got %s, want it broken off", got)
		}
		if !slices.ContainsFunc(s.contacts(), func(o probes.Contact) bool { return o.Plan.Replaces == c.ID }) {
			t.Errorf("nothing stands in for it")
		}
	})
}

// TestPersonaInAnyForm: a persona with capitals is answered at an address that
// mail programs write as they like.
func TestPersonaInAnyForm(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) {
		ed.Personas[0].Address = "Kari.Nordmann@Shopper.test"
	}, func(s *harness) {
		unresponsive(s)
		c := openOne(s)
		local, domain := c.Current().Intent.Address, "shopper.test"
		local = local[:len(local)-len("@"+domain)]
		s.fake.Deliver("", letterFrom("agent@fremmed.example", fmt.Sprintf("%q@%s", local, domain)))
		time.Sleep(time.Hour)
		if got := s.contact(c.ID); len(got.Current().Readings) != 1 {
			t.Errorf("got %d readings of an answer to %q, want 1", len(got.Current().Readings), c.Current().Intent.Address)
		}
	})
}
