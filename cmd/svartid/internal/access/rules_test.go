package access

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// testRules are the rules that the table tries.
func testRules() Rules { return Rules{Names: Names{"board.example.no", "tunnel.example.no:8443"}} }

// local is where requests of the table arrive.
func local() netip.Addr { return netip.MustParseAddr("192.0.2.7") }

// TestHost: only names of our own are served, however a foreign one is written.
func TestHost(t *testing.T) {
	for _, tt := range []struct {
		host string
		want bool
	}{
		{"localhost:9724", true},
		{"LOCALHOST:9724", true},
		{"localhost.:9724", true},
		{"localhost", true},
		{"localhost:8080", true}, // a container's port
		{"127.0.0.1:9724", true},
		{"127.8.9.10", true},
		{"[::1]:9724", true},
		{"[::1]", true},
		{"[::ffff:127.0.0.1]:9724", true},
		{"192.0.2.7:9724", true}, // as it was reached
		{"board.example.no", true},
		{"Board.Example.NO.", true},
		{"board.example.no:443", true},
		{"tunnel.example.no:8443", true},

		{"", false},
		{"tunnel.example.no", false},
		{"tunnel.example.no:443", false},
		{"192.0.2.8:9724", false},
		{"10.0.0.1", false},
		{"evil.example", false},
		{"evil.example:9724", false},
		{"localhost.evil.example", false},
		{"127.0.0.1.evil.example:9724", false}, // names that lead to loopback
		{"127.0.0.1.nip.io:9724", false},
		{"localtest.me:9724", false},
		{"evil.localhost:9724", false},
		{"board.example.no.evil.example", false},
		{"evilboard.example.no", false},
		{"evil.example#localhost", false},
		{"evil.example@localhost", false},
		{"localhost@evil.example", false},
		{"localhost,evil.example", false},
		{"localhost evil.example", false},
		{"localhost/", false},
		{"localhost:9724:9724", false},
		{"localhost:", false},
		{"localhost:x", false},
		{"localhost:0", false},
		{"localhost:99999", false},
		{"2130706433:9724", false}, // 127.0.0.1 as a browser would have understood it
		{"0x7f.1", false},
		{"0177.0.0.1", false},
		{"0.0.0.0:9724", false},
		{"[::]:9724", false},
		{"[fe80::1%25lo]:9724", false},
		{":9724", false},
		{".", false},
	} {
		if got := testRules().Names.Has(tt.host, local()); got != tt.want {
			t.Errorf("%q: got %t, want %t", tt.host, got, tt.want)
		}
	}
}

// FuzzHost: whatever a Host header says, one that is served is, to a browser too,
// loopback, the address that was reached or a name of our own.
func FuzzHost(f *testing.F) {
	for _, host := range []string{"localhost:9724", "[::1]:1", "board.example.no.", "evil@localhost", "127.0.0.1.evil.example", "localhost:80:80", "[localhost]", "LOCALHOST..", "%6cocalhost"} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		if !testRules().Names.Has(host, local()) {
			return
		}
		u, err := url.Parse("http://" + host + "/")
		if err != nil && strings.HasPrefix(host, "[") || strings.Count(host, ":") > 1 {
			u, err = url.Parse("http://[" + strings.Trim(host, "[]") + "]/")
		}
		if err != nil {
			return // no browser would send it
		}
		name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		address, notAddress := netip.ParseAddr(name)
		ours := slices.Contains([]string{"localhost", "board.example.no", "tunnel.example.no", "192.0.2.7"}, name)
		if !ours && (notAddress != nil || !address.Unmap().IsLoopback() && address.Unmap() != local()) {
			t.Errorf("%q is served, and is %q", host, name)
		}
	})
}

// TestNoNames: without names of its own and an address, a listener is loopback's.
func TestNoNames(t *testing.T) {
	if got := Names(nil).Has("192.0.2.7", netip.Addr{}); got {
		t.Error("an address that was not reached is served")
	}
	if !Names(nil).Has("localhost", netip.Addr{}) {
		t.Error("loopback is refused")
	}
}

// TestDecide are requests, honest ones and attacks, and what becomes of each.
func TestDecide(t *testing.T) {
	const home = "localhost:9724"
	page := Request{Method: "GET", Host: home, Path: "/", Role: Organiser}
	form := Request{
		Method: "POST", Host: home, Path: "/queue/judgements", Origin: "http://" + home, FetchSite: "same-origin",
		Cookies: true, Token: true, Role: Organiser,
	}
	reload := Request{Method: "POST", Host: home, Path: "/-/reload", Role: Organiser}
	with := func(q Request, changes ...func(*Request)) Request {
		for _, change := range changes {
			change(&q)
		}
		return q
	}
	host := func(s string) func(*Request) { return func(q *Request) { q.Host = s } }
	path := func(s string) func(*Request) { return func(q *Request) { q.Path = s } }
	method := func(s string) func(*Request) { return func(q *Request) { q.Method = s } }
	origin := func(s string) func(*Request) { return func(q *Request) { q.Origin = s } }
	site := func(s string) func(*Request) { return func(q *Request) { q.FetchSite = s } }
	into := func(mode, dest string) func(*Request) {
		return func(q *Request) { q.FetchMode, q.FetchDest = mode, dest }
	}
	token := func(has string) func(*Request) { return func(q *Request) { q.Token = has != "" } }
	cookies := func(q *Request) { q.Cookies = true }
	as := func(role Role) func(*Request) { return func(q *Request) { q.Role = role } }

	for _, tt := range []struct {
		name string
		q    Request
		want Verdict
	}{
		{"a page", page, Admitted},
		{"a scraper", with(page, path("/metrics"), host("127.0.0.1:9724")), Admitted},
		{"a page by its name", with(page, host("board.example.no")), Admitted},
		{"a link from elsewhere", with(page, site("cross-site"), into("navigate", "document")), Admitted},
		{"an address that was typed", with(page, site("none"), into("navigate", "document")), Admitted},
		{"our own script", with(page, path("/events"), site("same-origin"), into("cors", "empty")), Admitted},
		{"a form of ours", form, Admitted},
		{"a form of ours, by a browser that says no site", with(form, site("")), Admitted},
		{"a form of ours, by one that says no origin", with(form, origin("")), Admitted},
		{"a form of ours behind a proxy that hides the name", with(form, origin("https://board.example.no")), Admitted},
		{"a program that reloads", reload, Admitted},

		{"rebinding reads", with(page, host("evil.example:9724")), Forbidden},
		{"rebinding reads the API", with(page, path("/api/v1/contacts"), host("evil.example:9724"), site("same-origin")), Forbidden},
		{"rebinding follows the events", with(page, path("/events"), host("evil.example:9724"), site("same-origin")), Forbidden},
		{"rebinding looks for health", with(page, path("/-/healthy"), host("evil.example:9724")), Forbidden},
		{"rebinding logs in", with(form, path("/login"), host("evil.example:9724"), origin("http://evil.example:9724")), Forbidden},
		{"rebinding judges", with(form, host("evil.example:9724"), origin("http://evil.example:9724")), Forbidden},
		{"rebinding reloads", with(reload, host("evil.example:9724")), Forbidden},
		{"no host at all", with(page, host("")), Forbidden},

		{"another site reloads", with(reload, origin("https://evil.example"), site("cross-site")), Forbidden},
		{"another site reloads, without Sec-Fetch-Site", with(reload, origin("https://evil.example")), Forbidden},
		{"another site reloads, without Origin", with(reload, site("cross-site")), Forbidden},
		{"another site reloads with our own cookie", with(reload, cookies), Forbidden},
		{"a page of ours reloads without a token", with(reload, origin("http://"+home), site("same-origin")), Forbidden},
		{"another site judges", with(form, origin("https://evil.example"), site("cross-site")), Forbidden},
		{"another port of this machine judges", with(form, origin("http://localhost:8000"), site("same-site")), Forbidden},
		{"another port, without Sec-Fetch-Site", with(form, origin("http://localhost:8000"), site("")), Forbidden},
		{"a sibling of our name judges", with(form, host("board.example.no"), origin("https://www.example.no"), site("same-site")), Forbidden},
		{"a page without an origin judges", with(form, origin("null"), site("cross-site")), Forbidden},
		{"a page without an origin, without Sec-Fetch-Site", with(form, origin("null"), site("")), Forbidden},
		{"an origin that is none", with(form, origin("://"), site("")), Forbidden},
		{"two origins", with(form, origin("http://"+home+",https://evil.example"), site("")), Forbidden},
		{"two sites", with(form, site("same-origin,cross-site")), Forbidden},
		{"a site that there is not", with(form, site("sibling")), Forbidden},
		{"an origin that begins like ours", with(form, origin("http://"+home+".evil.example"), site("")), Forbidden},
		{"an origin that names us as a user", with(form, origin("http://"+home+"@evil.example"), site("")), Forbidden},

		{"a form without a token", with(form, token("")), Forbidden},
		{"a form by a program without a token", with(form, token(""), origin(""), site(""), func(q *Request) { q.Cookies = false }), Forbidden},
		{"a tap without a token", with(form, path("/queue/taps"), token("")), Forbidden},
		{"a name without a token", with(form, path("/queue/name"), token("")), Forbidden},
		{"a login without a token", with(form, path("/login"), token(""), as("")), Forbidden},
		{"a logout without a token", with(form, path("/logout"), token("")), Forbidden},
		{"PUT without a token", with(form, method("PUT"), token("")), Forbidden},
		{"DELETE without a token", with(form, method("DELETE"), token("")), Forbidden},
		{"a method that there is not", with(form, method("FOO"), token("")), Forbidden},

		{"another site frames a page", with(page, site("cross-site"), into("navigate", "iframe")), Forbidden},
		{"another site embeds a page", with(page, site("cross-site"), into("navigate", "object")), Forbidden},
		{"another site fetches the API", with(page, path("/api/v1/contacts"), site("cross-site"), into("cors", "empty")), Forbidden},
		{"another site loads figures as an image", with(page, path("/metrics"), site("cross-site"), into("no-cors", "image")), Forbidden},
		{"another site loads the API as a script", with(page, path("/api/v1/plan"), site("cross-site"), into("no-cors", "script")), Forbidden},
		{"another site holds event streams open", with(page, path("/events"), site("cross-site"), into("cors", "empty")), Forbidden},
		{"another port holds event streams open", with(page, path("/events"), site("same-site"), into("cors", "empty")), Forbidden},

		{"not logged in, a page", with(page, as("")), Unknown},
		{"not logged in, a page that there is not", with(page, as(""), path("/nothing")), Unknown},
		{"not logged in, the API", with(page, as(""), path("/api/v1/contacts")), Unknown},
		{"not logged in, the metrics", with(page, as(""), path("/metrics")), Unknown},
		{"not logged in, the events", with(page, as(""), path("/events")), Unknown},
		{"not logged in, pprof", with(page, as(""), path("/debug/pprof/heap")), Unknown},
		{"not logged in, a tap", with(form, as(""), path("/queue/taps")), Unknown},
		{"not logged in, a reload", with(reload, as("")), Unknown},
		{"not logged in, the login", with(page, as(""), path("/login")), Admitted},
		{"not logged in, health", with(page, as(""), path("/-/healthy")), Admitted},

		{"a viewer reads", with(page, as(Viewer), path("/contacts/c1")), Admitted},
		{"a viewer taps", with(form, as(Viewer), path("/queue/taps")), Forbidden},
		{"a viewer judges", with(form, as(Viewer)), Forbidden},
		{"a viewer reloads", with(reload, as(Viewer)), Forbidden},
		{"a viewer looks inside", with(page, as(Viewer), path("/debug/pprof/")), Forbidden},
		{"a shopper sees the queue", with(page, as(Shopper), path("/queue")), Admitted},
		{"a shopper taps", with(form, as(Shopper), path("/queue/taps")), Admitted},
		{"a shopper judges", with(form, as(Shopper)), Forbidden},
		{"a shopper reads a contact", with(page, as(Shopper), path("/contacts/c1")), Forbidden},
		{"a shopper reads the API", with(page, as(Shopper), path("/api/v1/contacts")), Forbidden},
		{"a shopper reads the metrics", with(page, as(Shopper), path("/metrics")), Forbidden},
		{"a shopper reads what there is not", with(page, as(Shopper), path("/nothing")), Forbidden},
		{"a shopper reloads", with(reload, as(Shopper)), Forbidden},
		{"a judge judges", with(form, as(Judge)), Admitted},
		{"a judge taps", with(form, as(Judge), path("/queue/taps")), Forbidden},
		{"a judge reloads", with(reload, as(Judge)), Forbidden},
		{"a judge looks inside", with(page, as(Judge), path("/debug/pprof/profile")), Forbidden},
		{"an organiser looks inside", with(page, path("/debug/pprof/profile")), Admitted},
		{"a role that there is not", with(page, as("root")), Forbidden},
	} {
		if got := testRules().Decide(tt.q); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestParseUsers: what is wrong is said with its line, and no hash with it.
func TestParseUsers(t *testing.T) {
	hash := hashed(t, "secret")
	for _, tt := range []struct{ text, want string }{
		{"kari:organiser:" + hash + "\n\n# a comment\nola:shopper:" + hash + ":Ola Hansen,Kari\nscraper:viewer:*\n", ""},
		{"", "names no user"},
		{"kari:" + hash, "line 1: want name:role:hash"},
		{":viewer:" + hash, "line 1: want name:role:hash"},
		{"\nkari:root:" + hash, "line 2: field 2 is no role"},
		{"kari:viewer:" + hash + ":Kari", "line 1: only a shopper has personas"},
		{"kari:viewer:secret", "line 1: field 3: want bcrypt"},
		{"kari:viewer:" + strings.Replace(hash, "$10$", "$04$", 1), "want bcrypt of cost 10 to 14"},
		{"kari:viewer:" + strings.Replace(hash, "$10$", "$31$", 1), "want bcrypt of cost 10 to 14"},
		{"kari:viewer:*\nkari:judge:*", "line 2: the name is that of line 1 too"},
		{"org:organiser:*\nORG:viewer:*", "line 2: the name is that of line 1 but for letters that look alike"},
		{"org:organiser:*\nｏrg:viewer:*", "line 2: the name is that of line 1 but for letters that look alike"},
		{"\u0430dmin:organiser:*", "line 1: field 1: "},
		{"kari:CANARY-secret:viewer", "line 1: field 2 is no role"},
		{"CANARY-secret:viewer:kari", "line 1: field 3: want bcrypt"},
		{"CANARY-secret:viewer:*\nCANARY-secret:viewer:*", "line 2: the name is that of line 1 too"},
		{"CANARY-secret:viewer:*\ncanary-secret:viewer:*", "line 2: the name is that of line 1 but"},
		{"CANARY-secret:viewer:*:kari", "only a shopper has personas"},
		{"kari:viewer:CANARY-secret:kari", "only a shopper has personas"},
		{"viewer:CANARY-secret", "want name:role:hash"},
	} {
		_, err := ParseUsers([]byte(tt.text))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) || tt.want == "" && got != "" || strings.Contains(got, hash[8:]) || strings.Contains(strings.ToLower(got), "canary") {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}
