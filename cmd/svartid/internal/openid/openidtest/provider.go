// Package openidtest is a provider of OpenID Connect for tests, that speaks the code flow
// over TLS and holds a client to what it has to bring: its secret, the address that is
// registered, and the verifier of RFC 7636.
package openidtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// What the provider knows its one client by.
const (
	ClientID     = "svartid"
	ClientSecret = "openid-client-secret-of-the-test"
)

// A Provider has whoever comes logged in as the person of Claims. Change its fields
// before a login.
type Provider struct {
	*httptest.Server
	Callback string // the address that is registered

	mu     sync.Mutex
	claims map[string]any
	bend   func(map[string]any) // what it gets wrong in its tokens
	denies bool
	away   bool
	unsafe bool              // tokens are asked for in the clear
	posts  bool              // the secret is taken in the form alone
	key    *ecdsa.PrivateKey // that it signs by
	codes  map[string]url.Values
	asked  int // for tokens
}

// New starts a provider, which ends with the test.
func New(t testing.TB, callback string) *Provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{Callback: callback, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	public := key.Public()
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "one", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewTLSServer(mux)
	t.Cleanup(p.Close)
	return p
}

// CA returns the authority of the provider's certificate, PEM.
func (p *Provider) CA() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
}

// Login says who logs in from now on.
func (p *Provider) Login(claims map[string]any) { p.set(func() { p.claims, p.denies = claims, false }) }

// Deny has nobody logged in from now on.
func (p *Provider) Deny() { p.set(func() { p.denies = true }) }

// Leave has the provider answer nothing but errors, and Return undoes it.
func (p *Provider) Leave() { p.set(func() { p.away = true }) }

// Clear has tokens be asked for without TLS.
func (p *Provider) Clear() { p.set(func() { p.unsafe = true }) }

// Post takes the client's secret in the form, and not in a header.
func (p *Provider) Post() { p.set(func() { p.posts = true }) }

// Return undoes Leave.
func (p *Provider) Return() { p.set(func() { p.away = false }) }

// Bend changes what the provider says in its tokens from now on; nil: nothing.
func (p *Provider) Bend(change func(claims map[string]any)) { p.set(func() { p.bend = change }) }

// Forge has tokens signed by a key that the provider does not publish.
func (p *Provider) Forge() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.set(func() {
		if err == nil {
			p.key = key
		}
	})
}

// Asked returns how often tokens were asked for.
func (p *Provider) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func (p *Provider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// discovery says where everything is.
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	tokens, methods := p.URL+"/token", []string{"client_secret_basic", "client_secret_post"}
	if p.unsafe {
		tokens = strings.Replace(tokens, "https:", "http:", 1)
	}
	if p.posts {
		methods = methods[1:]
	}
	answer(w, map[string]any{
		"token_endpoint_auth_methods_supported": methods,
		"issuer":                                p.URL,
		"authorization_endpoint":                p.URL + "/authorize", "token_endpoint": tokens, "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

// authorize logs in and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	if q.Get("redirect_uri") != p.Callback || q.Get("client_id") != ClientID || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "this is no request of the client", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {p.URL}}
	if p.denies {
		back.Set("error", "access_denied")
		back.Set("error_description", "<script>alert(1)</script>")
	} else {
		code := rand.Text()
		p.codes[code] = q
		back.Set("code", code)
	}
	http.Redirect(w, r, p.Callback+"?"+back.Encode(), http.StatusFound)
}

// token exchanges a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	id, secret, _ := r.BasicAuth()
	if p.posts {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	q, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || id != ClientID || secret != ClientSecret || r.PostFormValue("redirect_uri") != p.Callback ||
		base64.RawURLEncoding.EncodeToString(proof[:]) != q.Get("code_challenge") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"` + r.PostFormValue("code") + secret + `"}`))
		return
	}
	now := time.Now()
	claims := map[string]any{
		"iss": p.URL, "aud": ClientID, "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": q.Get("nonce"),
	}
	maps.Copy(claims, p.claims)
	if p.bend != nil {
		p.bend(claims)
	}
	token, err := p.sign(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": token})
}

// sign makes a token of claims.
func (p *Provider) sign(claims map[string]any) (string, error) {
	how := (&jose.SignerOptions{}).WithType("JWT").WithHeader(jose.HeaderKey("kid"), "one")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: p.key}, how)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// answer writes JSON.
func answer(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what) // who asked has gone
}
