package reading

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseBrokenMail(t *testing.T) {
	const head = "From: Kari <Kari@Firma.Example>\nSubject: x\nMessage-ID: <a1>\n"
	tests := map[string]struct{ raw, text string }{
		"lone carriage returns":    {"From: a@b\rSubject: x\r\rHei\rKari", "Hei\nKari"},
		"mixed line ends":          {"From: a@b\r\nSubject: x\r\n\nHei\r\nKari\n", "Hei\nKari"},
		"mbox remnant":             {"From a@b Mon Mar  2 09:14:00 2026\n>From a@b\n" + head + "\nHei", "Hei"},
		"byte order mark":          {"\xef\xbb\xbf" + head + "\nHei", "Hei"},
		"no header":                {"Hei Kari\n\nTakk", "Hei Kari\n\nTakk"},
		"text that looks like one": {"One: this is what I got\n\nTwo", "One: this is what I got\n\nTwo"},
		"line that is no field":    {"From: a@b\nthis is no field\nSubject: x\n\nHei", "Hei"},
		"text without empty line":  {"From: a@b\nSubject: x\nHei på deg\n\nKari", "Hei på deg\n\nKari"},
		"unknown charset":          {head + "Content-Type: text/plain; charset=x-unknown-9\n\nbl\xe5", "blå"},
		"no charset, Latin-1":      {head + "\nbl\xe5b\xe6r", "blåbær"},
		"UTF-8 declared Latin-1":   {head + "Content-Type: text/plain; charset=iso-8859-1\n\nblåbær på øy", "blåbær på øy"},
		"unknown encoding":         {head + "Content-Transfer-Encoding: x-what\n\nHei", "Hei"},
		"broken quoted-printable":  {head + "Content-Transfer-Encoding: quoted-printable\n\n=ZZ bl=E5 =", "=ZZ blå"},
		"broken base64":            {head + "Content-Transfer-Encoding: base64\n\nSGVpIEthcmkhIEhlaSBLYXJpIQ", "Hei Kari! Hei Kari!"},
		"no closing boundary":      {head + "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nHei", "Hei"},
		"no boundary parameter":    {head + "Content-Type: multipart/alternative\n\n--q\nContent-Type: text/plain\n\nHei\n--q--\n", "Hei"},
		"boundary never met":       {head + "Content-Type: multipart/mixed; boundary=b\n\nHei", "Hei"},
		"part without header":      {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHei\n--b--", "Hei"},
		"broken part header":       {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type text plain\n\nHei\n--b\nContent-Type: text/plain\n\nto\n--b--", "Content-Type text plain\n\nHei\nto"},
		"broken content type":      {head + "Content-Type: text/plain; charset=\"utf-8; format\n\nHei", "Hei"},
		"attached text":            {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHei\n--b\nContent-Disposition: attachment; filename=a.txt\n\nx\n--b--", "Hei"},
		"only HTML":                {head + "Content-Type: text/html\n\n<style>p{}</style><p>Hei&nbsp;<b>Kari</b></p><p>Ja</p>", "Hei Kari\n\nJa"},
		"empty plain part":         {head + "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>Hei</p>\n--b--", "Hei"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := cut(Parse([]byte(tt.raw)).text).own
			if got != tt.text {
				t.Errorf("got %q, want %q", got, tt.text)
			}
		})
	}
}

func TestMessageFields(t *testing.T) {
	m := Parse([]byte("From: \"a@b via\" <Kari.Holm@Firma.Example>\nSubject: =?utf-8?q?Sp=C3=B8rsm=C3=A5l?=\n =?iso-8859-1?q?_p=E5?= nett\n" +
		"Message-Id: <uten-alfakroell>\nDate: Mon, 2 Mar 2026 09:14:00 +0100 (CET)\nx-loop: a\nX-Loop: =?utf-8?q?=C3=A5?=\n\nHei"))
	if got, want := m.From(), "kari.holm@firma.example"; got != want {
		t.Errorf("From %q, want %q", got, want)
	}
	if got, want := m.Subject(), "Spørsmål på nett"; got != want {
		t.Errorf("Subject %q, want %q", got, want)
	}
	if got, want := m.ID(), "uten-alfakroell"; got != want {
		t.Errorf("ID %q, want %q", got, want)
	}
	if got, want := m.Header("X-LOOP"), []string{"a", "å"}; !slices.Equal(got, want) {
		t.Errorf("Header %q, want %q", got, want)
	}
	if got, want := m.Date(), time.Date(2026, 3, 2, 8, 14, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("Date %v, want %v", got, want)
	}
	var zero Message
	if zero.ID()+zero.From()+zero.Subject() != "" || !zero.Date().IsZero() || len(zero.Clues()) > 0 {
		t.Error("the zero message says something")
	}
}

func TestDates(t *testing.T) {
	want := time.Date(2026, 3, 2, 9, 14, 0, 0, time.UTC)
	for _, value := range []string{
		"Mon, 2 Mar 2026 09:14:00 +0000", "2 Mar 2026 09:14:00 GMT", "Mon,  2 Mar 2026 10:14:00 +0100 (CET)",
		"Mon, 02 Mar 2026 09:14:00", "2026-03-02T09:14:00Z", "Mon Mar  2 09:14:00 2026",
	} {
		if got := parseDate(value); !got.Equal(want) {
			t.Errorf("%q is %v, want %v", value, got, want)
		}
	}
	if got := parseDate("i går"); !got.IsZero() {
		t.Errorf("nonsense is %v, want the zero time", got)
	}
}

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
	got := Parse([]byte(raw)).Clues()
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
	got := Parse([]byte(raw)).Clues()
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
	if got := Parse([]byte(inline)).Clues(); !slices.Contains(got, Clue{ByReference, "A1@post.example"}) {
		t.Errorf("an id in the text is no clue: %v", got)
	}
}

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
		"a file under an empty text": {"From: ole@firma.example\nSubject: Svar i sak 26/1\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\n--b\nContent-Type: application/pdf\n\nx\n--b--", Answer, false, ""},
		"an invitation":              {"From: ole@firma.example\nSubject: Møte\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nMøte\n--b\nContent-Type: text/calendar; method=REQUEST\n\nx\n--b--", Other, false, ""},
		"challenge": {"From: MAILER-DAEMON@x\nSubject: Delivery delayed\nReturn-Path: <>\nAuto-Submitted: auto-replied\n\n" +
			"Your message has been received. Please verify your email address to have it delivered.", Acknowledgement, false, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := Read(Parse([]byte(tt.raw)), Asked{}, time.Time{})
			if r.Kind != tt.want || r.Permanent != tt.permanent || r.Status != tt.status {
				t.Errorf("got %s permanent %v status %q, want %s %v %q: %v", r.Kind, r.Permanent, r.Status, tt.want, tt.permanent, tt.status, r.Because)
			}
		})
	}
}

func TestReasonsTellTheStory(t *testing.T) {
	m := Parse([]byte("From: noreply@firma.example\nSubject: x\nAuto-Submitted: auto-replied\n\nVi har mottatt din henvendelse og svarer innen to dager."))
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
