package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// A Scheme is a way to prove over HTTP who says something.
type Scheme string

// The schemes.
const (
	// SchemeStandard is Standard Webhooks 1.0.0: HMAC-SHA256 in base64 over
	// id, time and body, and a list of signatures while secrets are rotated. The
	// names that Svix gives the headers are taken too, where the standard's are not there.
	SchemeStandard Scheme = "standard"
	// SchemeHub256 is Meta's: X-Hub-Signature-256, HMAC-SHA256 in hex over
	// the body alone. It has no time, so that a replay is known by its ids.
	SchemeHub256 Scheme = "hub256"
	// SchemeChatwoot is X-Chatwoot-Signature: HMAC-SHA256 in hex over the
	// time of X-Chatwoot-Timestamp and the body.
	SchemeChatwoot Scheme = "chatwoot"
	// SchemeStatic is the secret itself in a header. It proves nothing of
	// what was sent.
	SchemeStatic Scheme = "static-header"
)

// The headers of the schemes.
const (
	HeaderID        = "Webhook-Id"
	HeaderTime      = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"

	// Svix, whose scheme became the standard, still names the same headers its own way.
	headerSvixID        = "Svix-Id"
	headerSvixTime      = "Svix-Timestamp"
	headerSvixSignature = "Svix-Signature"

	headerHub          = "X-Hub-Signature-256"
	headerChatwoot     = "X-Chatwoot-Signature"
	headerChatwootTime = "X-Chatwoot-Timestamp"

	secretPrefix = "whsec_"
	hexPrefix    = "sha256="
	base64Prefix = "v1,"
)

// defaultSkew is how far a signed time may be off, as the reference
// implementations of Standard Webhooks have it.
const defaultSkew = 300 * time.Second

// A Signature proves who sent a request, and that it was not changed since. It
// signs and verifies. The zero value proves nothing: it verifies no request.
type Signature struct {
	Scheme Scheme
	// Secrets are those that live: the first signs, and with SchemeStandard
	// all do; each verifies. Empty ones are passed over.
	Secrets []channels.Secret
	Header  string           // names the header of SchemeStatic
	Clock   func() time.Time // nil = time.Now
	Skew    time.Duration    // how far a signed time may be from ours, either way. 0 = 300 s
}

// A Proof is what a good signature covers beside the body. Only the sender can
// have written it.
type Proof struct {
	ID string    // the sender's, the same each time it tries again; empty but for SchemeStandard
	At time.Time // when the sender signed, to the second; zero where the scheme has no time
}

// Sign sets the headers that prove body. The id is the same each time the same
// thing is sent again; schemes without one leave it out. The error says what
// is wrong with the secrets, and none of what they are.
func (s Signature) Sign(h http.Header, id string, body []byte) error {
	keys, err := s.keys()
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	at := strconv.FormatInt(s.now().Unix(), 10)
	switch s.Scheme {
	case SchemeStandard:
		h.Set(HeaderID, id)
		h.Set(HeaderTime, at)
	case SchemeChatwoot:
		h.Set(headerChatwootTime, at)
	}
	c := s.claim(h, body)
	signatures := []string{c.signature(keys[0])}
	if s.Scheme == SchemeStandard {
		for _, key := range keys[1:] {
			signatures = append(signatures, c.signature(key))
		}
	}
	h.Set(c.header, strings.Join(signatures, " "))
	return nil
}

// Verify holds a request against the secrets, in constant time and before its
// body is parsed. The error is a [Code]: BadSignature, Stale for a
// good signature of another time, or NoSecret.
func (s Signature) Verify(h http.Header, body []byte) (Proof, error) {
	keys, err := s.keys()
	if err != nil {
		// The work is done all the same: how long it takes must not tell
		// whether there is an endpoint here.
		_ = mac(nil, string(body))
		return Proof{}, NoSecret
	}
	c := s.claim(h, body)
	given := h.Values(c.header)
	if s.Scheme == SchemeStandard {
		given = strings.Fields(strings.Join(given, " "))
	}
	if !c.signedBy(keys, given) {
		return Proof{}, BadSignature
	}
	switch s.Scheme {
	case SchemeHub256, SchemeStatic:
		return Proof{}, nil
	}
	seconds, err := strconv.ParseInt(c.at, 10, 64)
	if err != nil || s.Scheme == SchemeStandard && c.id == "" {
		return Proof{}, BadSignature
	}
	p := Proof{ID: c.id, At: time.Unix(seconds, 0)}
	if s.now().Sub(p.At).Abs() > s.skew() {
		return Proof{}, Stale
	}
	return p, nil
}

// A claim is what a request says of itself, and what proves it.
type claim struct {
	header    string // that holds the signatures
	id, at    string
	signature func(key []byte) string // as it should be
}

// claim reads the headers of the scheme.
func (s Signature) claim(h http.Header, body []byte) claim {
	switch s.Scheme {
	case SchemeStandard:
		c := claim{header: HeaderSignature, id: h.Get(HeaderID), at: h.Get(HeaderTime)}
		if h.Get(HeaderSignature) == "" && h.Get(headerSvixSignature) != "" {
			c = claim{header: headerSvixSignature, id: h.Get(headerSvixID), at: h.Get(headerSvixTime)}
		}
		c.signature = func(key []byte) string {
			return base64Prefix + base64.StdEncoding.EncodeToString(mac(key, c.id, ".", c.at, ".", string(body)))
		}
		return c
	case SchemeChatwoot:
		c := claim{header: headerChatwoot, at: h.Get(headerChatwootTime)}
		c.signature = func(key []byte) string { return hexPrefix + hex.EncodeToString(mac(key, c.at, ".", string(body))) }
		return c
	case SchemeHub256:
		return claim{header: headerHub, signature: func(key []byte) string {
			return hexPrefix + hex.EncodeToString(mac(key, string(body)))
		}}
	}
	return claim{header: s.Header, signature: func(key []byte) string { return string(key) }}
}

// signedBy reports whether one of the given signatures is that of a key. It
// looks at each of them, however early one fits.
func (c claim) signedBy(keys [][]byte, given []string) bool {
	good := false
	for _, key := range keys {
		want := sha256.Sum256([]byte(c.signature(key)))
		for _, g := range given {
			got := sha256.Sum256([]byte(g))
			good = hmac.Equal(got[:], want[:]) || good
		}
	}
	return good
}

// keys returns the secrets as the scheme takes them. There is at least one.
func (s Signature) keys() ([][]byte, error) {
	var keys [][]byte
	for _, secret := range s.Secrets {
		text, err := secret.Reveal()
		if err != nil {
			return nil, err
		}
		if text == "" {
			continue
		}
		key := []byte(text)
		if s.Scheme == SchemeStandard {
			if key, err = standardKey(text); err != nil {
				return nil, err
			}
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no secret")
	}
	switch {
	case s.Scheme == SchemeStatic && s.Header == "":
		return nil, errors.New("the secret has no header")
	case s.Scheme == SchemeStandard, s.Scheme == SchemeHub256, s.Scheme == SchemeChatwoot, s.Scheme == SchemeStatic:
		return keys, nil
	}
	return nil, fmt.Errorf("scheme %q is not known", s.Scheme)
}

// standardKey decodes a secret: whsec_ and base64. Without the prefix, text that
// is no base64 is the key itself.
func standardKey(text string) ([]byte, error) {
	encoded, marked := strings.CutPrefix(text, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err == nil && len(key) > 0:
		return key, nil
	case marked:
		return nil, errors.New("the secret is not whsec_ and base64")
	}
	return []byte(text), nil
}

func (s Signature) now() time.Time {
	if s.Clock == nil {
		return time.Now()
	}
	return s.Clock()
}

func (s Signature) skew() time.Duration {
	if s.Skew == 0 {
		return defaultSkew
	}
	return s.Skew
}

// mac returns the HMAC-SHA256 of the parts, one after the other.
func mac(key []byte, parts ...string) []byte {
	m := hmac.New(sha256.New, key)
	for _, part := range parts {
		m.Write([]byte(part))
	}
	return m.Sum(nil)
}
