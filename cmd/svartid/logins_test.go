package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/crypto/bcrypt"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/cmd/svartid/internal/access"
	"github.com/svartid/svartid/cmd/svartid/internal/openid/openidtest"
)

// TestLoginServes runs a program with users: nothing is seen without a login, a
// shopper sees the queue alone, and a scraper logs in with each request.
func TestLoginServes(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	p, _ := exposedPlace(t, ", users_file: users")
	users := ""
	for _, name := range []string{"organiser", "shopper", "viewer"} {
		users += fmt.Sprintf("%s:%s:%s\n", name, name, hashOf(t, name))
	}
	file := filepath.Join(filepath.Dir(p.config), "users")
	if err := os.WriteFile(file, []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	login := func(name string) *http.Client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Jar: jar}
		_, page := send(t, client, http.MethodGet, board+"login", "")
		token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
		if token == nil {
			t.Fatalf("no token on %s", page)
		}
		send(t, client, http.MethodPost, board+"login", url.Values{"token": {token[1]}, "name": {name}, "password": {name}}.Encode())
		return client
	}
	stranger, organiser, shopper := &http.Client{}, login("organiser"), login("shopper")
	for _, tt := range []struct {
		name   string
		client *http.Client
		path   string
		want   int
	}{
		{"a stranger", stranger, "", 401},
		{"a stranger", stranger, "metrics", 401},
		{"a stranger", stranger, "nothing", 401},
		{"a stranger", stranger, "-/healthy", 200},
		{"an organiser", organiser, "", 200},
		{"an organiser", organiser, "debug/pprof/cmdline", 200},
		{"a shopper", shopper, "queue", 200},
		{"a shopper", shopper, "metrics", 403},
		{"a shopper", shopper, "debug/pprof/cmdline", 403},
	} {
		if answer, text := send(t, tt.client, http.MethodGet, board+tt.path, ""); answer.StatusCode != tt.want {
			t.Errorf("%s, /%s: got %d %.80s, want %d", tt.name, tt.path, answer.StatusCode, text, tt.want)
		}
	}
	scraper, err := url.Parse(board + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	scraper.User = url.UserPassword("viewer", "viewer")
	if answer, text := send(t, stranger, http.MethodGet, scraper.String(), ""); answer.StatusCode != http.StatusOK || !strings.Contains(text, "svartid_build_info") {
		t.Errorf("a scraper: got %d", answer.StatusCode)
	}
	// A session outlives a reload, and ends with its user.
	if err := os.WriteFile(file, []byte(strings.Replace(users, "shopper:shopper", "gone:shopper", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if answer, text := send(t, stranger, http.MethodPost, strings.Replace(scraper.String(), "metrics", "-/reload", 1), ""); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer reloads: got %d %s", answer.StatusCode, text)
	}
	scraper.User = url.UserPassword("organiser", "organiser")
	if answer, text := send(t, stranger, http.MethodPost, strings.Replace(scraper.String(), "metrics", "-/reload", 1), ""); answer.StatusCode != http.StatusOK {
		t.Errorf("an organiser reloads: got %d %s", answer.StatusCode, text)
	}
	for client, want := range map[*http.Client]int{organiser: 200, shopper: 401} {
		if answer, _ := send(t, client, http.MethodGet, board+"queue", ""); answer.StatusCode != want {
			t.Errorf("after a reload: got %d, want %d", answer.StatusCode, want)
		}
	}
	process.stop()
}

// TestOpenIDServes runs a program whose people log in at a provider of OpenID Connect, over
// TLS: without a login nothing is seen, and who comes back from there is a judge.
func TestOpenIDServes(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	address := freePort(t)
	there := openidtest.New(t, "http://"+address+access.CallbackPath)
	there.Login(map[string]any{"sub": "7", "email": "kari@example.no", "email_verified": true, "groups": []string{"award-jury"}})
	p, _ := exposedPlace(t, fmt.Sprintf(`, openid: {issuer: "%s", client_id: %s, client_secret_file: openid.secret, callback: "%s", `+
		`roles: {award-jury: judge}, ca_file: ca.pem}`, there.URL, openidtest.ClientID, there.Callback))
	dir := filepath.Dir(p.config)
	text, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		p.config:                            strings.Replace(string(text), "127.0.0.1:0", address, 1),
		filepath.Join(dir, "openid.secret"): openidtest.ClientSecret + "\n", filepath.Join(dir, "ca.pem"): string(there.CA()),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	t.Run("in a browser", func(t *testing.T) { logsInByBrowser(t, board) })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: there.Client().Transport}
	if answer, page := send(t, browser, http.MethodGet, board+"login", ""); answer.StatusCode != http.StatusOK ||
		!strings.Contains(page, `href="/login/openid?to=`) || strings.Contains(page, `type="password"`) {
		t.Errorf("the page of the login: got %d %s", answer.StatusCode, page)
	}
	for _, tt := range []struct {
		path string
		want int
	}{
		{"", 401}, {"metrics", 401}, {"login/openid?to=/queue", 200}, {"queue", 200}, {"metrics", 200}, {"debug/pprof/cmdline", 403},
	} {
		if answer, page := send(t, browser, http.MethodGet, board+tt.path, ""); answer.StatusCode != tt.want {
			t.Errorf("/%s: got %d %.80s, want %d", tt.path, answer.StatusCode, page, tt.want)
		} else if tt.path == "queue" && !strings.Contains(page, "kari@example.no") {
			t.Errorf("the queue does not know who has come: %s", page)
		}
	}
	process.stop()
}

// logsInByBrowser has Chromium log in at the provider from the page of the login, as our
// Content-Security-Policy lets it.
func logsInByBrowser(t *testing.T, board string) {
	t.Helper()
	const chromium = "/usr/bin/chromium"
	if _, err := os.Stat(chromium); err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal("chromium is not installed: run `make peers`")
		}
		t.Skip("chromium is not installed: run `make peers`")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Navigate(board+"eyes"), chromedp.Click(".login .main"))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + ' ' + document.body.innerText", chromedp.EvalAwaitPromise))
		if err == nil && strings.HasPrefix(at, "/eyes ") && strings.Contains(at, "kari@example.no") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the browser is at %.200s, %v", at, err)
		}
	}
}

// TestOverTLS logs in over TLS and HTTP/2: cookies are for TLS alone, and events
// come.
func TestOverTLS(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	p, _ := exposedPlace(t, ", users_file: users, config_file: web.yml")
	dir := filepath.Dir(p.config)
	roots := x509.NewCertPool()
	cert, key := selfSigned(t, roots)
	for name, text := range map[string]string{
		"cert.pem": cert, "key.pem": key, "web.yml": "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n",
		"users": "organiser:organiser:" + hashOf(t, "organiser") + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	process := p.start()
	board := strings.TrimSuffix(process.metrics(), "metrics")
	if !strings.HasPrefix(board, "https://") {
		t.Fatalf("the board is said to be at %s", board)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	first, page := send(t, client, http.MethodGet, board+"login", "")
	if cookie := first.Header.Get("Set-Cookie"); !strings.Contains(cookie, "; Secure") || !strings.Contains(cookie, "; HttpOnly") {
		t.Errorf("got %q", cookie)
	}
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatalf("no token on %s", page)
	}
	form := url.Values{"token": {token[1]}, "name": {"organiser"}, "password": {"organiser"}}.Encode()
	if answer, _ := send(t, client, http.MethodPost, board+"login", form, "Origin", strings.TrimSuffix(board, "/"), "Sec-Fetch-Site", "same-origin"); answer.StatusCode != http.StatusOK {
		t.Errorf("log in: got %d", answer.StatusCode)
	}
	stream, err := client.Get(board + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if line, err := bufio.NewReader(stream.Body).ReadString('\n'); stream.ProtoMajor != 2 || stream.StatusCode != http.StatusOK || line == "" {
		t.Errorf("events: got %s %d, %q, %v", stream.Proto, stream.StatusCode, line, err)
	}
	if answer, text := send(t, &http.Client{}, http.MethodGet, strings.Replace(board, "https:", "http:", 1), ""); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: got %d %s", answer.StatusCode, text)
	}
	process.stop()
}

// hashOf returns the hash of a password.
func hashOf(t testing.TB, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}

// selfSigned returns a certificate of loopback and its key, PEM, and adds it to
// roots.
func selfSigned(t testing.TB, roots *x509.CertPool) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	roots.AppendCertsFromPEM([]byte(cert))
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
}
