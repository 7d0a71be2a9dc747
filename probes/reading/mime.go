package reading

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"golang.org/x/text/encoding/charmap"
)

const (
	maxText  = 512 << 10 // bytes of text that are read of one message
	maxParts = 200       // parts of one message, at all depths
	maxDepth = 12        // multiparts within multiparts
)

// A walker goes through the parts of a message and gathers what matters.
type walker struct {
	message *Message
	parts   int
	budget  int
	plain   []string
	html    []string
}

// walk visits one entity. Multiparts are cut here and not by the library, because a missing
// boundary or one broken part header makes it lose all that follows.
func (w *walker) walk(h header, body []byte, depth int) {
	if w.parts++; w.parts > maxParts || depth > maxDepth {
		return
	}
	kind, params := mediaType(h)
	w.message.types = append(w.message.types, kind)
	if strings.HasPrefix(kind, "multipart/") {
		w.multipart(kind, params["boundary"], body, depth)
		return
	}
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		w.message.report.addDelivery(w.decode(h, body))
	case "message/disposition-notification":
		w.message.report.receipt = w.decode(h, body)
	case "message/feedback-report", "message/abuse-report":
		w.message.report.feedback = w.decode(h, body)
	case "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header":
		w.carried(h, body)
	default:
		if strings.HasPrefix(kind, "text/") && !attached(h) {
			w.leaf(kind, h, body)
		}
	}
}

// multipart visits each part of body.
func (w *walker) multipart(kind, boundary string, body []byte, depth int) {
	parts := splitParts(body, boundary)
	if len(parts) == 0 {
		w.leaf("text/plain", nil, body)
		return
	}
	for i, part := range parts {
		h, rest := splitHeader(part)
		if !partHeader(h) {
			h, rest = nil, bytes.TrimPrefix(part, []byte("\n"))
		}
		if kind == "multipart/report" && i == 0 && !h.has("Content-Type") {
			h = append(h, field{"Content-Type", "text/plain"})
		}
		w.walk(h, rest, depth+1)
	}
}

// partHeader reports whether h can be the header of a part: empty, or with a field of MIME's.
func partHeader(h header) bool {
	for _, f := range h {
		if len(f.name) >= 8 && strings.EqualFold(f.name[:8], "content-") {
			return true
		}
	}
	return len(h) == 0 || h.looksLikeMail()
}

// carried keeps the header of the first message that this one returns or forwards.
func (w *walker) carried(h header, body []byte) {
	if w.message.returned != nil {
		return
	}
	inner, _ := splitHeader([]byte(w.decode(h, body)))
	w.message.returned = inner
}

// leaf keeps one part of text.
func (w *walker) leaf(kind string, h header, body []byte) {
	text := w.decode(h, body)
	switch kind {
	case "text/html":
		w.html = append(w.html, text)
	case "text/plain", "text/enriched", "text/richtext", "text/x-amp-html":
		w.plain = append(w.plain, text)
	}
}

// text chooses the plain parts if they say anything, else the HTML as text.
func (w *walker) text() string {
	plain := strings.Join(w.plain, "\n")
	if len(w.html) == 0 || len(strings.TrimSpace(plain)) > 40 {
		return plain
	}
	var rendered strings.Builder
	for _, html := range w.html {
		rendered.WriteString(textOfHTML(html) + "\n")
	}
	if len(strings.TrimSpace(rendered.String())) == 0 {
		return plain
	}
	return rendered.String()
}

// decode undoes the transfer encoding and the character set, as far as they can be undone
// and as far as the budget goes.
func (w *walker) decode(h header, body []byte) string {
	var mh message.Header
	kind, params := mediaType(h)
	if kind != "text/plain" && kind != "text/html" {
		kind = "text/plain"
	}
	if params["charset"] == "" {
		delete(params, "charset")
	}
	mh.Set("Content-Type", mime.FormatMediaType(kind, params))
	encoding, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(h.first("Content-Transfer-Encoding"))), ";")
	mh.Set("Content-Transfer-Encoding", strings.Trim(encoding, ` "`))
	body = body[:min(len(body), 3*w.budget)]
	if strings.Contains(encoding, "base64") {
		body = paddedBase64(body)
	}
	entity, _ := message.New(mh, bytes.NewReader(body))
	text, err := io.ReadAll(io.LimitReader(entity.Body, int64(w.budget)))
	if err != nil && len(text) < len(body)/2 {
		text = append(text, looseQuotedPrintable(body[min(len(text), len(body)):])...)
	}
	w.budget -= len(text)
	return unmangle(toUTF8(unixLines(text)))
}

// unmangle undoes UTF-8 that somebody declared to be Latin-1 on the way ("pÃ¥" for "på").
func unmangle(text string) string {
	if strings.Count(text, "Ã")+strings.Count(text, "Â") < 2 {
		return text
	}
	raw, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil || !utf8.ValidString(raw) {
		return text
	}
	return raw
}

// looseQuotedPrintable decodes what RFC 2045 section 6.7 would refuse: a bad escape stays as it is.
func looseQuotedPrintable(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte("=\n"), nil)
	return known().escape.ReplaceAllFunc(body, func(escape []byte) []byte {
		return []byte{unhex(escape[1])<<4 | unhex(escape[2])}
	})
}

// paddedBase64 leaves only what belongs to base64 (RFC 2045 section 6.8) and mends its padding.
func paddedBase64(body []byte) []byte {
	clean := make([]byte, 0, len(body)+3)
	for _, c := range body {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	return append(clean, "==="[:(4-len(clean)%4)%4]...)
}

// unhex returns the value of one hexadecimal digit.
func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// mediaType returns the lower-case media type of an entity and its parameters. What cannot be
// parsed is read as far as it makes sense; nothing at all is text/plain (RFC 2045 section 5.2).
func mediaType(h header) (string, map[string]string) {
	value := h.first("Content-Type")
	kind, params, err := mime.ParseMediaType(value)
	if err == nil && strings.Contains(kind, "/") {
		return kind, params
	}
	if params == nil {
		params = map[string]string{}
	}
	for _, found := range known().parameter.FindAllStringSubmatch(value, 20) {
		params[strings.ToLower(found[1])] = strings.Trim(found[2], `"`)
	}
	kind, _, _ = strings.Cut(value, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case kind == "text" || !strings.Contains(kind, "/"):
		kind = "text/plain"
	case strings.ContainsAny(kind, " \t"):
		kind = strings.Fields(kind)[0]
	}
	return kind, params
}

// attached reports whether a part of text is a file rather than the message.
func attached(h header) bool {
	disposition := strings.ToLower(h.first("Content-Disposition"))
	return strings.HasPrefix(disposition, "attachment")
}

// splitParts cuts a multipart body (RFC 2046 section 5.1) at its boundary lines. The boundary
// is guessed where the header does not say it, and the closing one may be missing.
func splitParts(body []byte, boundary string) [][]byte {
	if boundary == "" {
		boundary = guessBoundary(body)
	}
	if boundary == "" {
		return nil
	}
	var parts [][]byte
	mark, start := "--"+boundary, -1
	for at := 0; at < len(body) && len(parts) < maxParts; {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := string(bytes.TrimRight(body[at:min(end, at+300)], " \t\n"))
		if line == mark || line == mark+"--" {
			if start >= 0 {
				parts = append(parts, bytes.TrimSuffix(body[start:at], []byte("\n")))
			}
			if start = end; line != mark {
				return parts
			}
		}
		at = end
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	return parts
}

// guessBoundary takes the first line that can be one.
func guessBoundary(body []byte) string {
	for range 200 {
		line, rest := cutLine(body)
		line = bytes.TrimRight(line, " \t")
		next, _ := cutLine(rest)
		if len(line) > 2 && len(line) < 200 && bytes.HasPrefix(line, []byte("--")) &&
			bytes.HasPrefix(bytes.ToLower(next), []byte("content-")) {
			return string(line[2:])
		}
		if len(rest) == 0 {
			break
		}
		body = rest
	}
	return ""
}
