package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/svartid/svartid/channels"
)

// OAuth2 is how we get tokens for a mailbox that takes no passwords (RFC 6749).
type OAuth2 struct {
	Grant            Grant           `yaml:"grant"`
	ClientID         string          `yaml:"client_id"`
	ClientSecret     channels.Secret `yaml:"client_secret,omitempty"` // or client_secret_file; a public client has none
	ClientSecretFile string          `yaml:"client_secret_file,omitempty"`
	TokenURL         string          `yaml:"token_url"`
	DeviceURL        string          `yaml:"device_url,omitempty"` // where `svartid login` begins (RFC 8628)
	Scopes           []string        `yaml:"scopes,omitempty"`
	// RefreshToken begins the first time; later ones are kept beside the ledger.
	RefreshToken     channels.Secret `yaml:"refresh_token,omitempty"` // or refresh_token_file, or none and `svartid login`
	RefreshTokenFile string          `yaml:"refresh_token_file,omitempty"`
}

// A Grant is what a token is given for.
type Grant string

// The grants of RFC 6749 that a program can use by itself, sections 4.4 and 6.
const (
	ClientCredentials Grant = "client_credentials"
	RefreshToken      Grant = "refresh_token"
)

// ErrConsent is wrapped by errors about a token that is not given, or not taken,
// because the account's owner or administrator has not consented to its use.
var ErrConsent = errors.New("consent is missing")

// ErrToken is wrapped by errors about a login that was refused because of its
// token. No password is wrong.
var ErrToken = errors.New("the token is refused")

const (
	// renewBefore is how long before its end a token is renewed.
	renewBefore = 5 * time.Minute
	// tokenPatience is how long an authorization server may keep its answer.
	tokenPatience = 30 * time.Second
	// longestAnswer is how many octets of an answer are read.
	longestAnswer = 1 << 20
)

// Tokens get, keep and renew the tokens of one account.
type Tokens struct {
	cfg    OAuth2
	file   string // where they are kept; empty = in memory alone
	clock  func() time.Time
	client *http.Client

	mu      sync.Mutex
	current *oauth2.Token
	fresh   bool   // current was not yet taken by a server
	refused string // the token that a server refused last
	// spent are refresh tokens that are not sent again: the server refused them, or
	// gave another for them that is not in the file yet.
	spent map[string]bool
	style oauth2.AuthStyle // how the client shows its secret; zero = not known yet
}

// NewTokens returns the tokens that cfg gets, which are kept in a file; empty = in
// memory alone. It asks for none yet.
func NewTokens(cfg OAuth2, file string, clock func() time.Time) *Tokens {
	return &Tokens{cfg: cfg, file: file, clock: clock, spent: map[string]bool{}, client: &http.Client{
		Timeout:       tokenPatience,
		Transport:     noPages{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}}
}

// What an address gives that is not the authorization server's.
var (
	errRedirect = errors.New("the authorization server redirects")
	errPage     = errors.New("the answer is a web page and no JSON: is the address that of the authorization server, and nothing between?")
)

// noPages refuses web pages in place of tokens, which a wrong address, a proxy or a
// provider's login gives.
type noPages struct{ http.RoundTripper }

// RoundTrip returns an error in place of a page that says that all is well. It
// reads the whole answer, so that one which breaks off is known as such.
func (n noPages) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := n.RoundTripper.RoundTrip(r)
	if err != nil {
		return response, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind == "text/html" && response.StatusCode/100 == 2 {
		return nil, errPage
	}
	return response, nil
}

// Bearer returns a token that is good for a while. The error is never final: it
// wraps ErrConsent where a person has to consent first.
//
// Other processes may use the same file. One at a time spends a refresh token,
// and reads first what the one before it has got: a server that replaces refresh
// tokens takes each once, and may end the consent when one comes back (RFC 6749
// section 10.4, RFC 9700 section 4.14.2).
func (t *Tokens) Bearer(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == nil {
		t.current = t.kept()
	}
	if t.good() {
		return t.current.AccessToken, nil
	}
	unlock, err := t.alone(ctx)
	if err != nil {
		return "", fmt.Errorf("oauth2: %w", err)
	}
	defer unlock()
	if t.renewedElsewhere() {
		return t.current.AccessToken, nil
	}
	renewed, err := t.renew(context.WithValue(ctx, oauth2.HTTPClient, t.client))
	if err != nil {
		return "", fmt.Errorf("oauth2: %w", t.explained(err))
	}
	if err := t.keep(renewed); err != nil {
		return "", fmt.Errorf("oauth2: keep the token: %w", err)
	}
	return renewed.AccessToken, nil
}

// good reports whether the current token may be used.
func (t *Tokens) good() bool {
	if t.current == nil || t.current.AccessToken == "" || t.current.AccessToken == t.refused {
		return false
	}
	return t.current.Expiry.IsZero() || t.clock().Add(renewBefore).Before(t.current.Expiry) ||
		t.fresh && t.clock().Before(t.current.Expiry) // a server may give shorter ones
}

// renewedElsewhere takes the token that another process has put into the file
// meanwhile, and reports whether it may be used.
func (t *Tokens) renewedElsewhere() bool {
	kept := t.kept()
	if kept == nil || t.current != nil && kept.AccessToken == t.current.AccessToken || t.spent[kept.RefreshToken] {
		return false
	}
	t.current, t.fresh = kept, false
	return t.good()
}

// renew asks the authorization server for a token. The caller holds both locks.
func (t *Tokens) renew(ctx context.Context) (*oauth2.Token, error) {
	cfg, err := t.config()
	if err != nil {
		return nil, err
	}
	if t.cfg.Grant == ClientCredentials {
		c := clientcredentials.Config{
			ClientID: cfg.ClientID, ClientSecret: cfg.ClientSecret, TokenURL: cfg.Endpoint.TokenURL, Scopes: cfg.Scopes,
		}
		token, err := c.Token(ctx)
		if err != nil {
			return nil, err
		}
		return token, sound(token)
	}
	refresh, err := t.refreshToken()
	if err != nil {
		return nil, err
	}
	token, err := t.authenticated(cfg, func() (*oauth2.Token, error) {
		return cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	})
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" && !wantsConsent(refused.ErrorDescription) {
		t.spent[refresh] = true
	}
	if err != nil {
		return nil, err
	}
	if err := sound(token); err != nil {
		return nil, err
	}
	if token.RefreshToken != refresh {
		t.spent[refresh] = true
	}
	return token, nil
}

// authenticated asks by the way in which the server takes the client's secret: in
// the header, which every server has to take, or in the body (RFC 6749 section
// 2.3.1). The second is tried only after an error that is about the client: one
// about the grant is final, and the same grant is not to be sent again.
func (t *Tokens) authenticated(cfg *oauth2.Config, ask func() (*oauth2.Token, error)) (*oauth2.Token, error) {
	cfg.Endpoint.AuthStyle = t.style
	if t.style != oauth2.AuthStyleAutoDetect {
		return ask()
	}
	cfg.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if cfg.ClientSecret == "" {
		cfg.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	token, err := ask()
	if isClientFault(err) && cfg.Endpoint.AuthStyle == oauth2.AuthStyleInHeader {
		cfg.Endpoint.AuthStyle = oauth2.AuthStyleInParams
		token, err = ask()
	}
	if err == nil {
		t.style = cfg.Endpoint.AuthStyle
	}
	return token, err
}

// isClientFault reports whether a server did not look at the grant, because it
// does not know the client (RFC 6749 section 5.2).
func isClientFault(err error) bool {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return false
	}
	code := refused.ErrorCode
	return code == "invalid_client" || code == "invalid_request" || strings.HasSuffix(code, "zed_client") ||
		code == "" && refused.Response != nil && refused.Response.StatusCode == http.StatusUnauthorized
}

// sound returns what is wrong with a token: one of another type is no bearer's, and
// a token is of printable ASCII (RFC 6749 sections 7.1, A.12 and A.17).
func sound(token *oauth2.Token) error {
	if !strings.EqualFold(token.Type(), "bearer") {
		return fmt.Errorf("the server gives a token of type %q, want bearer", printable(token.TokenType))
	}
	if strings.ContainsFunc(token.AccessToken+token.RefreshToken, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("the server gives a token with characters that no token has")
	}
	return nil
}

// refreshToken returns the newest refresh token: servers may give another with
// each renewal, and `svartid login` may have put one there meanwhile.
func (t *Tokens) refreshToken() (string, error) {
	for _, token := range []*oauth2.Token{t.kept(), t.current} {
		if token != nil && token.RefreshToken != "" && !t.spent[token.RefreshToken] {
			return token.RefreshToken, nil
		}
	}
	given, err := t.cfg.RefreshToken.Or(t.cfg.RefreshTokenFile).Reveal()
	if err != nil {
		return "", err
	}
	if len(t.spent) > 0 && (given == "" || t.everKept() || t.spent[given]) {
		return "", fmt.Errorf("%w: the refresh token was refused, and is not sent again; run svartid login", ErrConsent)
	}
	if given == "" {
		return "", fmt.Errorf("%w: there is no refresh token yet; run svartid login", ErrConsent)
	}
	return given, nil
}

// everKept reports whether there is a refresh token that is newer than the
// configured one, be it spent.
func (t *Tokens) everKept() bool {
	kept := t.kept()
	return kept != nil && kept.RefreshToken != "" || t.current != nil && t.current.RefreshToken != ""
}

// config returns what golang.org/x/oauth2 needs.
func (t *Tokens) config() (*oauth2.Config, error) {
	secret, err := t.cfg.ClientSecret.Or(t.cfg.ClientSecretFile).Reveal()
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: t.cfg.ClientID, ClientSecret: secret, Scopes: t.cfg.Scopes,
		Endpoint: oauth2.Endpoint{TokenURL: t.cfg.TokenURL, DeviceAuthURL: t.cfg.DeviceURL},
	}, nil
}

// Reject notes that a server refused a token, and reports whether another
// may help: it was an old one, and the next login gets a new one.
func (t *Tokens) Reject(token string) (again bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	again = !t.fresh
	t.refused = token
	return again
}

// Accepted notes that a server took the current token.
func (t *Tokens) Accepted() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh, t.refused = false, ""
}

// missing returns those of the configured scopes that the current token was not
// given for, as far as the authorization server says.
func (t *Tokens) missing() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	granted, _ := t.current.Extra("scope").(string)
	if granted == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.cfg.Scopes), func(scope string) bool {
		return scope == "offline_access" || strings.HasSuffix(scope, "/.default") || slices.Contains(strings.Fields(granted), scope)
	})
}

// kept returns the token in the file; nil if there is none.
func (t *Tokens) kept() *oauth2.Token {
	if t.file == "" {
		return nil
	}
	text, err := channels.ReadFile(t.file, channels.LargestSecret)
	if err != nil {
		return nil
	}
	var token oauth2.Token
	if json.Unmarshal(text, &token) != nil {
		return nil
	}
	return &token
}

// keep makes a token the current one, and writes it where no other user reads. The
// caller holds the lock.
func (t *Tokens) keep(token *oauth2.Token) error {
	if token.RefreshToken == "" && t.current != nil {
		token.RefreshToken = t.current.RefreshToken
	}
	t.current, t.fresh = token, true
	if t.file == "" {
		return nil
	}
	text, err := json.Marshal(token)
	if err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(t.file), filepath.Base(t.file)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = fresh.Write(text)
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err == nil {
		err = os.Rename(fresh.Name(), t.file)
	}
	if err != nil {
		_ = os.Remove(fresh.Name())
		return err
	}
	clear(t.spent)
	return nil
}

// explained returns err with what a person has to do about it (RFC 6749 section
// 5.2). It holds no secret: authorization servers are known to repeat them.
func (t *Tokens) explained(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return err
	}
	said := printable(refused.ErrorCode)
	if said == "" {
		said = "HTTP " + printable(refused.Response.Status)
	}
	if line, _, _ := strings.Cut(refused.ErrorDescription, "\n"); line != "" {
		said += ": " + printable(line)
	}
	for _, secret := range []channels.Secret{
		t.cfg.ClientSecret.Or(t.cfg.ClientSecretFile), t.cfg.RefreshToken.Or(t.cfg.RefreshTokenFile),
	} {
		if word, err := secret.Reveal(); err == nil && word != "" {
			said = strings.ReplaceAll(said, word, "***")
		}
	}
	switch scopes := strings.Join(t.cfg.Scopes, " "); {
	case wantsConsent(said):
		return fmt.Errorf("%w for %s: %s", ErrConsent, scopes, said)
	case refused.ErrorCode == "invalid_grant":
		return fmt.Errorf("%w: the refresh token has ended or was revoked; run svartid login: %s", ErrConsent, said)
	case refused.ErrorCode == "invalid_client" || strings.HasSuffix(refused.ErrorCode, "zed_client"): // RFC 6749 section 5.2
		return fmt.Errorf("client_id or client_secret is wrong, or the client may not use this grant: %s", said)
	}
	return errors.New(said)
}

// wantsConsent reports whether an authorization server's words say that a person
// has to consent (OpenID Connect Core section 3.1.2.6; Microsoft's error 65001).
func wantsConsent(said string) bool {
	said = strings.ToLower(said)
	return slices.ContainsFunc([]string{"consent", "aadsts65001", "invalid_scope", "interaction_required"}, func(word string) bool {
		return strings.Contains(said, word)
	})
}
