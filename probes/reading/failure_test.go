package reading

import (
	"os"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestUnreadable: what could not be had is for a person, whatever stands in its place.
func TestUnreadable(t *testing.T) {
	m := message.Parse([]byte("From: kunde@nordlys.example\r\nSubject: Re: Pris\r\n\r\n[Det koster 349 kroner.]\r\n"))
	r := Read(m, Asked{Responder: "unreadable", Why: "message 7 could not be had"}, time.Time{})
	if r.Kind != Other || !r.Doubtful || !r.Failed() || r.Text != "" || r.Because[0].Saw != "message 7 could not be had" {
		t.Errorf("got %+v", r)
	}
}

// TestNoWords: a letter whose words cannot be had is unread, and waits for a person; what a
// machine sure of itself sends, and words that can be had all the same, are read.
func TestNoWords(t *testing.T) {
	const head = "From: Ola <post@firma.example>\r\nSubject: Re: Pris\r\nIn-Reply-To: <q@post.example>\r\nMIME-Version: 1.0\r\n"
	const pdf = "Content-Type: application/pdf; name=svar.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n"
	const cut = "Content-Type: multipart/mixed; boundary=\"x\r\n\r\n"
	sealed, err := os.ReadFile("testdata/structure/smime-encrypted.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, raw, why string // why: "" = it is read
	}{
		{"a boundary that is cut, and garbage", head + cut + "\xff\xfe garbage\r\n", "parts that cannot be told apart"},
		{"a boundary that is cut, and nothing", head + cut, "parts that cannot be told apart"},
		{"a boundary that is cut, and an answer", head + cut + "Hei! Det koster 412 kr i måneden.\r\n\r\nMvh Ola\r\n", ""},
		{"a PDF alone", head + pdf, "nothing but files"},
		{"a PDF that breaks off", head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + pdf[:len(pdf)-8], "nothing but files"},
		{"a PDF under an answer", head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nDet koster 412 kr i måneden.\r\n--x\r\n" + pdf + "--x--\r\n", ""},
		{"a picture alone", head + "Content-Type: image/png\r\n\r\nx\r\n", "nothing but files"},
		{"S/MIME", string(sealed), "encrypted"},
		{"PGP", head + "Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--x--\r\n", "encrypted"},
		{"no words, and no file", head + "\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Read(message.Parse([]byte(tt.raw)), Asked{}, time.Time{})
			if r.Failed() != (tt.why != "") {
				t.Fatalf("got %s, unread: %v, because %v", r.Kind, r.Failed(), r.Because)
			}
			if tt.why != "" && (r.Kind != Other || !r.Doubtful || r.Because[0].Saw != tt.why) {
				t.Errorf("got %s, doubtful: %v, because %v; want other, because %q", r.Kind, r.Doubtful, r.Because, tt.why)
			}
		})
	}
}
