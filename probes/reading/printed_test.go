package reading

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// TestNothingUnprintableComesOut holds that no database or log has to refuse what was read.
func TestNothingUnprintableComesOut(t *testing.T) {
	const head = "From: a@b.example\nSubject: x\n"
	for name, raw := range map[string]string{
		"NUL in the body":      head + "\nHei\x00 du",
		"NUL in an id":         "Message-ID: <a\x00b>\nIn-Reply-To: <c\x00d>\n" + head + "\nHei",
		"NUL in the subject":   "From: a@b.example\nSubject: a\x00b =?utf-8?q?c=00d=0D=0Ae?=\n\nHei",
		"quoted-printable":     head + "Content-Transfer-Encoding: quoted-printable\n\nHei=00=1B[31m du=",
		"entities":             head + "Content-Type: text/html\n\n<p>a&#0;b&#x1b;c</p>",
		"Latin-1 in an id":     "Message-ID: <bl\xe5@b>\nReferences: <\xff\xfe>\n" + head + "\nHei",
		"xtext in an envelope": head + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nOriginal-Envelope-Id: a+00b\n\nFinal-Recipient: rfc822; a\x00b@c.example\nAction: failed\nStatus: 5.1.1\n--b--",
		"header in a reason":   head + "X-Autoreply: \xff\x00yes\n\nHei",
	} {
		t.Run(name, func(t *testing.T) {
			m := message.Parse([]byte(raw))
			out := []string{m.ID(), m.Subject(), m.From(), Read(m, Asked{}, time.Time{}).Text, fmt.Sprint(Read(m, Asked{}, time.Time{}).Because)}
			for _, clue := range match.Clues(m) {
				out = append(out, clue.Key)
			}
			for _, s := range out {
				if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
					t.Errorf("%q came out", s)
				}
			}
		})
	}
}

func TestPlainTakesAnyLineEnd(t *testing.T) {
	for _, text := range []string{"Hei\nKari", "Hei\r\nKari", "Hei\rKari", "Hei\x00\nKari", "\xffHei\nKari"} {
		if got, want := Read(message.Plain(text), Asked{}, time.Time{}).Text, "Hei\nKari"; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
