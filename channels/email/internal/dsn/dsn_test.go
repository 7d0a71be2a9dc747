package dsn_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/email/internal/dsn"
)

// reportOf writes a report of some fields, with words for people before them.
func reportOf(words, fields string) []byte {
	return []byte(strings.ReplaceAll("Return-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"+
		"--b\nContent-Type: text/plain\n\n"+words+"\n--b\nContent-Type: message/delivery-status\n\n"+fields+
		"\n--b\nContent-Type: text/rfc822-headers\n\nRemote-MTA: dns; returned.example\n--b--\n", "\n", "\r\n"))
}

// TestRead reads the servers in reports as mail servers write them.
func TestRead(t *testing.T) {
	const made = "Reporting-MTA: dns; mail.own.example\n\n"
	remote := func(name, address string) dsn.Status {
		return dsn.Status{Reporting: "mail.own.example", Remotes: []dsn.Host{{Name: name, Address: address}}}
	}
	for name, tt := range map[string]struct {
		words, fields string
		want          dsn.Status
	}{
		"Postfix":          {"", made + "Final-Recipient: rfc822; a@b.example\nRemote-MTA: dns; smtp.own.example\n", remote("smtp.own.example", "")},
		"Gmail":            {"", made + "Remote-MTA: dns; MX.fjord.example. (192.0.2.1, the server for the domain fjord.example.)\n", remote("mx.fjord.example", "192.0.2.1")},
		"an address alone": {"", made + "Remote-MTA: dns; [192.0.2.9]\n", remote("", "192.0.2.9")},
		"with a port":      {"", made + "remote-mta: DNS;smtp.own.example:587\n", remote("smtp.own.example", "")},
		"without a type":   {"", made + "Remote-MTA: smtp.own.example\n", remote("smtp.own.example", "")},
		"several": {
			"", made + "Remote-MTA: dns; one.example\n\nRemote-MTA: dns; two.example\n",
			dsn.Status{Reporting: "mail.own.example", Remotes: []dsn.Host{{Name: "one.example"}, {Name: "two.example"}}},
		},
		"not reached": {
			"", made + "Diagnostic-Code: X-Postfix; connect to smtp.own.example[192.0.2.9]:587: Connection\n    timed out\n",
			dsn.Status{Reporting: "mail.own.example", Unreached: []string{"smtp.own.example"}},
		},
		"lost": {
			"", made + "Diagnostic-Code: X-Postfix; lost connection with smtp.own.example[192.0.2.9] while receiving the initial server greeting\n",
			dsn.Status{Reporting: "mail.own.example", Unreached: []string{"smtp.own.example"}},
		},
		"not found": {
			"", made + "Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error for name=smtp.own.example type=A: Host not found\n",
			dsn.Status{Reporting: "mail.own.example", Unreached: []string{"smtp.own.example"}},
		},
		"another server's words about a host": {
			"", made + "Diagnostic-Code: smtp; connect to smtp.own.example[192.0.2.9]:587: Connection timed out\n",
			dsn.Status{Reporting: "mail.own.example"},
		},
		"a field in another's words": {
			"Remote-MTA: dns; smtp.own.example\n", made + "Diagnostic-Code: smtp; 550 no\n Remote-MTA: dns; smtp.own.example\n",
			dsn.Status{Reporting: "mail.own.example"},
		},
		"nothing": {"", "", dsn.Status{}},
	} {
		if got := dsn.Read(reportOf(tt.words, tt.fields)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
	for _, raw := range []string{"", "From: a@b\n\nRemote-MTA: dns; x.example\n", "Content-Type: multipart/report; boundary=x\n\n--x\n"} {
		if got := dsn.Read([]byte(raw)); !reflect.DeepEqual(got, dsn.Status{}) {
			t.Errorf("%q: got %+v", raw, got)
		}
	}
}
