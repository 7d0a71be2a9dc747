package access

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/svartid/svartid/cmd/svartid/internal/openid"
)

// CallbackPath is where a provider of OpenID Connect sends browsers back to.
const CallbackPath = "/login/openid/callback"

const (
	openIDPath   = "/login/openid"
	openIDCookie = "svartid_openid"
	// longestOpenID is how long a session lasts that rests on what a provider said: it
	// is asked again then.
	longestOpenID = 12 * time.Hour
)

// An OpenID says who logs in at a provider of OpenID Connect, and as what.
type OpenID struct {
	Provider *openid.Provider // nil: nobody does
	Roles    map[string]Role  // by the values of the provider's claim
	// Secure says that browsers reach us over TLS, so that cookies are for that alone.
	Secure bool
}

// any reports whether anybody logs in so.
func (o OpenID) any() bool { return o.Provider != nil }

// errUnknown says that a person has logged in and may do nothing here.
var errUnknown = errors.New("the person is no user: none of the provider's roles is one of ours")

// openID sends a browser to the provider, or takes it back from there.
func (g *Guard) openID(w http.ResponseWriter, r *http.Request, rules Rules) {
	if !rules.OpenID.any() || r.Method != http.MethodGet {
		refuse(w)
		return
	}
	if !g.logins.throttle.allowsOpenID(remote(r)) {
		g.watch.loggedIn(rules.Log, trial{Login: Login{byOpenID, Throttled}, from: remote(r)})
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many logins: wait a minute", http.StatusTooManyRequests)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	act := g.beginOpenID
	if r.URL.Path == CallbackPath {
		act = g.endOpenID
	}
	if err := act(w, r, rules); err != nil {
		g.watch.loggedIn(nil, trial{Login: Login{byOpenID, Failed}})
		if rules.Log != nil {
			rules.Log.Warn("a login at the provider has failed", "err", err, "remote", remote(r).String())
		}
		http.Redirect(w, r, "/login?failed=elsewhere", http.StatusSeeOther)
	}
}

// beginOpenID sends a browser to the provider.
func (g *Guard) beginOpenID(w http.ResponseWriter, r *http.Request, rules Rules) error {
	address, flow, err := rules.OpenID.Provider.Begin(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	setFlow(w, r, http.Cookie{Value: flow, MaxAge: int((10 * time.Minute).Seconds()), Secure: rules.OpenID.Secure})
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// endOpenID begins the session of who comes back from the provider.
func (g *Guard) endOpenID(w http.ResponseWriter, r *http.Request, rules Rules) error {
	flow := ""
	if cookie, err := r.Cookie(openIDCookie); err == nil {
		flow = cookie.Value
	}
	setFlow(w, r, http.Cookie{MaxAge: -1, Secure: rules.OpenID.Secure})
	said, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errors.New("what the browser brings cannot be read")
	}
	who, to, err := rules.OpenID.Provider.Finish(r.Context(), flow, said)
	if err != nil {
		return err
	}
	user, ok := rules.userOf(who)
	if !ok {
		return errUnknown
	}
	token, err := g.logins.begin(r.Context(), func(ctx context.Context, s *scs.SessionManager) {
		s.Put(ctx, "name", user.Name)
		s.Put(ctx, "subject", who.Subject)
		s.Put(ctx, "is", strings.Join(who.Is, "\x00"))
		s.Put(ctx, "personas", strings.Join(who.Personas, "\x00"))
		s.Put(ctx, "stamp", user.stamp())
		s.Put(ctx, "until", time.Now().Add(longestOpenID).Unix())
	})
	if err != nil {
		return errors.New("the session cannot be kept")
	}
	g.watch.loggedIn(rules.Log, trial{Login: Login{byOpenID, LoggedIn}})
	setSession(w, r, &http.Cookie{Value: token, MaxAge: int(longestOpenID.Seconds()), Secure: rules.OpenID.Secure})
	http.Redirect(w, r, within(to, user.Role), http.StatusSeeOther)
	return nil
}

// known returns the user of a session that rests on what a provider said, by the rules
// as they are now.
func (l *logins) known(ctx context.Context, rules Rules) (User, bool) {
	s := l.sessions
	if !rules.OpenID.any() || time.Now().Unix() >= s.GetInt64(ctx, "until") {
		return User{}, false
	}
	return rules.userOf(openid.Person{
		Subject: s.GetString(ctx, "subject"), Name: s.GetString(ctx, "name"),
		Is: list(s.GetString(ctx, "is")), Personas: list(s.GetString(ctx, "personas")),
	})
}

// list undoes strings.Join with NUL.
func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\x00")
}

// userOf returns the user that a person of the provider is: as the file of users has
// one of that name who only logs in elsewhere, or by the provider's claim. One who has
// the name of a user with a password is none, and so is one whose name only looks like a
// user's, so that nobody acts under another's name.
func (r Rules) userOf(who openid.Person) (User, bool) {
	user, known := r.Users.byName[who.Name]
	switch {
	case known && user.hash != "", r.Users.another(who.Name) != "":
		return User{}, false
	case !known:
		var roles []Role
		for _, is := range who.Is {
			roles = append(roles, r.OpenID.Roles[is])
		}
		user = User{Name: who.Name, Role: strongest(roles)}
		if user.Role == Shopper {
			user.Personas = who.Personas
			if len(user.Personas) == 0 {
				user.Personas = []string{who.Name}
			}
		}
	}
	user.proof = r.OpenID.Provider.Stamp() + " " + who.Subject
	return user, user.Role != ""
}

// setFlow sends the cookie of a login that has begun. It is Lax, because the browser
// comes back from another site.
func setFlow(w http.ResponseWriter, r *http.Request, c http.Cookie) {
	c.Name, c.Path, c.HttpOnly, c.SameSite = openIDCookie, openIDPath, true, http.SameSiteLaxMode
	c.Secure = c.Secure || r.TLS != nil
	http.SetCookie(w, &c)
}
