package marks

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
)

// Said returns what a person wrote in a message: the text, without what it quotes,
// and the subject, without what only an answer's has.
func Said(message []byte) (text, subject string) {
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return "", ""
	}
	return read(m).text, subjectOf(m.Header.Get("Subject"))
}

// A body is what a letter says, as text and as HTML.
type body struct{ text, html string }

// largestBody is how much of a letter is looked at.
const largestBody = 256 << 10

// read returns the first text and the first HTML of a message.
func read(m *mail.Message) (b body) {
	b.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), io.LimitReader(m.Body, largestBody))
	b.text = written(b.text)
	return b
}

func (b *body) part(kind, encoding string, r io.Reader) {
	media, parameters, err := mime.ParseMediaType(kind)
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") {
		for parts := multipart.NewReader(r, parameters["boundary"]); ; {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			b.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	text, _ := io.ReadAll(r) // what could be read serves
	switch {
	case media == "text/plain" && b.text == "":
		b.text = string(text)
	case media == "text/html" && b.html == "":
		b.html = string(text)
	}
}

// quoted is where the quotation of an earlier letter begins.
var quoted = regexp.MustCompile(`(?mi)^(>|-{3,}|_{5,}|--\s*$|.*(wrote|skrev|schrieb|kirjoitti|a écrit):\s*$|(from|fra|från|von): )`)

// written returns what a person wrote, without what the letter quotes.
func written(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if at := quoted.FindStringIndex(text); at != nil && strings.TrimSpace(text[:at[0]]) != "" {
		text = text[:at[0]]
	}
	return strings.TrimSpace(text)
}
