package config

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/calendar"
)

// longestEdition bounds what a season may be, in days: about ten years.
const longestEdition = 3660

// A checker finds what contradicts itself in a configuration that could be
// read, or could in part.
type checker struct {
	*report
	cfg      *Config
	warnings Faults
}

// warn adds what is allowed, and yet probably not meant.
func (k *checker) warn(path, format string, args ...any) {
	if !k.unread(path) {
		k.warnings = append(k.warnings, k.at(path, fmt.Sprintf(format, args...)))
	}
}

// check goes through the whole, in the order of the file's sections.
func (k *checker) check() {
	k.edition()
	k.daysOff()
	k.ledger()
	k.listeners()
	k.limits()
	k.review()
	k.timing()
	k.vantage()
	k.unproven()
	k.channels()
	k.personas()
	k.scenarios()
	k.probes()
	k.policy()
	k.companies()
	k.titles()
	k.unreached()
}

// edition wants an edition that has an end, and a moment in which an opener
// may leave.
func (k *checker) edition() {
	ed := k.cfg.Edition
	if ed.From.IsZero() || ed.To.IsZero() {
		return
	}
	switch {
	case ed.To.Before(ed.From):
		k.misread("edition.to", "%s is before edition.from, %s", ed.To, ed.From)
	case ed.To.After(ed.From.AddDays(longestEdition)):
		k.misread("edition.to", "%s is more than ten years after edition.from, %s", ed.To, ed.From)
	case k.unread("edition.hours") || k.unread("edition.days_off"):
	case !k.opens(ed.Hours):
		k.misread("edition.hours", "are never open from %s to %s: no opener could leave", ed.From, ed.To)
	}
	if overnight(ed.Hours) {
		k.warn("edition.hours", "%s pass midnight: openers leave at night; is it the other way round?", ed.Hours)
	}
	if overnight(ed.OpeningClock) {
		k.warn("edition.opening_clock", "%s passes midnight: waits are counted at night; is it the other way round?", ed.OpeningClock)
	}
	if seed := k.places["edition.seed"]; seed.text == "" {
		k.warn("edition.seed", "none is given: the plan is drawn from the edition's name, which anyone can guess")
	} else if strings.HasPrefix(seed.text, "change-me") {
		k.warn("edition.seed", "is the example's; whoever guesses it knows the plan")
	}
}

// overnight reports whether hours are written so that some pass midnight, as
// 22:00-06:00.
func overnight(h calendar.Hours) bool {
	for _, word := range strings.Fields(strings.ReplaceAll(h.String(), ",", " ")) {
		if from, to, ok := strings.Cut(word, "-"); ok && strings.Contains(from, ":") && from > to {
			return true
		}
	}
	return false
}

// opens reports whether hours have a moment in common inside the edition.
func (k *checker) opens(hours ...calendar.Hours) bool {
	span := k.cfg.Edition.Span()
	for range k.cfg.Edition.Calendar().Spans(span.From, span.To, hours...) {
		return true
	}
	return false
}

// dated reports whether the edition's first and last day are known.
func (k *checker) dated() bool {
	ed := k.cfg.Edition
	return !ed.From.IsZero() && !ed.To.IsZero() && !k.unread("edition.to")
}

// daysOff wants each day once.
func (k *checker) daysOff() {
	seen := map[calendar.Date]int{}
	for i, d := range k.cfg.Edition.DaysOff {
		path := item("edition.days_off", i)
		if first, ok := seen[d]; ok {
			k.fault(path, "%s is given twice, first as %s", d, item("days_off", first))
			continue
		}
		seen[d] = i
		if k.dated() && (d.Before(k.cfg.Edition.From) || d.After(k.cfg.Edition.To)) {
			k.warn(path, "%s is outside the edition", d)
		}
	}
}

// ledger wants a database that can be named. The DSN is never quoted: it may
// hold a password.
func (k *checker) ledger() {
	const path = "ledger.dsn"
	dsn := k.cfg.Ledger.DSN
	file, lite := dsn.SQLite()
	switch {
	case lite && (file == "" || strings.ContainsAny(file, "?#%")):
		k.fault(path, "names no file; want sqlite:FILE, without ?, # and %%")
	case lite:
	case dsn.Postgres():
		u, err := url.Parse(string(dsn))
		if err != nil || u.Host == "" && u.Query().Get("host") == "" || strings.Trim(u.Path, "/") == "" {
			k.fault(path, "is no PostgreSQL database; want postgres://user@host/database")
		}
	default:
		k.fault(path, "is no database; want sqlite:FILE or postgres://user@host/database")
	}
	if len(k.cfg.Ledger.HeadsTo) > 0 {
		k.heads()
	}
}

// heads wants a mailbox of ours that lines can be sent from, and a file that shows
// what was sent.
func (k *checker) heads() {
	if k.cfg.Ledger.HeadsFile == "" {
		k.fault("ledger.heads_to", "needs ledger.heads_file: what is sent stands there too")
	}
	sends := slices.ContainsFunc(k.cfg.Personas, func(p Persona) bool {
		return p.Address != "" && k.cfg.Channels[p.Channel].Type == "email"
	})
	if !sends && !k.unread("personas") {
		k.fault("ledger.heads_to", "needs a persona with an address on a channel of type email, from whose domain they are sent")
	}
}

// listeners keeps the operators' pages and the internet's hooks apart.
func (k *checker) listeners() {
	web, hooks := k.cfg.Web.Listen, k.cfg.Hooks.Listen
	if web == hooks && !strings.HasSuffix(web, ":0") {
		path := "hooks.listen"
		if !k.given(path) {
			path = "web.listen"
		}
		k.fault(path, "%s is for the web and for hooks; the operators' pages stay off the internet", web)
	}
	k.login()
	for _, ch := range k.cfg.Channels {
		if slices.Contains([]string{"messenger", "chatwoot", "rocketchat", "webhook"}, ch.Type) && k.cfg.Hooks.PublicURL == "" {
			k.warn("hooks.public_url", "is missing: deliveries are taken by loopback names and by the address that they reach, and by no other host")
			break
		}
	}
}

// widestProxy is the shortest prefix of a network that may be a proxy's: that of the largest
// private ones, fc00::/7 (RFC 4193) and 10.0.0.0/8 (RFC 1918).
const widestProxy = 7

// proxy wants a proxy that is believed to be known.
func (k *checker) proxy(p WebProxy) {
	if (p.Header == "") != (len(p.From) == 0) {
		k.fault("web.proxy", "wants both a header and from: the addresses that are believed")
	}
	for i, from := range p.From {
		if net, err := netip.ParsePrefix(from); err == nil && net.Bits() < widestProxy {
			k.fault(fmt.Sprintf("web.proxy.from[%d]", i),
				"%s is much of the internet, and who comes from there may say to be anyone; want the addresses of the proxy", from)
		}
	}
}

// login wants a listener that the network reaches to ask who is there, unless it
// is accepted by name that it does not.
func (k *checker) login() {
	const listen = "web.listen"
	web := k.cfg.Web
	k.proxy(web.Proxy)
	if web.Proxy.Header != "" && web.UsersFile == "" {
		k.fault("web.proxy", "wants web.users_file, which says what each user may do")
	}
	k.openID()
	host, _, err := net.SplitHostPort(web.Listen)
	if err != nil || loopback(host) || web.UsersFile != "" || web.OpenID.On() || web.asksLogin() {
		return
	}
	if web.WithoutLogin == "accepted" {
		k.warn(listen, "%s is open to the network, and whoever reaches it may do everything; see web.users_file", web.Listen)
		return
	}
	k.fault(listen, "%s is open to the network without a login; want web.users_file, web.openid, users in web.config_file, or web.without_login: accepted", web.Listen)
}

// openIDCallback is the path that a provider of OpenID Connect sends browsers back to.
const openIDCallback = "/login/openid/callback"

// openID wants a provider that is asked safely and sends browsers back to us, and
// somebody who may do something once logged in.
func (k *checker) openID() {
	o := k.cfg.Web.OpenID
	if !o.On() {
		if o.ClientID+o.Callback != "" || len(o.Roles) > 0 {
			k.fault("web.openid", "wants an issuer")
		}
		return
	}
	if !isIssuer(o.Issuer) {
		k.fault("web.openid.issuer", "%q is no issuer; want https and no query, as https://id.example.no/realms/award", o.Issuer)
	}
	if o.ClientID == "" {
		k.fault("web.openid.client_id", "is missing")
	}
	k.callback(o.Callback)
	if len(o.Roles) == 0 && k.cfg.Web.UsersFile == "" {
		k.fault("web.openid.roles", "names no role: whoever logs in could do nothing; want roles, or web.users_file")
	}
	for _, value := range slices.Sorted(maps.Keys(o.Roles)) {
		if role := o.Roles[value]; !slices.Contains([]string{"viewer", "shopper", "judge", "organiser"}, role) {
			k.fault(below("web.openid.roles", value), "%q is no role; want viewer, shopper, judge or organiser", role)
		}
	}
	if k.cfg.Web.ChecksPasswords() {
		k.fault("web.openid", "cannot be reached behind the users of web.config_file, who are asked for a password first; want one of the two")
	}
}

// isIssuer reports whether a text is an issuer (OpenID Connect Discovery, section 3).
func isIssuer(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && u.RawQuery+u.Fragment == ""
}

// callback wants the address that browsers are sent back to to be ours.
func (k *checker) callback(address string) {
	const path = "web.openid.callback"
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path != openIDCallback || u.RawQuery+u.Fragment != "" || u.User != nil {
		k.fault(path, "%q is no address of ours; want as https://board.example.no%s", address, openIDCallback)
		return
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		k.fault(path, "%q is not safe: codes would travel in the clear; want https", address)
	}
	known := func(own string) bool {
		return own == u.Host || own == u.Hostname()
	}
	if !loopback(u.Hostname()) && !slices.ContainsFunc(k.cfg.Web.Names, known) {
		k.fault(path, "%s is not among web.names, and would be refused", u.Host)
	}
}

// limits wants none below 0.
func (k *checker) limits() {
	l := k.cfg.Limits
	k.notNegative("limits.per_company_per_day", l.PerCompanyPerDay)
	k.notNegative("limits.per_company_per_edition", l.PerCompanyPerEdition)
	k.notNegative("limits.per_minute", l.PerMinute)
}

func (k *checker) notNegative(path string, n int) {
	if n < 0 {
		k.fault(path, "is %d; want 0 or more", n)
	}
}

// policy wants weights of channels that there are, and shares of a whole.
func (k *checker) policy() {
	p := k.cfg.Policy
	sum := 0.0
	for _, name := range names(p.Weights) {
		path := below("policy.weights", name)
		if _, ok := k.cfg.Channels[name]; !ok {
			k.undefined(path, name, names(k.cfg.Channels))
		}
		if p.Weights[name] < 0 {
			k.fault(path, "is %g; want 0 or more", p.Weights[name])
		}
	}
	for name := range k.cfg.Channels {
		sum += p.Weight(name)
	}
	if len(k.cfg.Channels) > 0 && sum == 0 {
		k.fault("policy.weights", "are all 0: no channel would count")
	}
	k.notNegative("policy.min_valid.contacts", p.MinValid.Contacts)
	if share := p.MinValid.Share; share < 0 || share > 1 {
		k.fault("policy.min_valid.share", "is %g; want 0 to 1", share)
	}
	if p.Floor < 0 || p.Floor > 1 {
		k.fault("policy.floor", "is %g; want 0 to 1", p.Floor)
	}
}

// undefined complains of a channel that is not defined. One that is there and
// could not be read has been complained about.
func (k *checker) undefined(path, name string, known []string) {
	if k.unread(below("channels", name)) || k.unread("channels") {
		return
	}
	k.fault(path, "no channel %q is defined%s", name, suggestion(name, known))
}
