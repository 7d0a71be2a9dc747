package message

import (
	"slices"
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
			got := cut(Parse([]byte(tt.raw)).Text).Own
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
	if got, want := m.Header.Texts("X-LOOP"), []string{"a", "å"}; !slices.Equal(got, want) {
		t.Errorf("Header %q, want %q", got, want)
	}
	if got, want := m.Date(), time.Date(2026, 3, 2, 8, 14, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("Date %v, want %v", got, want)
	}
	var zero Message
	if zero.ID()+zero.From()+zero.Subject() != "" || !zero.Date().IsZero() {
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
