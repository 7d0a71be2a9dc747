package access

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/svartid/svartid/dashboards/board"
)

// longestForm is how many octets a form may have.
const longestForm = 1 << 16

// A Guard stands before the operators' pages. It keeps the sessions, so that one
// outlives a change of the configuration. Make it with [NewGuard].
type Guard struct {
	logins  *logins
	readers quota // those who read events
	watch   watch
}

// NewGuard returns a guard without sessions.
func NewGuard() *Guard { return &Guard{logins: newLogins(), readers: quota{most: mostReaders}} }

// Handler lets those requests pass to next that the rules admit, with their
// visitor in the context, and serves /login and /logout by itself.
func (g *Guard) Handler(rules Rules, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := g.visitor(rules, r)
		verdict, why := rules.decide(w, r, who)
		if verdict != Admitted {
			g.watch.refuse(rules.Log, r, why)
		}
		switch verdict {
		case Forbidden:
			refuse(w)
		case Unknown:
			askLogin(w, r)
		default:
			g.admit(w, r, admitted{rules, who, next})
		}
	})
}

// decide returns what becomes of a request of a visitor, and why it is refused. The token is looked at
// last: a form is not read of one who may not send it.
func (r Rules) decide(w http.ResponseWriter, from *http.Request, who visitor) (Verdict, Reason) {
	q := requestOf(from, who.Role)
	q.Token = true
	verdict, why := r.judge(q)
	if verdict != Admitted || safe(from.Method) {
		return verdict, why
	}
	from.Body = http.MaxBytesReader(w, from.Body, longestForm)
	q.Token = from.ParseForm() == nil && r.fits(from.PostForm.Get("token"), nonceOf(from), who.Name)
	return r.judge(q)
}

// An admitted is what serves a request that the rules have let pass.
type admitted struct {
	rules Rules
	who   visitor
	next  http.Handler
}

// admit serves a request that the rules have let pass.
func (g *Guard) admit(w http.ResponseWriter, r *http.Request, a admitted) {
	switch form := r.Method == http.MethodPost; {
	case form && r.URL.Path == "/login":
		g.login(w, r, a.rules)
		return
	case form && r.URL.Path == "/logout":
		g.logout(w, r)
		return
	case r.URL.Path == openIDPath || r.URL.Path == CallbackPath:
		g.openID(w, r, a.rules)
		return
	case r.URL.Path == "/" && a.who.Role == Shopper:
		http.Redirect(w, r, "/queue", http.StatusSeeOther)
		return
	}
	nonce := nonceOf(r)
	if nonce == "" && safe(r.Method) && hasForms(r.URL.Path) {
		nonce = giveNonce(w, r)
	}
	g.pass(w, r.WithContext(a.rules.with(r.Context(), a.who, nonce)), a.next)
}

// pass lets next serve, unless too many are reading events already.
func (g *Guard) pass(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if !strings.HasSuffix(r.URL.Path, "/events") {
		next.ServeHTTP(w, r)
		return
	}
	leave, ok := g.readers.acquire(remote(r).String())
	if !ok {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many are reading already", http.StatusServiceUnavailable)
		return
	}
	defer leave()
	next.ServeHTTP(w, r)
}

// visitor returns who makes a request; the zero user if that is not known.
func (g *Guard) visitor(rules Rules, r *http.Request) visitor {
	if rules.Verified {
		name, _, _ := r.BasicAuth()
		if user, ok := rules.Users.byName[name]; ok || rules.Users.any() {
			return visitor{User: user}
		}
		return visitor{User: User{Name: name, Role: Organiser}}
	}
	if !rules.Users.any() && !rules.OpenID.any() {
		return visitor{User: User{Role: Organiser}}
	}
	if said := r.Header.Values(rules.Proxy.Header); rules.Proxy.believed(remote(r)) && len(said) == 1 {
		return visitor{User: rules.Users.byName[said[0]]}
	}
	if user, ok := g.logins.session(r, rules); ok {
		return visitor{User: user, session: true}
	}
	if name, password, ok := r.BasicAuth(); ok {
		user, _ := g.password(rules, attempt{remote(r), name, password})
		return visitor{User: user}
	}
	return visitor{}
}

// A visitor is a user, and how we know.
type visitor struct {
	User
	session bool
}

// visitorKey is the key of a request's context under which its role is.
type visitorKey struct{}

// with returns the context in which the pages are served to a visitor whose browser has
// a nonce.
func (r Rules) with(ctx context.Context, who visitor, nonce string) context.Context {
	return board.WithVisitor(context.WithValue(ctx, visitorKey{}, who.Role), board.Visitor{
		Name: who.Name, Token: r.token(nonce, who.Name), Login: who.session,
		Elsewhere: r.OpenID.any(), NoPassword: r.OpenID.any() && !r.Users.passwords(),
		Taps: who.Role.May(Tap), Judges: who.Role.May(Judging),
		Decides: who.Role.May(Operate),
		Shopper: who.Role == Shopper, Personas: who.Personas,
	})
}

// RoleOf returns the role of the visitor who makes a request that a guard has let
// pass.
func RoleOf(ctx context.Context) Role {
	role, _ := ctx.Value(visitorKey{}).(Role)
	return role
}

// requestOf returns what decides over a request.
func requestOf(r *http.Request, role Role) Request {
	return Request{
		Method: r.Method, Host: r.Host, Path: r.URL.Path, Role: role, Cookies: len(r.Header.Values("Cookie")) > 0,
		Origin:    strings.Join(r.Header.Values("Origin"), ","),
		FetchSite: strings.Join(r.Header.Values("Sec-Fetch-Site"), ","),
		FetchMode: r.Header.Get("Sec-Fetch-Mode"), FetchDest: r.Header.Get("Sec-Fetch-Dest"), Local: Local(r),
	}
}

// Local returns the address at which a request has arrived; the zero Addr if that
// is not known.
func Local(r *http.Request) netip.Addr {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return netip.Addr{}
	}
	at, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}

// remote returns the address that a request comes from; the zero Addr if that is
// not known.
func remote(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// refuse answers a request that is not admitted, whatever it lacks.
func refuse(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "forbidden", http.StatusForbidden)
}

// askLogin sends a visitor to the login. Programs are asked for a name and
// password; browsers are not, because they would ask over the page that is open.
func askLogin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if safe(r.Method) && strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, "/login?"+url.Values{"to": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		return
	}
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="svartid", charset="UTF-8"`)
	}
	http.Error(w, "log in", http.StatusUnauthorized)
}

// hasForms reports whether pages below a path have forms, which need a token.
func hasForms(path string) bool {
	for _, other := range []string{"/metrics", "/events", "/api/", "/-/", "/debug/", "/style.css", "/board.js", "/queue.js", "/worker.js", "/manifest.webmanifest", "/icon"} {
		if strings.HasPrefix(path, other) {
			return false
		}
	}
	return true
}
