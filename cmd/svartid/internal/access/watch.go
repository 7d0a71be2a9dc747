package access

import (
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/time/rate"
)

// A Login is a way to log in, and what became of a try.
type Login struct {
	By      string // password or openid
	Outcome Outcome
}

// The ways to log in.
const (
	byPassword = "password"
	byOpenID   = "openid"
)

// An Outcome is what became of a try to log in.
type Outcome string

// The outcomes.
const (
	LoggedIn   Outcome = "ok"
	Failed     Outcome = "failed"
	Throttled  Outcome = "throttled"  // it was not looked at: too many came before it
	Remembered Outcome = "remembered" // the same was right before, and is not counted again
)

// in reports whether the visitor was let in.
func (o Outcome) in() bool { return o == LoggedIn || o == Remembered }

// Logins returns every Login that there can be.
func Logins() (all []Login) {
	for _, by := range []string{byPassword, byOpenID} {
		for _, outcome := range []Outcome{LoggedIn, Failed, Throttled} {
			all = append(all, Login{by, outcome})
		}
	}
	return all
}

// A Reason is why a request was refused.
type Reason string

// The reasons, in the order in which they are looked at.
const (
	ReasonHost  Reason = "host"  // it asks for a listener of another name, as by DNS rebinding
	ReasonSite  Reason = "site"  // another site has a browser make it
	ReasonLogin Reason = "login" // the visitor has not logged in
	ReasonRole  Reason = "role"  // the visitor's role may not
	ReasonToken Reason = "token" // a form without its token
)

// Reasons returns every Reason.
func Reasons() []Reason {
	return []Reason{ReasonHost, ReasonSite, ReasonLogin, ReasonRole, ReasonToken}
}

// A watch counts logins and refusals since the start, and logs those that may be an
// attack. The zero watch is ready.
type watch struct {
	mu      sync.Mutex
	logins  map[Login]int
	refused map[Reason]int
	lines   *rate.Limiter
	left    int // lines that were left out since the last
}

// Counted returns how often each Login and each Reason was met since the start.
func (g *Guard) Counted() (logins map[Login]int, refused map[Reason]int) {
	g.watch.mu.Lock()
	defer g.watch.mu.Unlock()
	logins, refused = map[Login]int{}, map[Reason]int{}
	for _, l := range Logins() {
		logins[l] = 0
	}
	for _, r := range Reasons() {
		refused[r] = 0
	}
	maps.Copy(logins, g.watch.logins)
	maps.Copy(refused, g.watch.refused)
	return logins, refused
}

// A trial is a try to log in: by which name, from where.
type trial struct {
	Login
	name string
	from netip.Addr
}

// loggedIn counts a try to log in, and logs one that has failed.
func (w *watch) loggedIn(log *slog.Logger, t trial) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.logins == nil {
		w.logins = map[Login]int{}
	}
	w.logins[t.Login]++
	if !t.Outcome.in() {
		w.say(log, "a login was refused", "by", t.By, "outcome", string(t.Outcome), "user", shown(t.name), "remote", t.from.String())
	}
}

// refuse counts a request that was refused, and logs one that another site or another
// name has led here.
func (w *watch) refuse(log *slog.Logger, r *http.Request, why Reason) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refused == nil {
		w.refused = map[Reason]int{}
	}
	w.refused[why]++
	if why == ReasonHost || why == ReasonSite || why == ReasonToken {
		w.say(log, "a request was refused", "reason", string(why), "method", shown(r.Method), "path", shown(r.URL.Path),
			"host", shown(r.Host), "origin", shown(r.Header.Get("Origin")), "remote", remote(r).String())
	}
}

// say logs a line, 50 at once and then one each second: the next says how many were left
// out. The watch is held.
func (w *watch) say(log *slog.Logger, line string, args ...any) {
	const atOnce = 50
	if w.lines == nil {
		w.lines = rate.NewLimiter(rate.Every(time.Second), atOnce)
	}
	if log == nil || !w.lines.Allow() {
		w.left++
		return
	}
	if w.left > 0 {
		args = append(args, "left_out", w.left)
	}
	w.left = 0
	log.Warn(line, args...)
}

// shown returns what a stranger has sent as a log may hold it: its first 64 characters,
// those that are no letters, digits, signs or spaces as a question mark.
func shown(text string) string {
	const longest = 64
	var out strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > longest {
			out.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			r = '?'
		}
		out.WriteRune(r)
	}
	return out.String()
}
