package access

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// TestLogin: a name and its password lead to the page that was asked for, and
// nothing else does.
func TestLogin(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	h := newSite(t, withUsers(t))
	long := strings.Repeat("x", longestPassword+1)
	for _, tt := range []struct{ name, password, to, want string }{
		{"organiser", "organiser", "/contacts/c1?x=1", "/contacts/c1?x=1"},
		{"organiser", "organiser", "", "/"},
		{"organiser", "organiser", "//evil.example/", "/"},
		{"organiser", "organiser", `/\evil.example`, "/"},
		{"organiser", "organiser", "https://evil.example/", "/"},
		{"shopper", "shopper", "/contacts/c1", "/queue"},
		{"viewer", "organiser", "", "/login?failed=1"},
		{"viewer", "", "", "/login?failed=1"},
		{"viewer", long, "", "/login?failed=1"},
		{"mallory", "mallory", "", "/login?failed=1"},
		{"known", "*", "", "/login?failed=1"},
		{"known", "", "", "/login?failed=1"},
		{"", "", "", "/login?failed=1"},
	} {
		if got := h.visit().login(tt.name, tt.password, tt.to); got != tt.want {
			t.Errorf("%s to %q: got %q, want %q", tt.name, tt.to, got, tt.want)
		}
	}
}

// TestSession: a session is a cookie that scripts do not see, is renewed at each
// login and over once logged out; acts carry the name of the login.
func TestSession(t *testing.T) {
	h := newSite(t, withUsers(t))
	v := h.visit()
	before, _ := v.ask("/", nil, "Accept", "text/html")
	if before.StatusCode != http.StatusSeeOther || before.Header.Get("Location") != "/login?to=%2F" {
		t.Errorf("not logged in: got %d to %s", before.StatusCode, before.Header.Get("Location"))
	}
	v.login("judge", "judge", "/")
	_, text := v.ask("/queue", nil)
	if !strings.Contains(text, `name="judge"`) {
		t.Errorf("got %s", text)
	}
	token := v.token("/queue")
	stale := token
	v.ask("/queue/judgements", url.Values{"token": {token}, "by": {"mallory"}})
	if len(h.acts) != 1 || h.acts[0] != "judge /queue/judgements" {
		t.Errorf("got %v", h.acts)
	}
	home, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept := v.client.Jar.Cookies(home)
	v.ask("/logout", url.Values{"token": {token}})
	if answer, _ := v.ask("/queue", nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("logged out: got %d", answer.StatusCode)
	}
	thief := h.visit()
	thief.client.Jar.SetCookies(home, kept)
	if answer, _ := thief.ask("/queue", nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("the cookie of a session that is over: got %d", answer.StatusCode)
	}
	v.login("organiser", "organiser", "/")
	if answer, _ := v.ask("/queue/judgements", url.Values{"token": {stale}}); answer.StatusCode != http.StatusForbidden {
		t.Errorf("the token of the user before: got %d", answer.StatusCode)
	}
}

// TestExpired: sessions end with their time, and leave nothing.
func TestExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		for n := range 3 {
			if err := s.Commit(fmt.Sprint(n), []byte("x"), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if _, found, _ := s.Find("1"); !found {
			t.Error("a session is not found")
		}
		if err := s.Delete("1"); err != nil {
			t.Fatal(err)
		}
		if _, found, _ := s.Find("1"); found {
			t.Error("a session that was deleted is found")
		}
		time.Sleep(2 * time.Hour)
		if _, found, _ := s.Find("0"); found {
			t.Error("a session is found after its time")
		}
		if err := s.Commit("new", nil, time.Now().Add(time.Hour)); err != nil || len(s.sessions) != 1 {
			t.Errorf("%d are kept, %v", len(s.sessions), err)
		}
	})
}

// TestSecureCookie: over TLS, and behind a proxy that ends it, the session is sent
// over TLS alone.
func TestSecureCookie(t *testing.T) {
	for origin, want := range map[string]bool{"https://board.example.no": true, "http://localhost:9724": false, "": false} {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/login", nil)
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		setSession(w, r, &http.Cookie{Value: "x"})
		if got := w.Result().Cookies()[0]; got.Secure != want || !got.HttpOnly || got.SameSite != http.SameSiteLaxMode {
			t.Errorf("%q: got %v", origin, got)
		}
	}
}

// TestSessionEndsWithUser: who is taken from the file, or has a new password or
// role, has to log in again.
func TestSessionEndsWithUser(t *testing.T) {
	rules := withUsers(t)
	guard := NewGuard()
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, RoleOf(r.Context())) })
	s := guard.logins.sessions
	ctx, err := s.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	user := rules.Users.byName["viewer"]
	s.Put(ctx, "name", user.Name)
	s.Put(ctx, "stamp", user.stamp())
	token, _, err := s.Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() int {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: token})
		w := httptest.NewRecorder()
		guard.Handler(rules, page).ServeHTTP(w, r)
		return w.Code
	}
	if got := ask(); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	promoted := user
	promoted.Role = Organiser
	changed := user
	changed.hash = hashed(t, "another")
	for _, now := range []User{promoted, changed} {
		rules.Users.byName["viewer"] = now
		if got := ask(); got != http.StatusUnauthorized {
			t.Errorf("%+v: got %d", now, got)
		}
	}
	delete(rules.Users.byName, "viewer")
	if got := ask(); got != http.StatusUnauthorized {
		t.Errorf("taken from the file: got %d", got)
	}
}

// TestGuessing: guesses are slowed down, with the same answer, and neither a right
// password from there nor anything from elsewhere tells which names there are.
func TestGuessing(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	rules := withUsers(t)
	l := newLogins()
	here, there := netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("198.51.100.2")
	for n := range 5 {
		if _, got := l.verify(rules.Users, attempt{here, "viewer", fmt.Sprint(n)}); got.in() {
			t.Fatal("a guess was right")
		}
	}
	if _, got := l.verify(rules.Users, attempt{here, "viewer", "viewer"}); got.in() {
		t.Error("a sixth try was looked at")
	}
	if _, got := l.verify(rules.Users, attempt{there, "viewer", "viewer"}); !got.in() {
		t.Error("another address was locked out")
	}
	six := netip.MustParseAddr("2001:db8::1")
	for n := range 30 {
		l.verify(rules.Users, attempt{six, fmt.Sprint("name", n), "x"})
		six = six.Next()
	}
	if _, got := l.verify(rules.Users, attempt{six, "judge", "judge"}); got.in() {
		t.Error("a customer with a network of addresses has a try for each")
	}
}

// TestGuessingBesideAProgram: that the right password was used before, as a scraper uses it
// all day, helps no one who guesses from elsewhere; and names that are tried at random do
// not give an address its tries again.
func TestGuessingBesideAProgram(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	rules, l := withUsers(t), newLogins()
	here, there := netip.MustParseAddr("127.0.0.60"), netip.MustParseAddr("127.0.0.61")
	if _, got := l.verify(rules.Users, attempt{here, "viewer", "viewer"}); !got.in() {
		t.Fatal("the right password is refused")
	}
	for n := range 30 {
		l.verify(rules.Users, attempt{there, "viewer", fmt.Sprint(n)})
	}
	if _, got := l.verify(rules.Users, attempt{there, "viewer", "viewer"}); got.in() {
		t.Error("past the limit the right password is told from the wrong")
	}
	if _, got := l.verify(rules.Users, attempt{here, "viewer", "viewer"}); !got.in() {
		t.Error("who guesses elsewhere has locked the program out")
	}
	for n := range mostThrottled + 100 {
		l.throttle.allows(there, fmt.Sprint("name", n))
	}
	if _, got := l.verify(rules.Users, attempt{there, "viewer", "viewer"}); got.in() {
		t.Error("names at random have given the tries again")
	}
	if n := len(l.throttle.limits); n > 100 {
		t.Errorf("%d limits are kept of two addresses", n)
	}
}

// TestDummyHash: a name that is not there, or has no password, costs as much to check
// as the dearest password of the file, and no password fits it.
func TestDummyHash(t *testing.T) {
	race.Skip(t, "bcrypt takes ten times as long, and nothing runs side by side")
	dear := strings.Replace(hashed(t, "x"), "$10$", "$11$", 1)
	users, err := ParseUsers([]byte("a:viewer:*\nb:viewer:" + hashed(t, "b") + "\nc:viewer:" + dear))
	if err != nil {
		t.Fatal(err)
	}
	if cost, err := bcrypt.Cost([]byte(users.dummy)); cost != 11 {
		t.Errorf("got cost %d, %v", cost, err)
	}
	for _, password := range []string{"", "*", "x"} {
		for _, name := range []string{"mallory", "a"} {
			if _, ok := users.verify(name, password); ok {
				t.Errorf("%s with %q is let in", name, password)
			}
		}
	}
}
