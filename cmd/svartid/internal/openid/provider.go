package openid

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/svartid/svartid/channels"
)

// A Config says which provider is believed, and what of it. All but ClientSecret, CA,
// Personas and Scopes has to be given.
type Config struct {
	Issuer   string // https
	ClientID string
	// ClientSecret proves to the provider who asks. None: a public client, which PKCE
	// alone protects.
	ClientSecret channels.Secret
	Callback     string   // address of ours that the provider sends browsers back to
	Scopes       []string // beside openid
	Name         string   // the claim that is a person's name in records
	Roles        string   // the claim that lists what a person is
	Personas     string   // the claim that lists a shopper's personas; empty: none does
	CA           []byte   // an authority of the provider's own, PEM; none: the system's
}

// A Person is who has logged in, as the provider says.
type Person struct {
	Subject  string   // names the person at the provider for ever
	Name     string   // by which acts are recorded
	Is       []string // values of the claim of roles
	Personas []string
}

// ErrRefused says that a login has not come to its end, and that this is no failure of
// ours: the person or the provider has refused, or another browser has begun it.
var ErrRefused = errors.New("not logged in")

// Bounds of what a provider may do to us.
const (
	patience    = 10 * time.Second
	largest     = 1 << 20 // octets of an answer
	betweenAsks = 5 * time.Second
	longestName = 80 // octets
	most        = 1000
)

// A Provider has people log in. Make it with [New].
type Provider struct {
	config Config
	seal   seal
	client *http.Client
	clock  func() time.Time

	mu    sync.Mutex
	found *oidc.Provider
	tried time.Time // when it was last asked for its addresses, and did not give them
}

// New returns a provider, of which nothing is asked yet. Logins that have begun end with
// it.
func New(c Config) (*Provider, error) {
	s, err := newSeal()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience,
		MaxIdleConns: 4, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if len(c.CA) > 0 {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(c.CA) {
			return nil, errors.New("the authority's file holds no PEM certificate")
		}
		transport.TLSClientConfig.RootCAs = roots
	}
	client := &http.Client{Transport: bounded{transport}, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a provider that sends us elsewhere is not the one that was named
	}}
	return &Provider{config: c, seal: s, client: client, clock: time.Now}, nil
}

// bounded cuts answers that are too long.
type bounded struct{ http.RoundTripper }

// RoundTrip asks, and bounds what is answered.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, largest), answer.Body}
	}
	return answer, err
}

// Stamp tells one way to log in from another: sessions end with a change of it.
func (p *Provider) Stamp() string {
	c := p.config
	text, _ := json.Marshal([]any{c.Issuer, c.ClientID, c.Name, c.Roles, c.Personas}) // texts always have a form
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Check asks the provider for its addresses, as the first login would.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.discovered(ctx)
	return err
}

// discovered returns the provider with its addresses. One that does not give them is not
// asked again at once.
func (p *Provider) discovered(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.clock().Before(p.tried.Add(betweenAsks)) {
		return nil, errors.New("the provider did not answer a moment ago")
	}
	// The provider goes on using this context for its keys.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.config.Issuer)
	if err == nil {
		err = p.safe(found)
	}
	if err != nil {
		p.tried = p.clock()
		return nil, fmt.Errorf("ask %s for its addresses: %w", p.config.Issuer, err)
	}
	p.found = found
	return found, nil
}

// safe wants the provider's addresses to be as safe as its own.
func (p *Provider) safe(found *oidc.Provider) error {
	var said struct {
		Keys string `json:"jwks_uri"`
	}
	if err := found.Claims(&said); err != nil {
		return err
	}
	for _, address := range []string{found.Endpoint().AuthURL, found.Endpoint().TokenURL, said.Keys} {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("%q is no https address", address)
		}
	}
	return nil
}

// exchange is how codes are asked for and exchanged.
func (p *Provider) exchange(found *oidc.Provider) (*oauth2.Config, error) {
	secret, err := p.config.ClientSecret.Reveal()
	if err != nil {
		return nil, err
	}
	var said struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&said); err != nil {
		return nil, errors.New("what the provider takes cannot be read")
	}
	at := found.Endpoint()
	// Of a provider that says nothing it is the header (OpenID Connect Discovery, section 3).
	at.AuthStyle = oauth2.AuthStyleInHeader
	if secret == "" || len(said.Methods) > 0 && !slices.Contains(said.Methods, "client_secret_basic") {
		at.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: secret, Endpoint: at, RedirectURL: p.config.Callback,
		Scopes: append([]string{oidc.ScopeOpenID}, p.config.Scopes...),
	}, nil
}

// Begin returns where a browser has to go to log in, and the cookie that it has to bring
// back. To is where it goes on to afterwards.
func (p *Provider) Begin(ctx context.Context, to string) (address, cookie string, err error) {
	found, err := p.discovered(ctx)
	if err != nil {
		return "", "", err
	}
	how, err := p.exchange(found)
	if err != nil {
		return "", "", err
	}
	f := flow{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to[:min(len(to), most)],
		Until: p.clock().Add(longestFlow),
	}
	if cookie, err = p.seal.close(f); err != nil {
		return "", "", err
	}
	return how.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), cookie, nil
}

// Finish returns who has logged in, by what the provider has the browser bring and by
// the cookie of its beginning; and where it goes on to. The error wraps ErrRefused
// where nothing has failed on our side; it holds no code, token or name.
func (p *Provider) Finish(ctx context.Context, cookie string, said url.Values) (who Person, to string, err error) {
	f, err := p.seal.open(cookie, p.clock())
	if err != nil {
		return who, "", fmt.Errorf("%w: %w", ErrRefused, errFlow)
	}
	if err := p.brought(f, said); err != nil {
		return who, "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	found, err := p.discovered(ctx)
	if err != nil {
		return who, "", err
	}
	how, err := p.exchange(found)
	if err != nil {
		return who, "", err
	}
	tokens, err := how.Exchange(oidc.ClientContext(ctx, p.client), said.Get("code"), oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return who, "", fmt.Errorf("exchange a code: %w", unsaid(err))
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.config.ClientID, Now: p.clock}).Verify(oidc.ClientContext(ctx, p.client), raw)
	if err != nil {
		return who, "", errors.New("the provider's token does not hold") // the library's error quotes it
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return who, "", errors.New("the provider's token is of another login")
	}
	who, err = p.person(id)
	return who, f.To, err
}

// brought checks what the provider has a browser bring: that it is of this login, of this
// provider (RFC 9207), and a code.
func (p *Provider) brought(f flow, said url.Values) error {
	switch {
	case len(said["state"]) != 1 || subtle.ConstantTimeCompare([]byte(said.Get("state")), []byte(f.State)) != 1:
		return errors.New("it is of another login")
	case said.Has("iss") && said.Get("iss") != p.config.Issuer:
		return errors.New("it is of another provider")
	case said.Has("error"):
		return errors.New("the provider says no")
	case len(said["code"]) != 1 || said.Get("code") == "":
		return errors.New("the provider sends no code")
	}
	return nil
}

// unsaid returns an error of oauth2 without what the provider has said, which may repeat
// what it was sent.
func unsaid(err error) error {
	var no *oauth2.RetrieveError
	if errors.As(err, &no) && no.Response != nil {
		return fmt.Errorf("the provider answers %s", no.Response.Status)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return errors.New("the provider's answer cannot be read")
}

// person reads the claims of a token.
func (p *Provider) person(id *oidc.IDToken) (who Person, err error) {
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return who, errors.New("the provider's claims cannot be read")
	}
	who = Person{Subject: id.Subject, Is: texts(lookUp(claims, p.config.Roles)), Personas: texts(lookUp(claims, p.config.Personas))}
	who.Name, _ = lookUp(claims, p.config.Name).(string)
	verified := claims["email_verified"]
	switch {
	case len(id.Audience) > 1 && claims["azp"] != p.config.ClientID: // OpenID Connect Core, section 3.1.3.7
		return who, errors.New("the provider's token is for another client")
	case p.config.Name == "email" && verified != true && verified != "true":
		// An address is the person's only if the provider has seen that it is.
		return who, fmt.Errorf("%w: the provider has not verified the address", ErrRefused)
	case !isName(who.Name):
		return who, fmt.Errorf("%w: the claim %s is no name", ErrRefused, p.config.Name)
	}
	return who, nil
}

// isName reports whether a text can be what acts are recorded by.
func isName(text string) bool {
	return text != "" && strings.TrimSpace(text) == text && len(text) <= longestName && utf8.ValidString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == ':' || r == ',' })
}

// lookUp returns a claim by its name, or by a path of names with dots between them, as
// realm_access.roles.
func lookUp(claims map[string]any, name string) any {
	if value, ok := claims[name]; ok || name == "" {
		return value
	}
	first, rest, deeper := strings.Cut(name, ".")
	inner, ok := claims[first].(map[string]any)
	if !deeper || !ok {
		return nil
	}
	return lookUp(inner, rest)
}

// texts returns a claim that is a text or a list of them.
func texts(claim any) []string {
	switch claim := claim.(type) {
	case string:
		return []string{claim}
	case []any:
		var all []string
		for _, value := range claim[:min(len(claim), most)] {
			if text, ok := value.(string); ok {
				all = append(all, text)
			}
		}
		return slices.Compact(all)
	}
	return nil
}
