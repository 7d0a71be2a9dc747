package access

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestWatch: each try to log in and each refusal is counted; those that may be an attack
// are logged with who tried and from where, and never with a password.
func TestWatch(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	rules := withUsers(t)
	rules.Log = slog.New(slog.NewTextHandler(&log, nil))
	guard := NewGuard()
	served := guard.Handler(rules, http.NotFoundHandler())
	const secret = "the canary secret"
	ask := func(change func(*http.Request)) {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
		r.RemoteAddr = "198.51.100.7:4444"
		change(r)
		served.ServeHTTP(httptest.NewRecorder(), r)
	}
	post := func(r *http.Request, path string, form url.Values) {
		other := httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(form.Encode()))
		other.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		other.RemoteAddr = r.RemoteAddr
		*r = *other
	}
	token := func(r *http.Request) string {
		r.AddCookie(&http.Cookie{Name: nonceCookie, Value: strings.Repeat("n", nonceLength)})
		return rules.token(strings.Repeat("n", nonceLength), "")
	}
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		logins map[Login]int
		why    Reason
		says   []string
	}{
		{
			"a foreign host", func(r *http.Request) { r.Host = "evil.example" }, nil, ReasonHost,
			[]string{"a request was refused", "reason=host", "host=evil.example", "remote=198.51.100.7"},
		},
		{"another site's form", func(r *http.Request) {
			post(r, "/judge", nil)
			r.Header.Set("Origin", "https://evil.example")
		}, nil, ReasonSite, []string{"reason=site", "origin=https://evil.example"}},
		{"no login", func(*http.Request) {}, nil, ReasonLogin, nil},
		{"a role that may not", func(r *http.Request) {
			post(r, "/-/reload", nil)
			r.SetBasicAuth("viewer", "viewer")
		}, map[Login]int{{"password", LoggedIn}: 1}, ReasonRole, nil},
		{"a form without a token", func(r *http.Request) {
			post(r, "/login", url.Values{"name": {"viewer"}, "password": {secret}})
		}, nil, ReasonToken, []string{"reason=token", "path=/login"}},
		{
			"a wrong password in a form", func(r *http.Request) {
				post(r, "/login", url.Values{"name": {"viewer\n\x1b[31m" + strings.Repeat("x", 200)}, "password": {secret}})
				form := r.Clone(r.Context())
				value := token(form)
				post(r, "/login", url.Values{"token": {value}, "name": {"viewer\n\x1b[31m" + strings.Repeat("x", 200)}, "password": {secret}})
				r.Header.Set("Cookie", form.Header.Get("Cookie"))
			},
			map[Login]int{{"password", Failed}: 1},
			"",
			[]string{"a login was refused", "by=password outcome=failed", "user=viewer??[31mxxx", "…", "remote=198.51.100.7"},
		},
		{
			"a wrong password of a program", func(r *http.Request) { r.SetBasicAuth("ola", secret) },
			map[Login]int{{"password", Failed}: 1},
			ReasonLogin,
			[]string{"user=ola"},
		},
	} {
		log.Reset()
		before, refusedBefore := guard.Counted()
		ask(tt.change)
		logins, refused := guard.Counted()
		for _, l := range Logins() {
			if got, want := logins[l]-before[l], tt.logins[l]; got != want {
				t.Errorf("%s: %v was counted %d times, want %d", tt.name, l, got, want)
			}
		}
		for _, why := range Reasons() {
			if got := refused[why] - refusedBefore[why]; (got == 1) != (why == tt.why) {
				t.Errorf("%s: refused for %s %d times", tt.name, why, got)
			}
		}
		for _, want := range tt.says {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s: the log has no %q: %s", tt.name, want, &log)
			}
		}
		if len(tt.says) == 0 && log.Len() > 0 {
			t.Errorf("%s: logged %s", tt.name, &log)
		}
		if strings.Contains(log.String(), "canary") || strings.ContainsRune(log.String(), 0x1b) || strings.Contains(log.String(), strings.Repeat("x", 65)) {
			t.Errorf("%s: logged %q", tt.name, &log)
		}
	}
}

// TestWatchFlood: who guesses without end is counted each time, and fills no log.
func TestWatchFlood(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	rules := withUsers(t)
	rules.Log = slog.New(slog.NewTextHandler(&log, nil))
	guard := NewGuard()
	const tries = 5000
	from := netip.MustParseAddr("198.51.100.7")
	for n := range tries {
		guard.watch.loggedIn(rules.Log, trial{Login{byPassword, Throttled}, fmt.Sprint("name", n), from})
	}
	logins, _ := guard.Counted()
	if got := logins[Login{byPassword, Throttled}]; got != tries {
		t.Errorf("counted %d, want %d", got, tries)
	}
	if lines := strings.Count(log.String(), "\n"); lines < 50 || lines > 200 {
		t.Errorf("logged %d lines", lines)
	}
	for range 30 {
		guard.logins.verify(rules.Users, attempt{from, "viewer", "x"})
	}
	if _, got := guard.logins.verify(rules.Users, attempt{from, "viewer", "viewer"}); got != Throttled {
		t.Errorf("got %q, want throttled", got)
	}
}
