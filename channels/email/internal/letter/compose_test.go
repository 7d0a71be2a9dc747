package letter

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sentAt is the date of the golden messages.
func sentAt() time.Time {
	return time.Date(2024, 3, 25, 9, 30, 15, 0, time.FixedZone("CET", 3600))
}

// prepared returns a prepared opening.
func prepared(t *testing.T) channels.Opening {
	t.Helper()
	o, err := Prepare(channels.Opening{
		Attempt: "a-1", Token: "x7f3", Reach: "post@kraft.example",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari.nordmann@example.no", Tag: "plus"},
		Subject: "Spørsmål om pris", Body: "Hei!\n\n.Hva koster det?\n.\nMvh Kari\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestComposeGolden(t *testing.T) {
	for file, change := range map[string]func(*channels.Opening){
		"testdata/norwegian.eml": func(o *channels.Opening) {
			o.Persona.Name = "Bjørn Åge Ærlig"
			o.Subject = "Spørsmål om prisen på strøm fra dere når jeg flytter til ny leilighet i Tromsø"
			o.Body = "Hei!\n\nJeg vurderer å bytte til dere. Hva vil det koste meg i året når forbruket er omtrent slik det er i dag?\n\n.\nFrom now on =20 \n\nMvh Bjørn Åge"
		},
		"testdata/english.eml": func(o *channels.Opening) {
			o.Subject, o.Body = "Price", "Hello,\n\nwhat does it cost?\n\nKari\n"
		},
	} {
		o := prepared(t)
		change(&o)
		l, err := Compose(o, sentAt())
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(file, l.Message, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(l.Message, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, l.Message, want)
		}
		checkMessage(t, l.Message, o)
	}
}

// checkMessage holds a message against the opening that it was made of.
func checkMessage(t *testing.T, message []byte, o channels.Opening) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		t.Fatalf("got a message that cannot be read: %v\n%q", err, message)
	}
	checkFields(t, m.Header, o)
	head, _, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if len(line) > 76 && strings.Contains(line, "=?UTF-8?Q?") {
			t.Errorf("got line %q", line)
		}
	}
	checkLines(t, message)
	want := strings.ReplaceAll(plainText(o.Body), "\n", "\r\n")
	for kind, got := range partsOf(t, m) {
		if kind == "text/plain" && got != want {
			t.Errorf("got text %q, want %q", got, want)
		}
		if kind == "text/html" && strings.Count(got, "<script") > 0 {
			t.Errorf("got HTML %q", got)
		}
	}
}

// partsOf returns the texts of a message by their types. There is a plain one.
func partsOf(t *testing.T, m *mail.Message) map[string]string {
	t.Helper()
	texts := map[string]string{}
	take := func(kind, encoding string, r io.Reader) {
		switch encoding {
		case "quoted-printable":
			r = quotedprintable.NewReader(r)
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, r)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		texts[kind] = string(text)
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "multipart/alternative" {
		take(kind, m.Header.Get("Content-Transfer-Encoding"), m.Body)
	} else {
		all := multipart.NewReader(m.Body, parameters["boundary"])
		for p, err := all.NextRawPart(); err != io.EOF; p, err = all.NextRawPart() {
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
			take(kind, p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	if _, ok := texts["text/plain"]; !ok {
		t.Errorf("got parts %v", texts)
	}
	return texts
}

// checkFields wants each of the fields that a mail program writes once, and
// no other.
func checkFields(t *testing.T, h mail.Header, o channels.Opening) {
	t.Helper()
	for _, name := range []string{"Message-Id", "Date", "Mime-Version", "From", "To", "Subject", "Content-Type"} {
		if len(h[name]) != 1 {
			t.Errorf("got %d fields %s", len(h[name]), name)
		}
	}
	if len(h) != 7 && (len(h) != 8 || len(h["Content-Transfer-Encoding"]) != 1) {
		t.Errorf("got fields %v", h)
	}
	from, err := h.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Address != o.Address || from[0].Name != oneLine(o.Persona.Name) {
		t.Errorf("got from %q (%v), want %q", h.Get("From"), err, o.Persona.Name)
	}
	to, err := h.AddressList("To")
	reach, bad := OnTheWire(o.Reach) // an internationalised domain has its A-labels
	if err != nil || bad != nil || len(to) != 1 || to[0].Address != reach {
		t.Errorf("got to %q (%v), want %q", h.Get("To"), err, reach)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != oneLine(o.Subject) {
		t.Errorf("got subject %q (%v), want %q", subject, err, oneLine(o.Subject))
	}
	if got := h.Get("Message-Id"); got != "<"+o.ID+">" {
		t.Errorf("got id %q, want %q", got, o.ID)
	}
}

// checkLines wants lines that end in CRLF, of a length that any server takes
// (RFC 5322 section 2.1.1), in ASCII unless an address is not.
func checkLines(t *testing.T, message []byte) {
	t.Helper()
	rest := string(message)
	for rest != "" {
		line, after, found := strings.Cut(rest, "\r\n")
		if !found || strings.ContainsAny(line, "\r\n\x00") || len(line) > 998 {
			t.Errorf("got line %q", line)
		}
		rest = after
	}
}

func TestComposeTellsNothing(t *testing.T) {
	l, err := Compose(prepared(t), sentAt())
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ToLower(string(l.Message))
	for _, tell := range []string{"svartid", "auto-submitted", "precedence", "x-", "list-", "golang", "bcc", "return-path", "a-1"} {
		if strings.Contains(text, tell) {
			t.Errorf("the message tells %q:\n%s", tell, l.Message)
		}
	}
}

func TestComposeIsDetermined(t *testing.T) {
	o := prepared(t)
	first, err := Compose(o, sentAt())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := Compose(o, sentAt())
		if err != nil || !bytes.Equal(again.Message, first.Message) {
			t.Fatalf("got %q, want %q (%v)", again.Message, first.Message, err)
		}
	}
}

func TestComposeUnprepared(t *testing.T) {
	for name, change := range map[string]func(*channels.Opening){
		"no address":   func(o *channels.Opening) { o.Address = "" },
		"no id":        func(o *channels.Opening) { o.ID = "" },
		"odd id":       func(o *channels.Opening) { o.ID = "a@b>\r\nX-A: <b@c" },
		"odd address":  func(o *channels.Opening) { o.Address = "a@b, c@d" },
		"two to reach": func(o *channels.Opening) { o.Reach = "a@b, c@d" },
		"odd token":    func(o *channels.Opening) { o.Token = "a b" },
	} {
		o := prepared(t)
		change(&o)
		if l, err := Compose(o, sentAt()); err == nil {
			t.Errorf("%s: got %q", name, l.Message)
		}
	}
}

// FuzzCompose shows that no name, subject, text or address writes more than
// its own field.
func FuzzCompose(f *testing.F) {
	f.Add("Kari Nordmann", "Spørsmål", "Hei!\n", "post@kraft.example")
	f.Add("Kari\r\nBcc: all@example.com", "a\r\n\r\nb", "\r\n.\r\nMAIL FROM:<>\r\n", "post@kraft.example")
	f.Add("\"a\" <b@c>", "=?utf-8?q?=0D=0AX-A:_b?=", "\x00\xff\u2028.\n", "ø@å.no")
	f.Add(strings.Repeat("å", 500), strings.Repeat("a", 2000), strings.Repeat("x", 3000)+"\rb", "a@b")
	f.Fuzz(func(t *testing.T, name, subject, body, reach string) {
		o, err := Prepare(channels.Opening{
			Token: "x7f3", Reach: reach, Subject: subject, Body: body,
			Persona: channels.Persona{Name: name, Address: "kari@example.no", Tag: "plus"},
		})
		if err != nil {
			t.Skip()
		}
		l, err := Compose(o, sentAt())
		if err != nil {
			t.Fatalf("got %v", err)
		}
		checkMessage(t, l.Message, o)
	})
}

// TestBlankLinesAreShown: no persona's HTML has a line in an element that is empty,
// which has no height.
func TestBlankLinesAreShown(t *testing.T) {
	hollow := regexp.MustCompile(`<(p|div)\b[^>]*>\s*</(p|div)>`)
	forms := map[string]bool{}
	for n := range 60 {
		got := Style{Persona: fmt.Sprintf("persona-%d@example.no", n)}.markup("Hei!\n\nHva koster det?\n \nKari\n")
		forms[got] = true
		if empty := hollow.FindString(got); empty != "" || strings.Count(got, "<br>")+strings.Count(got, "</p>")+strings.Count(got, "</div>") < 4 {
			t.Errorf("a blank line is not shown: %s in %q", empty, got)
		}
	}
	if len(forms) != 5 {
		t.Errorf("%d forms, want 5", len(forms))
	}
}
