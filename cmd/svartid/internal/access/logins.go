package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

const (
	sessionCookie = "svartid_session"
	longestIdle   = 12 * time.Hour     // a session that nothing is done in
	longestLogin  = 7 * 24 * time.Hour // any session
	atOnce        = 2                  // passwords that are checked at the same time
	mostChecked   = 1000               // passwords of programs that are remembered
)

// logins check passwords and keep sessions, in memory alone: with the process they
// end.
type logins struct {
	sessions *scs.SessionManager
	throttle throttle
	checking chan struct{}

	mu      sync.Mutex
	checked map[[sha256.Size]byte]bool // what programs have brought and was right
	salt    string
}

// An attempt is a name and a password from somewhere.
type attempt struct {
	from           netip.Addr
	name, password string
}

func newLogins() *logins {
	s := &scs.SessionManager{
		IdleTimeout: longestIdle, Lifetime: longestLogin, HashTokenInStore: true, Store: &store{}, Codec: scs.GobCodec{},
	}
	return &logins{sessions: s, checking: make(chan struct{}, atOnce), checked: map[[sha256.Size]byte]bool{}, salt: rand.Text()}
}

// verify returns the user of an attempt. One that was right is remembered for as
// long as the user stays as he is, because a scraper comes every few seconds, and
// for the address that it came from: another's guesses are all counted.
func (l *logins) verify(users Users, a attempt) (User, Outcome) {
	key := sha256.Sum256([]byte(strings.Join([]string{l.salt, network(a.from).String(), users.byName[a.name].stamp(), a.password}, "\x00")))
	l.mu.Lock()
	known := l.checked[key]
	l.mu.Unlock()
	if known {
		return users.byName[a.name], Remembered
	}
	if !l.throttle.allows(a.from, a.name) {
		return User{}, Throttled
	}
	l.checking <- struct{}{}
	user, ok := users.verify(a.name, a.password)
	<-l.checking
	if !ok {
		return User{}, Failed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.checked) >= mostChecked {
		clear(l.checked)
	}
	l.checked[key] = true
	return user, LoggedIn
}

// password returns the user of an attempt, and counts it.
func (g *Guard) password(rules Rules, a attempt) (User, bool) {
	user, outcome := g.logins.verify(rules.Users, a)
	if outcome != Remembered {
		g.watch.loggedIn(rules.Log, trial{Login{byPassword, outcome}, a.name, a.from})
	}
	return user, outcome.in()
}

// session returns the user whose session a request belongs to.
func (l *logins) session(r *http.Request, rules Rules) (User, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return User{}, false
	}
	ctx, err := l.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return User{}, false
	}
	user, ok := rules.Users.byName[l.sessions.GetString(ctx, "name")]
	if l.sessions.Exists(ctx, "subject") {
		user, ok = l.known(ctx, rules)
	}
	if !ok || l.sessions.GetString(ctx, "stamp") != user.stamp() {
		return User{}, false
	}
	_, _, err = l.sessions.Commit(ctx) // it is in use
	return user, err == nil
}

// login begins a session, and goes on to the page that was asked for.
func (g *Guard) login(w http.ResponseWriter, r *http.Request, rules Rules) {
	user, ok := g.password(rules, attempt{remote(r), r.PostForm.Get("name"), r.PostForm.Get("password")})
	if !ok {
		http.Redirect(w, r, "/login?failed=1", http.StatusSeeOther)
		return
	}
	token, err := g.logins.begin(r.Context(), func(ctx context.Context, s *scs.SessionManager) {
		s.Put(ctx, "name", user.Name)
		s.Put(ctx, "stamp", user.stamp())
	})
	if err != nil {
		refuse(w)
		return
	}
	setSession(w, r, &http.Cookie{Value: token, MaxAge: int(longestLogin.Seconds())})
	http.Redirect(w, r, within(r.PostForm.Get("to"), user.Role), http.StatusSeeOther)
}

// begin keeps a new session, never that of the visitor before, and returns its token.
func (l *logins) begin(ctx context.Context, fill func(context.Context, *scs.SessionManager)) (token string, err error) {
	if ctx, err = l.sessions.Load(ctx, ""); err != nil {
		return "", err
	}
	fill(ctx, l.sessions)
	token, _, err = l.sessions.Commit(ctx)
	return token, err
}

// logout ends the session that a request belongs to.
func (g *Guard) logout(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		if ctx, err := g.logins.sessions.Load(r.Context(), cookie.Value); err == nil {
			_ = g.logins.sessions.Destroy(ctx) // a store in memory does not fail
		}
	}
	setSession(w, r, &http.Cookie{MaxAge: -1})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// setSession sends the cookie of a session. It is Lax: a link in a mail to a
// shopper leads to the queue.
func setSession(w http.ResponseWriter, r *http.Request, c *http.Cookie) {
	c.Name, c.Path, c.HttpOnly, c.SameSite = sessionCookie, "/", true, http.SameSiteLaxMode
	// Behind a proxy that ends TLS only the browser knows; its Origin is one of ours.
	c.Secure = c.Secure || r.TLS != nil || strings.HasPrefix(r.Header.Get("Origin"), "https://")
	http.SetCookie(w, c)
}

// within returns a path of ours that a role may see, whatever was asked for.
func within(to string, role Role) string {
	home := "/"
	if role == Shopper {
		home = "/queue"
	}
	path, _, _ := strings.Cut(to, "?")
	foreign := !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t")
	if foreign || !role.May(rightOf(http.MethodGet, path)) {
		return home
	}
	return to
}
