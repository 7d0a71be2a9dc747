package simulated

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// A header is the fields of a message, in the order that they are written, and
// then all that follows them.
type header struct {
	bytes.Buffer
	boundary string // between the parts, where there are several
}

// add writes a field that is in ASCII.
func (h *header) add(name, value string) {
	h.WriteString(name + ": " + oneLine(value) + "\r\n")
}

// text writes a field of any letters, as RFC 2047 encodes them.
func (h *header) text(name, value string) {
	h.add(name, mime.QEncoding.Encode("utf-8", oneLine(value)))
}

// address writes a field that holds one address.
func (h *header) address(name string, a mail.Address) { h.add(name, a.String()) }

// close writes the last fields and the content, and returns the message.
func (h *header) close(c content) ([]byte, error) {
	h.add("MIME-Version", "1.0")
	if c.html == "" {
		h.add("Content-Type", "text/plain; charset="+c.charset)
		h.add("Content-Transfer-Encoding", c.encoding)
		h.WriteString("\r\n")
		err := c.encode(h, c.text)
		return h.Bytes(), err
	}
	parts, err := h.parts("multipart/alternative")
	if err != nil {
		return nil, err
	}
	h.WriteString("\r\n")
	for _, part := range [][2]string{{"text/plain", c.text}, {"text/html", c.html}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{
			"Content-Type":              {part[0] + "; charset=" + c.charset},
			"Content-Transfer-Encoding": {c.encoding},
		})
		if err != nil {
			return nil, fmt.Errorf("write part: %w", err)
		}
		if err := c.encode(w, part[1]); err != nil {
			return nil, err
		}
	}
	if err := parts.Close(); err != nil {
		return nil, fmt.Errorf("write parts: %w", err)
	}
	return h.Bytes(), nil
}

// parts writes the field that announces the parts, and returns their writer.
func (h *header) parts(media string) (*multipart.Writer, error) {
	parts := multipart.NewWriter(h)
	if err := parts.SetBoundary(h.boundary); err != nil {
		return nil, fmt.Errorf("set boundary %q: %w", h.boundary, err)
	}
	h.add("Content-Type", media+"; boundary=\""+h.boundary+"\"")
	return parts, nil
}

// A content is what a message says, and how it is carried.
type content struct {
	text     string // lines end in line feeds
	html     string // the same as a page; may be empty
	charset  string // utf-8, or iso-8859-1
	encoding string // 8bit, quoted-printable or base64
}

// encode writes text as the content is carried.
func (c content) encode(w io.Writer, text string) error {
	b := []byte(strings.ReplaceAll(strings.TrimRight(text, "\n")+"\n", "\n", "\r\n"))
	if c.charset == "iso-8859-1" {
		b = latin1(string(b))
	}
	var err error
	switch c.encoding {
	case "base64":
		err = writeBase64(w, b)
	case "quoted-printable":
		q := quotedprintable.NewWriter(w)
		if _, err = q.Write(b); err == nil {
			err = q.Close()
		}
	default:
		_, err = w.Write(b)
	}
	if err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

// writeBase64 writes lines of 76 characters (RFC 2045 section 6.8).
func writeBase64(w io.Writer, b []byte) error {
	const octets = 57
	for len(b) > 0 {
		n := min(octets, len(b))
		if _, err := io.WriteString(w, base64.StdEncoding.EncodeToString(b[:n])+"\r\n"); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// latin1 returns s in ISO 8859-1. What it lacks becomes a question mark.
func latin1(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		b = append(b, byte(r))
	}
	return b
}

// oneLine returns s without line ends, so that it cannot start a field.
func oneLine(s string) string {
	return strings.NewReplacer("\r", "", "\n", " ").Replace(s)
}
