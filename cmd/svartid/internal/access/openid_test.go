package access

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/cmd/svartid/internal/openid"
	"github.com/svartid/svartid/cmd/svartid/internal/openid/openidtest"
)

// elsewhere is a site whose visitors log in at a provider.
type elsewhere struct {
	*site
	provider *openidtest.Provider
	log      bytes.Buffer
}

// newElsewhere makes one, with the users of a file, or none.
func newElsewhere(t *testing.T, users Users) *elsewhere {
	t.Helper()
	h := &elsewhere{}
	rules := Rules{Secret: "s", Users: users, Log: slog.New(slog.NewTextHandler(&h.log, nil))}
	rules.OpenID = OpenID{
		Roles: map[string]Role{"board": Organiser, "jury": Judge, "shop": Shopper, "press": Viewer},
	}
	// The site's address is known once it is there; the guard is asked with the rules
	// as they are then.
	h.site = newSite(t, Rules{})
	h.provider = openidtest.New(t, h.URL+CallbackPath)
	h.provide(&rules, "roles")
	h.site.change(rules)
	return h
}

// provide has the rules believe the provider, by the claim of roles.
func (h *elsewhere) provide(rules *Rules, claim string) {
	h.Helper()
	p, err := openid.New(openid.Config{
		Issuer: h.provider.URL, ClientID: openidtest.ClientID, ClientSecret: channels.Inline(openidtest.ClientSecret),
		Callback: h.URL + CallbackPath, Name: "email", Roles: claim, Personas: "personas", CA: h.provider.CA(),
	})
	if err != nil {
		h.Fatal(err)
	}
	rules.OpenID.Provider = p
}

// through logs in at the provider and returns where the visitor ends up.
func (h *elsewhere) through(v visitorClient, to string) string {
	h.Helper()
	answer, text := v.ask(openIDPath+"?"+url.Values{"to": {to}}.Encode(), nil)
	if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(answer.Header.Get("Location"), h.provider.URL) {
		h.Fatalf("begin: got %d to %q: %s", answer.StatusCode, answer.Header.Get("Location"), text)
	}
	return h.end(v, h.back(answer.Header.Get("Location")))
}

// back is what the provider sends a browser back with.
func (h *elsewhere) back(address string) string {
	h.Helper()
	client := h.provider.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Get(address)
	if err != nil {
		h.Fatal(err)
	}
	answer.Body.Close()
	return strings.TrimPrefix(answer.Header.Get("Location"), h.URL)
}

// end comes back from the provider, as a browser does, and returns where it is sent.
func (h *elsewhere) end(v visitorClient, path string) string {
	h.Helper()
	answer, text := v.ask(path, nil, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
	if answer.StatusCode != http.StatusSeeOther {
		h.Fatalf("come back: got %d: %s", answer.StatusCode, text)
	}
	return answer.Header.Get("Location")
}

// person is one as the provider tells of them.
func person(name string, more map[string]any) map[string]any {
	claims := map[string]any{"sub": "id of " + name, "email": name, "email_verified": true}
	for key, value := range more {
		claims[key] = value
	}
	return claims
}

// TestOpenIDLookalikes: whose name at the provider only looks like a user's, with a
// password or without, is no user, whatever roles the provider says.
func TestOpenIDLookalikes(t *testing.T) {
	users, err := ParseUsers([]byte("lise:judge:*\n" + usersFile()))
	if err != nil {
		t.Fatal(err)
	}
	h := newElsewhere(t, users)
	for _, name := range []string{"ORGANISER", "ｏrganiser", "organiser\u200b", "Lise"} {
		h.provider.Login(person(name, map[string]any{"roles": []string{"board"}}))
		v := h.visit()
		if got := h.through(v, "/"); got != "/login?failed=elsewhere" {
			t.Errorf("%s: got %q", name, got)
		}
		if _, text := v.ask("/queue", nil); !strings.Contains(text, "log in") {
			t.Errorf("%s: got %s", name, text)
		}
	}
}

// TestOpenIDRoles: who logs in at a provider is what its claim says, or the file of
// users, and goes on to a page of ours that the role may see.
func TestOpenIDRoles(t *testing.T) {
	users, err := ParseUsers([]byte("lise:judge:*\n" + usersFile()))
	if err != nil {
		t.Fatal(err)
	}
	h := newElsewhere(t, users)
	for _, tt := range []struct {
		name     string
		more     map[string]any
		to, want string
		sees     string // of the queue
	}{
		{"ola", map[string]any{"roles": []string{"board"}}, "/contacts/c1?x=1", "/contacts/c1?x=1", `name="ola"`},
		{"ola", map[string]any{"roles": "jury"}, "", "/", `name="ola"`},
		{"ola", map[string]any{"roles": []string{"press", "jury", "other"}}, "//evil.example", "/", `name="ola"`},
		{"ola", map[string]any{"roles": []string{"board"}}, `/\evil.example`, "/", `name="ola"`},
		{"ola", map[string]any{"roles": []string{"board"}}, "https://evil.example", "/", `name="ola"`},
		{"ola", map[string]any{"roles": []string{"board"}}, CallbackPath, CallbackPath, `name="ola"`},
		{"ola", map[string]any{"roles": []string{"shop"}, "personas": []string{"Kari", "Per"}}, "/", "/queue", `shopper=true of [Kari Per]`},
		{"ola", map[string]any{"roles": []string{"shop"}}, "/contacts/c1", "/queue", `shopper=true of [ola]`},
		{"lise", nil, "/", "/", `name="lise"`},
		{"ola", nil, "/", "/login?failed=elsewhere", "log in"},
		{"ola", map[string]any{"roles": []string{"organiser", "admin"}}, "/", "/login?failed=elsewhere", "log in"},
		{"organiser", map[string]any{"roles": []string{"board"}}, "/", "/login?failed=elsewhere", "log in"}, // the name of one with a password
		{"ola", map[string]any{"roles": []string{"board"}, "email_verified": false}, "/", "/login?failed=elsewhere", "log in"},
	} {
		h.provider.Login(person(tt.name, tt.more))
		v := h.visit()
		if got := h.through(v, tt.to); got != tt.want {
			t.Errorf("%s %v to %q: got %q, want %q", tt.name, tt.more, tt.to, got, tt.want)
		}
		if _, text := v.ask("/queue", nil); !strings.Contains(text, tt.sees) {
			t.Errorf("%s %v: got %s, want %s", tt.name, tt.more, text, tt.sees)
		}
	}
	for _, secret := range []string{"ola", "lise", openidtest.ClientSecret, "code="} {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log says %q: %s", secret, h.log.String())
		}
	}
}

// TestOpenIDAlone: without a file of users nothing is seen without a login.
func TestOpenIDAlone(t *testing.T) {
	h := newElsewhere(t, Users{})
	for _, path := range []string{"/", "/metrics", "/debug/pprof/", "/queue"} {
		if answer, text := h.visit().ask(path, nil); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: got %d %s", path, answer.StatusCode, text)
		}
	}
	h.provider.Login(person("ola", map[string]any{"roles": []string{"press"}}))
	v := h.visit()
	h.through(v, "/")
	for path, want := range map[string]int{"/": 200, "/metrics": 200, "/debug/pprof/": 403} {
		if answer, _ := v.ask(path, nil); answer.StatusCode != want {
			t.Errorf("a viewer, %s: got %d, want %d", path, answer.StatusCode, want)
		}
	}
}

// TestOpenIDForged: nobody has another browser logged in as somebody, keeps a session
// that was planted, or uses what was brought once.
func TestOpenIDForged(t *testing.T) {
	h := newElsewhere(t, Users{})
	h.provider.Login(person("mallory", map[string]any{"roles": []string{"press"}}))
	mallory, victim := h.visit(), h.visit()
	answer, _ := mallory.ask(openIDPath, nil)
	planted := h.back(answer.Header.Get("Location"))
	if got := h.end(victim, planted); got != "/login?failed=elsewhere" {
		t.Errorf("a code of another's, in a browser without a login: got %s", got)
	}
	victim.ask(openIDPath, nil)
	if got := h.end(victim, planted); got != "/login?failed=elsewhere" {
		t.Errorf("a code of another's, in a browser with one: got %s", got)
	}
	if answer, _ := victim.ask("/queue", nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("the victim is logged in: %d", answer.StatusCode)
	}
	if got := h.end(mallory, planted); got != "/" {
		t.Errorf("her own: got %s", got)
	}
	if got := h.end(mallory, planted); got != "/login?failed=elsewhere" {
		t.Errorf("her own once more: got %s", got)
	}
	home, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	fixed := h.visit()
	fixed.client.Jar.SetCookies(home, []*http.Cookie{{Name: sessionCookie, Value: "planted-session-token", Path: "/"}})
	h.through(fixed, "/")
	for _, cookie := range fixed.client.Jar.Cookies(home) {
		if cookie.Name == sessionCookie && cookie.Value == "planted-session-token" {
			t.Error("a planted session goes on")
		}
	}
	for _, form := range []string{openIDPath, CallbackPath} {
		if answer, _ := fixed.ask(form, url.Values{"token": {fixed.token("/queue")}}); answer.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: got %d", form, answer.StatusCode)
		}
	}
}

// TestOpenIDCookies: cookies are seen by no script, travel over TLS alone where browsers
// reach us by that, and that of a beginning goes with the end.
func TestOpenIDCookies(t *testing.T) {
	h := newElsewhere(t, Users{})
	rules := h.rules
	rules.OpenID.Secure = true
	h.change(rules)
	h.provider.Login(person("ola", map[string]any{"roles": []string{"board"}}))
	v := h.visit()
	begun, _ := v.ask(openIDPath, nil)
	for _, cookie := range begun.Cookies {
		if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != openIDPath || cookie.MaxAge != 600 {
			t.Errorf("begun: %v", cookie)
		}
	}
	if len(begun.Cookies) != 1 || begun.Header.Get("Cache-Control") != "no-store" || begun.Header.Get("Referrer-Policy") == "" {
		t.Errorf("begun: %v", begun.Header)
	}
	back := h.back(begun.Header.Get("Location"))
	ended, _ := v.ask(back, nil, "Cookie", openIDCookie+"="+begun.Cookies[0].Value)
	session := false
	for _, cookie := range ended.Cookies {
		session = session || cookie.Name == sessionCookie && cookie.MaxAge == int(longestOpenID.Seconds())
		if !cookie.HttpOnly || !cookie.Secure || cookie.Name == openIDCookie && cookie.MaxAge >= 0 {
			t.Errorf("ended: %v", cookie)
		}
	}
	if !session {
		t.Errorf("no session: %v to %s", ended.Cookies, ended.Header.Get("Location"))
	}
}

// TestOpenIDEnds: a session ends with the role that it rests on, with the provider and
// with a logout.
func TestOpenIDEnds(t *testing.T) {
	h := newElsewhere(t, Users{})
	h.provider.Login(person("ola", map[string]any{"roles": []string{"jury"}}))
	whole := h.rules
	for name, change := range map[string]func(*Rules){
		"the role is another":     func(r *Rules) { r.OpenID.Roles = map[string]Role{"jury": Viewer} },
		"the role is none":        func(r *Rules) { r.OpenID.Roles = map[string]Role{"board": Judge} },
		"the provider is another": func(r *Rules) { h.provide(r, "groups") },
		"there is no provider":    func(r *Rules) { r.OpenID = OpenID{}; r.Users = withUsers(h.T).Users },
		"the name has a password": func(r *Rules) {
			r.Users, _ = ParseUsers([]byte(strings.Replace(usersFile(), "judge:judge", "ola:judge", 1)))
		},
	} {
		h.change(whole)
		v := h.visit()
		h.through(v, "/")
		if answer, _ := v.ask("/queue", nil); answer.StatusCode != http.StatusOK {
			t.Fatalf("logged in: got %d", answer.StatusCode)
		}
		same := whole
		h.provide(&same, "roles")
		h.change(same)
		if answer, _ := v.ask("/queue", nil); answer.StatusCode != http.StatusOK {
			t.Errorf("after a reload that changes nothing: got %d", answer.StatusCode)
		}
		rules := whole
		change(&rules)
		h.change(rules)
		if answer, _ := v.ask("/queue", nil); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: got %d", name, answer.StatusCode)
		}
	}
	h.change(whole)
	v := h.visit()
	h.through(v, "/")
	v.ask("/logout", url.Values{"token": {v.token("/queue")}})
	if answer, _ := v.ask("/queue", nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("logged out: got %d", answer.StatusCode)
	}
}

// TestOpenIDFlood: logins at the provider are spaced, so that it is not asked without end.
func TestOpenIDFlood(t *testing.T) {
	h := newElsewhere(t, Users{})
	var codes []int
	for range 40 {
		answer, _ := h.visit().ask(openIDPath, nil)
		codes = append(codes, answer.StatusCode)
	}
	if codes[0] != http.StatusSeeOther || codes[39] != http.StatusTooManyRequests {
		t.Errorf("got %v", codes)
	}
}

// TestOpenIDAway: a provider that is away ends in the page of the login, and nothing else
// of the board is in its way.
func TestOpenIDAway(t *testing.T) {
	h := newElsewhere(t, withUsers(t).Users)
	h.provider.Leave()
	v := h.visit()
	if answer, _ := v.ask(openIDPath, nil); answer.Header.Get("Location") != "/login?failed=elsewhere" {
		t.Errorf("got %d to %s", answer.StatusCode, answer.Header.Get("Location"))
	}
	if got := v.login("judge", "judge", "/"); got != "/" {
		t.Errorf("by password: got %s", got)
	}
}
