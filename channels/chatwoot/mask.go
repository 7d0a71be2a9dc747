package chatwoot

import (
	"bytes"
	"io"
	"regexp"
)

// secretFields finds, in JSON, what proves or opens a visitor: the hash of the
// identifier, and the token of the stream.
const secretFields = `("(?:identifier_hash|pubsub_token)"\s*:\s*")(?:[^"\\]|\\.)*`

// hidden returns JSON without the secrets of visitors. All else stays as it came.
func hidden(b []byte) []byte {
	if !bytes.Contains(b, []byte("pubsub_token")) && !bytes.Contains(b, []byte("identifier_hash")) {
		return b
	}
	return newMask(nil).hide(b)
}

// A mask hides the secrets of visitors before a transcript is written.
type mask struct {
	w       io.Writer
	secrets *regexp.Regexp
}

func newMask(w io.Writer) mask { return mask{w: w, secrets: regexp.MustCompile(secretFields)} }

func (m mask) hide(p []byte) []byte { return m.secrets.ReplaceAll(p, []byte("${1}***")) }

// Write writes p without its secrets.
func (m mask) Write(p []byte) (int, error) {
	if _, err := m.w.Write(m.hide(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
