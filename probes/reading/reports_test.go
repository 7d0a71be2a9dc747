package reading

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestReports(t *testing.T) {
	dsn := func(action, status string) string {
		return "From: MAILER-DAEMON@x\nSubject: y\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/report; boundary=b; report-type=delivery-status\n\n--b\n\n\n--b\n" +
			"Content-Type: message/delivery-status\nContent-Transfer-Encoding: 7bit\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822;a@b\n" + action + "Status: " + status + "\n--b--\n--a--\n"
	}
	tests := map[string]struct {
		raw       string
		want      Kind
		permanent bool
		status    string
	}{
		"failed, nested":             {dsn("Action: failed\n", "5.1.1"), Bounce, true, "5.1.1"},
		"failed, mailbox full":       {dsn("Action: Failed (x)\n", "5.2.2"), Bounce, false, "5.2.2"},
		"delayed":                    {dsn("Action: delayed\n", "4.4.7"), Delay, false, "4.4.7"},
		"delayed, status of 5":       {dsn("Action: delayed\n", "5.1.1"), Delay, false, "5.1.1"},
		"relayed":                    {dsn("Action: relayed\n", "2.1.9"), Other, false, "2.1.9"},
		"delivered and failed":       {dsn("Action: delivered\n\nAction: failed\n", "5.1.1"), Bounce, true, "5.1.1"},
		"no action but failure":      {dsn("", "5.1.2"), Bounce, true, "5.1.2"},
		"no action, delivered":       {dsn("", "2.0.0"), Other, false, "2.0.0"},
		"postmaster on holiday":      {"From: postmaster@firma.example\nReturn-Path: <>\nSubject: Automatisk svar: Pris\nAuto-Submitted: auto-replied\n\nJeg er på ferie til mandag.", Absence, false, ""},
		"a person on a bounce":       {"From: ole@firma.example\nSubject: Re: Pris\n\nHei, e-posten du sendte sist kom i retur, men svaret er 200 kr.", Answer, false, ""},
		"a file under an empty text": {"From: ole@firma.example\nSubject: Svar i sak 26/1\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\n--b\nContent-Type: application/pdf\n\nx\n--b--", Other, false, ""},
		"an invitation":              {"From: ole@firma.example\nSubject: Møte\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nMøte\n--b\nContent-Type: text/calendar; method=REQUEST\n\nx\n--b--", Other, false, ""},
		"of no known server":         {"From: post@firma.example\nTo: kari@post.example\nSubject: Kan ikke leveres: Pris\n\nMeldingen til salg@firma2.example ble avvist: ukjent mottaker.", Bounce, true, ""},
		"late, of no known server":   {"From: post@firma.example\nTo: kari@post.example\nSubject: Forsinket levering: Pris\n\nE-posten til salg@firma2.example ligger fortsatt i køen. Vi gir ikke opp.", Delay, false, ""},
		"a parcel that is late":      {"From: Ola <ola@firma.example>\nTo: kari@post.example\nSubject: Forsinket levering: ordre 4711\n\nHei Kari, leveringen er dessverre forsinket til torsdag 14. mars. Spør meg gjerne på ola@firma.example.\n\nMvh Ola", Answer, false, ""},
		"a parcel that came back":    {"From: Ola <ola@firma.example>\nTo: kari@post.example\nSubject: Kunne ikke leveres: ordre 4711\n\nHei Kari, pakken kom i retur fordi adressen ikke finnes. Vi sender den på nytt torsdag hvis du oppgir riktig gate.\n\nMvh Ola", Answer, false, ""},
		"challenge": {"From: MAILER-DAEMON@x\nSubject: Delivery delayed\nReturn-Path: <>\nAuto-Submitted: auto-replied\n\n" +
			"Your message has been received. Please verify your email address to have it delivered.", Acknowledgement, false, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := Read(message.Parse([]byte(tt.raw)), Asked{}, time.Time{})
			if r.Kind != tt.want || r.Permanent != tt.permanent || r.Status != tt.status {
				t.Errorf("got %s permanent %v status %q, want %s %v %q: %v", r.Kind, r.Permanent, r.Status, tt.want, tt.permanent, tt.status, r.Because)
			}
		})
	}
}

func TestReasonsTellTheStory(t *testing.T) {
	m := message.Parse([]byte("From: noreply@firma.example\nSubject: x\nAuto-Submitted: auto-replied\n\nVi har mottatt din henvendelse og svarer innen to dager."))
	asked := Asked{At: time.Unix(1000, 0), Seen: 2}
	r := Read(m, asked, time.Unix(1020, 0))
	for _, want := range []string{"auto-replied", "receipt", "sooner than people write", "the same voice before", "from nobody"} {
		if !slices.ContainsFunc(r.Because, func(reason Reason) bool { return reason.Signal == want }) {
			t.Errorf("no %q among %v", want, r.Because)
		}
	}
	if !slices.IsSortedFunc(r.Because, func(a, b Reason) int { return b.Weight - a.Weight }) {
		t.Errorf("not strongest first: %v", r.Because)
	}
	if r.Kind != Acknowledgement || r.Doubtful || !strings.HasPrefix(r.Because[0].Saw, "Auto-Submitted") {
		t.Errorf("got %+v", r)
	}
}
