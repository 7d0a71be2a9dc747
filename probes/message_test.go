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
