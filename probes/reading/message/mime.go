package message

import (
	"bytes"
	"mime"
	"slices"
	"strings"
)

const (
	maxText  = 512 << 10 // bytes of text that are read of one message
	maxParts = 200       // parts of one message, at all depths
	maxDepth = 12        // multiparts within multiparts
)

// A walker goes through the parts of a message and gathers what matters.
type walker struct {
	message  *Message
	parts    int
	budget   int
	attached letterParts // texts that are marked as files
	returned []byte      // the body of the message that this one carries, with its header
	sealed   bool        // something is encrypted
}

// A letterPart is one text that a part of a message holds.
type letterPart struct {
	text string
	page bool // HTML, not yet rendered
}

// letterParts are the texts of a letter in the order in which they are read.
type letterParts []letterPart

// walk returns the letter that one entity holds. Multiparts are cut here and not by the library,
// because a missing boundary or one broken part header makes it lose all that follows.
func (w *walker) walk(h Header, body []byte, depth int) letterParts {
	if w.parts++; w.parts > maxParts || depth > maxDepth {
		return nil
	}
	kind, params := MediaType(h)
	w.message.Types = append(w.message.Types, kind)
	if strings.HasPrefix(kind, "multipart/") {
		return w.multipart(kind, params, body, depth)
	}
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		w.message.Report.addDelivery(w.decode(h, body))
	case "message/disposition-notification":
		w.message.Report.Receipt = w.decode(h, body)
	case "message/feedback-report", "message/abuse-report":
		w.message.Report.Feedback = w.decode(h, body)
	case "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header":
		w.carried(h, body)
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return w.signed(h, body, depth)
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return w.winmail(h, body)
	default:
		return w.file(kind, h, body)
	}
	return nil
}

// file returns the text of a part that is no container.
func (w *walker) file(kind string, h Header, body []byte) letterParts {
	switch {
	case strings.HasSuffix(strings.ToLower(fileName(h)), "winmail.dat"):
		return w.winmail(h, body)
	case !strings.HasPrefix(kind, "text/"):
		return nil
	}
	leaf := w.leaf(kind, h, body)
	if attached(h) {
		w.attached = append(w.attached, leaf...)
		return nil
	}
	return leaf
}

// multipart returns the letter of a multipart, by what its kind says of its parts (RFC 2046
// section 5.1, RFC 2387, RFC 1847).
func (w *walker) multipart(kind string, params map[string]string, body []byte, depth int) letterParts {
	parts := splitParts(body, params["boundary"])
	if len(parts) == 0 {
		w.message.Uncut = true
		return w.leaf("text/plain", nil, body)
	}
	var all []letterParts
	for i, part := range parts {
		h, rest := splitHeader(part)
		if !partHeader(h) {
			h, rest = nil, bytes.TrimPrefix(part, []byte("\n"))
		}
		if kind == "multipart/report" && i == 0 && !h.Has("Content-Type") {
			h = append(h, field{"Content-Type", "text/plain"})
		}
		all = append(all, w.walk(h, rest, depth+1))
	}
	switch kind {
	case "multipart/alternative":
		return w.preferred(all)
	case "multipart/related":
		for _, letter := range all {
			if letter.says() {
				return letter
			}
		}
		return nil
	case "multipart/encrypted":
		w.sealed = true
	}
	return slices.Concat(all...)
}

// preferred returns the form of a letter that says most clearly what is own and what is quoted:
// plain text, unless it is a stub beside a page ("this message needs a modern mail program").
func (w *walker) preferred(forms []letterParts) letterParts {
	var plain, page letterParts
	for _, form := range forms {
		switch {
		case !form.says():
		case form[0].page:
			page = form
		case plain == nil:
			plain = form
		}
	}
	if page == nil || plain == nil {
		return slices.Concat(plain, page)
	}
	const stub = 400 // octets beyond which no plain text is one
	said := len(strings.TrimSpace(plain.rendered()))
	if said >= stub {
		return plain
	}
	whole := letterParts{{text: page.rendered()}}
	if seen := len(strings.TrimSpace(whole[0].text)); seen > 2*said || said == 0 {
		return whole
	}
	return plain
}

// says reports whether a letter holds anything at all.
func (l letterParts) says() bool {
	return slices.ContainsFunc(l, func(p letterPart) bool { return strings.TrimSpace(p.text) != "" })
}

// rendered returns a letter as plain text.
func (l letterParts) rendered() string {
	var out strings.Builder
	for _, p := range l {
		if p.page {
			p.text = textOfHTML(p.text)
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(p.text)
	}
	return out.String()
}

// letter returns the text of the whole message: what it shows, else what is marked as a file, else
// what the message says that it carries.
func (w *walker) letter(shown letterParts, depth int) string {
	text := shown.rendered()
	if strings.TrimSpace(text) == "" && w.attached.says() {
		text = w.attached.rendered()
	}
	if strings.TrimSpace(text) != "" || w.returned == nil || depth > 0 {
		return text
	}
	if report, _ := MediaType(w.message.Header); report == "multipart/report" || w.message.Report.Delivery {
		return text
	}
	h, body := splitHeader(w.returned)
	inner := walker{message: &Message{Header: h}, budget: w.budget}
	w.message.Opened = true
	return inner.letter(inner.walk(h, body, 1), 1)
}

// partHeader reports whether h can be the header of a part: empty, or with a field of MIME's.
func partHeader(h Header) bool {
	for _, f := range h {
		if len(f.name) >= 8 && strings.EqualFold(f.name[:8], "content-") {
			return true
		}
	}
	return len(h) == 0 || h.looksLikeMail()
}

// carried keeps the first message that this one returns or forwards.
func (w *walker) carried(h Header, body []byte) {
	if w.message.Returned != nil {
		return
	}
	w.returned = unixLines(transferEncoding(h).decoded(body[:min(len(body), 3*w.budget)]))
	inner, _ := splitHeader([]byte(toUTF8(w.returned)))
	w.message.Returned = inner
}

// leaf returns one part of text, or nothing of the kinds that are not for reading.
func (w *walker) leaf(kind string, h Header, body []byte) letterParts {
	switch kind {
	case "text/html", "text/plain", "text/enriched", "text/richtext":
	default:
		return nil
	}
	text := w.decode(h, body)
	_, params := MediaType(h)
	switch {
	case kind == "text/html":
		return letterParts{{text, true}}
	case kind != "text/plain":
		text = unenriched(text)
	case strings.EqualFold(strings.Trim(params["format"], `"`), "flowed"):
		text = unflowed(text, params["delsp"])
	}
	if file, rest, ok := uuencoded([]byte(text)); ok {
		if text = string(rest); strings.TrimSpace(text) == "" {
			text = inUTF8(file, "")
		}
	}
	return letterParts{{text, false}}
}

// decode undoes the transfer encoding and the character set, as far as they can be undone
// and as far as the budget goes.
func (w *walker) decode(h Header, body []byte) string {
	_, params := MediaType(h)
	octets := transferEncoding(h).decoded(body[:min(len(body), 3*w.budget)])
	octets = octets[:min(len(octets), w.budget)]
	w.budget -= len(octets)
	return inUTF8(unixLines(octets), params["charset"])
}

// MediaType returns the lower-case media type of an entity and its parameters. What cannot be
// parsed is read as far as it makes sense; nothing at all is text/plain (RFC 2045 section 5.2).
func MediaType(h Header) (string, map[string]string) {
	value := h.First("Content-Type")
	kind, params, err := mime.ParseMediaType(value)
	if err == nil && strings.Contains(kind, "/") {
		return kind, params
	}
	if params == nil {
		params = map[string]string{}
	}
	for _, found := range patterns().parameter.FindAllStringSubmatch(value, 20) {
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
func attached(h Header) bool {
	disposition := strings.ToLower(h.First("Content-Disposition"))
	return strings.HasPrefix(disposition, "attachment")
}

// fileName returns the name that a part has as a file, or the empty string.
func fileName(h Header) string {
	_, params := MediaType(h)
	if name := params["name"]; name != "" {
		return name
	}
	_, params, _ = mime.ParseMediaType(h.First("Content-Disposition"))
	return params["filename"]
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
