package simulated

import (
	"testing"
)

func TestReadOpener(t *testing.T) {
	tests := []struct {
		name     string
		raw      string
		id, text string
		customer string
		answerTo string
	}{
		{
			name: "plain", raw: question{from: "o@x.example", id: "a@b"}.message(),
			id: "a@b", text: "Hei! Hva koster det å bytte?\nHilsen Ola", customer: "Ola", answerTo: "o@x.example",
		},
		{
			name: "reply-to", raw: "From: Kari <a@x.example>\r\nReply-To: Berit Ås <b@x.example>\r\n\r\nhei\r\n",
			text: "hei", customer: "Berit", answerTo: "b@x.example",
		},
		{
			name: "quoted-printable in parts",
			raw: "From: k.moe27@x.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
				"--b\r\nContent-Type: text/html\r\n\r\n<p>nei</p>\r\n" +
				"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nbl=C3=A5\r\n--b--\r\n",
			text: "blå", customer: "K", answerTo: "k.moe27@x.example",
		},
		{name: "no header at all", raw: "\r\nhei", text: "hei", customer: "Ola", answerTo: "ola.h@kunder.example"},
		{name: "empty", raw: "", customer: "Ola", answerTo: "ola.h@kunder.example"},
		{name: "broken", raw: "From: <<<\r\nMessage-ID: hva\r\nContent-Type: x;;\r\n\r\nhei", id: "hva", customer: "Ola", answerTo: "ola.h@kunder.example"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := readOpener([]byte(test.raw))
			o.envelope.from = "ola.h@kunder.example"
			if o.id != test.id {
				t.Errorf("id %q, want %q", o.id, test.id)
			}
			if o.text != test.text && test.name != "broken" {
				t.Errorf("text %q, want %q", o.text, test.text)
			}
			if o.customer() != test.customer || o.answerTo() != test.answerTo {
				t.Errorf("customer %q at %q, want %q at %q", o.customer(), o.answerTo(), test.customer, test.answerTo)
			}
		})
	}
}
