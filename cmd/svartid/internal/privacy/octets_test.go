package privacy

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// TestTextsIn: a name is found whatever a mail has done to it.
func TestTextsIn(t *testing.T) {
	latin, err := charmap.ISO8859_1.NewEncoder().String("Hilsen Åse Bjørk")
	if err != nil {
		t.Fatal(err)
	}
	in64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	wrapped := in64(strings.Repeat("Takk for sist. ", 9) + "Åse Bjørk")
	for name, raw := range map[string]string{
		"plain":                 "Subject: x\r\n\r\nHilsen Åse Bjørk",
		"Latin 1":               "Subject: x\r\n\r\n" + latin,
		"quoted-printable":      "Content-Transfer-Encoding: quoted-printable\r\n\r\nHilsen =C3=85se Bj=\r\n=c3=b8rk",
		"quoted, Latin 1":       "Content-Transfer-Encoding: quoted-printable\r\n\r\nHilsen =C5se Bj=F8rk",
		"base64":                "Content-Transfer-Encoding: base64\r\n\r\n" + wrapped[:76] + "\r\n" + wrapped[76:] + "\r\n",
		"a letter in a letter":  "\r\n\r\n" + in64("From: x\r\n\r\n"+in64("Hei, Åse Bjørk er her")) + "\r\n",
		"encoded word":          "From: =?utf-8?B?" + in64("Åse Bjørk") + "?= <post@kraft.example>\r\n\r\nHei",
		"folded encoded word":   "X-Sender: =?iso-8859-1?Q?=C5se?=\r\n =?iso-8859-1?Q?_Bj=F8rk?=\r\n\r\nHei",
		"HTML":                  "\r\n\r\n<p>Hilsen<br>&Aring;se <b>Bj</b>&oslash;rk</p>",
		"HTML of cells":         "\r\n\r\n<td>Hilsen</td><td>Åse</td> <td>Bjørk</td>",
		"HTML in a quoted part": "\r\n\r\n<p>=C3=85se&nbsp;Bj&oslash=\r\n;rk</p>",
		"a part without an end": "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\n" + in64("Hilsen Åse Bjørk"),
	} {
		if p := personNamed("Åse Bjørk"); !slices.ContainsFunc(textsIn([]byte(raw)), p.named) {
			t.Errorf("%s: not found in %q", name, textsIn([]byte(raw)))
		}
	}
	for _, raw := range []string{"", "=", "=\n=", "====", "=?utf-8?Q?", "<", "AAAA=AAAA", "\x00\xff"} {
		if p := personNamed("Åse"); slices.ContainsFunc(textsIn([]byte(raw)), p.named) {
			t.Errorf("%q: found", raw)
		}
	}
}
