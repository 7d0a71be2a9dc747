package match

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestClues(t *testing.T) {
	raw := "Delivered-To: Kari.Holm27@Post.example\nReceived: from x (x [1.2.3.4]) by y with ESMTP\n\tid 7 for <kari.alias@post.example> (envelope-from <z@firma.example>); Mon, 2 Mar 2026\n" +
		"Message-ID: <svar@Firma>\nFrom: post@firma.example\nTo: Kari <kari.holm27@post.example>\nCc: <b@c.example>\n" +
		"In-Reply-To: <A1@post.example>\nReferences: <A1@post.example>\n\t<b2>\nx-ms-exchange-parent-message-id: <C3@post.example>\nSubject: SV: VS: Pris\n\n" +
		"Hei\n\nDen 2. mars skrev Kari <kari@post.example>:\n> hei\n"
	want := []Clue{
		{ByCopy, "svar@Firma"},
		{ByAddress, "kari.holm27@post.example"},
		{ByAddress, "kari.alias@post.example"},
		{ByAddress, "b@c.example"},
		{ByThread, "A1@post.example"},
		{ByThread, "b2"},
		{ByThread, "C3@post.example"},
		{ByReference, "kari@post.example"},
		{ByGuess, "firma.example pris"},
	}
	got := Clues(message.Parse([]byte(raw)))
	if i := slices.IndexFunc(got, func(c Clue) bool { return c.Rule == ByReference }); i >= 0 && got[i].Key == "kari@post.example" && got[i+1].Rule == ByReference {
		got = slices.Delete(got, i+1, i+2)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestCluesOfReports(t *testing.T) {
	raw := "Return-Path: <>\nFrom: MAILER-DAEMON@x\nTo: kari@post.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
		"--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\nOriginal-Envelope-Id: env+2B7\n\n" +
		"Original-Recipient: rfc822;Post@firma.example\nFinal-Recipient: rfc822; p@inner.example\nAction: failed\nStatus: 5.1.1\n\n" +
		"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <A1@post.example>\nFrom: kari.unik@post.example\n--b--\n"
	got := Clues(message.Parse([]byte(raw)))
	for _, want := range []Clue{
		{ByAddress, "kari@post.example"},
		{ByReport, "env+7"},
		{ByReport, "A1@post.example"},
		{ByReport, "kari.unik@post.example"},
		{ByReport, "post@firma.example"},
		{ByReport, "p@inner.example"},
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %v in %v", want, got)
		}
	}
	inline := "From: MAILER-DAEMON@x\nTo: kari@post.example\nSubject: failure notice\n\nSorry.\n--- Below this line is a copy\n\nMessage-ID: <A1@post.example>\n"
	if got := Clues(message.Parse([]byte(inline))); !slices.Contains(got, Clue{ByReference, "A1@post.example"}) {
		t.Errorf("an id in the text is no clue: %v", got)
	}
}

func TestCluesInNormalForm(t *testing.T) {
	for name, header := range map[string]string{
		"capitals":            "To: Kari.Nordmann+X1@Shopper.test\r\n",
		"a quoted local part": "To: \"kari.nordmann+x1\"@shopper.test\r\n",
		"both, in brackets":   "To: \"Kari Nordmann\" <\"Kari.Nordmann+x1\"@SHOPPER.test.>\r\n",
		"of the envelope":     "Delivered-To: \"kari.nordmann+x1\"@shopper.test\r\n",
	} {
		m := message.Parse([]byte("From: post@nordlys.example\r\n" + header + "Subject: Hei\r\n\r\nHei\r\n"))
		want := Clue{Rule: ByAddress, Key: "kari.nordmann+x1@shopper.test"}
		if got := Clues(m); !slices.Contains(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// TestAnswerUnderOurID: an answer that bears the id of the letter it answers is no copy
// of that letter.
func TestAnswerUnderOurID(t *testing.T) {
	const header = "From: post@firma.example\nTo: kari@post.example\nMessage-ID: <a1@post.example>\n"
	for more, copied := range map[string]bool{
		"": true, "References: <other@post.example>\n": true,
		"In-Reply-To: <A1@post.example>\n": false, "References: <b2@x.example>\n\t<a1@post.example>\n": false,
	} {
		got := Clues(message.Parse([]byte(header + more + "Subject: SV: Pris\n\nDet koster 299 kr.\n")))
		if isCopy := got[0].Rule == ByCopy; isCopy != copied {
			t.Errorf("%q: got %v first, want a copy: %t", more, got[0], copied)
		}
	}
}
