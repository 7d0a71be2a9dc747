package reading

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestPermanence reads one refusal each, as a report and as plain words.
func TestPermanence(t *testing.T) {
	tests := []struct {
		want         bool
		status, text string
	}{
		{true, "5.1.1", "550 5.1.1 User unknown"},
		{true, "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"},
		{true, "5.1.2", "Host or domain name not found"},
		{true, "5.4.4", "Host or domain name not found. Name service error for name=b.example type=AAAA: Host not found"},
		{true, "5.4.1", "550 5.4.1 Recipient address rejected: Access denied."},
		{true, "5.7.1", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"},
		{true, "5.0.0", "550 no such user here"},
		{true, "5.0.0", "550 Unrouteable address"},
		{true, "5.1.1", "550 5.1.1 inactive email address"},
		{true, "5.1.0", "550 the MX record indicated no SMTP service"},
		{true, "5.3.2", "521 5.3.2 System not accepting network messages"},
		{true, "4.1.2", "NXDOMAIN"},
		{true, "5.1.1", "Adressen ble ikke funnet"},
		{true, "5.0.0", "E-postadressen finnes ikke"},
		{true, "5.0.0", "Finner ikke e-postadressen du skrev inn"},
		{true, "5.0.0", "E-postkontoen eksisterer ikke"},
		{false, "5.2.2", "554 5.2.2 mailbox full"},
		{false, "5.2.2", "The email account that you tried to reach is over quota"},
		{false, "4.2.2", "452 4.2.2 over quota"},
		{false, "5.0.0", "Postboksen er full"},
		{false, "5.0.0", "Mottagarens brevlåda är full"},
		{false, "5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.example"},
		{false, "5.7.26", "550 5.7.26 DMARC policy: mail rejected"},
		{false, "5.7.1", "550 5.7.1 relaying denied"},
		{false, "5.7.13", "525 5.7.13 Recipient address rejected: User account disabled"},
		{false, "4.4.1", "connect to mx.b.example: Connection timed out"},
		{false, "4.7.1", "450 4.7.1 Greylisted, please try again later"},
		{false, "5.4.7", "delivery time expired"},
		{false, "5.4.6", "554 5.4.6 Too many hops"},
		{false, "5.3.4", "552 5.3.4 message size exceeds fixed limit"},
		{false, "5.1.8", "553 5.1.8 Domain of sender address a@c.example does not exist"},
		{false, "5.1.7", "553 5.1.7 sender address unknown"},
		{false, "5.4.4", "Malformed or unexpected name server reply"},
		{false, "5.1.1", "550 5.1.1 User unknown (in reply to end of DATA command)"},
		{false, "5.1.1", ">>> DATA\n<<< 550 5.1.1 <a@b.example>... User unknown"},
		{true, "5.1.1", ">>> DATA\n<<< 550 5.1.1 <a@b.example>... User unknown\n550 5.1.1 <a@b.example>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)"},
		{false, "5.1.1", ">>> RCPT To:<a@b.example>\n<<< 550 5.7.1 IP address blacklisted\n550 5.1.1 <a@b.example>... User unknown"},
		{false, "5.1.3", ">>> RCPT To:<a@b.example>\n<<< 553 http://www.spamhaus.example/query?ip=192.0.2.1\n550 5.1.1 <a@b.example>... User unknown"},
		{false, "4.4.3", "Host or domain name not found. Name service error for name=b.example type=MX: Host not\n    found, try again"},
		{false, "5.1.1", "550 5.1.1 User unknown: not enough disk space"},
	}
	for _, tt := range tests {
		raw := "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt could not be delivered:\n\n" + tt.text +
			"\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: " +
			tt.status + "\n--b--\n"
		r := Read(message.Parse([]byte(raw)), Asked{}, time.Time{})
		if r.Kind != Bounce || r.Permanent != tt.want || !strings.HasPrefix(r.Status, tt.status[:1]) {
			t.Errorf("%s %s: got %s, permanent %v, %s; want permanent %v", tt.status, tt.text, r.Kind, r.Permanent, r.Status, tt.want)
		}
	}
}

// TestTranscripts reads the dialogue that sendmail returns: what counts is which command was
// refused.
func TestTranscripts(t *testing.T) {
	tests := map[string]struct {
		dialogue string
		want     bool
	}{
		"recipient refused":  {">>> RCPT To:<a@b.example>\n<<< 550 5.1.1 User unknown\n>>> DATA\n<<< 503 need RCPT command", true},
		"message refused":    {">>> DATA\n<<< 550 5.1.1 User unknown", false},
		"after end of data":  {"SMTP error from remote mail server after end of data: 550 user unknown", false},
		"recipient, by exim": {"SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 user unknown", true},
	}
	for name, tt := range tests {
		raw := "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nSubject: Returned mail: see transcript for details\n\n   ----- Transcript of session follows -----\n" + tt.dialogue + "\n"
		if r := Read(message.Parse([]byte(raw)), Asked{}, time.Time{}); r.Kind != Bounce || r.Permanent != tt.want {
			t.Errorf("%s: got %s, permanent %v, want %v", name, r.Kind, r.Permanent, tt.want)
		}
	}
}

func TestAboveReturned(t *testing.T) {
	const why = "It failed.\n550 mailbox full\n\n"
	tests := map[string]string{
		why: why,
		why + "Received: from a by b\nSubject: user unknown": why,
		why + "Return-Path: <a@b>\nno such user":             why,
		"Received: by x\nall of it is header":                "Received: by x\nall of it is header",
		"":                                                   "",
	}
	for text, want := range tests {
		if got := message.AboveReturned(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestDeliveryStatus takes the code that says most.
func TestDeliveryStatus(t *testing.T) {
	tests := []struct {
		statuses, diagnostics []string
		text, want            string
	}{
		{[]string{"5.1.1"}, nil, "", "5.1.1"},
		{[]string{"5.0.0"}, []string{"smtp; 550 5.1.1 unknown"}, "", "5.1.1"},
		{[]string{"5.0.0"}, nil, "550 5.2.2 full", "5.2.2"},
		{[]string{"5.0.0"}, []string{"smtp; 550 unknown"}, "", "5.0.0"},
		{nil, nil, "host said: 452 4.2.2 over quota", "4.2.2"},
		{nil, nil, "version 12.5.1.1 of 1.2.3", ""},
		{nil, nil, "", ""},
	}
	for _, tt := range tests {
		m := message.Message{Text: tt.text, Report: message.Report{Statuses: tt.statuses, Diagnostics: tt.diagnostics}}
		if got := deliveryStatus(m); got != tt.want {
			t.Errorf("%v %v %q: got %q, want %q", tt.statuses, tt.diagnostics, tt.text, got, tt.want)
		}
	}
}
