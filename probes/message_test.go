package probes_test

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// TestReportFault reads whole reports, by what they say of the servers.
func TestReportFault(t *testing.T) {
	const quota = "Status: 5.4.5\nDiagnostic-Code: smtp; 550 5.4.5 Daily user sending limit exceeded\n"
	for name, tt := range map[string]struct {
		status string
		relay  channels.Relay
		want   fault.Fault
	}{
		"our account, and no server is named":     {quota, "", fault.Unclear},
		"our account, by the company's server":    {quota + "Remote-MTA: dns; mx.fjord.example\n", "", fault.Policy},
		"our account, by our smarthost":           {quota + "Remote-MTA: dns; smtp.own.example\n", channels.RelaySpoke, fault.Ours},
		"our account, by the maker's own mailbox": {quota + "Remote-MTA: dns; MAIL.own.example[private/lmtp]\n", "", fault.Unclear},
		"our smarthost was not reached": {
			"Status: 4.4.1\nDiagnostic-Code: X-Postfix; connect to smtp.own.example[192.0.2.9]:587: Connection refused\n", channels.RelayLost, fault.Ours,
		},
		"its server was not reached": {
			"Status: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.fjord.example[192.0.2.9]:25: Connection refused\n", "", fault.Theirs,
		},
		"nothing but a code": {"Status: 5.2.2\n", "", fault.Theirs},
	} {
		raw := "From: MAILER-DAEMON@mail.own.example\nSubject: Undelivered Mail Returned to Sender\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n" +
			"Your message could not be delivered.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.own.example\n\n" +
			"Final-Recipient: rfc822; post@fjord.example\nAction: failed\n" + tt.status + "\n--b--\n"
		got := reading.Read(message.Parse([]byte(strings.ReplaceAll(raw, "\n", "\r\n"))), reading.Asked{}, time.Time{})
		if whose := probes.ReportFault(got, tt.relay); whose != tt.want {
			t.Errorf("%s: got %s, want %s (read as %s)", name, whose, tt.want, got.Kind)
		}
	}
}

// TestTaken: once our own server has reported that the company's took the opener, no later
// report excuses; one that tells of our smarthost, or of a delay, says nothing of that.
func TestTaken(t *testing.T) {
	const h = time.Hour
	took := func(at time.Duration, submission bool) probes.Event {
		return ev(probes.Heard, at, probes.Classification{
			Arrival: "taken", Kind: reading.Other, Taken: true, Submission: submission, Times: channels.Times{Arrived: slot.Add(at)},
		})
	}
	for name, tt := range map[string]struct {
		story []probes.Event
		want  fault.Fault
	}{
		"returned":                          {asked(report(h, fault.Ours), covered(48*h)), fault.Ours},
		"taken, then returned":              {asked(took(time.Minute, true), report(h, fault.Ours), covered(48*h)), ""},
		"returned, then taken":              {asked(report(time.Minute, fault.Policy), took(h, true), covered(48*h)), ""},
		"a stranger says that it was taken": {asked(took(time.Minute, false), report(h, fault.Ours), covered(48*h)), fault.Ours},
	} {
		c := probes.Rules{}.Fold("c", tt.story)
		if got := c.Current().Blame(); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", name, got, tt.want, c.Outcome)
		}
	}
	for status, want := range map[string]bool{
		"Action: delivered\nStatus: 2.0.0\n":                                   true,
		"Action: relayed\nStatus: 2.0.0\nRemote-MTA: dns; mx.fjord.example\n":  true,
		"Action: relayed\nStatus: 2.0.0\n":                                     false,
		"Action: expanded\nStatus: 2.0.0\nRemote-MTA: dns; mail.own.example\n": false,
		"Action: delayed\nStatus: 4.4.1\nRemote-MTA: dns; mx.fjord.example\n":  false,
		"Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.fjord.example\n":   false,
	} {
		raw := "From: MAILER-DAEMON@mail.own.example\nSubject: Successful Mail Delivery Report\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message.\n\n" +
			"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.own.example\n\nFinal-Recipient: rfc822; post@fjord.example\n" + status + "\n--b--\n"
		if got := reading.Read(message.Parse([]byte(raw)), reading.Asked{}, time.Time{}); got.Delivery.Taken != want {
			t.Errorf("%q: taken %v, want %v (read as %s)", status, got.Delivery.Taken, want, got.Kind)
		}
	}
}
