package access

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/dashboards/board"
)

// hashed returns the hash of a password, of the least cost that is accepted.
func hashed(t testing.TB, password string) string {
	t.Helper()
	if kept, ok := hashes.Load(password); ok {
		return kept.(string)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), leastCost)
	if err != nil {
		t.Fatal(err)
	}
	hashes.Store(password, string(hash))
	return string(hash)
}

// hashes holds the hash of each password that a test has used: each takes as long as a
// login.
var hashes sync.Map

// A site is a guard before pages that show their visitor and the token of its
// forms.
type site struct {
	*testing.T
	*httptest.Server
	mu    sync.Mutex
	rules Rules
	acts  []string // who has done what
}

// change has the site go by other rules, as after a reload.
func (h *site) change(rules Rules) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules = rules
}

// newSite serves pages behind a guard, with users or without.
func newSite(t *testing.T, rules Rules) *site {
	t.Helper()
	guard := NewGuard()
	h := &site{T: t, rules: rules}
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := board.Served(r)
		if r.Method == http.MethodPost {
			h.acts = append(h.acts, who.Name+" "+r.URL.Path)
		}
		fmt.Fprintf(w, "%s name=%q token=%q shopper=%t of %v", r.URL.Path, who.Name, who.Token, who.Shopper, who.Personas)
	})
	h.Server = httptest.NewServer(Headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		rules := h.rules
		h.mu.Unlock()
		guard.Handler(rules, pages).ServeHTTP(w, r)
	})))
	t.Cleanup(h.Close)
	return h
}

// withUsers are rules with one user of each role, whose password is the name.
func withUsers(t *testing.T) Rules {
	t.Helper()
	users, err := ParseUsers([]byte(usersFile()))
	if err != nil {
		t.Fatal(err)
	}
	return Rules{Users: users, Secret: "s"}
}

// usersFile is a file of such users, whose hashes take a while.
var usersFile = sync.OnceValue(func() string {
	text := "known:viewer:*\n"
	for _, role := range Roles() {
		hash, _ := bcrypt.GenerateFromPassword([]byte(role), leastCost)
		text += fmt.Sprintf("%s:%s:%s\n", role, role, hash)
	}
	return text
})

// A visitorClient keeps cookies and follows no redirect.
type visitorClient struct {
	*site
	client *http.Client
}

func (h *site) visit() visitorClient {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.Fatal(err)
	}
	return visitorClient{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// A reply is what a request was answered with.
type reply struct {
	StatusCode int
	Header     http.Header
	Cookies    []*http.Cookie
}

// ask makes a request; a form makes it a POST. Headers are name, value …
func (v visitorClient) ask(path string, form url.Values, headers ...string) (reply, string) {
	v.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, v.URL+path, body)
	if err != nil {
		v.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Add(headers[i], headers[i+1]); headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	answer, err := v.client.Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, answer.Cookies()}, string(text)
}

// token returns that of the forms on a page.
func (v visitorClient) token(path string) string {
	v.Helper()
	_, text := v.ask(path, nil, "Accept", "text/html")
	found := regexp.MustCompile(`token="([^"]+)"`).FindStringSubmatch(text)
	if found == nil {
		v.Fatalf("%s has no token: %s", path, text)
	}
	return found[1]
}

// login logs a user in by name, and returns where that leads.
func (v visitorClient) login(name, password, to string) string {
	v.Helper()
	answer, text := v.ask("/login", url.Values{"token": {v.token("/login")}, "name": {name}, "password": {password}, "to": {to}})
	if answer.StatusCode != http.StatusSeeOther {
		v.Fatalf("log in as %s: got %d %s", name, answer.StatusCode, text)
	}
	return answer.Header.Get("Location")
}

// TestRefusalsAreAlike: whatever a request lacks, the answer is the same to the
// last octet of its headers, and says nothing of what there is.
func TestRefusalsAreAlike(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	h := newSite(t, withUsers(t))
	viewer := h.visit()
	viewer.login("viewer", "viewer", "/")
	first := ""
	for _, tt := range []struct {
		name string
		of   visitorClient
		path string
		form url.Values
		with []string
	}{
		{"a foreign host", h.visit(), "/", nil, []string{"Host", "evil.example"}},
		{"a foreign host, what there is not", h.visit(), "/nothing", nil, []string{"Host", "evil.example"}},
		{"a foreign host, logged in", viewer, "/", nil, []string{"Host", "evil.example"}},
		{"from elsewhere", h.visit(), "/-/reload", url.Values{}, []string{"Origin", "https://evil.example"}},
		{"from elsewhere, what there is not", h.visit(), "/nothing", url.Values{}, []string{"Sec-Fetch-Site", "cross-site"}},
		{"embedded", viewer, "/metrics", nil, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}},
		{"no right", viewer, "/queue/taps", url.Values{"token": {viewer.token("/queue")}}, nil},
		{"no right to what there is not", viewer, "/nothing", url.Values{}, nil},
		{"no right to look inside", viewer, "/debug/pprof/", nil, nil},
		{"no token", viewer, "/logout", url.Values{}, nil},
		{"a wrong token", viewer, "/logout", url.Values{"token": {"x"}}, nil},
		{"the token of another browser", viewer, "/logout", url.Values{"token": {h.visit().token("/login")}}, nil},
		{"a form that is too long", viewer, "/logout", url.Values{"token": {viewer.token("/queue")}, "x": {strings.Repeat("x", longestForm)}}, nil},
		{"a login without a token", h.visit(), "/login", url.Values{"name": {"viewer"}, "password": {"viewer"}}, nil},
	} {
		answer, text := tt.of.ask(tt.path, tt.form, tt.with...)
		answer.Header.Del("Date")
		answer.Header.Del("Connection") // of a body that was not read
		got := fmt.Sprint(answer.StatusCode, answer.Header, text)
		if first == "" {
			first = got
		}
		if answer.StatusCode != http.StatusForbidden || got != first {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, first)
		}
	}
	if len(h.acts) > 0 {
		t.Errorf("done all the same: %v", h.acts)
	}
}

// TestPrograms: a program sends name and password with each request.
func TestPrograms(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	h := newSite(t, withUsers(t))
	answer, _ := h.visit().ask("/metrics", nil)
	if answer.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(answer.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("got %d %v", answer.StatusCode, answer.Header)
	}
	asked, _ := h.visit().ask("/queue/taps", url.Values{}, "Origin", h.URL)
	if asked.StatusCode != http.StatusUnauthorized || asked.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("a browser would ask over the open page: got %d %v", asked.StatusCode, asked.Header)
	}
	for _, tt := range []struct {
		name, password, path string
		form                 url.Values
		want                 int
	}{
		{"viewer", "viewer", "/metrics", nil, http.StatusOK},
		{"viewer", "wrong", "/metrics", nil, http.StatusUnauthorized},
		{"shopper", "shopper", "/metrics", nil, http.StatusForbidden},
		{"organiser", "organiser", "/-/reload", url.Values{}, http.StatusOK},
		{"viewer", "viewer", "/-/reload", url.Values{}, http.StatusForbidden},
	} {
		r, err := http.NewRequest(http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(tt.name, tt.password)
		if got, _ := h.visit().ask(tt.path, tt.form, "Authorization", r.Header.Get("Authorization")); got.StatusCode != tt.want {
			t.Errorf("%s %s: got %d, want %d", tt.name, tt.path, got.StatusCode, tt.want)
		}
	}
}

// TestProxy: a proxy's word is taken from the proxy alone.
func TestProxy(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	here, elsewhere := netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("192.0.2.0/28")
	const header = "X-Forwarded-User"
	for _, tt := range []struct {
		name  string
		proxy Proxy
		said  []string
		want  int
	}{
		{"a proxy", Proxy{header, []netip.Prefix{elsewhere, here}}, []string{header, "known"}, http.StatusOK},
		{"a stranger who says to be one", Proxy{header, []netip.Prefix{elsewhere}}, []string{header, "known"}, http.StatusUnauthorized},
		{"a user who is not in the file", Proxy{header, []netip.Prefix{here}}, []string{header, "mallory"}, http.StatusUnauthorized},
		{"no user", Proxy{header, []netip.Prefix{here}}, nil, http.StatusUnauthorized},
		{"an empty user", Proxy{header, []netip.Prefix{here}}, []string{header, ""}, http.StatusUnauthorized},
		{"two users", Proxy{header, []netip.Prefix{here}}, []string{header, "mallory", header, "known"}, http.StatusUnauthorized},
		{"another header", Proxy{header, []netip.Prefix{here}}, []string{"X-Remote-User", "known"}, http.StatusUnauthorized},
		{"no proxy", Proxy{}, []string{header, "known", "", ""}, http.StatusUnauthorized},
	} {
		rules := withUsers(t)
		rules.Proxy = tt.proxy
		said := tt.said
		if len(said) == 4 && said[2] == "" {
			said = said[:2]
		}
		if got, text := newSite(t, rules).visit().ask("/metrics", nil, said...); got.StatusCode != tt.want {
			t.Errorf("%s: got %d %s, want %d", tt.name, got.StatusCode, text, tt.want)
		}
	}
}

// TestWithoutLogin: on loopback all may do everything, with a token where there
// are forms.
func TestWithoutLogin(t *testing.T) {
	h := newSite(t, Rules{})
	v := h.visit()
	if answer, text := v.ask("/metrics", nil); answer.StatusCode != http.StatusOK || len(answer.Cookies) > 0 {
		t.Errorf("a scraper: got %d %s, cookies %v", answer.StatusCode, text, answer.Cookies)
	}
	if answer, _ := v.ask("/queue/taps", url.Values{"token": {v.token("/queue")}}); answer.StatusCode != http.StatusOK {
		t.Errorf("a tap: got %d", answer.StatusCode)
	}
	if answer, _ := v.ask("/-/reload", url.Values{}); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a reload with a cookie and no token: got %d", answer.StatusCode)
	}
	if answer, _ := h.visit().ask("/-/reload", url.Values{}); answer.StatusCode != http.StatusOK {
		t.Errorf("a reload by a program: got %d", answer.StatusCode)
	}
}

// TestVerified: where another has checked the password, its name is the visitor's.
func TestVerified(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth("kari", "x")
	g := NewGuard()
	if got := g.visitor(Rules{Verified: true}, r); got.Name != "kari" || got.Role != Organiser {
		t.Errorf("got %+v", got)
	}
	if got := g.visitor(Rules{}, r); got.Name != "" {
		t.Errorf("a name that was not checked is believed: %+v", got)
	}
	rules := withUsers(t)
	rules.Verified = true
	if got := g.visitor(rules, r); got.Role != "" {
		t.Errorf("a user that the file does not have: got %+v", got)
	}
}
