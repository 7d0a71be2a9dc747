package email

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
)

// report is the head of a report, below what the mailbox writes above it.
const report = "From: MAILER-DAEMON@smtp.example.no (Mail Delivery System)\n" +
	"To: kari+x7f3@shopper.example\nSubject: Undelivered Mail Returned to Sender\n\n" +
	"Reporting-MTA: dns; smtp.example.no\n"

// TestSubmission tells reports of our own submission server from those of
// others, by the traces that real servers write.
func TestSubmission(t *testing.T) {
	const null = "Return-Path: <>\n"
	apart := origin{mailbox: []string{"imap.example.no", "mx.example.no"}, servers: []string{"smtp.example.no", "relay.example", "192.0.2.0/28"}}
	mine := strings.Replace(report, "dns; smtp.example.no", "dns; mail.test", 1)
	theirs := strings.Replace(report, "dns; smtp.example.no", "dns; mx.fjord.example", 1)
	local := Config{SMTP: Server{Host: "127.0.0.1"}, IMAP: Mailbox{Server: Server{Host: "localhost"}}}.origin()
	for _, tt := range []struct {
		name  string
		of    origin
		above string
		want  bool
		below string // "" = report
	}{
		{"handed over by the server, Postfix", apart, null +
			"Received: from smtp.example.no (smtp.example.no [198.51.100.9])\n\tby mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: by smtp.example.no (Postfix)\n\tid 2; Mon, 2 Mar 2026 10:00:00 +0100\n", true, ""},
		{"by its network, Exim", apart, null +
			"Received: from [192.0.2.7] (helo=anything.example)\n\tby mx.example.no with esmtps (TLS1.3) id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", true, ""},
		{"by a host of its domain, with a point behind it, Google", apart, null +
			"Received: from out7.relay.example (out7.relay.example. [203.0.113.5])\n        by mx.example.no with ESMTPS id 1\n        for <kari+x7f3@shopper.example>; Mon, 02 Mar 2026 01:00:00 -0800 (PST)\n", true, ""},
		{"through a hop of the mailbox's", apart, null +
			"Received: from mx.example.no (mx.example.no [198.51.100.1]) by store.example.no with LMTP id 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: from smtp.example.no (smtp.example.no [198.51.100.9]) by mx.example.no with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", true, ""},
		{"made here", local, null + "Received: by mail.test (Postfix) id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", true, mine},
		{"made here, and put down by LMTP", local, null +
			"Received: from mail.test\n\tby mail.test with LMTP\n\tid 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: by mail.test (Postfix) id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", true, mine},
		{"made here, and handed over on loopback", local, null +
			"Received: from mail.test (localhost [127.0.0.1])\n\tby mail.test with LMTP\n\tid 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: by mail.test (Postfix) id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", true, mine},
		{"without a trace, on one host", local, null, true, strings.Replace(report, "dns; smtp.example.no", "dns; localhost", 1)},
		{"signed by the server", apart, null +
			"Authentication-Results: imap.example.no; dkim=pass header.d=smtp.example.no header.s=x; spf=pass smtp.helo=out\n" +
			"Received: from mail.google.example (mail.google.example [203.0.113.77]) by imap.example.no with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", true, ""},

		{"put down here, and the report is another's", local, null +
			"Received: from mail.test\n\tby mail.test with LMTP\n\tid 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, theirs},
		{"without a trace, and the report is another's", local, null, false, theirs},
		{"without a trace, of a server elsewhere", apart, null, false, ""},
		{"by LMTP from elsewhere", local, null +
			"Received: from mail.test (mail.fjord.example [203.0.113.9])\n\tby mail.test with LMTP\n\tid 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, mine},
		{"from elsewhere", apart, null +
			"Received: from mail.fjord.example (mail.fjord.example [203.0.113.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"from elsewhere, which says that it is the server", apart, null +
			"Received: from smtp.example.no (mail.fjord.example [203.0.113.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"from elsewhere, unknown, which says that it is the server", apart, null +
			"Received: from smtp.example.no (unknown [203.0.113.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"from elsewhere, as Exim writes a name that it was given", apart, null +
			"Received: from [203.0.113.9] (helo=smtp.example.no) by mx.example.no with esmtps id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"from elsewhere, with a trace made up below", apart, null +
			"Received: from mail.fjord.example (mail.fjord.example [203.0.113.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: by smtp.example.no (Postfix) id 2; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"from elsewhere, on the host that also takes mail in", local, null +
			"Received: from mail.fjord.example (mail.fjord.example [203.0.113.9]) by mail.test (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: by mail.test (Postfix) id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, mine},
		{"from elsewhere, through the server", apart, null +
			"Received: from smtp.example.no (smtp.example.no [198.51.100.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: from mail.fjord.example (mail.fjord.example [203.0.113.9]) by smtp.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"another customer of the server", apart, null +
			"Received: from smtp.example.no (smtp.example.no [198.51.100.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n" +
			"Received: from [192.168.1.4] (unknown [203.0.113.9]) by smtp.example.no (Postfix) with ESMTPSA id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"with a return path", apart, "Return-Path: <post@fjord.example>\n" +
			"Received: from smtp.example.no (smtp.example.no [198.51.100.9]) by mx.example.no (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"from a host in a name that only ends alike", apart, null +
			"Received: from x.evilrelay.example (x.evilrelay.example [203.0.113.9]) by mx.example.no with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"signed, says another", apart, null +
			"Authentication-Results: mail.fjord.example; dkim=pass header.d=smtp.example.no\n" +
			"Received: from mail.fjord.example (mail.fjord.example [203.0.113.9]) by mx.example.no with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
		{"signed by another", apart, null +
			"Authentication-Results: imap.example.no; dkim=pass header.d=fjord.example\n" +
			"Received: from mail.fjord.example (mail.fjord.example [203.0.113.9]) by mx.example.no with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0100\n", false, ""},
	} {
		if tt.below == "" {
			tt.below = report
		}
		raw := strings.ReplaceAll(tt.above+tt.below, "\n", "\r\n")
		if got := tt.of.submission([]byte(raw)); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestSubmissionOnLoopback tells reports of a mail server on this host from what
// comes to it through loopback: every stranger's mail does behind a proxy, and so
// does that of local programs.
func TestSubmissionOnLoopback(t *testing.T) {
	numbered := Config{SMTP: Server{Host: "127.0.0.1"}, IMAP: Mailbox{Server: Server{Host: "127.0.0.1"}}}
	named := Config{SMTP: Server{Host: "mail.test"}, IMAP: Mailbox{Server: Server{Host: "mail.test"}}}
	tunnel := Config{SMTP: Server{Host: "127.0.0.1"}, IMAP: Mailbox{Server: Server{Host: "imap.provider.example"}}}
	listed := numbered
	listed.ReportsFrom = []string{"127.0.0.9"}
	const (
		date    = "; Mon, 2 Mar 2026 10:00:00 +0100\n"
		postfix = "Received: by mail.test (Postfix)\n\tid 1" + date
	)
	from := func(helo, peer, by string) string {
		return "Received: from " + helo + " (" + peer + ")\n\tby " + by + " (Postfix) with ESMTP id 1" + date
	}
	for _, tt := range []struct {
		name  string
		of    Config
		above string
		by    string // the report's maker
		want  bool
	}{
		{"Postfix bounces", numbered, postfix, "mail.test", true},
		{"Postfix bounces, by its name", named, postfix, "mail.test", true},
		{"Postfix bounces, through a filter", numbered, from("localhost", "localhost [127.0.0.1]", "mail.test") +
			"Received: from mail.test ([127.0.0.1])\n\tby localhost (mail.test [127.0.0.1]) (amavis, port 10024) with ESMTP id 1" + date + postfix, "mail.test", true},
		{"Exim bounces", numbered, "Received: from Debian-exim by mail.test with local (Exim 4.96)\n\tid 1-2-3\n\tfor kari+x7f3@shopper.example" + date, "mail.test", true},
		{"sendmail bounces", numbered, "Received: from localhost (localhost)\n\tby mail.test (8.17.1/8.17.1) id 1" + date, "mail.test", true},
		{"a submission server beside the mailbox's", numbered, from("relay.test", "localhost [127.0.0.1]", "mail.test"), "relay.test", true},
		{
			"the same, by name",
			Config{SMTP: Server{Host: "localhost"}, IMAP: Mailbox{Server: Server{Host: "localhost"}}},
			from("relay.test", "localhost [IPv6:::1]", "mail.test"), "relay.test", true,
		},
		{"from where reports are configured to come", listed, from("relay.test", "unknown [127.0.0.9]", "mail.test"), "relay.test", true},

		{"a stranger from elsewhere on loopback", numbered, from("mx.fjord.example", "unknown [127.0.0.5]", "mail.test"), "mail.test", false},
		{"who says to be the server", numbered, from("relay.test", "unknown [127.0.0.5]", "mail.test"), "relay.test", false},
		{"a stranger through a proxy", numbered, from("mx.fjord.example", "localhost [127.0.0.1]", "mail.test"), "mail.test", false},
		{"who says to be the mailbox's own host", numbered, from("mail.test", "localhost [127.0.0.1]", "mail.test"), "mail.test", false},
		{"through a proxy to the host that is named", named, from("mail.test", "localhost [127.0.0.1]", "mail.test"), "mail.test", false},
		{"from where reports are not configured to come", listed, from("relay.test", "localhost [127.0.0.1]", "mail.test"), "relay.test", false},
		{"loopback of a provider, not ours", tunnel, from("relay.test", "localhost [127.0.0.1]", "mx.provider.example"), "relay.test", false},
		{"a stranger through a filter", numbered, from("localhost", "localhost [127.0.0.1]", "mail.test") +
			from("mx.fjord.example", "mx.fjord.example [203.0.113.9]", "mail.test") + postfix, "mail.test", false},
		{"a page's form, by Postfix", numbered, "Received: by mail.test (Postfix, from userid 33)\n\tid 1" + date, "mail.test", false},
		{"a page's form, by Exim", numbered, "Received: from www-data by mail.test with local (Exim 4.96)\n\tid 1" + date, "mail.test", false},
		{"a page's form, by sendmail", numbered, "Received: from localhost (www@localhost)\n\tby mail.test (8.17.1/8.17.1) id 1" + date, "mail.test", false},
		{"qmail, of a connection", numbered, "Received: (qmail 12 invoked from network)" + date, "localhost", false},
		{"qmail, of a user", numbered, "Received: (qmail 12 invoked by uid 33)" + date, "localhost", false},
		{
			"put down on loopback by LMTP, and no more", numbered,
			"Received: from relay.test (localhost [127.0.0.5])\n\tby mail.test with LMTP\n\tid 1" + date, "mail.test", false,
		},
	} {
		raw := "Return-Path: <>\n" + tt.above + strings.Replace(report, "dns; smtp.example.no", "dns; "+tt.by, 1)
		if got := tt.of.origin().submission([]byte(strings.ReplaceAll(raw, "\n", "\r\n"))); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestUnproven reads what the mailbox's server says of our own copy.
func TestUnproven(t *testing.T) {
	o := origin{mailbox: []string{"imap.example.no"}}
	for said, want := range map[string]string{
		"imap.example.no; dmarc=fail (p=REJECT) header.from=shopper.example":            "dmarc",
		"imap.example.no; spf=fail smtp.mailfrom=a@b; dkim=pass header.d=b":             "",
		"imap.example.no; spf=fail smtp.mailfrom=a@b; dkim=none":                        "spf",
		"imap.example.no; spf=none; dkim=fail (bad signature) header.d=b":               "dkim",
		"imap.example.no; dmarc=pass header.from=b; dkim=fail header.d=c; spf=softfail": "",
		"imap.example.no 1; dmarc=FAIL header.from=b":                                   "dmarc",
		"mail.fjord.example; dmarc=fail header.from=b":                                  "",
		"store.example.no; dmarc=fail header.from=b":                                    "dmarc", // who wrote the newest line
		"imap.example.no; none":                                                         "",
		"":                                                                              "",
	} {
		raw := "Authentication-Results: " + said + "\r\nReceived: by store.example.no with LMTP id 1; Mon, 2 Mar 2026 10:00:00 +0100\r\nFrom: a@b\r\n\r\n"
		if got := o.unproven([]byte(raw)); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

// TestRelay tells what a report of our own submission server says of our smarthost.
func TestRelay(t *testing.T) {
	const made = "Reporting-MTA: dns; smtp.example.no\n\n"
	o := origin{servers: []string{"smtp.example.no", "relay.example", "192.0.2.9", "198.51.100.0/24", "127.0.0.1", "localhost"}}
	for name, tt := range map[string]struct {
		status string
		want   channels.Relay
	}{
		"it refused":                      {made + "Remote-MTA: dns; Relay.example\n", channels.RelaySpoke},
		"by its address":                  {made + "Remote-MTA: dns; anything.example (192.0.2.9)\n", channels.RelaySpoke},
		"it was not reached":              {made + "Diagnostic-Code: X-Postfix; connect to relay.example[192.0.2.9]:587: Connection refused\n", channels.RelayLost},
		"the company's refused":           {made + "Remote-MTA: dns; mx.fjord.example\n", ""},
		"the company's was not reached":   {made + "Diagnostic-Code: X-Postfix; connect to mx.fjord.example[203.0.113.9]:25: Connection refused\n", ""},
		"one beside ours refused":         {made + "Remote-MTA: dns; relay.example\n\nRemote-MTA: dns; mx.fjord.example\n", ""},
		"in our smarthost's domain":       {made + "Remote-MTA: dns; fjord.relay.example\n", ""},
		"in a network of ours":            {made + "Remote-MTA: dns; [198.51.100.7]\n", ""},
		"a mailbox of the maker's own":    {made + "Remote-MTA: dns; smtp.example.no\n", ""},
		"the company says that it is one": {made + "Remote-MTA: dns; mx.fjord.example\nDiagnostic-Code: smtp; 550 no\n Remote-MTA: dns; relay.example\n", ""},
		"a server on this host refused":   {made + "Remote-MTA: dns; 127.0.0.1\n", ""},
		"one was not reached":             {made + "Diagnostic-Code: X-Postfix; connect to 127.0.0.1[127.0.0.1]:2525: Connection refused\n", ""},
		"a server by the name localhost":  {made + "Remote-MTA: dns; localhost\n", ""},
		"no server is named":              {made + "Diagnostic-Code: smtp; 550 5.4.5 daily limit\n", ""},
	} {
		raw := "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" + tt.status + "\n--b--\n"
		if got := o.relay([]byte(raw)); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
