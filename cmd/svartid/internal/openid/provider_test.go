package openid_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/cmd/svartid/internal/openid"
	"github.com/svartid/svartid/cmd/svartid/internal/openid/openidtest"
)

const callback = "https://board.example.no/login/openid/callback"

// config is that of a provider of the test's.
func config(p *openidtest.Provider) openid.Config {
	return openid.Config{
		Issuer: p.URL, ClientID: openidtest.ClientID, ClientSecret: channels.Inline(openidtest.ClientSecret), Callback: callback,
		Scopes: []string{"email"}, Name: "email", Roles: "realm_access.roles", Personas: "personas", CA: p.CA(),
	}
}

// kari is a person as the provider tells of her.
func kari() map[string]any {
	return map[string]any{
		"sub": "7", "email": "kari@example.no", "email_verified": true,
		"realm_access": map[string]any{"roles": []any{"jury", 7, "staff"}}, "personas": "Kari Nordmann",
	}
}

// browser goes to the provider and returns what it is sent back with.
func browser(t *testing.T, p *openidtest.Provider, address string) url.Values {
	t.Helper()
	client := p.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	back, err := answer.Location()
	if err != nil {
		t.Fatalf("got %s from %s", answer.Status, address)
	}
	if !strings.HasPrefix(back.String(), callback+"?") {
		t.Fatalf("sent to %s", back)
	}
	return back.Query()
}

// made returns a provider of ours.
func made(t *testing.T, c openid.Config) *openid.Provider {
	t.Helper()
	p, err := openid.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLogin: who logs in at the provider is who it says, and goes on to where the login
// has begun; once.
func TestLogin(t *testing.T) {
	for name, prepared := range map[string]func(*openidtest.Provider){
		"by header": func(*openidtest.Provider) {}, "by form": (*openidtest.Provider).Post, "by userinfo": (*openidtest.Provider).Part,
	} {
		t.Run(name, func(t *testing.T) {
			there := openidtest.New(t, callback)
			there.Login(kari())
			prepared(there)
			logsIn(t, there)
		})
	}
}

// logsIn logs in at a provider, and tries to do so again by the same code.
func logsIn(t *testing.T, there *openidtest.Provider) {
	t.Helper()
	ours := made(t, config(there))
	address, cookie, err := ours.Begin(t.Context(), "/queue?x=1")
	if err != nil {
		t.Fatal(err)
	}
	back := browser(t, there, address)
	who, to, err := ours.Finish(t.Context(), cookie, back)
	if err != nil || who.Subject != "7" || who.Name != "kari@example.no" || !slices.Equal(who.Is, []string{"jury", "staff"}) ||
		!slices.Equal(who.Personas, []string{"Kari Nordmann"}) || to != "/queue?x=1" {
		t.Errorf("got %+v, %q, %v", who, to, err)
	}
	if _, _, err := ours.Finish(t.Context(), cookie, back); err == nil {
		t.Error("a code is taken twice")
	}
}

// TestRefusals: what is not this login, of this provider, by this browser, ends nothing,
// and no error says what was brought.
func TestRefusals(t *testing.T) {
	plain := func(map[string]any) {}
	for _, tt := range []struct {
		name   string
		query  func(url.Values)
		cookie func(string) string
		token  func(map[string]any)
		asks   int // of the provider
	}{
		{name: "another state", query: func(q url.Values) { q.Set("state", "x") }},
		{name: "no state", query: func(q url.Values) { q.Del("state") }},
		{name: "two states", query: func(q url.Values) { q.Add("state", q.Get("state")) }},
		{name: "no code", query: func(q url.Values) { q.Del("code") }},
		{name: "two codes", query: func(q url.Values) { q.Add("code", "x") }},
		{name: "another code", query: func(q url.Values) { q.Set("code", "x") }, asks: 1},
		{name: "another provider", query: func(q url.Values) { q.Set("iss", "https://evil.example") }},
		{name: "an error beside a code", query: func(q url.Values) { q.Set("error", "access_denied") }},
		{name: "no cookie", cookie: func(string) string { return "" }},
		{name: "a cookie that is none", cookie: func(string) string { return "x.y" }},
		{name: "a cookie that is cut", cookie: func(c string) string { return c[:len(c)-2] }},
		{name: "a cookie that is changed", cookie: func(c string) string { return "A" + c[1:] + "" }},
		{name: "another nonce", token: func(c map[string]any) { c["nonce"] = "x" }, asks: 1},
		{name: "no nonce", token: func(c map[string]any) { delete(c, "nonce") }, asks: 1},
		{name: "another audience", token: func(c map[string]any) { c["aud"] = "other" }, asks: 1},
		{name: "an audience of two", token: func(c map[string]any) { c["aud"] = []string{"svartid", "other"} }, asks: 1},
		{name: "for another of two", token: func(c map[string]any) { c["aud"], c["azp"] = []string{"svartid", "other"}, "other" }, asks: 1},
		{name: "another issuer", token: func(c map[string]any) { c["iss"] = "https://evil.example" }, asks: 1},
		{name: "expired", token: func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, asks: 1},
		{name: "an address that was not verified", token: func(c map[string]any) { c["email_verified"] = false }, asks: 1},
		{name: "an address of which nothing is said", token: func(c map[string]any) { delete(c, "email_verified") }, asks: 1},
		{name: "no name", token: func(c map[string]any) { delete(c, "email") }, asks: 1},
		{name: "a name that is a list", token: func(c map[string]any) { c["email"] = []string{"kari@example.no"} }, asks: 1},
		{name: "a name of two lines", token: func(c map[string]any) { c["email"] = "kari\nola" }, asks: 1},
		{name: "a name with a colon", token: func(c map[string]any) { c["email"] = "kari:organiser" }, asks: 1},
		{name: "a name with spaces around", token: func(c map[string]any) { c["email"] = " kari" }, asks: 1},
		{name: "a name that is too long", token: func(c map[string]any) { c["email"] = strings.Repeat("k", 81) }, asks: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			there := openidtest.New(t, callback)
			there.Login(kari())
			if tt.token == nil {
				tt.token = plain
			}
			there.Bend(tt.token)
			ours := made(t, config(there))
			address, cookie, err := ours.Begin(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			back := browser(t, there, address)
			code := back.Get("code")
			if tt.query != nil {
				tt.query(back)
			}
			if tt.cookie != nil {
				cookie = tt.cookie(cookie)
			}
			who, _, err := ours.Finish(t.Context(), cookie, back)
			if err == nil {
				t.Fatalf("%+v is logged in", who)
			}
			if there.Asked() != tt.asks {
				t.Errorf("the provider was asked %d times, want %d", there.Asked(), tt.asks)
			}
			for _, secret := range []string{code, openidtest.ClientSecret, "eyJ", "kari"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error says %q: %v", secret, err)
				}
			}
		})
	}
}

// TestForged: a token that the provider's published keys have not signed is none, and what is
// said at the place for it has to be of the person of the token.
func TestForged(t *testing.T) {
	for name, spoil := range map[string]func(*openidtest.Provider){
		"signed by another": (*openidtest.Provider).Forge, "of another person": (*openidtest.Provider).Mistake,
	} {
		there := openidtest.New(t, callback)
		there.Login(kari())
		spoil(there)
		if who, err := finished(t, there); err == nil {
			t.Errorf("%s: %+v is logged in", name, who)
		}
	}
}

// TestDenied: who refuses at the provider is refused, which is no failure of ours.
func TestDenied(t *testing.T) {
	there := openidtest.New(t, callback)
	there.Deny()
	if _, err := finished(t, there); !errors.Is(err, openid.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// finished begins a login at a provider, as a browser does, and returns what came of it.
func finished(t *testing.T, there *openidtest.Provider) (openid.Person, error) {
	t.Helper()
	ours := made(t, config(there))
	address, cookie, err := ours.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	who, _, err := ours.Finish(t.Context(), cookie, browser(t, there, address))
	return who, err
}

// TestOtherProcess: a login that another process, or another configuration, has begun is
// not ended.
func TestOtherProcess(t *testing.T) {
	there := openidtest.New(t, callback)
	there.Login(kari())
	address, cookie, err := made(t, config(there)).Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := made(t, config(there)).Finish(t.Context(), cookie, browser(t, there, address)); !errors.Is(err, openid.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// TestAway: a provider that is away is asked again later, and one that is not what it
// says, or leads to where nothing is safe, is not believed.
func TestAway(t *testing.T) {
	there := openidtest.New(t, callback)
	there.Leave()
	ours := made(t, config(there))
	for range 3 {
		if _, _, err := ours.Begin(t.Context(), "/"); err == nil {
			t.Error("a login has begun at a provider that is away")
		}
	}
	there.Return()
	if err := made(t, config(there)).Check(t.Context()); err != nil {
		t.Error(err)
	}
	other := config(there)
	other.Issuer += "/"
	if err := made(t, other).Check(t.Context()); err == nil {
		t.Error("a provider of another name is believed")
	}
	other = config(there)
	other.CA = nil
	if err := made(t, other).Check(t.Context()); err == nil {
		t.Error("a certificate of no known authority is believed")
	}
	there.Clear()
	if err := made(t, config(there)).Check(t.Context()); err == nil {
		t.Error("a provider is believed that takes secrets in the clear")
	}
	if _, err := openid.New(openid.Config{CA: []byte("x")}); err == nil {
		t.Error("an authority that is none is taken")
	}
}
