package oauth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"
)

// A Device is what a person has to do for a device that cannot show a login: go
// to a page and enter a code.
type Device struct{ URL, Code string }

// Login gets the first token of an account by OAuth2's device flow (RFC 8628).
// It calls show once, and then waits until the person has consented, or ctx or
// the code ends.
func (t *Tokens) Login(ctx context.Context, show func(Device) error) error {
	if t == nil || t.cfg.DeviceURL == "" {
		return errors.New("login: the channel has no oauth2.device_url")
	}
	if err := t.deviceFlow(ctx, show); err != nil {
		return fmt.Errorf("login: %w", t.explained(err))
	}
	return nil
}

func (t *Tokens) deviceFlow(ctx context.Context, show func(Device) error) error {
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

// Consented gets a token, and says which consent it lacks.
func (t *Tokens) Consented(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if _, err := t.Bearer(ctx); err != nil {
		return err
	}
	if missing := t.missing(); len(missing) > 0 {
		return fmt.Errorf("oauth2: %w for %s", ErrConsent, strings.Join(missing, " "))
	}
	return nil
}
