package message

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// An encoding is how the octets of a part were made fit for mail (RFC 2045 section 6).
type encoding int

const (
	identity encoding = iota
	quotedPrintable
	base64Encoding
	uuencode
)

// transferEncoding returns the encoding that a part names. Real mail spells the names in many
// ways and puts comments behind them; a name that is not known stands for none.
func transferEncoding(h Header) encoding {
	value, _, _ := strings.Cut(strings.ToLower(h.First("Content-Transfer-Encoding")), "(")
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, value)
	switch {
	case strings.Contains(name, "base64"):
		return base64Encoding
	case strings.Contains(name, "quoted") || name == "qp":
		return quotedPrintable
	case strings.Contains(name, "uue") || name == "xuu" || name == "uu":
		return uuencode
	}
	return identity
}

// decoded undoes e on body. What is no part of the encoding is kept as it stands, so that one bad
// octet costs itself alone.
func (e encoding) decoded(body []byte) []byte {
	switch e {
	case quotedPrintable:
		return fromQuotedPrintable(body)
	case base64Encoding:
		return fromBase64(body)
	case uuencode:
		if inner, _, ok := uuencoded(body); ok {
			return inner
		}
	}
	return body
}

// fromQuotedPrintable decodes RFC 2045 section 6.7. A bad escape stays as it is.
func fromQuotedPrintable(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '=' {
			out = append(out, body[i])
			continue
		}
		if i+2 < len(body) && isHex(body[i+1]) && isHex(body[i+2]) {
			out = append(out, unhex(body[i+1])<<4|unhex(body[i+2]))
			i += 2
			continue
		}
		end := i + 1
		for end < len(body) && (body[end] == ' ' || body[end] == '\t') {
			end++
		}
		switch {
		case end >= len(body) || body[end] == '\n':
			i = end // a soft line break
		default:
			out = append(out, '=')
		}
	}
	return out
}

// isHex reports whether c is a hexadecimal digit.
func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
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

// fromBase64 decodes RFC 2045 section 6.8, chunk by chunk where several were put one after the
// other, and keeps the lines of text that mailing lists and filters add below.
func fromBase64(body []byte) []byte {
	out, run := make([]byte, 0, len(body)*3/4+3), make([]byte, 0, len(body))
	flush := func() {
		out = append(out, chunk(run)...)
		run = run[:0]
	}
	ended := false // by padding or by text: a word below is no code
	for rest := body; len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest)
		code := bytes.TrimSpace(line)
		if coded := inBase64(code); len(code) > 0 && (!coded || ended && len(code) < 16) {
			flush()
			out = append(append(out, line...), '\n')
			ended = true
			continue
		}
		for len(code) > 0 {
			i := bytes.IndexByte(code, '=')
			if i < 0 {
				run = append(run, code...)
				break
			}
			run = append(run, code[:i]...)
			flush()
			code, ended = bytes.TrimLeft(code[i:], "="), true
		}
	}
	flush()
	return out
}

// inBase64 reports whether a line holds nothing but what base64 has, or next to nothing.
func inBase64(line []byte) bool {
	strange := 0
	for _, c := range line {
		if !inAlphabet(c) && c != '=' {
			strange++
		}
	}
	return strange == 0 || strange*20 < len(line) && bytes.IndexByte(line, ' ') < 0
}

// inAlphabet reports whether base64 has the octet (RFC 4648 section 4), padding apart.
func inAlphabet(c byte) bool { return isLetter(c) || isDigit(c) || c == '+' || c == '/' }

// chunk decodes one run of base64 without its padding.
func chunk(code []byte) []byte {
	clean := code[:0]
	for _, c := range code {
		if inAlphabet(c) {
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean) // clean holds nothing else
	return out[:n]
}

// uuencoded finds the first file that stands in text between "begin" and "end" (POSIX uuencode),
// and returns what it holds and the text without it.
func uuencoded(text []byte) (file, rest []byte, ok bool) {
	at := 0
	if !bytes.HasPrefix(text, []byte("begin ")) {
		if at = bytes.Index(text, []byte("\nbegin ")) + 1; at == 0 {
			return nil, text, false
		}
	}
	line, body := cutLine(text[at:])
	if mode := bytes.Fields(line); len(mode) < 3 || len(mode[1]) < 3 || len(bytes.Trim(mode[1], "01234567")) > 0 {
		return nil, text, false
	}
	for len(body) > 0 {
		line, body = cutLine(body)
		if string(bytes.TrimSpace(line)) == "end" {
			break
		}
		file = append(file, uuLine(line)...)
	}
	return file, append(append([]byte{}, text[:at]...), body...), len(file) > 0
}

// uuLine decodes one line, which begins with the number of octets that it holds.
func uuLine(line []byte) []byte {
	if len(line) < 2 {
		return nil
	}
	want := int((line[0] - ' ') & 63)
	var out []byte
	for i := 1; i+1 < len(line) && len(out) < want; i += 4 {
		var four [4]byte
		for k := range four {
			if i+k < len(line) {
				four[k] = (line[i+k] - ' ') & 63
			}
		}
		out = append(out, four[0]<<2|four[1]>>4, four[1]<<4|four[2]>>2, four[2]<<6|four[3])
	}
	return out[:min(len(out), want)]
}
