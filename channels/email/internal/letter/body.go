package letter

import (
	"encoding/base64"
	"html"
	"mime/quotedprintable"
	"slices"
	"strings"
)

// A part is a text with the header fields that say what it is.
type part struct{ header, text string }

// body returns the body of a message: the text, and beside it the same in HTML
// where the persona's program does so.
func (s Style) body(text, token string) part {
	plain := s.part("text/plain", text)
	if !s.html() {
		return plain
	}
	rich := s.part("text/html", s.markup(text))
	between := s.boundary(token)
	return part{
		header: "Content-Type: multipart/alternative; boundary=\"" + between + "\"\r\n",
		text: "--" + between + "\r\n" + plain.header + "\r\n" + plain.text + "\r\n--" + between + "\r\n" +
			rich.header + "\r\n" + rich.text + "\r\n--" + between + "--\r\n",
	}
}

// markup returns a text as HTML.
func (s Style) markup(text string) string {
	lines := strings.Split(strings.TrimSuffix(html.EscapeString(text), "\n"), "\n")
	switch s.choice("markup", 5) {
	case 0:
		return "<html><body><div>" + strings.Join(shown(lines), "</div>\n<div>") + "</div></body></html>\n"
	case 1:
		return "<div dir=\"ltr\">" + strings.Join(lines, "<br>") + "</div>\n"
	case 2:
		return "<html><head></head><body style=\"font-family: sans-serif\"><p style=\"margin: 0\">" +
			strings.Join(shown(lines), "</p>\n<p style=\"margin: 0\">") + "</p></body></html>\n"
	case 3:
		return "<html>\n<head></head>\n<body>\n<p>" + strings.Join(lines, "<br>\n") + "</p>\n</body>\n</html>\n"
	}
	return "<div>" + strings.Join(lines, "<br>\n") + "</div>\n"
}

// shown returns the lines of a text as they stand each in an element of its own: one
// that is empty has no height.
func shown(lines []string) []string {
	lines = slices.Clone(lines)
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			lines[i] = "<br>"
		}
	}
	return lines
}

// part returns a text in an encoding that any server can carry.
func (s Style) part(kind, text string) part {
	encoding, encoded := s.encode(text)
	p := part{header: "Content-Type: " + kind + "; charset=" + s.charset() + "\r\n", text: encoded}
	transfer := "Content-Transfer-Encoding: " + encoding + "\r\n"
	if s.choice("transfer first", 20) == 0 {
		p.header = transfer + p.header
	} else {
		p.header += transfer
	}
	return p
}

// encode returns the transfer encoding of a text, and the text in it.
func (s Style) encode(text string) (name, encoded string) {
	switch {
	case isShort(text) && !s.encodesAll():
		return "7bit", strings.ReplaceAll(text, "\n", "\r\n")
	case s.base64():
		all := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
		var b strings.Builder
		for len(all) > 76 {
			b.WriteString(all[:76] + "\r\n")
			all = all[76:]
		}
		return "base64", b.String() + all + "\r\n"
	}
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a strings.Builder takes all
	_ = w.Close()
	return "quoted-printable", b.String()
}

// isShort reports whether a text may stand in a message as it is.
func isShort(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > longestLine || !IsASCII(line) {
			return false
		}
	}
	return true
}
