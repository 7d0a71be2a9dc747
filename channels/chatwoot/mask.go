package chatwoot

import (
	"io"
	"regexp"
)

// A mask hides what proves or opens a visitor before a transcript is written:
// the hash of the identifier, and the token of the stream.
type mask struct {
	w       io.Writer
	secrets *regexp.Regexp
}

func newMask(w io.Writer) mask {
	return mask{w: w, secrets: regexp.MustCompile(`("(?:identifier_hash|pubsub_token)"\s*:\s*")[^"]*`)}
}

// Write writes p without its secrets.
func (m mask) Write(p []byte) (int, error) {
	if _, err := m.w.Write(m.secrets.ReplaceAll(p, []byte("${1}***"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
