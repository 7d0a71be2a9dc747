package email

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"
	"golang.org/x/oauth2"
)

// Mechanisms that take a token: RFC 7628, and the one that came before it, which
// Microsoft and Google offer.
const (
	oauthBearer = "OAUTHBEARER"
	xoauth2     = "XOAUTH2"
)

// A bearerClient logs in with a token. What a server says of a token that it
// does not take is kept.
type bearerClient struct {
	mechanism, user, token string

	challenge string
}

var _ sasl.Client = (*bearerClient)(nil)

// bearerMechanism returns the mechanism by which the server takes tokens.
func bearerMechanism(offers func(string) bool, user, token string) (*bearerClient, error) {
	for _, mechanism := range []string{oauthBearer, xoauth2} {
		if offers(mechanism) {
			return &bearerClient{mechanism: mechanism, user: user, token: token}, nil
		}
	}
	return nil, errors.New("the server offers neither OAUTHBEARER nor XOAUTH2")
}

func (b *bearerClient) Start() (string, []byte, error) {
	if b.mechanism == xoauth2 {
		return b.mechanism, []byte("user=" + b.user + "\x01auth=Bearer " + b.token + "\x01\x01"), nil
	}
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(b.user)
	return b.mechanism, []byte("n,a=" + name + ",\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

// Next answers the error that a server sends in place of a refusal, which it
// sends after the answer.
func (b *bearerClient) Next(challenge []byte) ([]byte, error) {
	b.challenge = string(challenge)
	return []byte(bearerAnswer(b.mechanism)), nil
}

// bearerAnswer is what is said to an error: RFC 7628 section 3.2.3 wants one
// octet, XOAUTH2 none.
func bearerAnswer(mechanism string) string {
	if mechanism == oauthBearer {
		return "\x01"
	}
	return ""
}

// refusedToken returns the error of a login that failed with a token. It wraps
// ErrToken, and ErrConsent if the server says that the token lacks a scope.
func refusedToken(err error, challenge string) error {
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
	return fmt.Errorf("%w (status %s, scope %q): %w", ErrToken, said.Status, said.Scope, err)
}

// checkTokens gets a token, and says which consent it lacks.
func (c *Channel) checkTokens(ctx context.Context) error {
	if c.tokens == nil {
		return nil
	}
	if _, err := c.tokens.bearer(ctx); err != nil {
		return err
	}
	if missing := c.tokens.missing(); len(missing) > 0 {
		return fmt.Errorf("oauth2: %w for %s", ErrConsent, strings.Join(missing, " "))
	}
	return nil
}

// A Device is what a person has to do for a device that cannot show a login: go
// to a page and enter a code.
type Device struct{ URL, Code string }

// Login gets the first token of an account by OAuth2's device flow (RFC 8628).
// It calls show once, and then waits until the person has consented, or ctx or
// the code ends. The token is kept beside the ledger.
func (c *Channel) Login(ctx context.Context, show func(Device) error) error {
	if c.tokens == nil || c.tokens.cfg.DeviceURL == "" {
		return errors.New("login: the channel has no oauth2.device_url")
	}
	if err := c.tokens.login(ctx, show); err != nil {
		return fmt.Errorf("login: %w", c.tokens.explained(err))
	}
	return nil
}

func (t *tokens) login(ctx context.Context, show func(Device) error) error {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, t.client)
	cfg, err := t.config()
	if err != nil {
		return err
	}
	asked, err := cfg.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	if err := show(Device{URL: asked.VerificationURI, Code: asked.UserCode}); err != nil {
		return err
	}
	token, err := cfg.DeviceAccessToken(ctx, asked)
	if err != nil {
		return err
	}
	if token.RefreshToken == "" && t.cfg.Grant == RefreshToken {
		return fmt.Errorf("%w: no refresh token was given (Microsoft: add the scope offline_access)", ErrConsent)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.keep(token)
}
