package oauth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"
)

// Mechanisms that take a token: RFC 7628, and the one that came before it, which
// Microsoft and Google offer.
const (
	oauthBearer = "OAUTHBEARER"
	xoauth2     = "XOAUTH2"
)

// A BearerClient logs in with a token. What a server says of a token that it
// does not take is kept.
type BearerClient struct {
	mechanism, user, token string

	Challenge string
}

var _ sasl.Client = (*BearerClient)(nil)

// NewBearer returns the mechanism by which the server takes tokens.
func NewBearer(offers func(string) bool, user, token string) (*BearerClient, error) {
	for _, mechanism := range []string{oauthBearer, xoauth2} {
		if offers(mechanism) {
			return &BearerClient{mechanism: mechanism, user: user, token: token}, nil
		}
	}
	return nil, errors.New("the server offers neither OAUTHBEARER nor XOAUTH2")
}

// Start returns the mechanism and the token in its form.
func (b *BearerClient) Start() (string, []byte, error) {
	if b.mechanism == xoauth2 {
		return b.mechanism, []byte("user=" + b.user + "\x01auth=Bearer " + b.token + "\x01\x01"), nil
	}
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(b.user)
	return b.mechanism, []byte("n,a=" + name + ",\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

// Next answers the error that a server sends in place of a refusal, which it
// sends after the answer.
func (b *BearerClient) Next(challenge []byte) ([]byte, error) {
	b.Challenge = string(challenge)
	return []byte(ErrorAnswer(b.mechanism)), nil
}

// ErrorAnswer is what is said to an error: RFC 7628 section 3.2.3 wants one
// octet, XOAUTH2 none.
func ErrorAnswer(mechanism string) string {
	if mechanism == oauthBearer {
		return "\x01"
	}
	return ""
}

// Refused returns the error of a login that failed with a token. It wraps
// ErrToken, and ErrConsent if the server says that the token lacks a scope.
func Refused(err error, challenge string) error {
	var said struct {
		Status string `json:"status"`
		Scope  string `json:"scope"`
	}
	if plain, bad := base64.StdEncoding.DecodeString(challenge); bad == nil {
		challenge = string(plain)
	}
	if json.Unmarshal([]byte(challenge), &said) != nil || said.Status == "" {
		return fmt.Errorf("%w: %w", ErrToken, err)
	}
	if said.Status == "insufficient_scope" {
		return fmt.Errorf("%w: %w: the server wants scope %q: %w", ErrToken, ErrConsent, said.Scope, err)
	}
	return fmt.Errorf("%w (status %s, scope %q): %w", ErrToken, printable(said.Status), said.Scope, err)
}
