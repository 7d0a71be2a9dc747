package email

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
)

// An issuer is an authorization server: it gives signed tokens to one client.
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu      sync.Mutex
	life    time.Duration // of a token; 0 = an hour
	user    string        // whom tokens are for
	scope   string        // what it says that it grants; empty = nothing
	refuse  string        // the error, in place of a token
	explain string        // and its description
	forged  bool          // tokens are signed by another
	refresh string        // the refresh token that is good
	issued  int
	pending int // how often the device flow says that there is no consent yet
}

const clientSecret = "hemmelig-klient"

func startIssuer(t testing.TB) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, user: "shopper", refresh: "first"}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /device", func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"device_code": "d1", "user_code": "ABCD", "verification_uri": i.URL + "/enter", "expires_in": 60, "interval": 1,
		})
	})
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	no := func(code, text string) {
		reply(w, http.StatusBadRequest, map[string]any{"error": code, "error_description": text})
	}
	user, password, basic := r.BasicAuth()
	if !basic {
		user, password = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	if i.refuse != "" {
		no(i.refuse, i.explain+password)
		return
	}
	if user != "svartid" || password != clientSecret {
		no("invalid_client", "no such client "+user+" with "+password)
		return
	}
	switch r.FormValue("grant_type") {
	case "client_credentials":
	case "refresh_token":
		if r.FormValue("refresh_token") != i.refresh {
			no("invalid_grant", "the refresh token has been used")
			return
		}
		i.refresh = fmt.Sprintf("refresh-%d", i.issued)
	default: // the device flow
		if i.pending--; i.pending >= 0 {
			no("authorization_pending", "")
			return
		}
	}
	i.issued++
	life := i.life
	if life == 0 {
		life = time.Hour
	}
	answer := map[string]any{"access_token": i.sign(life), "token_type": "Bearer", "expires_in": int(life.Seconds())}
	if r.FormValue("grant_type") != "client_credentials" {
		answer["refresh_token"] = i.refresh
	}
	if i.scope != "" {
		answer["scope"] = i.scope
	}
	reply(w, http.StatusOK, answer)
}

// sign returns a token as a JWT (RFC 7519).
func (i *issuer) sign(life time.Duration) string {
	encode := func(v any) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	now := time.Now()
	text := encode(map[string]any{"alg": "RS256", "typ": "JWT", "kid": "default"}) + "." + encode(map[string]any{
		"sub": i.user, "iss": "issuer.test", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(life).Unix(), "jti": fmt.Sprint(i.issued),
	})
	key := i.key
	if i.forged {
		key, _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	sum := sha256.Sum256([]byte(text))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// set changes the issuer.
func (i *issuer) set(change func(*issuer)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change(i)
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.issued
}

// config returns how tokens are got from the issuer.
func (i *issuer) config(grant Grant) *OAuth2 {
	o := &OAuth2{
		Grant: grant, ClientID: "svartid", ClientSecret: channels.Inline(clientSecret),
		TokenURL: i.URL + "/token", DeviceURL: i.URL + "/device", Scopes: []string{"imap", "smtp"},
	}
	if grant == RefreshToken {
		o.RefreshToken = channels.Inline("first")
	}
	return o
}

// trusting starts a Dovecot that takes the issuer's tokens, by the mechanisms.
func (i *issuer) trusting(t testing.TB, mechanisms string) *peers.Dovecot {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // Dovecot's reader of keys is not root
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	keys := filepath.Join(dir, "default", "RS256")
	if err := os.MkdirAll(keys, 0o755); err != nil {
		t.Fatal(err)
	}
	conf := "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=" + dir + "/\nusername_attribute = sub\n"
	for file, text := range map[string][]byte{filepath.Join(keys, "default"): text, filepath.Join(dir, "oauth2.conf"): []byte(conf)} {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return peers.StartDovecot(t, peers.Options{Settings: "auth_mechanisms = " + mechanisms +
		"\npassdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = " + dir + "/oauth2.conf\n}\n"})
}
