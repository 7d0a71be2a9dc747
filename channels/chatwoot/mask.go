package chatwoot

import (
	"bytes"
	"regexp"
)

// What finds, in JSON, what proves or opens a visitor: the hash of the identifier,
// and the token of the stream.
const (
	secretFields = `("(?:identifier_hash|pubsub_token)"\s*:\s*")(?:[^"\\]|\\.)*`
	// echoedFields finds them also where a server repeats JSON inside a text.
	echoedFields = `(\\*"(?:identifier_hash|pubsub_token)\\*"\s*:\s*\\*")[^"\\]*`
)

// A mask hides the secrets of visitors.
type mask struct{ secrets *regexp.Regexp }

func newMask(fields string) mask { return mask{regexp.MustCompile(fields)} }

// hide returns text without the secrets. All else stays as it came.
func (m mask) hide(text []byte) []byte {
	if !bytes.Contains(text, []byte("pubsub_token")) && !bytes.Contains(text, []byte("identifier_hash")) {
		return text
	}
	return m.secrets.ReplaceAll(text, []byte("${1}***"))
}
