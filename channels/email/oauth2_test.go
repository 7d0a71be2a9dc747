package email

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email/internal/oauth"
)

// tokenChannel returns a channel that reads from d with tokens of i.
func tokenChannel(t testing.TB, d *peers.Dovecot, o *OAuth2, opt Options) *Channel {
	t.Helper()
	cfg := dovecotConfig(t, d, d.IMAP)
	cfg.IMAP.Password, cfg.OAuth2 = channels.Secret{}, o
	opt.Timeout, opt.Relogin = 10*time.Second, 10*time.Millisecond
	c, err := New(cfg, opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDovecotTakesTokens(t *testing.T) {
	t.Parallel()
	for _, mechanisms := range []string{"xoauth2", "oauthbearer", "plain xoauth2 oauthbearer"} {
		for _, grant := range []Grant{ClientCredentials, RefreshToken} {
			t.Run(mechanisms+" "+string(grant), func(t *testing.T) {
				i := startIssuer(t)
				d := i.trusting(t, mechanisms)
				file := filepath.Join(t.TempDir(), "mail.tokens")
				c := tokenChannel(t, d, i.config(grant), Options{Tokens: file})
				if err := c.checkIMAP(t.Context()); err != nil {
					t.Fatal(err)
				}
				if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("the tokens' file: %v, %v", info, err)
				}
				if err := c.checkIMAP(t.Context()); err != nil || i.count() != 1 {
					t.Errorf("%v; %d tokens for two logins", err, i.count())
				}
				again := tokenChannel(t, d, i.config(grant), Options{Tokens: file})
				if err := again.checkIMAP(t.Context()); err != nil || i.count() != 1 {
					t.Errorf("after a start: %v; %d tokens", err, i.count())
				}
			})
		}
	}
}

// TestTokensEndInMidSeason listens while tokens end and connections break: each
// login has one that is good, and refresh tokens that are used up are replaced.
func TestTokensEndInMidSeason(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	i.life = 2 * time.Second
	d := i.trusting(t, "xoauth2 oauthbearer")
	cfg := dovecotConfig(t, d, d.IMAP)
	p := startProxy(t, must(net.ResolveTCPAddr("tcp", d.IMAP)))
	cfg.IMAP.Port, cfg.IMAP.Password, cfg.OAuth2 = p.addr.Port, channels.Secret{}, i.config(RefreshToken)
	c, err := New(cfg, Options{Timeout: 10 * time.Second, Relogin: 10 * time.Millisecond, Tokens: filepath.Join(t.TempDir(), "tokens")})
	if err != nil {
		t.Fatal(err)
	}
	h := newRecorder("INBOX")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	var refusals atomic.Int64
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			h.mu.Lock()
			from := h.mark
			h.mu.Unlock()
			if err := c.Listen(ctx, from, h.hear); errors.Is(err, oauth.ErrToken) {
				refusals.Add(1)
			}
		}
	}()
	const breaks = 4
	for n := range breaks {
		h.readPast(t, delivered(t, d, "text"))
		h.heard(t, n+1)
		time.Sleep(2200 * time.Millisecond)
		p.cut()
	}
	h.readPast(t, delivered(t, d, "the last"))
	cancel()
	<-ended
	if i.count() < breaks || refusals.Load() > 0 {
		t.Errorf("%d tokens, %d refusals", i.count(), refusals.Load())
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestRefusedTokens: a token that is refused is no wrong password, and the error
// says what a person has to do.
func TestRefusedTokens(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	d := i.trusting(t, "xoauth2 oauthbearer")
	for name, tt := range map[string]struct {
		change  func(*issuer)
		is      error
		says    string
		consent bool
	}{
		"signed by another": {func(i *issuer) { i.forged = true }, oauth.ErrToken, "login: the token is refused", false},
		"another person's":  {func(i *issuer) { i.user = "canary" }, oauth.ErrToken, "login: the token is refused", false},
		"has ended":         {func(i *issuer) { i.life = -time.Hour }, oauth.ErrToken, "login: the token is refused", false},
		"no consent":        {func(i *issuer) { i.refuse, i.explain = "invalid_grant", "AADSTS65001: no consent. " }, oauth.ErrConsent, "login: oauth2: consent is missing for imap smtp", true},
		"a scope too many":  {func(i *issuer) { i.refuse = "invalid_scope" }, oauth.ErrConsent, "login: oauth2: consent is missing for imap smtp", true},
		"revoked":           {func(i *issuer) { i.refuse = "invalid_grant" }, oauth.ErrConsent, "login: oauth2: consent is missing: the refresh token has ended", true},
		"another client":    {func(i *issuer) { i.refuse = "invalid_client" }, nil, "login: oauth2: client_id or client_secret is wrong", false},
	} {
		t.Run(name, func(t *testing.T) {
			i.set(func(i *issuer) {
				i.forged, i.user, i.life, i.refuse, i.explain = false, "shopper", 0, "", ""
				tt.change(i)
			})
			err := tokenChannel(t, d, i.config(ClientCredentials), Options{}).checkIMAP(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), tt.says) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %s", err, tt.says)
			}
			if errors.Is(err, oauth.ErrConsent) != tt.consent {
				t.Errorf("consent is missing: %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), clientSecret) || strings.Contains(err.Error(), "eyJ")) {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
}

func TestCheckSaysWhichConsentIsMissing(t *testing.T) {
	i := startIssuer(t)
	i.scope = "imap openid"
	c := &Channel{tokens: oauth.NewTokens(*i.config(ClientCredentials), "", time.Now)}
	err := c.tokens.Consented(t.Context())
	if want := "oauth2: consent is missing for smtp"; err == nil || err.Error() != want || !errors.Is(err, oauth.ErrConsent) {
		t.Errorf("got %v, want %s", err, want)
	}
	i.set(func(i *issuer) { i.scope = "imap smtp" })
	c.tokens = oauth.NewTokens(*i.config(ClientCredentials), "", time.Now)
	if err := c.tokens.Consented(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	i := startIssuer(t)
	now := time.Now()
	tok := oauth.NewTokens(*i.config(RefreshToken), filepath.Join(t.TempDir(), "tokens"), func() time.Time { return now })
	first := must(tok.Bearer(t.Context()))
	tok.Accepted()
	if again := must(tok.Bearer(t.Context())); again != first {
		t.Error("another token for no reason")
	}
	now = now.Add(time.Hour - 4*time.Minute)
	second := must(tok.Bearer(t.Context()))
	if second == first {
		t.Error("no other token 4 minutes before its end")
	}
	if tok.Reject(second) {
		t.Error("a fresh token that is refused is worth another try")
	}
	third := must(tok.Bearer(t.Context()))
	tok.Accepted()
	if third == second || !tok.Reject(third) {
		t.Error("a token that was good and is refused has another after it")
	}
	i.set(func(i *issuer) { i.refresh = "used elsewhere" })
	if _, err := tok.Bearer(t.Context()); !errors.Is(err, oauth.ErrConsent) {
		t.Errorf("bearer: %v", err)
	}
}

func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	i.pending = 1
	o := i.config(RefreshToken)
	o.RefreshToken = channels.Secret{}
	file := filepath.Join(t.TempDir(), "tokens")
	c := &Channel{tokens: oauth.NewTokens(*o, file, time.Now)}
	if _, err := c.tokens.Bearer(t.Context()); !errors.Is(err, oauth.ErrConsent) || !strings.Contains(err.Error(), "svartid login") {
		t.Errorf("before: %v", err)
	}
	var shown Device
	if err := c.Login(t.Context(), func(d Device) error { shown = d; return nil }); err != nil {
		t.Fatal(err)
	}
	if shown.URL != i.URL+"/enter" || shown.Code != "ABCD" {
		t.Errorf("shown %+v", shown)
	}
	var kept oauth2.Token
	text, err := os.ReadFile(file)
	if err = errors.Join(err, json.Unmarshal(text, &kept)); err != nil || kept.RefreshToken != "first" {
		t.Errorf("kept %+v, %v", kept.RefreshToken, err)
	}
	// Another program that runs meanwhile finds it.
	other := oauth.NewTokens(*o, file, time.Now)
	if got, err := other.Bearer(t.Context()); err != nil || got != kept.AccessToken {
		t.Errorf("bearer: %v", err)
	}
	i.set(func(i *issuer) { i.refuse = "access_denied" })
	if err := c.Login(t.Context(), func(Device) error { return nil }); err == nil || !strings.Contains(err.Error(), "access_denied") {
		t.Errorf("Login: %v", err)
	}
	if err := (&Channel{}).Login(t.Context(), nil); err == nil {
		t.Error("a channel with passwords has a login")
	}
}

// TestPostfixTakesTokens sends with a token, and tells one that has ended from
// one that is never taken.
func TestPostfixTakesTokens(t *testing.T) {
	t.Parallel()
	i := startIssuer(t)
	dovecot := i.trusting(t, "plain xoauth2 oauthbearer")
	company, addr, _ := submission(t, None)
	postfix := peers.StartPostfix(t, peers.PostfixOptions{Dovecot: dovecot, Companies: addr.String()})
	at := must(net.ResolveTCPAddr("tcp", postfix.Submission))
	c := channelTo(t, at, StartTLS, Options{Timeout: 10 * time.Second})
	c.cfg.SMTP.CAFile, c.cfg.SMTP.Username = postfix.CA, "shopper"
	c.tokens = oauth.NewTokens(*i.config(ClientCredentials), "", time.Now)
	o := opening(t, c)
	o.Persona.Address, o.Reach = "kari@shopper.test", "post@butikk.test"
	o = must(c.Prepare(o))
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	awaitLetter(t, company, o)

	kept := filepath.Join(t.TempDir(), "tokens")
	ended := must(json.Marshal(oauth2.Token{AccessToken: i.sign(-time.Minute), Expiry: time.Now().Add(time.Hour)}))
	if err := os.WriteFile(kept, ended, 0o600); err != nil {
		t.Fatal(err)
	}
	c.tokens = oauth.NewTokens(*i.config(ClientCredentials), kept, time.Now)
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.Is(err, oauth.ErrToken) || errors.Is(err, channels.ErrRefused) {
		t.Errorf("a token that has ended: %v, want one that may be tried again", err)
	}
	if err := c.checkSMTP(t.Context()); err != nil {
		t.Errorf("the next one: %v", err)
	}
	i.set(func(i *issuer) { i.forged = true })
	c.tokens = oauth.NewTokens(*i.config(ClientCredentials), "", time.Now)
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.Is(err, oauth.ErrToken) || verdict(err) != "refused at auth" {
		t.Errorf("a token that is never taken: %v, want it refused at the login", err)
	}
}
