package access

import (
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
)

// Rules are what a listener's requests are judged by.
type Rules struct {
	Names Names
	Users Users // none, and no OpenID: everyone is an organiser
	Proxy Proxy // none is believed by default
	// OpenID has people log in elsewhere; the zero OpenID has nobody do so.
	OpenID OpenID
	// Verified says that what stands before us has checked the name and password
	// that a request brings.
	Verified bool
	Secret   string       // that tokens are derived from; it outlives the program
	Log      *slog.Logger // of logins and requests that were refused; nil: none is logged
}

// A Request is what decides over one request.
type Request struct {
	Method, Host, Path string
	Local              netip.Addr // at which it has arrived

	Origin    string // the headers of that name; "" = not sent
	FetchSite string // Sec-Fetch-Site
	FetchMode string // Sec-Fetch-Mode
	FetchDest string // Sec-Fetch-Dest
	Cookies   bool   // it brings some

	Role  Role // of the visitor
	Token bool // it brings the visitor's token
}

// A Verdict is what becomes of a request.
type Verdict string

// The verdicts.
const (
	Admitted  Verdict = "admitted"
	Forbidden Verdict = "forbidden"
	Unknown   Verdict = "unknown" // the visitor has to log in first
)

// Decide returns what becomes of a request.
func (r Rules) Decide(q Request) Verdict {
	verdict, _ := r.judge(q)
	return verdict
}

// judge returns what becomes of a request, and why it is not admitted.
func (r Rules) judge(q Request) (Verdict, Reason) {
	right := rightOf(q.Method, q.Path)
	switch {
	case !r.Names.Has(q.Host, q.Local):
		return Forbidden, ReasonHost
	case safe(q.Method) && q.embedded(), !safe(q.Method) && !r.own(q):
		return Forbidden, ReasonSite
	case !q.Role.May(right) && q.Role == "":
		return Unknown, ReasonLogin
	case !q.Role.May(right):
		return Forbidden, ReasonRole
	case !safe(q.Method) && !q.Token && !q.program():
		return Forbidden, ReasonToken
	}
	return Admitted, ""
}

// embedded reports whether another site has a browser fetch what is ours for a
// page of its own. A link that a person follows is not that.
func (q Request) embedded() bool {
	elsewhere := q.FetchSite == "cross-site" || q.FetchSite == "same-site"
	return elsewhere && (q.FetchMode != "navigate" || q.FetchDest != "document")
}

// own reports whether what would change something comes from one of our own
// pages, or from a program. A browser says from where it comes by Sec-Fetch-Site
// where it trusts the connection, and by Origin in any case; null is a page
// without an origin. A proxy may have put its own name into Host, and so an
// Origin of any of our names is one of ours.
func (r Rules) own(q Request) bool {
	if q.FetchSite != "" && q.FetchSite != "same-origin" && q.FetchSite != "none" {
		return false
	}
	if q.Origin == "" {
		return true
	}
	origin, err := url.Parse(q.Origin)
	if err != nil || origin.Host == "" {
		return false
	}
	return origin.Host == q.Host || slices.Contains(r.Names, origin.Host)
}

// program reports whether no browser has sent a request, so that no page can have
// made it, to a place that programs ask. They have no page to read a token from.
func (q Request) program() bool {
	return q.Path == "/-/reload" && q.Origin == "" && q.FetchSite == "" && !q.Cookies
}

// A Proxy names in a header the user who has logged in at it.
type Proxy struct {
	Header string
	From   []netip.Prefix // its own addresses
}

// believed reports whether a request from an address may name its user.
func (p Proxy) believed(from netip.Addr) bool {
	return p.Header != "" && slices.ContainsFunc(p.From, func(net netip.Prefix) bool { return net.Contains(from.Unmap()) })
}
