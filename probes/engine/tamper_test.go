package engine_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// unproven lists what may be changed in a ledger unseen, and why. Whatever is
// not in it must be found; whatever is in it must have been tried.
func unproven() map[string]string {
	return map[string]string{
		"counters.count of version": "how often something was written: only that it is not below a tally's can be told",
		"contacts.changed":          "where an export goes on: it says nothing of any contact",
		"meta row":                  "the ledger's name, which cursors bear: a ledger without one gets another",
		"meta.value":                "the same",
		"tallies.version":           "when it last changed: only that it is not ahead of the ledger can be told",
		"scores.version":            "the same of what a score follows from",
	}
}

// A talker is a channel whose platform wraps what is said in JSON, and names
// the conversation itself.
type talker struct{ *channeltest.Fake }

func (p talker) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return p.Fake.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		for i := range h.Arrivals {
			a := &h.Arrivals[i]
			m := message.Parse(a.Raw)
			for _, clue := range match.Clues(m) {
				a.Names = append(a.Names, clue.Key)
			}
			a.Text, a.Media, a.Times.Hop = "Hei, det koster 299 kr i måneden. Mvh Anne, sak "+a.Key, channels.JSON, a.Times.Server
			a.Responder, a.Because, a.SelfReported = channels.Human, "an agent", true
			raw, err := json.Marshal(map[string]string{"text": a.Text, "id": a.Key})
			if err != nil {
				return err
			}
			a.Raw = raw
		}
		return hear(ctx, h)
	})
}

// eventful makes an edition of mail and chat, in which each company does
// something else.
func eventful(t *testing.T) func(*edition.Edition) {
	return func(ed *edition.Edition) {
		mail, mails := ed.Probes[0], ed.Companies[0]
		chatting(t)(ed)
		ed.Probes = append(ed.Probes, mail)
		ed.Rules.Within["email"] = calendar.Within{WorkingDays: 3}
		ed.Personas = append(ed.Personas, edition.Persona{Channel: "mail", Persona: ed.Personas[0].Persona})
		mails.Reach = map[string]string{"mail": "post@nordlys.example"}
		ed.Companies = []edition.Company{mails, company(t, "fjord"), company(t, "dal"), company(t, "berg")}
		ed.Companies[3].Reach = map[string]string{"chat": "berg"}
	}
}

// happen lets a week pass, with corrections at its end.
func (s *harness) happen() {
	s.t.Helper()
	s.stop()
	s.chat.WithoutCopies = true
	s.more = map[string]any{"chat": talker{s.chat}}
	s.start()
	s.fake.Put("post@nordlys.example", channeltest.Company{Replies: channeltest.Acknowledging(time.Minute, channeltest.Answering(2*time.Hour))})
	s.fake.Put("post@fjord.example", channeltest.Company{Failures: 1})
	s.fake.Put("post@dal.example", channeltest.Company{Fate: channeltest.UnsureLeft, Replies: channeltest.Answering(time.Hour)})
	s.chat.Put("berg", channeltest.Company{Replies: nth(channeltest.Unresponsive, channeltest.Answering(2*time.Minute))})
	time.Sleep(toMonday + time.Hour)
	for _, from := range []string{"anne", "spam", "later"} {
		s.fake.Deliver("", []byte("From: "+from+"@elsewhere.example\r\nTo: post@shopper.test\r\nSubject: Pris\r\n\r\nHei! Det koster 299 kr."))
	}
	s.chat.Deliver("", []byte("From: chatter@elsewhere.example\r\nSubject: Pris\r\n\r\nHei!"))
	time.Sleep(toFriday - toMonday)
	of := map[string]probes.Contact{}
	for _, c := range s.contacts() {
		of[c.Plan.Company] = c
	}
	waiting := s.arrivals(probes.ArrivalQuery{Channel: "mail", Unmatched: true})
	for _, j := range []probes.Judgement{
		{Channel: "mail", Arrival: of["nordlys"].Attempts[0].Readings[0].Arrival, Kind: reading.Bot, Reason: "a machine", By: "kari"},
		{Channel: "mail", Arrival: waiting[0].Arrival.Key, Kind: reading.Answer, Contact: of["fjord"].ID, Reason: "names our question", By: "kari"},
		{Channel: "mail", Arrival: waiting[1].Arrival.Key, Kind: reading.Other, Reason: "spam", By: "kari"},
	} {
		err := s.update(func(ctx context.Context, tx probes.Tx) error { return engine.Judge(ctx, tx, j, time.Now()) })
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.amend(of["dal"].ID, probes.Void)
	s.stop()
}

// TestTampering changes each value of each column of each table in turn,
// removes each row and lets neighbours change places.
func TestTampering(t *testing.T) {
	race.Skip(t, "it tampers with each column of a ledger, in one goroutine")
	long.Only(t, "ledgertest tampers with a row of each kind")
	withHarness(t, eventful(t), func(s *harness) {
		s.happen()
		defer s.start() // for the harness to stop
		v := &tamperer{harness: s, db: s.ledger.DB(), missed: map[string]string{}}
		if faults := v.faults(); len(faults) > 0 {
			t.Fatalf("before: %v", faults)
		}
		tables := v.column(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
		for _, table := range tables {
			switch table {
			case "goose_db_version":
				continue // the version of the tables, which opening a ledger checks
			case "accesses", "erased", "erasures":
				continue // ledgertest tampers with what an erasure leaves
			}
			v.tamperWith(table)
		}
		list := unproven()
		for _, what := range slices.Sorted(maps.Keys(v.missed)) {
			if _, listed := list[what]; !listed {
				t.Errorf("%s: %s was not found", what, v.missed[what])
			}
			delete(list, what)
		}
		for _, what := range slices.Sorted(maps.Keys(list)) {
			t.Errorf("%s is found, or was never tried: take it off the list", what)
		}
		t.Logf("%d changes, %d rows removed, %d swapped", v.changes, v.removals, v.swaps)
	})
}
