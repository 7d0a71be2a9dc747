package simulated

import (
	"bytes"
	"strings"
	"testing"

	gomessage "github.com/emersion/go-message"
)

func TestContentSurvivesTheWay(t *testing.T) {
	long := strings.Repeat("Blåbærsyltetøy på brødskive. ", 40)
	tests := []struct {
		name    string
		content content
		want    string
	}{
		{"8bit", content{text: "blå\nbær", charset: "utf-8", encoding: "8bit"}, "blå\nbær"},
		{"quoted-printable", content{text: long, charset: "utf-8", encoding: "quoted-printable"}, long},
		{"quoted-printable, old letters", content{text: "blå €", charset: "iso-8859-1", encoding: "quoted-printable"}, "blå ?"},
		{"base64", content{text: long, charset: "utf-8", encoding: "base64"}, long},
		{"with a page", content{text: "a < b\n\n.\n", html: page("a < b"), charset: "utf-8", encoding: "quoted-printable"}, "a < b\n\n."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := header{boundary: "----=_x"}
			h.text("Subject", "blå\r\nBcc: alle@x.example")
			raw, err := h.close(test.content)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := gomessage.Read(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if subject, _ := parsed.Header.Text("Subject"); subject != "blå Bcc: alle@x.example" || parsed.Header.Has("Bcc") {
				t.Errorf("subject %q", subject)
			}
			if got := plainText(parsed); got != strings.TrimSpace(test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
				if len(line) > 998 || test.content.encoding != "8bit" && len(line) > 100 {
					t.Errorf("a line of %d octets", len(line))
				}
			}
		})
	}
}

func TestPage(t *testing.T) {
	got := page("a < b & c\nd")
	if !strings.Contains(got, "a &lt; b &amp; c<br>\nd") {
		t.Errorf("got %s", got)
	}
}
