package email

import (
	"bytes"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/dsn"
	"github.com/svartid/svartid/channels/email/internal/header"
)

// An origin tells what our own submission server has made from what others
// have, by what the mailbox's own server has written above a message. Nothing
// that a sender writes himself is believed: lines of the trace are read from
// the top, and only as long as each was handed over by a host of ours.
type origin struct {
	mailbox []string // hosts of the mailbox: whose verdicts and lines are believed
	servers []string // hosts of our submission server
	reports []string // those of them that are there for their reports alone
	local   bool     // both are one host
}

// origin returns how the origin of mail is told.
func (c Config) origin() origin {
	o := origin{
		mailbox: append([]string{c.IMAP.Host}, c.TrustedHops...),
		servers: append([]string{c.SMTP.Host}, c.ReportsFrom...),
		reports: c.ReportsFrom,
	}
	o.local = strings.EqualFold(c.SMTP.Host, c.IMAP.Host) || isLoopback(c.SMTP.Host) && isLoopback(c.IMAP.Host)
	return o
}

// submission reports whether our own submission server made a message: its
// return path is null, as that of every report (RFC 3464 section 2), and either
// the trace leads back to that server alone, or the mailbox's server says that
// the report is authenticated as the server's own (RFC 8601).
func (o origin) submission(raw []byte) bool {
	var trace []hop
	sender, null := "", true
	for name, value := range header.Fields(raw) {
		switch name {
		case "return-path":
			null = null && strings.Trim(value, "<> ") == ""
		case "received":
			trace = append(trace, parseHop(value))
		case "from":
			sender = value
		}
	}
	return null && (o.leads(trace, raw) || o.vouched(raw, trace, sender))
}

// leads reports whether a trace leads back to our submission server: each line
// was written by a host of ours, and none tells of a person who handed the
// message in, or of a stranger's host. The oldest line that is believed must show
// the server: that it handed the message over, or made it. That a connection came
// from loopback shows neither: a proxy or a filter has every stranger's come from
// there. Where mailbox and submission server are one host, whatever it has made
// itself must also say that it is a report of that host's.
func (o origin) leads(trace []hop, raw []byte) bool {
	reporting := reportingMTA(raw)
	if len(trace) == 0 {
		return o.reportsHere(reporting, "")
	}
	served := false
	for _, h := range trace {
		switch {
		case h.user:
			return false
		case !h.handed:
			return h.made && (served || o.made(h.by, reporting))
		case h.address.IsLoopback():
			served = o.beside(h, reporting)
		case names(o.servers, h.from, h.address):
			served = true
		case !h.ours(o.mailbox):
			return false
		case h.local:
			served = served || o.reportsHere(reporting, h.by)
		}
	}
	return served
}

// made reports whether a host that made a message is a server of ours.
func (o origin) made(by, reporting string) bool {
	return names(o.servers, by, netip.Addr{}) || o.reportsHere(reporting, by)
}

// beside reports whether a connection from loopback was that of a submission server
// of ours beside the mailbox's own: it came from the very address that openers are
// handed to, by the name that the report is made under, which is not the
// mailbox's. Where it is configured whom reports come from, that alone counts.
func (o origin) beside(h hop, reporting string) bool {
	if len(o.reports) > 0 {
		return names(o.reports, "", h.address)
	}
	very := names(o.servers, "", h.address) ||
		names(o.servers, "localhost", netip.Addr{}) && slices.Contains([]string{"127.0.0.1", "::1"}, h.address.String())
	return o.local && very && reporting != "" && strings.EqualFold(reporting, h.helo) && !strings.EqualFold(reporting, h.by)
}

// reportsHere reports whether the host that says it has made a report is the one
// that is mailbox and submission server: by its name in the configuration, or as
// it calls itself in the trace.
func (o origin) reportsHere(reporting, by string) bool {
	if !o.local || reporting == "" {
		return false
	}
	return strings.EqualFold(reporting, by) || names(o.servers, reporting, netip.Addr{}) || isLoopback(strings.Trim(reporting, "[]"))
}

// relay returns what a report that our submission server has made tells of another
// server of ours, such as a smarthost: a server that is named word for word, because in
// its domain there may be companies' servers too. A maker that names itself says of
// nobody: what it hands to its own mailboxes is said under its name as well. Nor does
// loopback say who is there.
func (o origin) relay(raw []byte) channels.Relay {
	said := dsn.Read(raw)
	other := func(h dsn.Host) bool {
		return slices.ContainsFunc(o.servers, func(server string) bool {
			if isLoopback(server) {
				return false
			}
			named := h.Name != "" && strings.EqualFold(server, h.Name) && !strings.EqualFold(server, said.Reporting)
			return named || sameAddress(server, h.Address)
		})
	}
	switch {
	case len(said.Remotes) > 0:
		if slices.ContainsFunc(said.Remotes, func(h dsn.Host) bool { return !other(h) }) {
			return ""
		}
		return channels.RelaySpoke
	case slices.ContainsFunc(said.Unreached, func(name string) bool { return other(dsn.Host{Name: name}) }):
		return channels.RelayLost
	}
	return ""
}

// sameAddress reports whether two texts are one address of the network.
func sameAddress(a, b string) bool {
	one, err := netip.ParseAddr(a)
	other, no := netip.ParseAddr(b)
	return err == nil && no == nil && one.Unmap() == other.Unmap()
}

// vouched reports whether the mailbox's own server has authenticated a message
// as one of the server's own: signed by it, and from its postmaster.
func (o origin) vouched(raw []byte, trace []hop, sender string) bool {
	from, err := mail.ParseAddress(sender)
	if err != nil {
		return false
	}
	local, domain, _ := strings.Cut(strings.ToLower(from.Address), "@")
	daemon := slices.Contains([]string{"mailer-daemon", "postmaster", "mail-daemon", "maildaemon"}, local)
	if !daemon || !names(o.servers, domain, netip.Addr{}) {
		return false
	}
	return slices.ContainsFunc(o.results(raw, trace), func(r result) bool {
		return r.method == "dkim" && r.verdict == "pass" && names(o.servers, r.domain, netip.Addr{})
	})
}

// unproven returns which check of its sender a message has failed by the
// mailbox's own server, if any: dmarc, or else dkim or spf where the other has
// not passed.
func (o origin) unproven(raw []byte) string {
	var trace []hop
	for name, value := range header.Fields(raw) {
		if name == "received" {
			trace = append(trace, parseHop(value))
		}
	}
	verdicts := map[string]string{}
	for _, r := range o.results(raw, trace) {
		if verdicts[r.method] != "pass" {
			verdicts[r.method] = r.verdict
		}
	}
	switch {
	case verdicts["dmarc"] == "fail":
		return "dmarc"
	case verdicts["dmarc"] == "pass":
		return ""
	case verdicts["dkim"] == "fail" && verdicts["spf"] != "pass":
		return "dkim"
	case verdicts["spf"] == "fail" && verdicts["dkim"] != "pass":
		return "spf"
	}
	return ""
}

// A result is one verdict of Authentication-Results.
type result struct{ method, verdict, domain string }

// results returns the verdicts of the mailbox's own server: those under its
// name, which it takes from all that comes in (RFC 8601 section 5).
func (o origin) results(raw []byte, trace []hop) (all []result) {
	for name, value := range header.Fields(raw) {
		if name != "authentication-results" {
			continue
		}
		parts := strings.Split(header.Uncommented(value), ";")
		server, _, _ := strings.Cut(strings.TrimSpace(parts[0]), " ")
		own := len(trace) > 0 && strings.EqualFold(server, trace[0].by)
		if !own && !names(o.mailbox, server, netip.Addr{}) {
			continue
		}
		for _, part := range parts[1:] {
			words := strings.Fields(strings.ToLower(part))
			if len(words) == 0 {
				continue
			}
			var r result
			r.method, r.verdict, _ = strings.Cut(words[0], "=")
			for _, word := range words[1:] {
				if property, of, _ := strings.Cut(word, "="); property == "header.d" || property == "header.i" {
					r.domain = of[strings.LastIndexByte(of, '@')+1:]
				}
			}
			all = append(all, r)
		}
	}
	return all
}

// A hop is one line of the trace (RFC 5321 section 4.4).
type hop struct {
	by      string
	handed  bool       // another host handed the message over; else it was made here
	made    bool       // the mail server itself made it: a bounce, and no local person or program
	helo    string     // what the other host called itself
	from    string     // that host's name, as looked up by its address; empty if the line does not say
	address netip.Addr // of that host
	user    bool       // a person who had logged in handed it over (RFC 3848), or a user of the host did
	local   bool       // it came by LMTP (RFC 2033), which no stranger speaks to
}

// ours reports whether a host of the mailbox handed the message over.
func (h hop) ours(mailbox []string) bool {
	self := h.from != "" && strings.EqualFold(h.from, h.by)
	return self || h.local && !h.address.IsValid() || names(mailbox, h.from, h.address)
}

// hopParts finds the looked-up name and the address of a host within a comment.
// It is compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var hopParts = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\((?:[^()]*?\b([a-z0-9][\w.-]*[a-z0-9])\.?\s+)?(?:\[(?:ipv6:)?([0-9a-f.:]+)\]|([0-9a-f]*[.:][0-9a-f.:]+))`)
})

// parseHop reads a line of the trace.
func parseHop(value string) (h hop) {
	words := strings.Fields(header.Uncommented(value))
	protocol := ""
	for i, word := range words[:max(0, len(words)-1)] {
		next := strings.TrimRight(words[i+1], ".;")
		switch strings.ToLower(word) {
		case "by":
			if h.by == "" {
				h.by = next
			}
		case "with":
			protocol = strings.ToUpper(next)
			h.local = strings.HasSuffix(protocol, "LMTP") || strings.HasSuffix(protocol, "LMTPS")
			h.user = h.user || strings.HasSuffix(protocol, "MTPA") || strings.HasSuffix(protocol, "MTPSA")
		case "from":
			if i == 0 {
				h.handed, h.helo = true, next
			}
		}
	}
	if h.handed {
		h.peer(value)
	}
	h.within(value, protocol)
	return h
}

// within reads which program of the host itself a message is from. Postfix names
// the host alone above its own bounces and the user above a program's; Exim
// gives bounces the name that it runs under, sendmail that of the host and no
// address, qmail says so.
func (h *hop) within(value, protocol string) {
	program := strings.Contains(value, "from userid") || strings.Contains(value, "invoked by uid")
	bounce := h.by != "" || strings.Contains(value, "invoked for bounce")
	switch {
	case !h.handed:
		h.made, h.user = bounce && !program, h.user || program
	case h.address.IsValid() || h.from != "":
	case protocol == "LOCAL" && slices.Contains([]string{"debian-exim", "exim", "mailnull", "mail"}, strings.ToLower(h.helo)),
		protocol == "" && h.helo == "localhost" && strings.Contains(value, "(localhost)"):
		h.handed, h.made = false, true
	}
}

// peer reads who handed the message over. The name that a host gives itself is
// left out: only the one in the comment has been looked up.
func (h *hop) peer(value string) {
	before, _, _ := strings.Cut(value, " by ")
	if found := hopParts().FindStringSubmatch(before); found != nil {
		h.from = found[1]
		h.address, _ = netip.ParseAddr(found[2] + found[3])
	} else if open := strings.IndexByte(before, '['); open >= 0 {
		inside, _, _ := strings.Cut(before[open+1:], "]")
		h.address, _ = netip.ParseAddr(strings.TrimPrefix(inside, "IPv6:"))
	}
	if strings.EqualFold(h.from, "unknown") || strings.EqualFold(h.from, "helo") {
		h.from = ""
	}
	h.address = h.address.Unmap()
}

// names reports whether a list names a host: by its name, by a domain that it
// is in, by its address or a network that holds it.
func names(list []string, host string, address netip.Addr) bool {
	host = strings.ToLower(strings.TrimRight(host, "."))
	return slices.ContainsFunc(list, func(entry string) bool {
		entry = strings.ToLower(strings.TrimRight(entry, "."))
		if network, err := netip.ParsePrefix(entry); err == nil {
			return network.Contains(address)
		}
		if one, err := netip.ParseAddr(entry); err == nil {
			return one == address && address.IsValid()
		}
		return entry != "" && (host == entry || strings.HasSuffix(host, "."+entry))
	})
}

// reportingMTA returns the host that a report says has made it (RFC 3464
// section 2.2.2).
func reportingMTA(raw []byte) string {
	for line := range bytes.Lines(raw) {
		if name, value, found := bytes.Cut(line, []byte(":")); found && strings.EqualFold(string(bytes.TrimSpace(name)), "Reporting-MTA") {
			_, host, _ := strings.Cut(string(value), ";")
			return strings.TrimSpace(host)
		}
	}
	return ""
}
