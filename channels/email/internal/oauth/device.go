package oauth

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/oauth2"
)

// A Device is what a person has to do for a device that cannot show a login: go
// to a page and enter a code. Both are fit to be printed.
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
	asked, err := t.authorize(ctx, cfg)
	if err != nil {
		return err
	}
	device, err := deviceOf(asked)
	if err != nil {
		return err
	}
	if err := show(device); err != nil {
		return err
	}
	token, err := t.poll(ctx, cfg, asked)
	if err != nil {
		if ended := asked.Expiry; !ended.IsZero() && !time.Now().Before(ended) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = &oauth2.RetrieveError{ErrorCode: "expired_token"}
		}
		return device.unconsented(err)
	}
	if token.RefreshToken == "" && t.cfg.Grant == RefreshToken {
		return fmt.Errorf("%w: no refresh token was given (Microsoft: add the scope offline_access)", ErrConsent)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	unlock, err := t.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return t.keep(token)
}

const (
	// defaultInterval is how many seconds are between two questions, if the server
	// does not say (RFC 8628 section 3.2).
	defaultInterval = 5
	// longestInterval is the most to which dropped connections raise it.
	longestInterval = 60
)

// poll asks for the token until the person has consented, or ctx or the code ends.
// After a connection that dropped, and a server that is down for a while, it goes
// on at half the pace (RFC 8628 section 3.5).
func (t *Tokens) poll(ctx context.Context, cfg *oauth2.Config, asked *oauth2.DeviceAuthResponse) (*oauth2.Token, error) {
	if asked.Interval <= 0 {
		asked.Interval = defaultInterval
	}
	for {
		token, err := t.authenticated(cfg, func() (*oauth2.Token, error) { return cfg.DeviceAccessToken(ctx, asked) })
		if err == nil {
			return token, sound(token)
		}
		if !isPassing(err) || ctx.Err() != nil || !asked.Expiry.IsZero() && !time.Now().Before(asked.Expiry) {
			return nil, err
		}
		asked.Interval = max(asked.Interval, min(2*asked.Interval, longestInterval))
	}
}

// isPassing reports whether an error is the connection's or a server's that is
// down for a while, and no answer to what was asked.
func isPassing(err error) bool {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		code := refused.Response.StatusCode
		return refused.ErrorCode == "" && (code >= http.StatusInternalServerError || code == http.StatusTooManyRequests)
	}
	var transport *url.Error
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &transport) && !errors.Is(err, errPage) && !errors.Is(err, errRedirect) && !errors.As(err, &certificate)
}

// unconsented says what to do after a person has not consented (RFC 8628 section 3.5).
func (d Device) unconsented(err error) error {
	var no *oauth2.RetrieveError
	if !errors.As(err, &no) {
		return err
	}
	switch {
	case no.ErrorCode == "expired_token":
		return fmt.Errorf("%w: the code %s has ended before it was entered; run svartid login again, and enter the new one at once", ErrConsent, d.Code)
	case no.ErrorCode == "access_denied":
		return fmt.Errorf("%w: it was refused in the browser (access_denied); run svartid login again, and accept", ErrConsent)
	}
	return err
}

// A grantReply is what an authorization server says to a device (RFC 8628 section
// 3.2). Numbers may be texts, and the page's name may be another: Azure's first
// version has it so.
type grantReply struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	URI        string `json:"verification_uri"`
	URL        string `json:"verification_url"`
	ExpiresIn  number `json:"expires_in"`
	Interval   number `json:"interval"`
}

// A number is one that may be written as a text. What is neither is 0: not said.
type number int64

// UnmarshalJSON reads either form. It never fails.
func (n *number) UnmarshalJSON(b []byte) error {
	if f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64); err == nil && f > 0 && f < 1e9 {
		*n = number(f)
	}
	return nil
}

// authorize asks for a code. The library's own request takes no number that is
// written as a text.
func (t *Tokens) authorize(ctx context.Context, cfg *oauth2.Config) (*oauth2.DeviceAuthResponse, error) {
	form := url.Values{"client_id": {cfg.ClientID}}
	if len(cfg.Scopes) > 0 {
		form.Set("scope", strings.Join(cfg.Scopes, " "))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, cfg.Endpoint.DeviceAuthURL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	began := time.Now()
	response, err := t.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("ask for a code: %w", err)
	}
	if response.StatusCode/100 != 2 {
		refused := &oauth2.RetrieveError{Response: response, Body: body}
		var said struct {
			Code        string `json:"error"`
			Description string `json:"error_description"`
		}
		if json.Unmarshal(body, &said) == nil {
			refused.ErrorCode, refused.ErrorDescription = said.Code, said.Description
		}
		return nil, refused
	}
	var given grantReply
	if json.Unmarshal(body, &given) != nil {
		return nil, errors.New("the answer is no JSON: is oauth2.device_url the address for device codes?")
	}
	asked := &oauth2.DeviceAuthResponse{
		DeviceCode: given.DeviceCode, UserCode: given.UserCode,
		VerificationURI: cmp.Or(given.URI, given.URL), Interval: int64(given.Interval),
	}
	if given.ExpiresIn > 0 {
		asked.Expiry = began.Add(time.Duration(given.ExpiresIn) * time.Second)
	}
	return asked, nil
}

// deviceOf returns what a person has to do. The page must be one that a browser
// opens over TLS, or on this machine.
func deviceOf(asked *oauth2.DeviceAuthResponse) (Device, error) {
	d := Device{Code: printable(asked.UserCode)}
	if d.Code == "" || asked.DeviceCode == "" {
		return d, errors.New("the server gives no code: is oauth2.device_url the address for device codes?")
	}
	page, err := url.Parse(asked.VerificationURI)
	if err != nil || page.Host == "" || page.Scheme != "https" && (page.Scheme != "http" || !onThisMachine(page.Hostname())) {
		return d, fmt.Errorf("verification_uri %q is no https:// address: do not open it", printable(asked.VerificationURI))
	}
	d.URL = printable(page.String())
	return d, nil
}

// onThisMachine reports whether a host is this machine.
func onThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// longestSaid is the most characters that are shown of what a server says.
const longestSaid = 400

// printable returns what a server says as a terminal may show it: one line, without
// control characters and without marks that turn the writing's direction.
func printable(said string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar || unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(said, ""))
	clean = strings.TrimSpace(clean)
	if runes := []rune(clean); len(runes) > longestSaid {
		clean = string(runes[:longestSaid]) + "…"
	}
	return clean
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
