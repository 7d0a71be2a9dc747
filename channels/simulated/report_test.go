package simulated

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// sections returns the parts of a report.
func sections(t *testing.T, a arrival) []section {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || parameters["report-type"] != "delivery-status" {
		t.Fatalf("Content-Type: %s (%v)", a.Header.Get("Content-Type"), err)
	}
	var found []section
	for parts := multipart.NewReader(a.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, section{part.Header.Get("Content-Description"), part.Header.Get("Content-Type"), string(body)})
	}
}

// notice lets a company's server send its notice, and returns it.
func notice(t *testing.T, character Character, q question) arrival {
	t.Helper()
	w := start(t, Options{Cast: []Character{character}, Scale: 100 * time.Millisecond})
	q.to, q.from, q.id = w.Companies()[0].Address, "ola.hansen27@kunder.example", "q1@kunder.example"
	if _, err := put(dial(t, w), q); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every reply comes", settled(w))
	return arrivals(t, w)[w.Log()[0].Replies[0].ID]
}

func TestReport(t *testing.T) {
	tests := []struct {
		character Character
		back      smtp.DSNReturn
		action    string
		status    string
		media     string // of what is returned
	}{
		{Bounces, "", "failed", "5.1.1", "message/rfc822"},
		{Bounces, smtp.DSNReturnFull, "failed", "5.1.1", "message/rfc822"},
		{Bounces, smtp.DSNReturnHeaders, "failed", "5.1.1", "text/rfc822-headers"},
		{Delays, smtp.DSNReturnFull, "delayed", "4.4.1", "text/rfc822-headers"},
	}
	for _, test := range tests {
		t.Run(string(test.character)+" "+string(test.back), func(t *testing.T) {
			q := question{
				mail: smtp.MailOptions{Return: test.back, EnvelopeID: "tok+7 x"},
				rcpt: smtp.RcptOptions{OriginalRecipientType: smtp.DSNAddressTypeRFC822, OriginalRecipient: "Post@first.example"},
			}
			got := notice(t, test.character, q)
			if got.Header.Get("Return-Path") != "<>" || !strings.Contains(got.Header.Get("From"), "MAILER-DAEMON@mx.kunder.example") {
				t.Errorf("Return-Path %s, From %s", got.Header.Get("Return-Path"), got.Header.Get("From"))
			}
			parts := sections(t, got)
			if len(parts) != 3 || parts[1].media != "message/delivery-status" || parts[2].media != test.media {
				t.Fatalf("parts: %+v", parts)
			}
			fields := textproto.NewReader(bufio.NewReader(strings.NewReader(parts[1].body)))
			message, err := fields.ReadMIMEHeader()
			if err != nil {
				t.Fatal(err)
			}
			recipient, err := fields.ReadMIMEHeader()
			if err != nil && err != io.EOF {
				t.Fatal(err)
			}
			for what, pair := range map[string][2]string{
				"Reporting-MTA":        {message.Get("Reporting-MTA"), "dns; mx.kunder.example"},
				"Original-Envelope-Id": {message.Get("Original-Envelope-Id"), "tok+7 x"},
				"Action":               {recipient.Get("Action"), test.action},
				"Status":               {recipient.Get("Status"), test.status},
				"Original-Recipient":   {recipient.Get("Original-Recipient"), "rfc822; Post@first.example"},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s: got %q, want %q", what, pair[0], pair[1])
				}
			}
			if !strings.HasPrefix(recipient.Get("Final-Recipient"), "rfc822; ") || (recipient.Get("Will-Retry-Until") != "") != (test.action == "delayed") {
				t.Errorf("recipient: %v", recipient)
			}
			if eightBit := got.Header.Get("Content-Transfer-Encoding") == "8bit"; eightBit != (test.media == "message/rfc822") {
				t.Errorf("8bit: %v", eightBit)
			}
			if !strings.Contains(parts[2].body, "Message-ID: <q1@kunder.example>") {
				t.Errorf("returned:\n%s", parts[2].body)
			}
			if whole := strings.Contains(parts[2].body, "Hva koster det"); whole != (test.media == "message/rfc822") {
				t.Errorf("returned whole: %v", whole)
			}
		})
	}
}

func TestNoticesCanBeDeclined(t *testing.T) {
	tests := []struct {
		name      string
		character Character
		notify    []smtp.DSNNotify
		want      []Kind
	}{
		{"bounce, unsaid", Bounces, nil, []Kind{Bounce}},
		{"bounce, never", Bounces, []smtp.DSNNotify{smtp.DSNNotifyNever}, nil},
		{"bounce, delays alone", Bounces, []smtp.DSNNotify{smtp.DSNNotifyDelayed}, nil},
		{"delay, failures alone", Delays, []smtp.DSNNotify{smtp.DSNNotifyFailure}, []Kind{Answer}},
		{"delay, both", Delays, []smtp.DSNNotify{smtp.DSNNotifyFailure, smtp.DSNNotifyDelayed}, []Kind{Delay, Answer}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := start(t, Options{Cast: []Character{test.character}, Scale: time.Hour})
			q := question{from: "ola@" + w.Domain(), to: w.Companies()[0].Address, rcpt: smtp.RcptOptions{Notify: test.notify}}
			if _, err := put(dial(t, w), q); err != nil {
				t.Fatal(err)
			}
			var got []Kind
			for _, reply := range w.Log()[0].Replies {
				got = append(got, reply.Kind)
				if !reply.Delivered.IsZero() {
					t.Errorf("%s was delivered at once", reply.Kind)
				}
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("got %v, want %v", got, test.want)
				}
			}
		})
	}
}

func TestTrace(t *testing.T) {
	w := New(Options{Seed: "trace"})
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	raw := w.trace(message{sender: "post@x.example", host: "mail.x.example", bytes: []byte("Subject: hei\r\n\r\n")}, "ola@kunder.example", at)
	want := "Return-Path: <post@x.example>\r\nX-Original-To: ola@kunder.example\r\nDelivered-To: ola@kunder.example\r\n" +
		"Received: from mail.x.example (mail.x.example [192.0.2.25])\r\n\tby mx.kunder.example (Postfix) with ESMTPS id "
	if !bytes.HasPrefix(raw, []byte(want)) || !bytes.HasSuffix(raw, []byte("\r\n\tfor <ola@kunder.example>; Mon, 2 Mar 2026 09:00:00 +0000 (UTC)\r\nSubject: hei\r\n\r\n")) {
		t.Errorf("got\n%s", raw)
	}
}
