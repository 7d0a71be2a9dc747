package probes_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

func TestTell(t *testing.T) {
	const s, h = time.Second, time.Hour
	why := probes.Failure{Reason: "421 later"}
	plan := ev(probes.Planned, 0, probes.Plan{
		Probe: "email", Slot: slot, Channel: "mail", Scenario: "price", Persona: "Kari", Within: "1d",
	})
	tests := []struct {
		event probes.Event
		want  string
	}{
		{plan, `planned by email for 2026-03-02T09:00:00Z on mail, asking "price" as Kari; 1d to answer`},
		{ev(probes.Intended, s, probes.Intent{ID: "<a@b>", Address: "kari+x@b"}), "made ready to send as <a@b> from kari+x@b"},
		{ev(probes.Sent, s, probes.Sending{Response: "250 ok"}), "taken by the channel's server: 250 ok"},
		{ev(probes.Sent, s, probes.Sending{}), "taken by the channel's server"},
		{copied(s), "found as a copy of our own: it has left"},
		{failed(probes.Deferred, s, why), "did not leave, and will be tried again: 421 later"},
		{failed(probes.Refused, s, why), "was refused and did not leave: 421 later"},
		{failed(probes.Dropped, s, why), "was not sent: its time had passed: 421 later"},
		{failed(probes.Unsure, s, why), "may have left: 421 later"},
		{failed(probes.Unsent, s, probes.Failure{}), "did not leave"},
		{failed(probes.Broken, s, why), "listening was lost: 421 later"},
		{classification(h, probes.Classification{Kind: reading.Answer, Rule: "reply"}), "heard an answer (by reply)"},
		{classification(h, probes.Classification{Kind: reading.Bounce, Rule: "dsn", Final: true, Status: "5.1.1"}), "heard a permanent bounce 5.1.1 (by dsn)"},
		{classification(h, probes.Classification{Kind: reading.Bot, Rule: "reply", Doubtful: true, Flagged: "Junk"}), "heard a bot, doubtful (by reply), put aside in Junk"},
		{ev(probes.Sent, s, probes.Sending{Reported: &probes.Reported{Report: "sent", By: "kari"}}), "sent, as kari tapped"},
		{ev(probes.Prompted, s, probes.Prompting{How: "phone"}), "shown to a person, who is to open it by phone"},
		{ev(probes.Noted, s, probes.Reported{Report: "queue"}), "queue, as a person tapped"},
		{ev(probes.Closed, s, probes.Closing{Words: "Takk!"}), "about to say goodbye: Takk!"},
		{classification(h, probes.Classification{Kind: reading.Answer, Reported: &probes.Reported{By: "kari"}}), "heard an answer, as kari tapped"},
		{classification(h, probes.Classification{Kind: reading.Bot, Rule: "platform", Responder: "bot"}), "heard a bot, of a responder that the platform calls bot (by platform)"},
		{ev(probes.Covered, h, probes.Coverage{Reported: &probes.Reported{}}), "nothing more had come, as a person tapped"},
		{ev(probes.Amended, h, probes.Amendment{Arrival: "INBOX/7", Kind: reading.Bot, By: "kari", Reason: "a menu"}), "INBOX/7 read as bot by kari: a menu"},
		{ev(probes.Amended, h, probes.Amendment{Arrival: "INBOX/7", Kind: reading.Answer, Linked: true, By: "kari", Reason: "names us"}), "linked INBOX/7 to this contact, as answer, by kari: names us"},
		{covered(h), "everything that arrived before 2026-03-02T10:00:00Z had been read"},
		{ev(probes.Ruled, h, probes.Ruling{Outcome: probes.Unanswered}), "ruled unanswered"},
		{ev(probes.Ruled, h, probes.Ruling{Outcome: probes.Answered, Answer: slot, Wait: 90.4}), "ruled answered after 1m30s"},
		{ev(probes.Ruled, h, probes.Ruling{Outcome: probes.Answered, Answer: slot}), "ruled answered after 0s"},
		{amended(probes.Void, "wrong address"), "amended to void by kari: wrong address"},
		{failed("teleported", h, why), "teleported: 421 later"},
	}
	for _, tt := range tests {
		tt.event.Hash = "hash"
		lines := probes.Tell([]probes.Event{tt.event})
		if len(lines) != 1 || lines[0].What != tt.want || lines[0].Kind != tt.event.Kind || lines[0].Hash != "hash" {
			t.Errorf("got %+v\nwant %q", lines, tt.want)
		}
	}
}

func TestTellInOrderWithEvidence(t *testing.T) {
	intent := ev(probes.Intended, 0, probes.Intent{Words: "opening"})
	reply := classification(time.Hour, probes.Classification{
		Kind: reading.Answer, Evidence: "letter",
		Because: []reading.Reason{{Signal: "thread", Weight: 5, Saw: "In-Reply-To"}, {Signal: "greeting", Weight: -1, Saw: "Hei"}},
	})
	lines := probes.Tell([]probes.Event{planned(), intent, sent(time.Second), reply, covered(2 * time.Hour)})
	want := []probes.EventKind{probes.Planned, probes.Intended, probes.Sent, probes.Heard, probes.Covered}
	var got []probes.EventKind
	for _, l := range lines {
		got = append(got, l.Kind)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if lines[1].Ref != "opening" || lines[3].Ref != "letter" {
		t.Errorf("got evidence %q and %q", lines[1].Ref, lines[3].Ref)
	}
	if why := strings.Join(lines[3].Why, "; "); why != "thread (+5): In-Reply-To; greeting (-1): Hei" {
		t.Errorf("got %q", why)
	}
}

func TestByRecency(t *testing.T) {
	at := func(id string, after time.Duration) probes.Contact {
		return probes.Contact{ID: id, Plan: probes.Plan{Slot: slot.Add(after)}}
	}
	all := []probes.Contact{at("b", 0), at("a", 0), at("c", time.Hour)}
	slices.SortFunc(all, probes.ByRecency)
	if all[0].ID != "c" || all[1].ID != "a" || all[2].ID != "b" {
		t.Errorf("got %s, %s, %s; want the newest first, then by id", all[0].ID, all[1].ID, all[2].ID)
	}
}

// TestOutcomesValid: only what is decided and was put to the company counts.
func TestOutcomesValid(t *testing.T) {
	valid := []probes.Outcome{probes.Answered, probes.Deflected, probes.Unanswered, probes.Late}
	for _, o := range probes.Outcomes() {
		if got := o.Valid(); got != slices.Contains(valid, o) {
			t.Errorf("%s: got valid %t", o, got)
		}
	}
	if len(probes.Outcomes()) != 8 {
		t.Errorf("got %d outcomes, want 8", len(probes.Outcomes()))
	}
}

func TestSensesOfNobody(t *testing.T) {
	var nobody *probes.SourceHealth
	if got := nobody.Up(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	var senses probes.SourceHealth
	up := senses.Up()
	up[probes.Source{Channel: "mail", Name: channels.Mail}] = true
	if got := senses.Up(); len(got) != 0 {
		t.Errorf("got %v: what is told is not a copy", got)
	}
}
