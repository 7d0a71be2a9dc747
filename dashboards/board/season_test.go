package board

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// A season is a site as it looks some weeks into an edition: companies of
// every temper on three channels, and a queue.
type season struct {
	*site
	r     *rand.Rand
	taps  []probes.ManualReport
	lives []life
}

// newSeason makes n companies in their classes, each asked so many times.
func newSeason(t testing.TB, n, times int) *season {
	t.Helper()
	stems := []string{"Nordlys", "Fjord", "Bølgen", "Granitt", "Havbris", "Solvang", "Tindes", "Elvebakken", "Rimfrost", "Lyngheim"}
	ends := []string{"Kraft", "Bank", "Forsikring", "Mobil", "Bredbånd", "Reiser", "Bil", "Møbler"}
	classes := []string{"kraft", "bank", "forsikring", "mobil", "bredbånd", "reise", "bil", "møbler"}
	for len(classes) < 24 {
		classes = append(classes, fmt.Sprintf("%s %d", classes[len(classes)%8], len(classes)/8+1))
	}
	s := &season{r: rand.New(rand.NewPCG(1, 2))}
	var companies []edition.Company
	for i := range n {
		class := i % len(classes)
		co := firm(fmt.Sprintf("company-%04d", i), classes[class], fmt.Sprintf("%s %s", stems[(i/len(classes)+i*7)%len(stems)], ends[class%8]))
		if i >= len(stems)*len(classes) || i%11 == 3 {
			co.Name += fmt.Sprintf(" %d", i)
		}
		co.Reach["chat"] = "https://" + co.ID + ".example/chat"
		if i%3 == 0 {
			co.Reach["messenger"] = "m.me/" + co.ID
		}
		if i%29 == 5 {
			co.Pauses = []edition.Pause{{From: date(2026, 2, 23), To: date(2026, 3, 6), Reason: "moves house"}}
		}
		companies = append(companies, co)
	}
	s.site = newSite(t, companies...)
	for i, co := range companies {
		s.follow(i, co, times)
	}
	s.append(s.lives...)
	s.board.Tap = s.tapped
	s.board.Prompt = prompted
	s.board.Slot = 4 * time.Hour
	s.board.Health = &probes.SourceHealth{}
	s.board.Sources = map[string][]string{"mail": {"INBOX", "Junk"}, "chat": {"chat.example"}, "messenger": {"page"}}
	return s
}

func date(year int, month time.Month, day int) calendar.Date {
	return calendar.Date{Year: year, Month: month, Day: day}
}

// follow asks a company over weeks. Its temper is by its number.
func (s *season) follow(i int, co edition.Company, times int) {
	pace := math.Exp(s.r.NormFloat64()*1.1) * 90 // minutes to a typical answer
	reach := []float64{1, .97, .95, .9, .8, .6, .98, 0}[(i*5+i/24)%8]
	for j := range times {
		channel := lanesOf(co)[j%len(co.Reach)]
		at := noon.AddDate(0, 0, -3*(times-j)+2).Add(-time.Duration(s.r.IntN(150)) * time.Minute)
		promise := map[string]time.Duration{"mail": 55 * time.Hour, "chat": 5 * time.Minute, "messenger": 30 * time.Minute}[channel]
		if j == times-1 {
			at = noon.Add(-promise * time.Duration(s.r.IntN(120)) / 100)
		}
		wait := time.Duration(pace * math.Exp(s.r.NormFloat64()*.8) * float64(promise) / (55 * 60)).Round(time.Second)
		events := []probes.Event{
			ledgertest.Event(probes.Planned, 1, at, probes.Plan{
				Edition: "2026", Company: co.ID, Class: co.Class, Channel: channel, Slot: at, Within: promise.String(),
				Probe: channel, Scenario: "opening hours", Persona: "Kari Nordmann",
			}),
			ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: fmt.Sprintf("t-%d-%d", i, j)}),
			ledgertest.Event(probes.Sent, 1, at, probes.Sending{Response: "250 2.0.0 Ok"}),
		}
		if draw := s.r.Float64(); draw < reach || draw > .96 {
			kind := reading.Answer
			if draw > .96 {
				kind, wait = reading.Deflection, promise/3
			}
			if draw < .02 {
				wait = promise + wait/3
			}
			if came := at.Add(wait); came.Before(noon) {
				events = append(events, ledgertest.Event(probes.Heard, 1, came, probes.Classification{
					Kind: kind, Centre: []string{"own", "own", "Outsource AS"}[s.r.IntN(3)], Times: channels.Times{Arrived: came},
				}))
			}
		}
		if end := at.Add(promise); end.Before(noon) {
			events = append(events, ledgertest.Event(probes.Covered, 1, noon, probes.Coverage{Until: noon}))
		}
		s.lives = append(s.lives, life{fmt.Sprintf("c-%04d-%02d", i, j), events})
	}
}

// tapped notes taps as the engine does, one event for each.
func (s *season) tapped(ctx context.Context, t probes.ManualReport) error {
	for _, before := range s.taps {
		if before == t {
			return nil
		}
	}
	s.taps = append(s.taps, t)
	by := &probes.Reported{Report: t.Report, By: t.By}
	e := ledgertest.Event(probes.Noted, t.Attempt, s.board.now(), by)
	switch t.Report {
	case channels.TapSent, channels.Ringing:
		e = ledgertest.Event(probes.Sent, t.Attempt, s.board.now(), probes.Sending{Reported: by})
	case channels.Person:
		e = ledgertest.Event(probes.Heard, t.Attempt, s.board.now(), probes.Classification{
			Kind: reading.Answer, Reported: by, Times: channels.Times{Arrived: s.board.now()},
		})
	}
	return s.ledger.Update(ctx, func(tx probes.Tx) error {
		_, err := tx.Append(ctx, t.Contact, e)
		return err
	})
}

// prompted is what the channels of the season let a person do.
func prompted(channel string, o channels.Opening) (channels.Prompt, bool) {
	switch channel {
	case "messenger":
		return channels.Prompt{How: "messenger", Link: "https://" + o.Reach, Text: o.Body, Heard: true, Seen: true, Taps: []channels.ReportKind{
			channels.TapSent, channels.FirstReply, channels.Person, channels.Elsewhere, channels.GaveUp, channels.CouldNot,
		}}, true
	case "phone":
		return channels.Prompt{How: "phone", Link: "tel:" + o.Reach, Text: o.Body, Taps: []channels.ReportKind{
			channels.Ringing, channels.Menu, channels.InLine, channels.Person, channels.CallBack, channels.GaveUp, channels.Busy, channels.Shut, channels.CouldNot,
		}}, true
	}
	return channels.Prompt{}, false
}

// prompt asks a person to open, on a channel.
func (s *season) prompt(id, company, channel, how string) {
	s.t.Helper()
	co, _ := s.board.Edition.Company(company)
	at := noon.Add(-20 * time.Minute)
	opening, err := json.Marshal(channels.Opening{Attempt: id, Reach: map[string]string{"phone": "+4781500000"}[channel] + co.Reach[channel], Body: "Hei! Når åpner dere på lørdag, og kan jeg hente en pakke da?\nHilsen Kari"})
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
		words, err := tx.Keep(s.t.Context(), opening)
		if err != nil {
			return err
		}
		_, err = tx.Append(s.t.Context(), id,
			ledgertest.Event(probes.Planned, 1, at, probes.Plan{
				Edition: "2026", Company: company, Class: co.Class, Channel: channel, Slot: at, Within: "30m", Probe: channel, Scenario: "opening hours", Persona: "Kari Nordmann",
			}),
			ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: "token-" + id, Words: words}),
			ledgertest.Event(probes.Prompted, 1, at, probes.Prompting{How: how, Heard: how != "phone"}))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// hear keeps an arrival that waits for a person: of a contact with doubt, or
// unmatched.
func (s *season) hear(key, contact, from, text string) {
	s.t.Helper()
	at := noon.Add(-30 * time.Minute)
	raw := []byte("From: " + from + "\r\nSubject: Re: =?utf-8?q?=C3=85pningstider?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text)
	err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
		h := probes.StoredArrival{
			Channel: "mail", Source: "INBOX", Kind: reading.Answer, From: from, Subject: "Re: Åpningstider", Contact: contact,
			Doubtful: contact != "", Arrival: channels.Arrival{Key: key, Media: channels.Mail, Raw: raw, Times: channels.Times{Arrived: at}},
		}
		if contact != "" {
			h.Attempt, h.Company = 1, "company-0001"
		}
		if _, err := tx.Hear(s.t.Context(), h); err != nil || contact == "" {
			return err
		}
		digest, err := tx.Keep(s.t.Context(), raw)
		if err != nil {
			return err
		}
		_, err = tx.Append(s.t.Context(), contact, ledgertest.Event(probes.Heard, 1, at, probes.Classification{
			Arrival: key, Evidence: digest, Kind: reading.Answer, Doubtful: true, Times: h.Arrival.Times,
			Because: []reading.Reason{{Signal: "phrase.answer", Weight: 4, Saw: "vi åpner klokken 10"}, {Signal: "header.auto", Weight: -3, Saw: "X-Autoreply: yes"}},
		}))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// busy fills the queue.
func (s *season) busy() {
	s.t.Helper()
	s.prompt("p-messenger", "company-0003", "messenger", "messenger")
	s.prompt("p-phone", "company-0007", "phone", "phone")
	s.append(question("q-doubt", "company-0001", "bank", noon.Add(-50*time.Minute), ledgertest.Event(probes.Sent, 1, noon.Add(-50*time.Minute), probes.Sending{})))
	s.hear("INBOX/7/81", "q-doubt", "kundeservice@company-0001.example", "Hei,\r\n\r\nvi åpner klokken 10 på lørdag. <script>alert(1)</script>\r\n\r\nHilsen Ola")
	s.hear("INBOX/7/82", "", "ola@fjord-bank.example", "Hei igjen! Pakken kan hentes fra klokken 10.")
}
